//! What is left of pictures.

use media_check::{Picture, is_clean};

use crate::exiftool::{has_place, told};
use crate::pixels::frames;
use crate::seeds::{PICTURES, SECRET, WITH_PLACE, holds, kind, read};

/// What exiftool may say about a cleaned picture: how it is coded, its colours, its animation and its orientation.
const FINE: [&str; 20] = [
    "File:FileType",
    "File:FileTypeExtension",
    "File:MIMEType",
    "File:ExifByteOrder",
    "File:ImageWidth",
    "File:ImageHeight",
    "File:EncodingProcess",
    "File:BitsPerSample",
    "File:ColorComponents",
    "File:YCbCrSubSampling",
    "JFIF:",
    "Adobe:",
    "ICC",
    "IFD0:Orientation",
    "RIFF:",
    "GIF:",
    "Composite:ImageSize",
    "Composite:Megapixels",
    "APP14:",
    "PNG-pHYs:",
];

/// Of these groups some tags are texts.
const FINE_PNG: [&str; 14] = [
    "ImageWidth",
    "ImageHeight",
    "BitDepth",
    "ColorType",
    "Compression",
    "Filter",
    "Interlace",
    "Palette",
    "Transparency",
    "SRGBRendering",
    "ProfileName",
    "AnimationFrames",
    "AnimationPlays",
    "Gamma",
];
const TEXTS: [&str; 4] = ["RIFF:XMP", "RIFF:EXIF", "GIF:Comment", "GIF:XMP"];

fn is_fine(tag: &str) -> bool {
    let png = tag.strip_prefix("PNG:").is_some_and(|name| FINE_PNG.contains(&name));
    (png || FINE.iter().any(|fine| tag.starts_with(fine))) && !TEXTS.contains(&tag)
}

#[test]
fn rule_21_no_metadata_is_left_in_a_picture() {
    for name in PICTURES {
        let original = read(name);
        assert_eq!(has_place(&original), WITH_PLACE.contains(&name), "{name}, as exiftool sees the seed");
        let picture = Picture::clean(kind(name), original).unwrap_or_else(|error| panic!("{name}: {error}"));
        let left: Vec<_> = told(picture.bytes()).into_iter().filter(|(tag, _)| !is_fine(tag)).collect();
        assert!(left.is_empty(), "{name}: {left:?}");
        assert!(!holds(picture.bytes(), SECRET), "{name}");
    }
}

#[test]
fn rule_21_the_seeds_hold_a_place_in_every_room_for_one() {
    // Otherwise the test above would show nothing.
    let rooms = |name: &str, tags: &[&str]| {
        let told = told(&read(name));
        for tag in tags {
            assert!(told.contains_key(*tag), "{name} has no {tag}: {told:?}");
        }
    };
    rooms(
        "places.jpg",
        &["GPS:GPSLatitude", "XMP-exif:GPSLatitude", "IPTC:City", "File:Comment", "IFD1:ThumbnailImage"],
    );
    rooms("places.png", &["GPS:GPSLatitude", "XMP-exif:GPSLatitude", "PNG:Comment", "PNG:ModifyDate"]);
    rooms("behind.png", &["GPS:GPSLatitude", "PNG:Comment"]);
    rooms("places.webp", &["GPS:GPSLatitude", "XMP-exif:GPSLatitude"]);
    rooms("animated.webp", &["GPS:GPSLatitude", "XMP-exif:GPSLatitude"]);
    rooms("places.gif", &["XMP-exif:GPSLatitude", "File:Comment"]);
    for (name, bytes) in
        [("places.jpg", b"ftypisom".as_slice()), ("places.jpg", b"/xmp/extension/"), ("second.jpg", b"MPF\0")]
    {
        assert!(holds(&read(name), bytes), "{name}");
    }
    for name in ["places.jpg", "places.png", "places.webp", "places.gif"] {
        assert!(holds(&read(name), SECRET), "{name}");
    }
}

#[test]
fn rule_21_pixels_and_animation_stay() {
    for name in PICTURES {
        let (original, kind) = (read(name), kind(name));
        let picture = Picture::clean(kind, original.clone()).unwrap();
        let before = frames(kind, &original);
        assert!(before == frames(kind, picture.bytes()), "{name}");
        assert_eq!(before.len(), picture.frames() as usize, "{name}");
    }
}

#[test]
fn rule_21_an_animation_repeats_as_often_as_before() {
    for (name, tag) in [
        ("animated.png", "PNG:AnimationPlays"),
        ("animated.webp", "RIFF:AnimationLoopCount"),
        ("places.gif", "GIF:AnimationIterations"),
    ] {
        let picture = Picture::clean(kind(name), read(name)).unwrap();
        assert_eq!(told(picture.bytes()).get(tag), told(&read(name)).get(tag), "{name}");
        assert!(told(picture.bytes()).contains_key(tag), "{name}");
        assert_eq!(picture.frames(), 3, "{name}");
    }
}

#[test]
fn rule_21_the_colour_profile_stays() {
    for name in ["progressive.jpg", "places.jpg", "places.png", "places.webp"] {
        let picture = Picture::clean(kind(name), read(name)).unwrap();
        let profile =
            |bytes: &[u8]| told(bytes).into_iter().filter(|(tag, _)| tag.starts_with("ICC")).collect::<Vec<_>>();
        assert!(profile(picture.bytes()).len() > 10, "{name}");
        assert_eq!(profile(picture.bytes()), profile(&read(name)), "{name}");
    }
}

#[test]
fn rule_21_a_second_picture_and_what_hangs_behind_go() {
    let second = read("second.jpg");
    assert!(!is_clean(kind("second.jpg"), &second));
    let picture = Picture::clean(kind("second.jpg"), second.clone()).unwrap();
    assert_eq!(picture.bytes().windows(3).filter(|bytes| bytes == b"\xff\xd8\xff").count(), 1);
    for name in PICTURES {
        let picture = Picture::clean(kind(name), read(name)).unwrap();
        assert!(is_clean(kind(name), picture.bytes()), "{name}");
        let longer = [picture.bytes(), b"\0"].concat();
        assert!(!is_clean(kind(name), &longer), "{name}");
        assert_eq!(Picture::clean(kind(name), longer).unwrap(), picture, "{name}");
    }
}

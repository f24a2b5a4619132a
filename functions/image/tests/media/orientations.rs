//! The orientation outlives the rest of EXIF.

use media_check::{Kind, Orientation, Picture, thumbnail};

use crate::exiftool::told;
use crate::seeds::read;

/// An EXIF block as cameras write it: little-endian, with a maker's name and a place beside the orientation.
fn camera_block(number: u16) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x03\0".to_vec();
    block.extend_from_slice(b"\x0f\x01\x02\0\x04\0\0\0Abc\0");
    block.extend_from_slice(b"\x12\x01\x03\0\x01\0\0\0");
    block.extend_from_slice(&number.to_le_bytes());
    block.extend_from_slice(b"\0\0\x25\x88\x04\0\x01\0\0\0\x32\0\0\0\0\0\0\0");
    block.extend_from_slice(b"\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0");
    block
}

/// The base picture of a kind with an EXIF block.
fn with_exif(kind: Kind, block: &[u8]) -> Vec<u8> {
    match kind {
        Kind::Jpeg => {
            let mut bytes = read("base.jpg");
            let body = [b"Exif\0\0", block].concat();
            let length = u16::try_from(body.len() + 2).expect("a short block").to_be_bytes();
            bytes.splice(2..2, [&[0xff, 0xe1], length.as_slice(), &body].concat());
            bytes
        }
        Kind::Png => {
            let mut bytes = read("base.png");
            let named = [b"eXIf", block].concat();
            let length = u32::try_from(block.len()).expect("a short block").to_be_bytes();
            let chunk = [length.as_slice(), &named, &crc32fast::hash(&named).to_be_bytes()].concat();
            // Behind the pixels, where few look.
            let end = bytes.len() - 12;
            bytes.splice(end..end, chunk);
            bytes
        }
        Kind::WebP => {
            let mut bytes = read("base.webp");
            let extended = b"VP8X\x0a\0\0\0\x08\0\0\0\x2f\0\0\x1f\0\0";
            bytes.splice(12..12, extended.iter().copied());
            // With the prefix that belongs to JPEG, as some write it.
            let body = [b"Exif\0\0", block].concat();
            bytes.extend_from_slice(b"EXIF");
            bytes.extend_from_slice(&u32::try_from(body.len()).expect("a short block").to_le_bytes());
            bytes.extend_from_slice(&body);
            let length = u32::try_from(bytes.len() - 8).expect("a short block").to_le_bytes();
            bytes.splice(4..8, length);
            bytes
        }
        Kind::Gif | Kind::Mp4 | Kind::WebM => panic!("it has no EXIF"),
    }
}

#[test]
fn rule_21_every_orientation_is_kept_in_every_format() {
    for kind in [Kind::Jpeg, Kind::Png, Kind::WebP] {
        for number in 1..=8 {
            let original = with_exif(kind, &camera_block(number));
            let before = told(&original);
            assert!(
                before.contains_key("IFD0:Make") && before.contains_key("GPS:GPSLatitudeRef"),
                "{kind:?}: {before:?}"
            );
            let picture = Picture::clean(kind, original).unwrap();
            let after = told(picture.bytes());
            let seen = after.get("IFD0:Orientation").map_or("1", String::as_str);
            assert_eq!(seen, number.to_string(), "{kind:?}");
            assert_eq!(u16::from(picture.orientation().get()), number, "{kind:?}");
            assert!(
                !after.contains_key("IFD0:Make") && !after.contains_key("GPS:GPSLatitudeRef"),
                "{kind:?}: {after:?}"
            );
            assert!(!after.contains_key("ExifTool:Warning"), "{kind:?}: {after:?}");
        }
    }
}

#[test]
fn rule_21_width_and_height_are_those_that_are_displayed() {
    for number in 1..=8 {
        let picture = Picture::clean(Kind::Jpeg, with_exif(Kind::Jpeg, &camera_block(number))).unwrap();
        let expected = if number < 5 { (48, 32) } else { (32, 48) };
        assert_eq!((picture.width(), picture.height()), expected, "orientation {number}");
    }
}

#[test]
fn rule_21_a_thumbnail_is_turned_already() {
    // The seed's red corner is at its top left; where EXIF says that it is displayed: right, bottom.
    let corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0), (1, 0), (1, 1), (0, 1)];
    for kind in [Kind::Jpeg, Kind::Png, Kind::WebP] {
        for (number, (right, bottom)) in (1..).zip(corners) {
            let picture = Picture::clean(kind, with_exif(kind, &camera_block(number))).unwrap();
            let small = thumbnail(&picture).unwrap();
            assert_eq!((small.width, small.height), (picture.width(), picture.height()));
            let pixels = jpeg_decoder::Decoder::new(small.bytes.as_slice()).decode().unwrap();
            let at = |x: u32, y: u32| {
                let place = ((y * small.width + x) * 3) as usize;
                let [red, green, blue] = pixels[place..].first_chunk().unwrap();
                *red > 180 && *green < 90 && *blue < 90
            };
            for (x, y) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let red = at(if x == 1 { small.width - 4 } else { 3 }, if y == 1 { small.height - 4 } else { 3 });
                assert_eq!(red, (x, y) == (right, bottom), "{kind:?}, orientation {number}, corner {x} {y}");
            }
        }
    }
}

#[test]
fn rule_21_bad_exif_is_no_reason_to_refuse_a_picture() {
    for block in [b"".as_slice(), b"II*\0", b"not EXIF at all", &[0xff; 300]] {
        for kind in [Kind::Jpeg, Kind::Png, Kind::WebP] {
            let picture = Picture::clean(kind, with_exif(kind, block)).unwrap();
            assert_eq!(picture.orientation(), Orientation::UPRIGHT);
        }
    }
}

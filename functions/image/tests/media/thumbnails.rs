//! Thumbnails.

use media_check::{Picture, thumbnail};

use crate::exiftool::told;
use crate::seeds::{PICTURES, kind, read};

#[test]
fn rule_21_every_picture_has_a_thumbnail() {
    for name in PICTURES {
        let picture = Picture::clean(kind(name), read(name)).unwrap();
        let small = thumbnail(&picture).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((small.width, small.height), (picture.width(), picture.height()), "{name}");
        let told = told(&small.bytes);
        assert_eq!(told["File:FileType"], "JPEG", "{name}");
        assert_eq!(told["File:ImageWidth"], picture.width().to_string(), "{name}");
        let profiled = told.keys().any(|tag| tag.starts_with("ICC"));
        assert_eq!(
            profiled,
            ["progressive.jpg", "places.jpg", "places.png", "behind.png", "places.webp"].contains(&name),
            "{name}"
        );
    }
}

#[test]
fn rule_21_what_is_clear_becomes_white() {
    // The seed's left edge is clear.
    for name in ["alpha.png", "lossless.webp"] {
        let picture = Picture::clean(kind(name), read(name)).unwrap();
        let pixels = jpeg_decoder::Decoder::new(thumbnail(&picture).unwrap().bytes.as_slice()).decode().unwrap();
        let row = (picture.width() * 3) as usize;
        let left = &pixels[row * 20..][..3];
        assert!(left.iter().all(|colour| *colour > 225), "{name}: {left:?}");
    }
}

#[test]
fn rule_21_a_thumbnail_looks_like_its_picture() {
    for name in ["base.jpg", "base.png", "base.webp", "base.gif", "cmyk.jpg"] {
        let picture = Picture::clean(kind(name), read(name)).unwrap();
        let pixels = jpeg_decoder::Decoder::new(thumbnail(&picture).unwrap().bytes.as_slice()).decode().unwrap();
        let original = jpeg_decoder::Decoder::new(read("base.jpg").as_slice()).decode().unwrap();
        let off: u64 = pixels.iter().zip(&original).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = off / pixels.len() as u64;
        assert!(mean < 20, "{name} is off by {mean}");
    }
}

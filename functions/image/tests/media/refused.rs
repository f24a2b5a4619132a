//! What is not taken.

use media_check::limits::{MAX_FRAMES, MAX_PICTURE_BYTES};
use media_check::{Kind, Picture, Refusal, thumbnail};

use crate::seeds::{PICTURES, kind, read};

#[test]
fn rule_21_a_page_that_is_called_a_picture_is_refused() {
    for page in [
        "<!DOCTYPE html><script>alert(1)</script>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
        "%PDF-1.7",
    ] {
        for kind in [Kind::Jpeg, Kind::Png, Kind::WebP, Kind::Gif] {
            assert_eq!(Picture::clean(kind, page.into()), Err(Refusal::NotSupported));
        }
    }
}

#[test]
fn rule_21_a_page_inside_a_picture_does_not_stay() {
    let page = b"<script>alert(1)</script>";
    for name in PICTURES {
        let picture = Picture::clean(kind(name), [read(name), page.to_vec()].concat()).unwrap();
        assert!(!crate::seeds::holds(picture.bytes(), page), "{name}");
    }
}

#[test]
fn rule_21_another_type_than_the_declared_one_is_refused() {
    assert_eq!(Picture::clean(Kind::Png, read("base.jpg")), Err(Refusal::TypeDiffers("image/jpeg")));
    assert_eq!(Picture::clean(Kind::Jpeg, read("places.mp4")), Err(Refusal::TypeDiffers("video/mp4")));
}

#[test]
fn rule_21_a_picture_that_was_cut_is_refused() {
    for name in PICTURES {
        let whole = read(name);
        // What hangs behind a picture may be cut.
        let whole = Picture::clean(kind(name), whole).unwrap().into_bytes();
        for length in 0..whole.len() {
            let cut = Picture::clean(kind(name), whole[..length].to_vec());
            assert!(cut.is_err(), "{name} of {length} bytes");
        }
    }
}

#[test]
fn rule_21_a_picture_that_was_cut_and_closed_again_has_no_thumbnail() {
    // A PNG whose pixels are cut by 20 bytes, with the right length and check sum.
    let mut bytes = read("base.png");
    let pixels = bytes.windows(4).position(|bytes| bytes == b"IDAT").unwrap();
    let end = bytes.len() - 16;
    let kept = bytes[pixels..end - 20].to_vec();
    let length = u32::try_from(kept.len() - 4).unwrap().to_be_bytes();
    bytes.splice(pixels - 4..end + 4, [length.as_slice(), &kept, &crc32fast::hash(&kept).to_be_bytes()].concat());
    let picture = Picture::clean(Kind::Png, bytes).unwrap();
    assert!(matches!(thumbnail(&picture), Err(Refusal::Broken(_))));
}

#[test]
fn rule_21_a_palette_that_ends_within_a_colour_is_refused() {
    let bytes = read("palette.png");
    let palette = bytes.windows(4).position(|bytes| bytes == b"PLTE").unwrap();
    let length = u32::from_be_bytes(bytes[palette - 4..palette].try_into().unwrap());
    for less in [0, 1, 2] {
        let kept = &bytes[palette..palette + 4 + (length - less) as usize];
        let sum = crc32fast::hash(kept).to_be_bytes();
        let chunk = [(length - less).to_be_bytes().as_slice(), kept, &sum].concat();
        let rest = &bytes[palette + 8 + length as usize..];
        let cleaned = Picture::clean(Kind::Png, [&bytes[..palette - 4], &chunk, rest].concat());
        assert_eq!(cleaned.is_ok(), less == 0, "{less} bytes less");
    }
}

/// The header of a PNG of this size, and as good as no pixels.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = read("base.png");
    bytes.splice(16..24, [width.to_be_bytes(), height.to_be_bytes()].concat());
    let sum = crc32fast::hash(&bytes[12..29]).to_be_bytes();
    bytes.splice(29..33, sum);
    bytes
}

#[test]
fn rule_21_a_header_of_a_hundred_megapixels_is_refused() {
    let mut jpeg = read("base.jpg");
    let frame = jpeg.windows(2).position(|bytes| bytes == b"\xff\xc0").unwrap();
    jpeg.splice(frame + 5..frame + 9, [0x27, 0x10, 0x27, 0x10]);
    let mut webp = read("animated.webp");
    webp.splice(24..30, [0x0f, 0x27, 0, 0x0f, 0x27, 0]);
    let mut gif = read("base.gif");
    gif.splice(6..10, [0x10, 0x27, 0x10, 0x27]);
    let mut lossless = read("lossless.webp");
    lossless.splice(21..25, [0x0f, 0xe7, 0xc3, 0x09]);
    for (kind, bytes) in [
        (Kind::Jpeg, jpeg),
        (Kind::Png, png_header(10_000, 10_000)),
        (Kind::WebP, webp),
        (Kind::WebP, lossless),
        (Kind::Gif, gif),
        (Kind::Png, png_header(u32::MAX, u32::MAX)),
    ] {
        assert_eq!(Picture::clean(kind, bytes), Err(Refusal::TooManyPixels), "{kind:?}");
    }
}

#[test]
fn rule_21_a_picture_whose_header_promises_more_than_its_pixels_has_no_thumbnail() {
    let picture = Picture::clean(Kind::Png, png_header(6_000, 6_000)).unwrap();
    assert!(thumbnail(&picture).is_err());
}

#[test]
fn rule_21_a_frame_too_many_is_refused() {
    let mut gif = read("base.gif");
    let screen = 13 + 3 * (2 << (gif[10] & 7));
    assert_eq!(gif[10] & 0x80, 0x80);
    let image = gif[screen..].iter().position(|byte| *byte == 0x2c).unwrap() + screen;
    let frame = gif[image..gif.len() - 1].to_vec();
    gif.truncate(image);
    for _ in 0..MAX_FRAMES {
        gif.extend_from_slice(&frame);
    }
    let fits = [gif.as_slice(), b";"].concat();
    assert_eq!(Picture::clean(Kind::Gif, fits).unwrap().frames(), MAX_FRAMES);
    let over = [gif.as_slice(), &frame, b";"].concat();
    assert_eq!(Picture::clean(Kind::Gif, over), Err(Refusal::TooManyFrames));
}

#[test]
fn rule_21_a_picture_with_too_many_bytes_is_refused() {
    let mut bytes = read("base.jpg");
    bytes.resize(MAX_PICTURE_BYTES + 1, 0);
    assert_eq!(Picture::clean(Kind::Jpeg, bytes), Err(Refusal::TooLarge));
}

//! Thumbnails: small JPEGs of pictures that were cleaned.

mod gif;
mod jpeg;
mod pixels;
mod png;
mod resize;
mod webp;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use self::pixels::Decoded;
use crate::icc;
use crate::kind::Kind;
use crate::limits::{MAX_THUMBNAIL_ICC_BYTES, THUMBNAIL_QUALITY};
use crate::picture::Picture;
use crate::refusal::Refusal;

/// A JPEG whose longer side has at most 640 pixels. It is turned already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Decodes a picture, or the first frame of an animation, and makes it small. What is transparent becomes white.
///
/// # Errors
/// [`Refusal::Broken`], if the pixels cannot be decoded to the end.
pub fn thumbnail(picture: &Picture) -> Result<Thumbnail, Refusal> {
    let decoded = match picture.kind() {
        Kind::Jpeg => jpeg::decode(picture.bytes()),
        Kind::Png => png::decode(picture.bytes()),
        Kind::WebP => webp::decode(picture.bytes()),
        Kind::Gif => gif::decode(picture.bytes()),
        Kind::Mp4 | Kind::WebM => Err(Refusal::NotSupported),
    }?;
    let (width, height) = picture.orientation().displayed(picture.width(), picture.height());
    let (width, height) = resize::fitted(width, height);
    let Decoded { pixels, profile } = decoded;
    let rgb = resize::resize(pixels, width, height)?;
    let (width, height, rgb) = picture.orientation().turn(width, height, rgb);
    let profile = profile.filter(|profile| profile.len() <= MAX_THUMBNAIL_ICC_BYTES && icc::is_rgb(profile));
    let bytes =
        encode(&rgb, width, height, profile.as_deref()).ok_or(Refusal::Broken("no thumbnail can be written"))?;
    Ok(Thumbnail { bytes, width, height })
}

fn encode(rgb: &[u8], width: u32, height: u32, profile: Option<&[u8]>) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(64 * 1024);
    let mut encoder = Encoder::new(&mut bytes, THUMBNAIL_QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.set_optimized_huffman_tables(true);
    if let Some(profile) = profile {
        encoder.add_icc_profile(profile).ok()?;
    }
    let (width, height) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
    encoder.encode(rgb, width, height, ColorType::Rgb).ok()?;
    Some(bytes)
}

use jpeg_decoder::{Decoder, PixelFormat};

use super::pixels::{Decoded, Layout, Shrinker};
use super::resize::fitted;
use crate::refusal::Refusal;

/// Decodes at an eighth, a quarter or half of the size if that is still large enough. A file that was cut is an error here, where
/// other decoders show it half gray.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Refusal> {
    let broken = |_| Refusal::Broken("the pixels of a JPEG");
    let mut decoder = Decoder::new(bytes);
    decoder.read_info().map_err(broken)?;
    let info = decoder.info().ok_or(Refusal::Broken("a JPEG without a picture"))?;
    let (wanted_width, wanted_height) = fitted(u32::from(info.width), u32::from(info.height));
    let wanted = |side: u32| u16::try_from(side).unwrap_or(u16::MAX);
    let (width, height) = decoder.scale(wanted(wanted_width), wanted(wanted_height)).map_err(broken)?;
    let pixels = decoder.decode().map_err(broken)?;
    let layout = match info.pixel_format {
        PixelFormat::L8 => Layout::Gray,
        PixelFormat::RGB24 => Layout::Rgb,
        PixelFormat::CMYK32 => Layout::Cmyk,
        PixelFormat::L16 => return Err(Refusal::NotSupported),
    };
    let mut shrinker = Shrinker::new(u32::from(width), u32::from(height), layout)?;
    let row = usize::from(width) * info.pixel_format.pixel_bytes();
    pixels.chunks_exact(row).take(usize::from(height)).for_each(|row| shrinker.push(row));
    Ok(Decoded { pixels: shrinker.pixels()?, profile: decoder.icc_profile() })
}

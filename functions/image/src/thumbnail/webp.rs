use std::io::Cursor;

use image_webp::WebPDecoder;

use super::pixels::{Decoded, Layout, Shrinker};
use crate::limits::MAX_DECODED_BYTES;
use crate::refusal::Refusal;

const BROKEN: Refusal = Refusal::Broken("the pixels of a WebP");

/// Decodes the picture whole; its decoder knows no rows.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Refusal> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|_| BROKEN)?;
    decoder.set_memory_limit(usize::try_from(MAX_DECODED_BYTES).unwrap_or(usize::MAX));
    let (width, height) = decoder.dimensions();
    let (layout, pixel_bytes) = if decoder.has_alpha() { (Layout::Rgba, 4) } else { (Layout::Rgb, 3) };
    let mut whole = vec![0; decoder.output_buffer_size().ok_or(BROKEN)?];
    decoder.read_image(&mut whole).map_err(|_| BROKEN)?;
    let mut shrinker = Shrinker::new(width, height, layout)?;
    whole.chunks_exact(width as usize * pixel_bytes).for_each(|row| shrinker.push(row));
    let profile = decoder.icc_profile().ok().flatten();
    Ok(Decoded { pixels: shrinker.pixels()?, profile })
}

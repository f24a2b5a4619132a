use std::num::NonZeroU64;

use gif::{ColorOutput, DecodeOptions, DecodingError, MemoryLimit};

use super::pixels::{Decoded, Layout, Shrinker};
use crate::limits::MAX_DECODED_BYTES;
use crate::refusal::Refusal;

/// Decodes the first frame as numbers of colours, and draws it on a white screen.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Refusal> {
    draw(bytes).map_err(|_| Refusal::Broken("the pixels of a GIF"))?
}

fn draw(bytes: &[u8]) -> Result<Result<Decoded, Refusal>, DecodingError> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.set_memory_limit(NonZeroU64::new(MAX_DECODED_BYTES).map_or(MemoryLimit::Unlimited, MemoryLimit::Bytes));
    let mut decoder = options.read_info(bytes)?;
    let (width, height) = (decoder.width(), decoder.height());
    let Some(frame) = decoder.next_frame_info()? else {
        return Ok(Err(Refusal::Broken("a GIF without a picture")));
    };
    let (left, top, wide, high) = (frame.left, frame.top, frame.width, frame.height);
    let clear = frame.transparent;
    let mut numbers = vec![0; decoder.buffer_size()];
    decoder.read_into_buffer(&mut numbers)?;
    let palette = decoder.palette()?;
    let white = [255; 3];
    let colour = |number: &u8| match palette.as_chunks::<3>().0.get(usize::from(*number)) {
        Some(colour) if clear != Some(*number) => *colour,
        _ => white,
    };
    let drawn = || -> Result<Decoded, Refusal> {
        let mut shrinker = Shrinker::new(u32::from(width), u32::from(height), Layout::Rgb)?;
        for y in 0..height {
            let mut row = vec![white; usize::from(width)];
            let inside = y.checked_sub(top).filter(|y| *y < high).map(usize::from);
            let source = inside.and_then(|y| numbers.chunks_exact(usize::from(wide).max(1)).nth(y));
            let place = row.get_mut(usize::from(left)..).unwrap_or_default();
            for (pixel, number) in place.iter_mut().zip(source.unwrap_or_default()) {
                *pixel = colour(number);
            }
            shrinker.push(row.as_flattened());
        }
        Ok(Decoded { pixels: shrinker.pixels()?, profile: None })
    };
    Ok(drawn())
}

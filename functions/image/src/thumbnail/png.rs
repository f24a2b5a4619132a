use std::io::Cursor;

use png::{ColorType, Decoder, DecodingError, Limits, Reader, Transformations};

use super::pixels::{Decoded, Layout, Shrinker};
use crate::limits::MAX_DECODED_BYTES;
use crate::refusal::Refusal;

const BROKEN: Refusal = Refusal::Broken("the pixels of a PNG");

/// Decodes row by row; an interlaced picture is decoded whole.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Refusal> {
    let limit = usize::try_from(MAX_DECODED_BYTES).unwrap_or(usize::MAX);
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: limit });
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|_| BROKEN)?;
    let layout = match reader.output_color_type().0 {
        ColorType::Grayscale => Layout::Gray,
        ColorType::GrayscaleAlpha => Layout::GrayAlpha,
        ColorType::Rgb => Layout::Rgb,
        ColorType::Rgba => Layout::Rgba,
        ColorType::Indexed => return Err(BROKEN),
    };
    let mut shrinker = Shrinker::new(reader.info().width, reader.info().height, layout)?;
    rows(&mut reader, |row| shrinker.push(row)).map_err(|_| BROKEN)?;
    let profile = reader.info().icc_profile.as_deref().map(<[u8]>::to_vec);
    Ok(Decoded { pixels: shrinker.pixels()?, profile })
}

fn rows(reader: &mut Reader<Cursor<&[u8]>>, mut push: impl FnMut(&[u8])) -> Result<(), DecodingError> {
    if reader.info().interlaced {
        let mut whole = vec![0; reader.output_buffer_size().ok_or(DecodingError::LimitsExceeded)?];
        let info = reader.next_frame(&mut whole)?;
        whole.chunks_exact(info.line_size).take(info.height as usize).for_each(push);
    } else {
        while let Some(row) = reader.next_row()? {
            push(row.data());
        }
    }
    Ok(())
}

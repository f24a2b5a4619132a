//! How large a thumbnail is, and the last step down, with a good filter.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::pixels::Pixels;
use crate::limits::THUMBNAIL_SIDE;
use crate::refusal::Refusal;

const FAILED: Refusal = Refusal::Broken("no thumbnail can be made");

/// The sides of a thumbnail. Small pictures keep theirs.
pub(super) fn fitted(width: u32, height: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= THUMBNAIL_SIDE {
        return (width, height);
    }
    let scaled = |side: u32| {
        let (side, longest) = (u64::from(side) * u64::from(THUMBNAIL_SIDE), u64::from(longest));
        u32::try_from((side + longest / 2) / longest).unwrap_or(THUMBNAIL_SIDE).max(1)
    };
    (scaled(width), scaled(height))
}

/// The pixels at this size.
pub(super) fn resize(pixels: Pixels, width: u32, height: u32) -> Result<Vec<u8>, Refusal> {
    if (pixels.width, pixels.height) == (width, height) {
        return Ok(pixels.rgb);
    }
    let source = ImageRef::new(pixels.width, pixels.height, &pixels.rgb, PixelType::U8x3).map_err(|_| FAILED)?;
    let mut small = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut small, &options).map_err(|_| FAILED)?;
    Ok(small.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_side_is_bounded_and_none_vanishes() {
        assert_eq!(fitted(640, 480), (640, 480));
        assert_eq!(fitted(4000, 3000), (640, 480));
        assert_eq!(fitted(3000, 4000), (480, 640));
        assert_eq!(fitted(65_000, 1), (640, 1));
    }
}

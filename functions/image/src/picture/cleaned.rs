//! What the cleaner of every picture format returns.

use crate::limits::{MAX_DECODED_BYTES, MAX_PIXELS};
use crate::orientation::Orientation;
use crate::refusal::Refusal;

/// A picture without metadata.
pub(crate) struct Cleaned {
    pub(crate) bytes: Vec<u8>,
    /// Width of the pixels as they are stored.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// 1 unless it is an animation.
    pub(crate) frames: u32,
    pub(crate) orientation: Orientation,
}

/// Refuses pictures other than JPEG that would be too large decoded.
pub(crate) fn check_size(width: u32, height: u32, bytes_per_pixel: u64) -> Result<(), Refusal> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(Refusal::Broken("a picture without pixels"));
    }
    if pixels > MAX_PIXELS || pixels.saturating_mul(bytes_per_pixel) > MAX_DECODED_BYTES {
        return Err(Refusal::TooManyPixels);
    }
    Ok(())
}

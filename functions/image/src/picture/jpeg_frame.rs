//! The header of a JPEG's picture: how large it is, and what its decoder will need.

use super::jpeg_segments::marker;
use crate::bytes::{be16, byte};
use crate::limits::{MAX_COEFFICIENT_BYTES, MAX_JPEG_PIXELS};
use crate::refusal::Refusal;

/// Width and height of the stored pixels.
pub(crate) struct Frame {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Frame {
    /// Reads a start of frame, and refuses what would not fit into memory.
    pub(crate) fn read(marker: u8, body: &[u8]) -> Result<Self, Refusal> {
        let components = byte(body, 5)?;
        if byte(body, 0)? != 8 || !matches!(components, 1 | 3 | 4) {
            return Err(Refusal::NotSupported);
        }
        if body.len() != 6 + 3 * usize::from(components) {
            return Err(Refusal::Broken("a start of frame of the wrong length"));
        }
        let (height, width) = (u32::from(be16(body, 1)?), u32::from(be16(body, 3)?));
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 {
            return Err(Refusal::Broken("a picture without pixels"));
        }
        if pixels > MAX_JPEG_PIXELS {
            return Err(Refusal::TooManyPixels);
        }
        let coefficients = coefficient_bytes(body, pixels)?;
        if marker == marker::SOF2 && coefficients > MAX_COEFFICIENT_BYTES {
            return Err(Refusal::TooManyPixels);
        }
        Ok(Self { width, height })
    }
}

/// Bytes of all coefficients: two for each sample of each component.
fn coefficient_bytes(body: &[u8], pixels: u64) -> Result<u64, Refusal> {
    let factors = || body.get(6..).unwrap_or_default().chunks(3).map(|part| part.get(1).copied().unwrap_or_default());
    let (wide, high) = (|factors: u8| u64::from(factors >> 4), |factors: u8| u64::from(factors & 15));
    if !factors().all(|factors| (1..=4).contains(&wide(factors)) && (1..=4).contains(&high(factors))) {
        return Err(Refusal::Broken("a sampling factor of a JPEG"));
    }
    let most = factors().map(wide).max().unwrap_or(1) * factors().map(high).max().unwrap_or(1);
    Ok(factors().map(|factors| 2 * pixels * wide(factors) * high(factors) / most).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(marker: u8, width: u16, height: u16, luma: u8) -> Result<Frame, Refusal> {
        let [h, l] = height.to_be_bytes();
        let [w, m] = width.to_be_bytes();
        Frame::read(marker, &[8, h, l, w, m, 3, 1, luma, 0, 2, 0x11, 1, 3, 0x11, 1])
    }

    #[test]
    fn rule_21_the_header_bounds_what_is_decoded() {
        assert!(frame(marker::SOF0, 8064, 6048, 0x22).is_ok());
        assert_eq!(frame(marker::SOF0, 10_000, 10_000, 0x22).err(), Some(Refusal::TooManyPixels));
        // A progressive one is held whole: with full colours, half as many pixels are taken.
        assert!(frame(marker::SOF2, 8064, 6048, 0x22).is_ok());
        assert_eq!(frame(marker::SOF2, 8064, 6048, 0x11).err(), Some(Refusal::TooManyPixels));
        assert!(frame(marker::SOF2, 5600, 4900, 0x11).is_ok());
        assert!(frame(marker::SOF0, 0, 100, 0x11).is_err());
        assert!(frame(marker::SOF0, 100, 100, 0x01).is_err());
    }
}

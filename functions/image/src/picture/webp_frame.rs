//! The pixels of a WebP: those of a still picture, or of one frame of an animation.

use super::webp_chunks::{Chunk, append};
use crate::bytes::{byte, le16, le32, take};
use crate::refusal::Refusal;

/// The chunks that hold pixels: one with colours, and one with alpha if the colours have none.
#[derive(Default)]
pub(crate) struct Frame<'a> {
    alpha: Option<&'a [u8]>,
    lossy: Option<&'a [u8]>,
    lossless: Option<&'a [u8]>,
}

impl<'a> Frame<'a> {
    /// Whether nothing of it was seen yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.alpha.is_none() && self.lossy.is_none() && self.lossless.is_none()
    }

    /// Takes a chunk, if it is one of these.
    pub(crate) fn take(&mut self, (name, body): Chunk<'a>) -> Result<(), Refusal> {
        let place = match name {
            b"ALPH" => &mut self.alpha,
            b"VP8 " => &mut self.lossy,
            b"VP8L" => &mut self.lossless,
            _ => return Ok(()),
        };
        match place.replace(body) {
            None => Ok(()),
            Some(_) => Err(Refusal::Broken("a WebP with two pictures")),
        }
    }

    /// Width and height, as the pixels themselves say.
    pub(crate) fn size(&self) -> Result<(u32, u32), Refusal> {
        match (self.lossy, self.lossless) {
            (Some(lossy), None) => {
                if byte(lossy, 0)? & 1 == 1 || take(lossy, 3, 3)? != [0x9d, 0x01, 0x2a] {
                    return Err(Refusal::Broken("a lossy WebP without its beginning"));
                }
                Ok((u32::from(le16(lossy, 6)? & 0x3fff), u32::from(le16(lossy, 8)? & 0x3fff)))
            }
            (None, Some(lossless)) => {
                if byte(lossless, 0)? != 0x2f {
                    return Err(Refusal::Broken("a lossless WebP without its beginning"));
                }
                let sides = le32(lossless, 1)?;
                Ok(((sides & 0x3fff) + 1, ((sides >> 14) & 0x3fff) + 1))
            }
            (None, None) => Err(Refusal::Broken("a WebP without pixels")),
            (Some(_), Some(_)) => Err(Refusal::Broken("a WebP with two pictures")),
        }
    }

    /// Appends its chunks.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let colours = [(b"VP8 ", self.lossy), (b"VP8L", self.lossless)];
        // Alpha belongs to lossy colours only.
        let alpha = self.alpha.filter(|_| self.lossy.is_some());
        for (name, body) in [(b"ALPH", alpha)].into_iter().chain(colours) {
            if let Some(body) = body {
                append(out, name, &[body]);
            }
        }
    }
}

/// A side of the canvas as it is stored: three bytes, less one.
pub(crate) fn stored_size(side: u32) -> [u8; 3] {
    let [a, b, c, _] = side.saturating_sub(1).to_le_bytes();
    [a, b, c]
}

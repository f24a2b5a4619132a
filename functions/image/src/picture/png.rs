//! PNG: what is kept of it.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::cleaned::{Cleaned, check_size};
use crate::bytes::{be32, byte, index, take};
use crate::icc;
use crate::limits::{MAX_FRAMES, MAX_ICC_BYTES};
use crate::orientation::Orientation;
use crate::refusal::Refusal;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const ORDER: Refusal = Refusal::Broken("a PNG whose chunks are in the wrong order");

/// Chunks about the whole picture that are kept, and how long they may be. Each is there once.
const ONCE: [(&[u8; 4], usize, usize); 10] = [
    (b"PLTE", 3, 768),
    (b"tRNS", 1, 256),
    (b"cHRM", 32, 32),
    (b"gAMA", 4, 4),
    (b"sRGB", 1, 1),
    (b"cICP", 4, 4),
    (b"sBIT", 1, 4),
    (b"bKGD", 1, 6),
    (b"pHYs", 9, 9),
    (b"acTL", 8, 8),
];

/// What is found out on the way through the chunks.
#[derive(Default)]
struct Found<'a> {
    width: u32,
    height: u32,
    exif: Option<&'a [u8]>,
    /// Whether a profile was seen. Only the first is looked at: each could take long to unpack.
    profiled: bool,
    seen: Vec<[u8; 4]>,
    pixels: bool,
    frames: u32,
    ended: bool,
    out: Vec<u8>,
}

/// Keeps what draws the picture, its profile and its orientation. What stands behind the end goes.
pub(crate) fn clean(bytes: &[u8]) -> Result<Cleaned, Refusal> {
    let mut rest = bytes.strip_prefix(SIGNATURE).ok_or(Refusal::Broken("a PNG without its beginning"))?;
    let mut found = Found { out: Vec::with_capacity(bytes.len().saturating_add(64)), ..Found::default() };
    found.out.extend_from_slice(SIGNATURE);
    while !found.ended {
        let length = index(be32(rest, 0)?)?;
        let whole = take(rest, 0, length.saturating_add(12))?;
        rest = rest.get(whole.len()..).unwrap_or_default();
        found.take(whole)?;
    }
    let orientation = found.exif.map_or(Orientation::UPRIGHT, Orientation::read);
    if orientation != Orientation::UPRIGHT {
        // Behind the header: some viewers do not look behind the pixels.
        let place = SIGNATURE.len() + 25;
        found.out.splice(place..place, chunk(b"eXIf", &orientation.block()));
    }
    let frames = found.frames.max(1);
    Ok(Cleaned { bytes: found.out, width: found.width, height: found.height, frames, orientation })
}

impl<'a> Found<'a> {
    /// Takes one chunk, given with its length and its check sum.
    fn take(&mut self, whole: &'a [u8]) -> Result<(), Refusal> {
        let kind: [u8; 4] = crate::bytes::array(whole, 4)?;
        let body = whole.get(8..whole.len() - 4).unwrap_or_default();
        if (self.width == 0) != (&kind == b"IHDR") {
            return Err(ORDER);
        }
        match &kind {
            b"IHDR" => self.header(body)?,
            b"IDAT" => {
                self.pixels = true;
            }
            b"fcTL" => self.frame(body)?,
            b"fdAT" if self.pixels && self.frames > 0 => {}
            b"IEND" if self.pixels && body.is_empty() => self.ended = true,
            // Three bytes a colour. The decoder relies on it, and would panic.
            b"PLTE" if !body.len().is_multiple_of(3) => return Err(Refusal::Broken("the palette of a PNG")),
            b"eXIf" => {
                self.exif = self.exif.or(Some(body));
                return Ok(());
            }
            b"iCCP" => {
                self.profile(body);
                return Ok(());
            }
            _ => match ONCE.iter().find(|(name, ..)| **name == kind) {
                None if kind[0].is_ascii_uppercase() => return Err(Refusal::NotSupported),
                None => return Ok(()),
                // What does not fit is no loss: these are hints, except for the palette, which the decoder will miss.
                Some((_, least, most)) => {
                    if self.pixels || self.seen.contains(&kind) || !(*least..=*most).contains(&body.len()) {
                        return Ok(());
                    }
                    self.seen.push(kind);
                }
            },
        }
        if be32(whole, whole.len() - 4)? != crc32fast::hash(whole.get(4..whole.len() - 4).unwrap_or_default()) {
            return Err(Refusal::Broken("a check sum of a PNG"));
        }
        self.out.extend_from_slice(whole);
        Ok(())
    }

    fn header(&mut self, body: &[u8]) -> Result<(), Refusal> {
        if body.len() != 13 {
            return Err(Refusal::Broken("a header of PNG of the wrong length"));
        }
        (self.width, self.height) = (be32(body, 0)?, be32(body, 4)?);
        let samples = match byte(body, 9)? {
            0 | 3 => 1,
            2 => 3,
            4 => 2,
            6 => 4,
            _ => return Err(Refusal::Broken("a colour type of PNG")),
        };
        check_size(self.width, self.height, samples * u64::from(byte(body, 8)?).div_ceil(8))
    }

    fn frame(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let inside = |side: u32, at: u32, whole: u32| side > 0 && u64::from(side) + u64::from(at) <= u64::from(whole);
        let fits = body.len() == 26
            && inside(be32(body, 4)?, be32(body, 12)?, self.width)
            && inside(be32(body, 8)?, be32(body, 16)?, self.height);
        if !fits {
            return Err(Refusal::Broken("a frame of an animated PNG"));
        }
        self.frames += 1;
        if self.frames > MAX_FRAMES { Err(Refusal::TooManyFrames) } else { Ok(()) }
    }

    /// Keeps the profile alone, packed anew: its name, and what may hang behind the packed bytes, could be any text.
    fn profile(&mut self, body: &[u8]) {
        if std::mem::replace(&mut self.profiled, true) || self.pixels {
            return;
        }
        let packed = body.iter().position(|byte| *byte == 0).and_then(|end| body.get(end + 2..)).unwrap_or_default();
        let mut unpacked = Vec::new();
        if ZlibDecoder::new(packed).take(MAX_ICC_BYTES as u64).read_to_end(&mut unpacked).is_err() {
            return;
        }
        let Some(profile) = icc::profile(&unpacked) else { return };
        let mut packed = ZlibEncoder::new(b"icc\0\0".to_vec(), Compression::default());
        if packed.write_all(profile).is_ok()
            && let Ok(body) = packed.finish()
        {
            self.out.extend_from_slice(&chunk(b"iCCP", &body));
        }
    }
}

/// A chunk with its length and its check sum.
fn chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let mut whole = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
    whole.extend_from_slice(kind);
    whole.extend_from_slice(body);
    let sum = crc32fast::hash(whole.get(4..).unwrap_or_default());
    whole.extend_from_slice(&sum.to_be_bytes());
    whole
}

//! WebP: what is kept of it.

use super::cleaned::{Cleaned, check_size};
use super::webp_chunks::{Chunk, append, next};
use super::webp_frame::{Frame, stored_size};
use crate::bytes::{byte, index, le24, le32, take};
use crate::icc;
use crate::limits::MAX_FRAMES;
use crate::orientation::Orientation;
use crate::refusal::Refusal;

/// Flags of `VP8X`.
const ANIMATED: u8 = 0x02;
const HAS_EXIF: u8 = 0x08;
const ALPHA: u8 = 0x10;
const HAS_ICC: u8 = 0x20;

/// What is found out on the way through the chunks.
#[derive(Default)]
struct Found<'a> {
    /// Flags, width and height of the extended header.
    extended: Option<(u8, u32, u32)>,
    exif: Option<&'a [u8]>,
    profile: Option<&'a [u8]>,
    /// Background and loop of an animation.
    animation: Option<&'a [u8]>,
    still: Frame<'a>,
    frames: Vec<(&'a [u8], Frame<'a>)>,
}

/// Keeps what draws the picture, its profile and its orientation. What stands behind the end goes.
pub(crate) fn clean(bytes: &[u8]) -> Result<Cleaned, Refusal> {
    let length = index(le32(bytes, 4)?)?;
    let mut rest =
        take(bytes, 8, length)?.strip_prefix(b"WEBP").ok_or(Refusal::Broken("a WebP without its beginning"))?;
    let mut found = Found::default();
    while let Some(chunk) = next(&mut rest)? {
        found.take(chunk)?;
    }
    found.clean(bytes.len())
}

impl<'a> Found<'a> {
    fn take(&mut self, (name, body): Chunk<'a>) -> Result<(), Refusal> {
        match name {
            b"VP8X" if self.extended.is_none() && self.still.is_empty() => {
                self.extended = Some((byte(body, 0)?, le24(body, 4)? + 1, le24(body, 7)? + 1));
            }
            b"EXIF" => self.exif = self.exif.or(Some(body)),
            b"ICCP" => self.profile = self.profile.or(icc::profile(body)),
            b"ANIM" => self.animation = self.animation.or(body.get(..6)),
            b"ANMF" => {
                if self.frames.len() >= MAX_FRAMES as usize {
                    return Err(Refusal::TooManyFrames);
                }
                let mut rest = body.get(16..).ok_or(Refusal::Broken("a frame of an animated WebP"))?;
                let mut frame = Frame::default();
                while let Some(chunk) = next(&mut rest)? {
                    frame.take(chunk)?;
                }
                self.frames.push((take(body, 0, 16)?, frame));
            }
            _ => self.still.take((name, body))?,
        }
        Ok(())
    }

    fn clean(&self, most: usize) -> Result<Cleaned, Refusal> {
        let Some((flags, width, height)) = self.extended else {
            let (width, height) = self.still.size()?;
            check_size(width, height, 4)?;
            let mut chunks = Vec::with_capacity(most);
            self.still.write(&mut chunks);
            let (bytes, orientation) = (riff(&chunks), Orientation::UPRIGHT);
            return Ok(Cleaned { bytes, width, height, frames: 1, orientation });
        };
        check_size(width, height, 4)?;
        let orientation = self.exif.map_or(Orientation::UPRIGHT, Orientation::read);
        let turned = orientation != Orientation::UPRIGHT;
        let animated = flags & ANIMATED != 0;
        let mut chunks = Vec::with_capacity(most.saturating_add(64));
        let kept = [(HAS_ICC, self.profile.is_some()), (HAS_EXIF, turned), (ANIMATED, animated)];
        let flags = kept.iter().filter(|(_, is_kept)| *is_kept).fold(flags & ALPHA, |flags, (flag, _)| flags | flag);
        append(&mut chunks, b"VP8X", &[&[flags, 0, 0, 0], &stored_size(width), &stored_size(height)]);
        if let Some(profile) = self.profile {
            append(&mut chunks, b"ICCP", &[profile]);
        }
        if animated {
            self.write_frames(&mut chunks, width, height)?;
        } else {
            if self.still.size()? != (width, height) {
                return Err(Refusal::Broken("a WebP of two sizes"));
            }
            self.still.write(&mut chunks);
        }
        if turned {
            append(&mut chunks, b"EXIF", &[&orientation.block()]);
        }
        let frames = if animated { u32::try_from(self.frames.len()).unwrap_or(u32::MAX) } else { 1 };
        Ok(Cleaned { bytes: riff(&chunks), width, height, frames, orientation })
    }

    fn write_frames(&self, chunks: &mut Vec<u8>, width: u32, height: u32) -> Result<(), Refusal> {
        let animation = self.animation.filter(|_| !self.frames.is_empty());
        append(chunks, b"ANIM", &[animation.ok_or(Refusal::Broken("an animated WebP without frames"))?]);
        for (place, frame) in &self.frames {
            // Places are stored halved, sides less one.
            let sides = (le24(place, 6)? + 1, le24(place, 9)? + 1);
            let inside = le24(place, 0)? * 2 + sides.0 <= width && le24(place, 3)? * 2 + sides.1 <= height;
            if !inside || frame.size()? != sides {
                return Err(Refusal::Broken("a frame of an animated WebP"));
            }
            let mut inner = Vec::new();
            frame.write(&mut inner);
            append(chunks, b"ANMF", &[place, &inner]);
        }
        Ok(())
    }
}

/// The file around the chunks.
fn riff(chunks: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(chunks.len() + 12);
    append(&mut out, b"RIFF", &[b"WEBP", chunks]);
    out
}

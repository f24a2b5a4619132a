//! GIF: what is kept of it.

use super::cleaned::{Cleaned, check_size};
use crate::bytes::{byte, le16, take};
use crate::limits::MAX_FRAMES;
use crate::orientation::Orientation;
use crate::refusal::Refusal;

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;
/// Extensions that are told apart.
const CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;
/// The block that makes an animation loop.
const LOOP: &[u8] = b"\x21\xff\x0bNETSCAPE2.0\x03\x01";

/// Keeps what draws the frames, and the loop. What stands behind the end goes.
pub(crate) fn clean(bytes: &[u8]) -> Result<Cleaned, Refusal> {
    let (width, height) = (u32::from(le16(bytes, 6)?), u32::from(le16(bytes, 8)?));
    // Decoded as colours, not as their numbers in a table.
    check_size(width, height, 4)?;
    let header = 13 + table_bytes(byte(bytes, 10)?);
    let mut walk = Walk { bytes, at: header, frames: 0, repeat: None, control: None, drawn: Vec::new() };
    walk.drawn.reserve(bytes.len());
    while walk.step()? {}
    if walk.frames == 0 {
        return Err(Refusal::Broken("a GIF without a picture"));
    }
    let mut out = Vec::with_capacity(bytes.len().saturating_add(64));
    out.extend_from_slice(b"GIF89a");
    out.extend_from_slice(take(bytes, 6, header - 6)?);
    if let Some(repeat) = walk.repeat {
        out.extend_from_slice(LOOP);
        out.extend_from_slice(repeat);
        out.push(0);
    }
    out.append(&mut walk.drawn);
    out.push(TRAILER);
    Ok(Cleaned { bytes: out, width, height, frames: walk.frames, orientation: Orientation::UPRIGHT })
}

/// The length of a table of colours.
pub(crate) fn table_bytes(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    frames: u32,
    /// How often the animation is repeated.
    repeat: Option<&'a [u8]>,
    /// Delay, disposal and transparency of the frame to come.
    control: Option<&'a [u8]>,
    drawn: Vec<u8>,
}

impl Walk<'_> {
    /// Goes over one block; false at the end.
    fn step(&mut self) -> Result<bool, Refusal> {
        match byte(self.bytes, self.at)? {
            TRAILER => return Ok(false),
            IMAGE => self.image()?,
            EXTENSION => {
                let (label, first) = (byte(self.bytes, self.at + 1)?, self.at + 2);
                self.at = blocks_end(self.bytes, first)?;
                match label {
                    CONTROL if byte(self.bytes, first)? == 4 => self.control = Some(take(self.bytes, first + 1, 4)?),
                    APPLICATION => self.repeat = self.repeat.or(repeat(self.bytes, first)),
                    // A control block belongs to the next thing that is drawn. Text is one, and no viewer draws it.
                    0x01 => self.control = None,
                    _ => {}
                }
            }
            _ => return Err(Refusal::Broken("a block of a GIF")),
        }
        Ok(true)
    }

    fn image(&mut self) -> Result<(), Refusal> {
        self.frames += 1;
        if self.frames > MAX_FRAMES {
            return Err(Refusal::TooManyFrames);
        }
        // A frame may be larger than the screen, so it is bounded too.
        check_size(u32::from(le16(self.bytes, self.at + 5)?), u32::from(le16(self.bytes, self.at + 7)?), 4)?;
        let pixels = self.at + 10 + table_bytes(byte(self.bytes, self.at + 9)?);
        let end = blocks_end(self.bytes, pixels + 1)?;
        if let Some(control) = self.control.take() {
            self.drawn.extend_from_slice(&[EXTENSION, CONTROL, 4]);
            self.drawn.extend_from_slice(control);
            self.drawn.push(0);
        }
        self.drawn.extend_from_slice(self.bytes.get(self.at..end).unwrap_or_default());
        self.at = end;
        Ok(())
    }
}

/// The place behind a list of blocks, each with its length before it. One without a length ends the list.
pub(crate) fn blocks_end(bytes: &[u8], mut at: usize) -> Result<usize, Refusal> {
    loop {
        let length = usize::from(byte(bytes, at)?);
        at += 1 + length;
        if length == 0 {
            return Ok(at);
        }
    }
}

/// The number of repetitions, if the application block at `at` says it.
fn repeat(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let block = bytes.get(at..)?;
    let body = block.strip_prefix(b"\x0bNETSCAPE2.0").or(block.strip_prefix(b"\x0bANIMEXTS1.0"))?;
    body.strip_prefix(&[3, 1])?.get(..2)
}

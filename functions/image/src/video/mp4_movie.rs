//! The header of an MP4: tracks, times, names.

use super::mp4_boxes::{Action, Box, Name, action, boxes, list_bytes};
use super::mp4_samples::descriptions;
use super::plan::Found;
use crate::bytes::{be32, be64, byte, index, take};
use crate::refusal::Refusal;

/// What is found out about the track that is being read.
#[derive(Default)]
struct Track {
    /// Width and height as displayed.
    size: (u32, u32),
    handler: Option<Name>,
    described: bool,
}

/// A walk over the boxes of the header, or of one fragment.
pub(crate) struct Movie<'f> {
    found: &'f mut Found,
    track: Track,
    tracks: u32,
}

/// Cleans the header of a fragment. It holds places of samples, and nothing about the movie.
pub(crate) fn fragment(bytes: &[u8], at: u64, found: &mut Found) -> Result<(), Refusal> {
    Movie { found, track: Track::default(), tracks: 0 }.walk(*b"moof", bytes, at)
}

impl Movie<'_> {
    /// Reads and cleans the header of the movie.
    pub(crate) fn read(bytes: &[u8], at: u64, found: &mut Found) -> Result<(), Refusal> {
        let mut movie = Movie { found, track: Track::default(), tracks: 0 };
        movie.walk(*b"moov", bytes, at)?;
        if movie.tracks == 0 { Err(Refusal::Broken("a video without tracks")) } else { Ok(()) }
    }

    /// Goes through the boxes in another. No box holds one of its own kind, so this ends.
    fn walk(&mut self, parent: Name, bytes: &[u8], at: u64) -> Result<(), Refusal> {
        let (boxes, behind) = boxes(bytes, at)?;
        for part in &boxes {
            match action(parent, part.name) {
                Action::Free => free(self.found, part)?,
                Action::Keep => {}
                Action::List(each) => self.zero(part, list_bytes(part.body, each)?, part.body.len() as u64)?,
                Action::Enter => self.enter(part)?,
                Action::Look => self.look(part)?,
            }
        }
        let end = at + bytes.len() as u64;
        self.found.patch(end - behind.len() as u64..end, b"")
    }

    fn enter(&mut self, part: &Box<'_>) -> Result<(), Refusal> {
        if &part.name != b"trak" {
            return self.walk(part.name, part.body, part.body_at());
        }
        self.track = Track::default();
        self.tracks += 1;
        self.walk(part.name, part.body, part.body_at())?;
        if !self.track.described {
            return Err(Refusal::Broken("a track that is not described"));
        }
        if self.track.handler == Some(*b"vide") {
            self.found.size(self.track.size.0, self.track.size.1);
        }
        Ok(())
    }

    fn look(&mut self, part: &Box<'_>) -> Result<(), Refusal> {
        let body = part.body;
        // In version 1, times and durations have eight bytes.
        let long = byte(body, 0)? == 1;
        let shift = |short: u64, more: u64| if long { short + more } else { short };
        match &part.name {
            b"hdlr" => {
                // In the track itself, the handler says what it is; deeper down, QuickTime names what reads it.
                let handler: Name = crate::bytes::array(body, 8)?;
                match (&handler, self.track.handler) {
                    (b"vide" | b"soun", None) => self.track.handler = Some(handler),
                    (b"alis" | b"url ", Some(_)) => {}
                    _ => return Err(Refusal::ForeignTrack),
                }
                self.zero(part, 12, body.len() as u64)
            }
            b"dref" => references(body),
            b"stsd" => {
                let handler = self.track.handler.ok_or(Refusal::Broken("a track without a handler"))?;
                self.track.described = true;
                descriptions(part, handler == *b"vide", self.found)
            }
            b"mvhd" => {
                self.movie_times(body, long)?;
                self.zero(part, 4, shift(12, 8))?;
                // Times of a preview in QuickTime.
                self.zero(part, shift(72, 12), shift(96, 12))?;
                self.zero(part, shift(100, 12), body.len() as u64)
            }
            b"tkhd" => {
                self.track.size = displayed(body, if long { 52 } else { 40 })?;
                self.zero(part, 4, shift(12, 8))?;
                self.zero(part, shift(84, 12), body.len() as u64)
            }
            // `mdhd`.
            _ => {
                self.zero(part, 4, shift(12, 8))?;
                self.zero(part, shift(24, 12), body.len() as u64)
            }
        }
    }

    /// The duration of the movie. All bits set mean that it is not known.
    fn movie_times(&mut self, body: &[u8], long: bool) -> Result<(), Refusal> {
        let (scale, duration) =
            if long { (be32(body, 20)?, be64(body, 24)?) } else { (be32(body, 12)?, u64::from(be32(body, 16)?)) };
        if duration != u64::MAX && duration != u64::from(u32::MAX) {
            self.found.duration(duration, u64::from(scale));
        }
        Ok(())
    }

    /// Overwrites a part of a body with zeros.
    fn zero(&mut self, part: &Box<'_>, from: u64, to: u64) -> Result<(), Refusal> {
        let length = part.body.len() as u64;
        if from > length || to > length {
            return Err(Refusal::Broken("a header of a video that is too short"));
        }
        self.found.patch(part.body_at() + from..part.body_at() + to, b"")
    }
}

/// Makes free space of a box.
pub(crate) fn free(found: &mut Found, part: &Box<'_>) -> Result<(), Refusal> {
    found.patch(part.at + 4..part.at + 8, b"free")?;
    found.patch(part.body_at()..part.body_at() + part.body.len() as u64, b"")
}

/// Width and height, changed by a matrix that turns the picture onto its side.
fn displayed(body: &[u8], matrix: usize) -> Result<(u32, u32), Refusal> {
    // Both are numbers with 16 bits behind the point.
    let (width, height) = (be32(body, matrix + 36)? >> 16, be32(body, matrix + 40)? >> 16);
    let upright = be32(body, matrix)? != 0 || be32(body, matrix + 16)? != 0;
    Ok(if upright { (width, height) } else { (height, width) })
}

/// Samples have to be in the file itself, not somewhere else.
fn references(body: &[u8]) -> Result<(), Refusal> {
    let (entries, behind) = boxes(take(body, 8, body.len().saturating_sub(8))?, 0)?;
    let itself = |entry: &Box<'_>| matches!(&entry.name, b"url " | b"alis") && entry.body == [0, 0, 0, 1];
    let complete = behind.is_empty() && entries.len() == index(be32(body, 4)?)?;
    if complete && entries.iter().all(itself) { Ok(()) } else { Err(Refusal::NotSupported) }
}

//! MP4 and MOV: the boxes at the top of the file.

use super::mp4_boxes::header;
use super::mp4_movie::{Movie, fragment};
use super::plan::Found;
use super::window::{Stop, Window};
use crate::limits::{MAX_HEADER_BYTES, MAX_PARTS};
use crate::refusal::Refusal;

/// A length within what is in memory as an index.
fn index(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// A walk over the boxes at the top.
#[derive(Debug, Default)]
pub(crate) struct Mp4 {
    at: u64,
    parts: u32,
    movie: bool,
}

impl Mp4 {
    /// Goes over one box; false at the end.
    pub(crate) fn step(&mut self, window: &Window, found: &mut Found) -> Result<bool, Stop> {
        let rest = window.file() - self.at;
        if rest == 0 {
            return if self.movie { Ok(false) } else { Err(Refusal::Broken("a video without a header").into()) };
        }
        let (name, header, length) = header(window.get(self.at, rest.min(16))?, rest)?;
        let (body, end) = (self.at + header, self.at + length);
        match &name {
            b"ftyp" | b"styp" if length <= 1024 => {}
            b"ftyp" => return Err(Refusal::Broken("the beginning of a video").into()),
            b"sidx" if length <= MAX_HEADER_BYTES => {}
            // Pixels and sound. What stands here and belongs to no track stays.
            b"mdat" => {}
            b"moov" | b"moof" => {
                if length > MAX_HEADER_BYTES {
                    return Err(Refusal::TooManyParts.into());
                }
                // With its header: the window has to hold both, or the walk would ask for one and the other in turn.
                let whole = window.get(self.at, length)?;
                let bytes = whole.get(index(header)..).unwrap_or_default();
                if &name == b"moof" {
                    fragment(bytes, body, found)?;
                } else if self.movie {
                    return Err(Refusal::Broken("a video with two headers").into());
                } else {
                    Movie::read(bytes, body, found)?;
                    self.movie = true;
                }
            }
            _ => {
                if !name.iter().all(|letter| letter.is_ascii_graphic() || *letter == b' ') && name[0] != 0xa9 {
                    return Err(Refusal::Broken("bytes behind the end of a video").into());
                }
                found.patch(self.at + 4..self.at + 8, b"free")?;
                found.patch(body..end, b"")?;
            }
        }
        self.at = end;
        self.parts += 1;
        if self.parts > MAX_PARTS { Err(Refusal::TooManyParts.into()) } else { Ok(true) }
    }
}

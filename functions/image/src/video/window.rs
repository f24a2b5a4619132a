//! The part of a file that is in memory.

use std::cell::Cell;
use std::ops::Range;

use crate::bytes::CUT;
use crate::kind::SNIFFED_BYTES;
use crate::refusal::Refusal;

/// As many bytes are asked for at least: headers stand close together, and a read costs more than its bytes.
const WINDOW_BYTES: u64 = 256 * 1024;

/// Why a walk does not go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It needs these bytes of the file.
    Missing(Range<u64>),
    /// The video is refused.
    Refused(Refusal),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Some bytes of a file that has `file` of them.
#[derive(Debug)]
pub(crate) struct Window {
    file: u64,
    start: u64,
    bytes: Vec<u8>,
    /// Where the bytes begin that were asked for last, and how many they are.
    asked: Cell<(u64, u64)>,
    /// Whether fewer were given. To ask again would not end.
    cut: bool,
}

impl Window {
    pub(crate) fn new(file: u64) -> Self {
        Self { file, start: 0, bytes: Vec::new(), asked: Cell::default(), cut: false }
    }

    /// The length of the file.
    pub(crate) fn file(&self) -> u64 {
        self.file
    }

    /// Replaces the bytes by those from the place that was asked for last.
    pub(crate) fn give(&mut self, bytes: Vec<u8>) {
        let (start, length) = self.asked.get();
        self.start = start;
        self.cut |= (bytes.len() as u64) < length;
        self.bytes = bytes;
    }

    /// The first bytes of the file, as many as tell what it is.
    pub(crate) fn beginning(&self) -> Result<&[u8], Stop> {
        self.get(0, (SNIFFED_BYTES as u64).min(self.file))
    }

    /// The `length` bytes from `at`. Whoever asks has bounded the length.
    pub(crate) fn get(&self, at: u64, length: u64) -> Result<&[u8], Stop> {
        let end = at.checked_add(length).filter(|end| *end <= self.file).ok_or(CUT)?;
        let inside = |place: u64| place.checked_sub(self.start).and_then(|place| usize::try_from(place).ok());
        if let (Some(from), Some(to)) = (inside(at), inside(end))
            && let Some(bytes) = self.bytes.get(from..to)
        {
            return Ok(bytes);
        }
        if self.cut {
            return Err(CUT.into());
        }
        let end = end.max(at.saturating_add(WINDOW_BYTES)).min(self.file);
        self.asked.set((at, end - at));
        Err(Stop::Missing(at..end))
    }
}

//! What has to change in a video, and what is known about it.

use std::ops::Range;

use crate::limits::MAX_PATCHES;
use crate::refusal::Refusal;

/// A change: these bytes are overwritten, first with `begins`, then with zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    pub range: Range<u64>,
    pub begins: Vec<u8>,
}

/// How a video is cleaned. Its length stays, and so does every byte that no patch names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoPlan {
    patches: Vec<Patch>,
    width: u32,
    height: u32,
    duration_ms: Option<u64>,
}

impl VideoPlan {
    /// The width as displayed.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The height as displayed.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// How long it lasts. A recording in fragments does not say.
    #[must_use]
    pub fn duration_ms(&self) -> Option<u64> {
        self.duration_ms
    }

    /// The changes, in the order of their places. No two overlap.
    #[must_use]
    pub fn patches(&self) -> &[Patch] {
        &self.patches
    }

    /// Cleans the bytes of the file that begin at `at`. The parts of a file may be given in any size and order.
    pub fn apply(&self, at: u64, bytes: &mut [u8]) {
        let end = at.saturating_add(bytes.len() as u64);
        let first = self.patches.partition_point(|patch| patch.range.end <= at);
        for patch in self.patches.iter().skip(first).take_while(|patch| patch.range.start < end) {
            let begins = patch.begins.iter().copied().chain(std::iter::repeat(0));
            // As much of the patch lies before these bytes, and the other way round.
            let (before, skipped) = (at.saturating_sub(patch.range.start), patch.range.start.saturating_sub(at));
            let length = patch.range.end.min(end) - patch.range.start.max(at);
            let index = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
            let place = bytes.iter_mut().skip(index(skipped)).take(index(length));
            if index(before) >= patch.begins.len() {
                place.for_each(|byte| *byte = 0);
            } else {
                place.zip(begins.skip(index(before))).for_each(|(byte, new)| *byte = new);
            }
        }
    }
}

/// What a walk found out so far.
#[derive(Debug, Default)]
pub(crate) struct Found {
    patches: Vec<Patch>,
    size: Option<(u32, u32)>,
    duration_ms: Option<u64>,
}

impl Found {
    /// Overwrites a range.
    pub(crate) fn patch(&mut self, range: Range<u64>, begins: &[u8]) -> Result<(), Refusal> {
        if self.patches.len() >= MAX_PATCHES {
            return Err(Refusal::TooManyParts);
        }
        if range.start < range.end {
            self.patches.push(Patch { range, begins: begins.to_vec() });
        }
        Ok(())
    }

    /// Sets the size of the picture; the first one counts.
    pub(crate) fn size(&mut self, width: u32, height: u32) {
        self.size = self.size.or((width > 0 && height > 0).then_some((width, height)));
    }

    /// Sets the duration, given as a number of units of which so many are a second.
    pub(crate) fn duration(&mut self, units: u64, per_second: u64) {
        if units > 0 {
            self.duration_ms = units.checked_mul(1000).and_then(|units| units.checked_div(per_second));
        }
    }

    /// The plan for a file of this length.
    pub(crate) fn plan(mut self, file: u64) -> Result<VideoPlan, Refusal> {
        self.patches.sort_by_key(|patch| patch.range.start);
        let apart = self.patches.is_sorted_by(|one, next| one.range.end <= next.range.start);
        let inside = self.patches.last().is_none_or(|patch| patch.range.end <= file);
        if !apart || !inside {
            return Err(Refusal::Broken("parts of a video that overlap"));
        }
        let (width, height) = self.size.ok_or(Refusal::Broken("a video without a picture"))?;
        Ok(VideoPlan { patches: self.patches, width, height, duration_ms: self.duration_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_any_size_are_cleaned_alike() {
        let mut found = Found::default();
        found.size(1, 1);
        found.patch(12..20, b"free").unwrap();
        found.patch(3..5, b"").unwrap();
        found.patch(20..21, b"x").unwrap();
        let plan = found.plan(30).unwrap();
        let expected = b"---\0\0-------free\0\0\0\0x---------";
        for part in 1..=30 {
            let mut file = [b'-'; 30];
            for (number, bytes) in file.chunks_mut(part).enumerate() {
                plan.apply((number * part) as u64, bytes);
            }
            assert_eq!(&file, expected, "parts of {part}");
        }
    }

    #[test]
    fn overlapping_changes_are_refused() {
        let mut found = Found::default();
        found.size(1, 1);
        found.patch(3..9, b"").unwrap();
        found.patch(8..10, b"").unwrap();
        assert!(found.plan(30).is_err());
    }
}

//! The setup of a Vorbis decoder. The second of its three packets holds tags.

use super::plan::Found;
use crate::bytes::{byte, index, le32, take};
use crate::refusal::Refusal;

const BROKEN: Refusal = Refusal::Broken("the setup of a sound track");

/// Overwrites the texts of the tags with zeros, in a setup that stands at `at` in the file. Other setups stay as they are.
pub(crate) fn clean(setup: &[u8], at: u64, found: &mut Found) -> Result<(), Refusal> {
    // The number of packets less one; the lengths of all but the last, as sums of bytes; the packets.
    let [2, rest @ ..] = setup else { return Ok(()) };
    let (first, used) = length(rest)?;
    let (second, more) = length(rest.get(used..).ok_or(BROKEN)?)?;
    let start = 1 + used + more;
    if take(setup, start, first.min(7))? != b"\x01vorbis" {
        return Ok(());
    }
    let packet = start + first;
    let tags = take(setup, packet, second)?;
    if !tags.starts_with(b"\x03vorbis") {
        return Err(BROKEN);
    }
    let at = at + packet as u64;
    // The program, then the tags, each behind its length.
    let mut place = text(tags, 7, at, found)?;
    let count = le32(tags, place)?;
    place += 4;
    for _ in 0..count {
        place = text(tags, place, at, found)?;
    }
    // A bit that ends the packet, and nothing behind it.
    found.patch(at + place as u64 + 1..at + tags.len() as u64, b"")
}

/// Overwrites the text whose length stands at `place`; the place behind it.
fn text(tags: &[u8], place: usize, at: u64, found: &mut Found) -> Result<usize, Refusal> {
    let length = index(le32(tags, place)?)?;
    let start = place + 4;
    take(tags, start, length)?;
    found.patch(at + start as u64..at + (start + length) as u64, b"")?;
    Ok(start + length)
}

/// A length and how many bytes say it: as many of 255 as there are, and one more.
fn length(bytes: &[u8]) -> Result<(usize, usize), Refusal> {
    let full = bytes.iter().take_while(|byte| **byte == 255).count();
    Ok((full * 255 + usize::from(byte(bytes, full)?), full + 1))
}

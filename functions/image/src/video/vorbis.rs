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

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(name: &[u8], rest: &[&[u8]]) -> Vec<u8> {
        [name, &rest.concat()].concat()
    }

    fn text(text: &str) -> Vec<u8> {
        [&u32::try_from(text.len()).unwrap().to_le_bytes(), text.as_bytes()].concat()
    }

    #[test]
    fn rule_21_the_tags_of_a_vorbis_track_are_emptied() {
        let first = packet(b"\x01vorbis", &[&[7; 23]]);
        let tags = packet(
            b"\x03vorbis",
            &[&text("maker"), &[2, 0, 0, 0], &text("GEO=48.8;2.3"), &text(&"x".repeat(300)), b"\x01", b"more"],
        );
        let third = packet(b"\x05vorbis", &[&[9; 50]]);
        let lengths = [2, 30, 255, u8::try_from(tags.len() - 255).unwrap()];
        let setup = [lengths.as_slice(), &first, &tags, &third].concat();
        let mut found = Found::default();
        found.size(1, 1);
        clean(&setup, 1000, &mut found).unwrap();
        let mut left = setup.clone();
        found.plan(10_000).unwrap().apply(1000, &mut left);
        let texts = ["maker", "GEO", "xx", "more"];
        let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(texts.iter().all(|text| holds(&setup, text) && !holds(&left, text)));
        // Lengths, counts and the other packets stay.
        let same = setup.iter().zip(&left).filter(|(before, after)| before == after).count();
        assert_eq!(setup.len() - same, 5 + 12 + 300 + 4);
        // What ends too early is refused, and what is no Vorbis stays.
        let start = lengths.len() + first.len();
        assert!((0..tags.len()).all(|cut| clean(&setup[..start + cut], 0, &mut Found::default()).is_err()));
        assert!(clean(b"OpusHead\x01\x02", 0, &mut Found::default()).is_ok());
    }
}

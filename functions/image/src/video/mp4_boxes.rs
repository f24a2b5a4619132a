//! The boxes of MP4, and which of them are kept in which.

use crate::bytes::{be32, be64, index, take};
use crate::limits::MAX_BOXES;
use crate::refusal::Refusal;

/// The four letters of a box.
pub(crate) type Name = [u8; 4];

/// A box that is in memory.
#[derive(Clone, Copy)]
pub(crate) struct Box<'a> {
    pub(crate) name: Name,
    /// Where it begins in the file.
    pub(crate) at: u64,
    /// How long its header is.
    pub(crate) header: u64,
    pub(crate) body: &'a [u8],
}

impl Box<'_> {
    /// Where its body begins in the file.
    pub(crate) fn body_at(&self) -> u64 {
        self.at + self.header
    }
}

/// Name, length of the header, and length with it. `rest` is what the box may fill; a length of 0 means all of it.
pub(crate) fn header(bytes: &[u8], rest: u64) -> Result<(Name, u64, u64), Refusal> {
    let name = crate::bytes::array(bytes, 4)?;
    let (header, length) = match be32(bytes, 0)? {
        0 => (8, rest),
        1 => (16, be64(bytes, 8)?),
        length => (8, u64::from(length)),
    };
    if length < header || length > rest {
        return Err(Refusal::Broken("the length of a box"));
    }
    Ok((name, header, length))
}

/// The boxes in `bytes`, which stand at `at` in the file, and what is behind them: less than a box.
pub(crate) fn boxes(bytes: &[u8], at: u64) -> Result<(Vec<Box<'_>>, &[u8]), Refusal> {
    let mut rest = bytes;
    let mut found = Vec::new();
    while rest.len() >= 8 {
        if found.len() >= MAX_BOXES {
            return Err(Refusal::TooManyParts);
        }
        let place = at + (bytes.len() - rest.len()) as u64;
        let (name, header, length) = header(rest, rest.len() as u64)?;
        let (start, end) =
            (usize::try_from(header).unwrap_or(usize::MAX), usize::try_from(length).unwrap_or(usize::MAX));
        found.push(Box { name, at: place, header, body: rest.get(start..end).unwrap_or_default() });
        rest = rest.get(end..).unwrap_or_default();
    }
    Ok((found, rest))
}

/// What is done with a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// It becomes free space.
    Free,
    /// It stays as it is.
    Keep,
    /// It is a list of so many bytes each; what is behind the last goes.
    List(u64),
    /// It holds boxes.
    Enter,
    /// It has something that has to change or to be known.
    Look,
}

/// What is done with a box in another one. Whatever is not named here becomes free space.
pub(crate) fn action(parent: Name, name: Name) -> Action {
    match (&parent, &name) {
        (b"moov", b"trak" | b"mvex")
        | (b"trak", b"edts" | b"mdia")
        | (b"mdia", b"minf")
        | (b"minf", b"dinf" | b"stbl")
        | (b"moof", b"traf") => Action::Enter,
        (b"moov", b"mvhd")
        | (b"trak", b"tkhd")
        | (b"mdia", b"mdhd")
        | (b"mdia" | b"minf", b"hdlr")
        | (b"dinf", b"dref")
        | (b"stbl", b"stsd") => Action::Look,
        (b"mvex", b"mehd" | b"trex")
        | (b"edts", b"elst")
        | (b"minf", b"vmhd" | b"smhd")
        | (b"stbl" | b"traf", b"sdtp" | b"sbgp" | b"sgpd")
        | (b"stbl", b"stsz" | b"stz2" | b"cslg")
        | (b"moof", b"mfhd")
        | (b"traf", b"tfhd" | b"tfdt" | b"trun") => Action::Keep,
        (b"stbl", b"stco" | b"stss" | b"stps") => Action::List(4),
        (b"stbl", b"stts" | b"ctts" | b"co64") => Action::List(8),
        (b"stbl", b"stsc") => Action::List(12),
        _ => Action::Free,
    }
}

/// How long a list is that states its number of entries.
pub(crate) fn list_bytes(body: &[u8], each: u64) -> Result<u64, Refusal> {
    let length = 8 + u64::from(be32(body, 4)?) * each;
    take(body, 0, index(u32::try_from(length).map_err(|_| crate::bytes::CUT)?)?)?;
    Ok(length)
}

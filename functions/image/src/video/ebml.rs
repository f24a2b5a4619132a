//! The elements of EBML: what stands before each, and how one becomes empty space.

use crate::refusal::Refusal;

/// What stands before the body of an element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub(crate) id: u32,
    /// How long the header itself is.
    pub(crate) length: u64,
    /// How long the body is. A recording does not know it of what was not finished when it was written.
    pub(crate) body: Option<u64>,
}

/// As many bytes as a header has at most.
pub(crate) const MAX_HEADER: u64 = 12;

/// Reads a header from the first of `bytes`.
pub(crate) fn header(bytes: &[u8]) -> Result<Header, Refusal> {
    let (id, id_length) = number(bytes, 4)?;
    let (body, body_length) = number(bytes.get(id_length..).unwrap_or_default(), 8)?;
    let marker = 1_u64 << (7 * body_length);
    let body = body & (marker - 1);
    // All bits set mean that it is not known.
    let body = (body != marker - 1).then_some(body);
    let id = u32::try_from(id).map_err(|_| crate::bytes::CUT)?;
    Ok(Header { id, length: (id_length + body_length) as u64, body })
}

/// A number whose first bits say how long it is, with them, and its length.
fn number(bytes: &[u8], most: usize) -> Result<(u64, usize), Refusal> {
    let first = crate::bytes::byte(bytes, 0)?;
    let length = first.leading_zeros() as usize + 1;
    if length > most {
        return Err(Refusal::Broken("an element of a WebM"));
    }
    let value = crate::bytes::take(bytes, 0, length)?;
    Ok((value.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)), length))
}

/// The header of empty space that takes `total` bytes with it, in place of a header of `header` bytes.
pub(crate) fn void(header: u64, total: u64) -> Vec<u8> {
    let width = (header - 1).clamp(1, 8);
    let body = total.saturating_sub(1 + width);
    let value = body | (1 << (7 * width));
    let bytes = value.to_be_bytes();
    let start = bytes.len().saturating_sub(usize::try_from(width).unwrap_or(8));
    [&[0xec], bytes.get(start..).unwrap_or_default()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOID: u32 = 0xec;

    #[test]
    fn empty_space_is_as_long_as_what_it_replaces() {
        for (before, body) in [(2, 0), (2, 125), (5, 300), (9, 1), (12, 70_000)] {
            let total = before + body;
            let bytes = void(before, total);
            let read = header(&bytes).unwrap();
            assert_eq!((read.id, read.length + read.body.unwrap()), (VOID, total));
        }
    }

    #[test]
    fn an_unknown_length_is_told_from_a_known_one() {
        assert_eq!(header(b"\x1f\x43\xb6\x75\xff").unwrap().body, None);
        assert_eq!(header(b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff").unwrap().body, None);
        assert_eq!(header(b"\xe7\x81").unwrap().body, Some(1));
        assert!(header(b"\xe7").is_err());
        assert!(header(b"\x00\x81").is_err());
    }
}

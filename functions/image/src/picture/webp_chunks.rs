//! The chunks of a WebP.

use crate::bytes::{index, le32, take};
use crate::refusal::Refusal;

/// A chunk: its name and what stands behind its length.
pub(crate) type Chunk<'a> = (&'a [u8], &'a [u8]);

/// Cuts the next chunk off. Behind one of odd length stands a byte that fills up; the last one is sometimes forgotten.
pub(crate) fn next<'a>(rest: &mut &'a [u8]) -> Result<Option<Chunk<'a>>, Refusal> {
    if rest.is_empty() {
        return Ok(None);
    }
    let length = index(le32(rest, 4)?)?;
    let chunk = (take(rest, 0, 4)?, take(rest, 8, length)?);
    *rest = rest.get(8 + length + length % 2..).unwrap_or_default();
    Ok(Some(chunk))
}

/// Appends a chunk, filled up to an even length.
pub(crate) fn append(out: &mut Vec<u8>, name: &[u8], parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.extend_from_slice(name);
    out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
    if length % 2 == 1 {
        out.push(0);
    }
}

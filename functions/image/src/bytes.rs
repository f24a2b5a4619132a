//! Numbers and ranges out of foreign bytes. Nothing here panics.

use std::ops::Range;

use crate::refusal::Refusal;

/// The refusal of what ends too early.
pub(crate) const CUT: Refusal = Refusal::Broken("it ends too early");

/// The `len` bytes from `at`.
pub(crate) fn take(bytes: &[u8], at: usize, len: usize) -> Result<&[u8], Refusal> {
    bytes.get(range(at, len)?).ok_or(CUT)
}

/// The range of `len` bytes from `at`.
pub(crate) fn range(at: usize, len: usize) -> Result<Range<usize>, Refusal> {
    Ok(at..at.checked_add(len).ok_or(CUT)?)
}

/// The `N` bytes from `at`.
pub(crate) fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Refusal> {
    take(bytes, at, N)?.try_into().map_err(|_| CUT)
}

/// The byte at `at`.
pub(crate) fn byte(bytes: &[u8], at: usize) -> Result<u8, Refusal> {
    bytes.get(at).copied().ok_or(CUT)
}

/// The big-endian number of two bytes at `at`.
pub(crate) fn be16(bytes: &[u8], at: usize) -> Result<u16, Refusal> {
    array(bytes, at).map(u16::from_be_bytes)
}

/// The little-endian number of two bytes at `at`.
pub(crate) fn le16(bytes: &[u8], at: usize) -> Result<u16, Refusal> {
    array(bytes, at).map(u16::from_le_bytes)
}

/// The big-endian number of four bytes at `at`.
pub(crate) fn be32(bytes: &[u8], at: usize) -> Result<u32, Refusal> {
    array(bytes, at).map(u32::from_be_bytes)
}

/// The little-endian number of three bytes at `at`.
pub(crate) fn le24(bytes: &[u8], at: usize) -> Result<u32, Refusal> {
    let [a, b, c] = array(bytes, at)?;
    Ok(u32::from_le_bytes([a, b, c, 0]))
}

/// The little-endian number of four bytes at `at`.
pub(crate) fn le32(bytes: &[u8], at: usize) -> Result<u32, Refusal> {
    array(bytes, at).map(u32::from_le_bytes)
}

/// The big-endian number of eight bytes at `at`.
pub(crate) fn be64(bytes: &[u8], at: usize) -> Result<u64, Refusal> {
    array(bytes, at).map(u64::from_be_bytes)
}

/// A length of four bytes as an index.
pub(crate) fn index(value: u32) -> Result<usize, Refusal> {
    usize::try_from(value).map_err(|_| CUT)
}

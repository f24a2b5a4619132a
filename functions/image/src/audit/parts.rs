//! What the checks have in common.

use crate::orientation::Orientation;

/// An EXIF block has to be one of the eight that we write.
pub(super) fn own_exif(block: &[u8]) -> Option<()> {
    (2..=8).filter_map(Orientation::new).any(|orientation| orientation.block() == block).then_some(())
}

/// Cuts `count` bytes off.
pub(super) fn cut<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (first, others) = rest.split_at_checked(count)?;
    *rest = others;
    Some(first)
}

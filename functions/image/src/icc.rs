//! Colour profiles. They are kept, cut to the length that they state.

use crate::bytes::{be32, index};
use crate::limits::MAX_ICC_BYTES;

/// The profile at the beginning of `bytes`; nothing, if it is none or too long to be kept.
pub(crate) fn profile(bytes: &[u8]) -> Option<&[u8]> {
    let length = index(be32(bytes, 0).ok()?).ok()?;
    let profile = bytes.get(..length)?;
    let fits = (132..=MAX_ICC_BYTES).contains(&length) && profile.get(36..40)? == b"acsp";
    fits.then_some(profile)
}

/// Whether the profile is about red, green and blue. A thumbnail has no other colours.
pub(crate) fn is_rgb(profile: &[u8]) -> bool {
    profile.get(16..20) == Some(b"RGB ")
}

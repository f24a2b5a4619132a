//! What holds for all bytes: the targets of `cargo fuzz`, which the tests run too.

use crate::audit::is_clean;
use crate::kind::sniff;
use crate::picture::Picture;
use crate::thumbnail::thumbnail;

/// Any bytes are refused, or a picture that is clean, that cleaning does not change again, and whose thumbnail is clean too. Whether
/// they were taken.
///
/// # Panics
/// If that does not hold.
#[must_use]
pub fn picture(bytes: &[u8]) -> bool {
    let Some(kind) = sniff(bytes).filter(|kind| !kind.is_video()) else { return false };
    let Ok(picture) = Picture::clean(kind, bytes.to_vec()) else { return false };
    assert!(is_clean(kind, picture.bytes()), "something is left");
    let again = Picture::clean(kind, picture.bytes().to_vec());
    assert_eq!(again.as_ref(), Ok(&picture), "cleaned again, it is another");
    // What takes long is not decoded: it would keep a fuzzer from going on.
    if u64::from(picture.width()) * u64::from(picture.height()) <= 1_000_000
        && let Ok(small) = thumbnail(&picture)
    {
        assert!(is_clean(crate::kind::Kind::Jpeg, &small.bytes), "the thumbnail holds something");
        assert!(small.width.max(small.height) <= crate::limits::THUMBNAIL_SIDE, "the thumbnail is too large");
    }
    true
}

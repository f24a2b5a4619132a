//! What holds for all bytes. `tests/media/mutated.rs` tries it on seeds with mistakes; a fuzzer can call the same.

use crate::audit::is_clean;
use crate::bytes::{be32, index, take};
use crate::kind::{Kind, sniff};
use crate::picture::Picture;
use crate::refusal::Refusal;
use crate::thumbnail::thumbnail;
use crate::video::{Step, Survey, VideoPlan};

/// Any bytes are refused, or a picture that is clean, that cleaning does not change again, and whose thumbnail is clean too. Whether
/// they were taken.
///
/// # Panics
/// If that does not hold.
#[must_use]
pub fn picture(bytes: &[u8]) -> bool {
    match sniff(bytes) {
        // Nearly every change of a PNG is one that its check sums notice: what lies behind them has to be reached too.
        Some(Kind::Png) => is_taken(Kind::Png, bytes) | is_taken(Kind::Png, &mended(bytes)),
        Some(kind) if !kind.is_video() => is_taken(kind, bytes),
        _ => false,
    }
}

fn is_taken(kind: Kind, bytes: &[u8]) -> bool {
    let Ok(picture) = Picture::clean(kind, bytes.to_vec()) else { return false };
    assert!(is_clean(kind, picture.bytes()), "something is left");
    let again = Picture::clean(kind, picture.bytes().to_vec());
    assert_eq!(again.as_ref(), Ok(&picture), "cleaned again, it is another");
    // What takes long is not decoded: it would keep a fuzzer from going on.
    if u64::from(picture.width()) * u64::from(picture.height()) <= 1_000_000
        && let Ok(small) = thumbnail(&picture)
    {
        assert!(is_clean(Kind::Jpeg, &small.bytes), "the thumbnail holds something");
        assert!(small.width.max(small.height) <= crate::limits::THUMBNAIL_SIDE, "the thumbnail is too large");
    }
    true
}

/// A PNG with check sums that are right, as far as its chunks can be told apart.
fn mended(bytes: &[u8]) -> Vec<u8> {
    let mut mended = bytes.to_vec();
    let mut at = 8;
    while let Ok(length) = be32(&mended, at).and_then(index)
        && let Ok(chunk) = take(&mended, at + 4, length.saturating_add(4))
    {
        let (sum, end) = (crc32fast::hash(chunk), at + 8 + length);
        let Some(place) = mended.get_mut(end..end + 4) else { break };
        place.copy_from_slice(&sum.to_be_bytes());
        at = end + 4;
    }
    mended
}

/// Any bytes are refused, or a video that cleaning does not change again. Whether they were taken.
///
/// # Panics
/// If that does not hold.
#[must_use]
pub fn video(bytes: &[u8]) -> bool {
    let Some(kind) = sniff(bytes).filter(|kind| kind.is_video()) else { return false };
    let Ok(plan) = survey(kind, bytes) else { return false };
    let mut cleaned = bytes.to_vec();
    plan.apply(0, &mut cleaned);
    let again = survey(kind, &cleaned);
    let Ok(again) = again else { panic!("cleaned, it is refused: {again:?}") };
    assert_eq!((again.width(), again.height(), again.duration_ms()), (plan.width(), plan.height(), plan.duration_ms()));
    let mut twice = cleaned.clone();
    again.apply(0, &mut twice);
    assert!(twice == cleaned, "cleaned again, it is another");
    true
}

/// The plan for a video that is in memory.
///
/// # Errors
/// A [`Refusal`].
///
/// # Panics
/// If the survey goes back, and so might not end.
pub fn survey(kind: Kind, bytes: &[u8]) -> Result<VideoPlan, Refusal> {
    let mut survey = Survey::new(kind, bytes.len() as u64)?;
    let mut last = (0, 0);
    loop {
        match survey.step()? {
            Step::Done(plan) => return Ok(plan),
            Step::Read(range) => {
                // It goes forward only, so it ends.
                assert!((range.start, range.end) > last, "{range:?} behind {last:?}");
                last = (range.start, range.end);
                let index = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
                survey.give(bytes.get(index(range.start)..index(range.end)).unwrap_or_default().to_vec());
            }
        }
    }
}

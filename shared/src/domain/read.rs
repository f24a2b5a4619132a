//! Read marks (rule 19).

use super::counts::MessageCounts;
use super::ids::{Seq, UserId};
use super::member::{Member, ReadMark};
use super::refusal::Refusal;
use super::thread::Thread;
use super::transition::Transition;

/// The read mark of `user` after they have read everything up to `seq`. `None` if the mark is there or further already,
/// because marks only move forward. `counts_there` are the counts at the last message up to `seq`. They are needed only if a
/// message follows `seq`; otherwise the counts of the head apply.
///
/// # Errors
/// [`Refusal::NotFound`] unless they are a member, [`Refusal::BeyondTheLog`].
pub fn mark(
    thread: &Thread,
    user: &UserId,
    seq: Seq,
    counts_there: Option<&MessageCounts>,
) -> Result<Option<ReadMark>, Refusal> {
    let member = thread.member(user).ok_or(Refusal::NotFound)?;
    if seq > thread.last_seq {
        return Err(Refusal::BeyondTheLog);
    }
    if seq <= member.mark.seq {
        return Ok(None);
    }
    let all_read = thread.last_message.as_ref().is_none_or(|last| seq >= last.seq);
    let counted = if all_read {
        thread.counted_at_mark(member, seq, &thread.counts)
    } else {
        thread.counted_at_mark(member, seq, counts_there.unwrap_or(&MessageCounts::default()))
    };
    Ok(Some(ReadMark { seq, counted }))
}

/// The thread once `user` has moved their mark: in private, others go on seeing the mark that they saw; in public they see the new
/// one, and with it all that was read before. `None` if what they see stays the same as the mark itself, or as it is.
#[must_use]
pub fn shown(thread: &Thread, user: &UserId, mark: ReadMark, in_private: bool) -> Option<Transition> {
    let member = thread.member(user)?;
    let shown = in_private.then_some(member.shown_mark());
    (shown != member.shown).then(|| {
        Transition::unlogged(thread, |after| {
            for member in after.members.iter_mut().filter(|member| member.user_id == *user) {
                (member.mark, member.shown) = (mark, shown);
            }
        })
    })
}

/// Whether another member may see `reader`'s mark: only after `reader` accepted the thread (rule 7), and only if both users
/// show their marks (rule 19).
#[must_use]
pub fn shows(reader: &Member, reader_shows: bool, viewer_shows: bool) -> bool {
    reader.standing.is_accepted() && reader_shows && viewer_shows
}

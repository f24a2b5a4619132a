//! Read marks (rule 19).

use super::ids::{Seq, UserId};
use super::member::{Member, ReadMark};
use super::tally::Tally;
use super::thread::Thread;

/// Why a mark was not moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkRefusal {
    /// The user is not in the thread: `not-found`.
    NotAMember,
    /// The log has no such entry yet: `invalid-request`.
    BeyondTheLog,
}

/// Where `user`'s mark goes when they have seen everything up to `seq`; `None` if it is there or further already, for marks
/// only move forward. `tally_there` is the tally at the last message up to `seq`; it is asked for only where the head, which
/// knows the log's end, cannot answer.
///
/// # Errors
/// A [`MarkRefusal`].
pub fn mark(
    thread: &Thread,
    user: &UserId,
    seq: Seq,
    tally_there: Option<&Tally>,
) -> Result<Option<ReadMark>, MarkRefusal> {
    let member = thread.member(user).ok_or(MarkRefusal::NotAMember)?;
    if seq > thread.last_seq {
        return Err(MarkRefusal::BeyondTheLog);
    }
    if seq <= member.mark.seq {
        return Ok(None);
    }
    let all_read = thread.last_message.as_ref().is_none_or(|last| seq >= last.seq);
    let heard = if all_read {
        thread.heard(member, &thread.tally)
    } else {
        tally_there.map_or(0, |tally| thread.heard(member, tally))
    };
    Ok(Some(ReadMark { seq, heard }))
}

/// Whether `reader`'s mark may be shown to someone else: only once they accepted the thread (rule 7), and if both of them
/// show theirs (rule 19).
#[must_use]
pub fn shows(reader: &Member, reader_shows: bool, viewer_shows: bool) -> bool {
    reader.standing.is_accepted() && reader_shows && viewer_shows
}

//! What a group remembers of a user who was in it: a decline and the room of a message request outlast a removal (rules 7, 8).

use crate::domain::ids::{Seq, UserId};
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;

/// The last stay of a user in a group that they are not in any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stay {
    /// The entry of the log that ended it.
    pub ended: Seq,
    /// Whether they had accepted the group when it ended.
    pub accepted: bool,
    /// When they declined the group, if they never accepted it after that.
    pub declined: Option<Timestamp>,
    /// The messages of the message request that the group was to them until its end. Another one has so many fewer.
    pub used: u64,
    /// The first entry that they saw. Earlier releases did not store it.
    pub from: Option<Seq>,
    /// When it ended.
    pub at: Option<Timestamp>,
}

impl Stay {
    /// The stay of `user` in `thread`, which ends at `at` with the entry at `ended`; `None` if they are no member.
    #[must_use]
    pub fn of(thread: &Thread, user: &UserId, ended: Seq, at: Timestamp) -> Option<Self> {
        let member = thread.member(user)?;
        let accepted = member.standing.is_accepted();
        let messages = thread.counts.total().saturating_sub(member.invitation.messages_before);
        Some(Self {
            ended,
            accepted,
            declined: member.standing.declined_at(),
            used: if accepted { 0 } else { messages },
            from: Some(member.visible_from()),
            at: Some(at),
        })
    }
}

/// Whether leaving is declining: `user` left the group before and has not accepted it since (rule 8). Leaving it the first time may be
/// a mistake, and then a friend can bring them back.
#[must_use]
pub fn declines_by_leaving(thread: &Thread, user: &UserId, left_before: bool) -> bool {
    left_before && thread.member(user).is_some_and(|member| member.standing.is_pending())
}

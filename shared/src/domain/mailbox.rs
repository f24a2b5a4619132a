//! Mailboxes: which threads they list, and where.

use std::time::Duration;

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::ids::{ThreadId, UserId};
use super::limits::{DIRECT_INBOX_SPAN, GROUP_INBOX_SPAN};
use super::time::Timestamp;
use super::word::Word;

/// One of the two mailboxes of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mailbox {
    /// Threads that the owner has accepted, or that users whom they follow opened.
    Inbox,
    /// Message requests.
    Requests,
}

impl Word for Mailbox {
    const WORDS: &'static [(&'static str, Self)] = &[("inbox", Self::Inbox), ("requests", Self::Requests)];
}

/// A thread in the mailbox of one of its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxListing {
    pub user_id: UserId,
    pub mailbox: Mailbox,
    pub bumped_at: Timestamp,
    /// The other member of a direct thread; `None` for a group. A page reads their profile beside the heads.
    pub peer_id: Option<UserId>,
}

/// The position of a thread in a mailbox: of a message request when it came, in an inbox see
/// `Thread::bumped_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxPosition {
    pub bumped_at: Timestamp,
    pub thread_id: ThreadId,
}

/// A thread in a mailbox, as the mailbox knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxEntry {
    pub position: MailboxPosition,
    /// The other member of a direct thread.
    pub peer_id: Option<UserId>,
}

impl MailboxEntry {
    /// How long the thread keeps its position in inboxes.
    #[must_use]
    pub fn span(&self) -> Duration {
        if self.peer_id.is_some() { DIRECT_INBOX_SPAN } else { GROUP_INBOX_SPAN }
    }
}

/// The last activity of a thread. Inboxes and rooms are ordered by it, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub active_at: Timestamp,
    pub thread_id: ThreadId,
}

impl Activity {
    /// What lists are sorted by.
    pub(super) fn order(&self) -> Reverse<(Timestamp, &ThreadId)> {
        // As the keys of the entries are.
        Reverse((self.active_at, &self.thread_id))
    }
}

/// The threads of a room in their order, behind `shown`, at most `limit`; and whether more follow. A room has no positions, so all of
/// `window` is looked at.
#[must_use]
pub fn room_page(mut window: Vec<Activity>, shown: Option<&Activity>, limit: usize) -> (Vec<Activity>, bool) {
    window.sort_by(|one, other| one.order().cmp(&other.order()));
    window.dedup();
    window.retain(|activity| shown.is_none_or(|shown| activity.order() > shown.order()));
    let more = window.len() > limit;
    window.truncate(limit);
    (window, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_room_follow_each_other_without_a_gap_or_a_double() {
        let thread = |letter: char| ThreadId::try_from(format!("thr_{}", letter.to_string().repeat(26))).unwrap();
        let activity =
            |ms: i64, letter| Activity { active_at: Timestamp::from_ms(ms).unwrap(), thread_id: thread(letter) };
        let all = vec![activity(1, 'a'), activity(3, 'b'), activity(3, 'c'), activity(2, 'd')];
        let (first, more) = room_page(all.clone(), None, 2);
        assert_eq!((first.clone(), more), (vec![activity(3, 'c'), activity(3, 'b')], true));
        let (second, more) = room_page(all, first.last(), 2);
        assert_eq!((second, more), (vec![activity(2, 'd'), activity(1, 'a')], false));
    }
}

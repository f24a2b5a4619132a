//! Mailboxes: which threads they list, and in which order. The newest activity comes first, though entries know only its day.

use serde::{Deserialize, Serialize};

use super::ids::{ThreadId, UserId};
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

/// The position of a thread in a mailbox: the first activity of its last active day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxPosition {
    pub bumped_at: Timestamp,
    pub thread_id: ThreadId,
}

/// How many of `entries` (newest first) a page of `limit` threads has to read: up to the end of the day in which the limit is
/// reached, because the entries of one day are not in order yet.
#[must_use]
pub fn window(entries: &[MailboxPosition], limit: usize) -> usize {
    let Some(last) = entries.get(limit.saturating_sub(1)) else { return entries.len() };
    let day = last.bumped_at.day();
    entries.iter().position(|entry| entry.bumped_at.day() < day).unwrap_or(entries.len())
}

/// The last activity of a thread. Mailboxes are ordered by it, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub active_at: Timestamp,
    pub thread_id: ThreadId,
}

impl Activity {
    fn order(&self) -> (std::cmp::Reverse<Timestamp>, &ThreadId) {
        (std::cmp::Reverse(self.active_at), &self.thread_id)
    }
}

/// The threads of a window in their order, behind `shown`, at most `limit`; and whether more follow.
#[must_use]
pub fn page(mut window: Vec<Activity>, shown: Option<&Activity>, limit: usize) -> (Vec<Activity>, bool) {
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

    const DAY: i64 = 86_400_000;

    fn thread(letter: char) -> ThreadId {
        ThreadId::try_from(format!("thr_{}", letter.to_string().repeat(26))).unwrap()
    }

    fn entries(days: &[i64]) -> Vec<MailboxPosition> {
        let place = |day: &i64| MailboxPosition {
            bumped_at: Timestamp::from_ms(day * DAY + 5).unwrap(),
            thread_id: thread('a'),
        };
        days.iter().map(place).collect()
    }

    #[test]
    fn a_window_ends_with_the_day_in_which_the_page_is_full() {
        assert_eq!(window(&entries(&[9, 9, 9, 8, 8, 7]), 2), 3);
        assert_eq!(window(&entries(&[9, 9, 9, 8, 8, 7]), 4), 5);
        assert_eq!(window(&entries(&[9, 8]), 50), 2);
        assert_eq!(window(&[], 50), 0);
    }

    #[test]
    fn pages_follow_each_other_without_a_gap_or_a_double() {
        let activity =
            |ms: i64, letter| Activity { active_at: Timestamp::from_ms(ms).unwrap(), thread_id: thread(letter) };
        let all = vec![activity(1, 'a'), activity(3, 'b'), activity(3, 'c'), activity(2, 'd')];
        let (first, more) = page(all.clone(), None, 2);
        assert_eq!((first.clone(), more), (vec![activity(3, 'b'), activity(3, 'c')], true));
        let (second, more) = page(all, first.last(), 2);
        assert_eq!((second, more), (vec![activity(2, 'd'), activity(1, 'a')], false));
    }
}

//! The log of a thread: its messages and changes in one order (rule 14).

use serde::{Deserialize, Serialize};

use super::emoji::Emoji;
use super::ids::{Seq, UserId};
use super::member::Role;
use super::message::{LoggedMessage, Message};
use super::pins::PinChange;
use super::reactions::ReactionChange;
use super::time::Timestamp;
use super::title::Title;

/// An entry other than a message. The table stores it in this shape; clients see `type`, and the rest as `data`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Change {
    /// The thread was created; always entry 1.
    #[serde(rename = "thread.created")]
    ThreadCreated {
        /// The members at the start, the creator first.
        user_ids: Vec<UserId>,
        #[serde(default, deserialize_with = "Title::stored")]
        title: Option<Title>,
    },
    /// A moderator added users.
    #[serde(rename = "member.added")]
    MemberAdded { user_ids: Vec<UserId> },
    /// A moderator removed a member.
    #[serde(rename = "member.removed")]
    MemberRemoved { user_id: UserId },
    /// A member left.
    #[serde(rename = "member.left")]
    MemberLeft { user_id: UserId },
    /// A member got another role.
    #[serde(rename = "member.role_changed")]
    RoleChanged { user_id: UserId, role: Role },
    /// A moderator changed the title of the group, or removed it.
    #[serde(rename = "thread.renamed")]
    ThreadRenamed {
        /// `None` if it was removed.
        #[serde(deserialize_with = "Title::stored")]
        title: Option<Title>,
    },
}

/// The content of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryContent {
    Message(LoggedMessage),
    /// A message of the thread was edited. It is as it is now: an older text is nowhere any more.
    Edited(Message),
    /// A message of the thread was deleted: it is a tombstone.
    Deleted(Message),
    /// A member reacted to a message, which is as it is now, or took that back.
    Reacted {
        change: ReactionChange,
        emoji: Emoji,
        message: Message,
    },
    /// A message, which is as it is now, was pinned, or its pin was taken away.
    Pinned {
        change: PinChange,
        message: Message,
    },
    Change(Change),
}

impl From<Change> for EntryContent {
    fn from(change: Change) -> Self {
        Self::Change(change)
    }
}

/// One entry of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub seq: Seq,
    pub at: Timestamp,
    pub actor_id: UserId,
    pub content: EntryContent,
}

impl Entry {
    /// The entry that a message is.
    #[must_use]
    pub fn of(logged: LoggedMessage) -> Self {
        let (seq, at, actor_id) = (logged.message.seq, logged.message.created_at, logged.message.author_id.clone());
        Self { seq, at, actor_id, content: EntryContent::Message(logged) }
    }
}

/// Merges two runs of a log, each in order, up to the place where one of them was cut. Behind that place an entry may be
/// missing, and a log is never shown with a gap.
#[must_use]
pub fn merge(messages: Run, changes: Run, limit: usize) -> Vec<Entry> {
    let known_to = [messages.cut_after, changes.cut_after].into_iter().flatten().min().unwrap_or(Seq::MAX);
    let mut entries: Vec<Entry> =
        messages.entries.into_iter().chain(changes.entries).filter(|entry| entry.seq <= known_to).collect();
    entries.sort_by_key(|entry| entry.seq);
    entries.truncate(limit);
    entries
}

/// Entries of one kind, in the order of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub entries: Vec<Entry>,
    /// The place up to which the run is complete; `None` if no more of its kind follow.
    pub cut_after: Option<Seq>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seqs: &[u64], cut: bool) -> Run {
        let entry = |seq: &u64| Entry {
            seq: Seq::try_from(*seq).unwrap(),
            at: Timestamp::from_ms(0).unwrap(),
            actor_id: UserId::try_from("ann".to_owned()).unwrap(),
            content: EntryContent::Change(Change::ThreadCreated { user_ids: vec![], title: None }),
        };
        let entries: Vec<Entry> = seqs.iter().map(entry).collect();
        let cut_after = cut.then(|| entries.last().map_or(Seq::ZERO, |last| last.seq));
        Run { entries, cut_after }
    }

    fn seqs(entries: &[Entry]) -> Vec<u64> {
        entries.iter().map(|entry| entry.seq.get()).collect()
    }

    #[test]
    fn rule_14_two_runs_become_one_log_without_a_hole() {
        assert_eq!(seqs(&merge(run(&[2, 3, 5], false), run(&[1, 4], false), 10)), [1, 2, 3, 4, 5]);
        assert_eq!(seqs(&merge(run(&[2, 3, 5], false), run(&[1, 4], false), 3)), [1, 2, 3]);
        // Behind 3 a message may be missing, so 4 has to wait for the next page.
        assert_eq!(seqs(&merge(run(&[2, 3], true), run(&[1, 4], false), 10)), [1, 2, 3]);
    }
}

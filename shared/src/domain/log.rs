//! A thread's log: every change to it, in one order (rule 14).

use serde::{Deserialize, Serialize};

use super::ids::{Seq, UserId};
use super::member::Role;
use super::message::LoggedMessage;
use super::time::Timestamp;
use super::title::Title;

/// A change other than a message. The table stores it in this shape; clients see `type` and the rest as `data`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Change {
    /// The thread came to be; always entry 1.
    #[serde(rename = "thread.created")]
    ThreadCreated {
        /// Everyone in it at the start, the creator first.
        user_ids: Vec<UserId>,
        /// A group's title, if it has one.
        #[serde(default)]
        title: Option<Title>,
    },
    /// A moderator brought users in.
    #[serde(rename = "member.added")]
    MemberAdded {
        /// Whom.
        user_ids: Vec<UserId>,
    },
    /// A moderator took a member out.
    #[serde(rename = "member.removed")]
    MemberRemoved {
        /// Whom.
        user_id: UserId,
    },
    /// A member went.
    #[serde(rename = "member.left")]
    MemberLeft {
        /// Who.
        user_id: UserId,
    },
    /// A member may do more, or less, than before.
    #[serde(rename = "member.role_changed")]
    RoleChanged {
        /// Who.
        user_id: UserId,
        /// What they are now.
        role: Role,
    },
    /// A moderator gave the group another title, or took it away.
    #[serde(rename = "thread.renamed")]
    ThreadRenamed {
        /// The title from now on.
        title: Option<Title>,
    },
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryContent {
    /// Somebody said something.
    Message(LoggedMessage),
    /// Something else changed.
    Change(Change),
}

/// One entry of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor_id: UserId,
    /// What it was.
    pub content: EntryContent,
}

/// Brings two runs of a log, each in order, into one, and stops where one of them was cut: beyond that place an entry may
/// be missing, and a log is never shown with a hole.
#[must_use]
pub fn merge(messages: Run, changes: Run, limit: usize) -> Vec<Entry> {
    let known_to = [messages.cut_after, changes.cut_after].into_iter().flatten().min().unwrap_or(Seq::MAX);
    let mut entries: Vec<Entry> =
        messages.entries.into_iter().chain(changes.entries).filter(|entry| entry.seq <= known_to).collect();
    entries.sort_by_key(|entry| entry.seq);
    entries.truncate(limit);
    entries
}

/// Entries of one kind, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The last place up to which this run is whole, if there may be more of its kind behind it.
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

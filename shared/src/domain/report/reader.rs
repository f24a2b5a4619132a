//! How a reporter sees the log of a thread: as one of its members, or as they saw it until they were none any more.

use std::collections::BTreeSet;

use super::evidence::ReportedMessage;
use crate::domain::group::Stay;
use crate::domain::ids::{Seq, UserId};
use crate::domain::limits::REPORT_AFTER_LEAVING;
use crate::domain::member::Member;
use crate::domain::message::{Message, MessageState, Written};
use crate::domain::reactions::ReactionCount;
use crate::domain::seen::reaction_counts;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;

/// Somebody who left a group or was removed from it, not long ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// The first entry that they saw.
    pub from: Seq,
    /// The entry that ended their stay.
    pub until: Seq,
    /// When that was.
    pub left_at: Timestamp,
    /// Authors whom they block now.
    pub blocked: BTreeSet<UserId>,
}

impl Former {
    /// A former member by their last stay; `None` if that is over for more than 7 days, or an earlier release stored it and not what
    /// they saw.
    #[must_use]
    pub fn of(stay: &Stay, now: Timestamp) -> Option<Self> {
        let (from, left_at) = stay.from.zip(stay.at)?;
        let reports = now < left_at.plus(REPORT_AFTER_LEAVING);
        reports.then(|| Self { from, until: stay.ended, left_at, blocked: BTreeSet::new() })
    }
}

/// Whoever reports something of a thread.
#[derive(Debug)]
pub enum Reader<'a> {
    Member(&'a Member),
    Former(&'a Former),
}

impl Reader<'_> {
    /// The first and the last entry of the log that they see. Between them there may be none.
    #[must_use]
    pub fn range(&self, thread: &Thread) -> (Seq, Seq) {
        match self {
            Self::Member(member) => (member.visible_from(), thread.last_seq),
            Self::Former(former) => (former.from, former.until.min(thread.last_seq)),
        }
    }

    /// Whether they see the entry at `seq`.
    #[must_use]
    pub fn sees(&self, thread: &Thread, seq: Seq) -> bool {
        let (first, last) = self.range(thread);
        (first..=last).contains(&seq)
    }

    /// `message` as they see it. What they hide is collapsed, unless it is `reported`: they can reveal it, and it is what they put
    /// before others.
    #[must_use]
    pub fn seen(&self, thread: &Thread, message: &Message, reported: bool) -> ReportedMessage {
        let Message { seq, author_id, created_at, state, .. } = message.clone();
        let hides = match self {
            Self::Member(member) => thread.hides(member, &author_id, seq),
            Self::Former(former) => former.blocked.contains(&author_id),
        };
        let bare = ReportedMessage {
            seq,
            author_id,
            created_at,
            text: None,
            reply_to: None,
            mentions: Vec::new(),
            attachments: Vec::new(),
            reactions: Vec::new(),
            edited_at: None,
            deleted_at: None,
            hidden: hides && !reported,
        };
        match state {
            MessageState::Deleted { at } => ReportedMessage { deleted_at: Some(at), ..bare },
            MessageState::Written(_) if bare.hidden => bare,
            // It says something else than what they saw.
            MessageState::Written(written) if self.missed_edit(&written) => ReportedMessage { hidden: true, ..bare },
            MessageState::Written(Written { content, edited, .. }) => ReportedMessage {
                text: Some(content.text.into()),
                reply_to: content.reply_to,
                mentions: content.mentions,
                attachments: content.attachments,
                reactions: self.reactions(thread, message),
                edited_at: edited.map(|edited| edited.at),
                ..bare
            },
        }
    }

    /// Whether it was edited when they were there no more.
    fn missed_edit(&self, written: &Written) -> bool {
        match self {
            Self::Member(_) => false,
            Self::Former(former) => written.edited.is_some_and(|edited| edited.at > former.left_at),
        }
    }

    /// The reactions that they see. Of what a former member saw nothing tells.
    fn reactions(&self, thread: &Thread, message: &Message) -> Vec<ReactionCount> {
        match self {
            Self::Member(member) => reaction_counts(member, thread, message),
            Self::Former(_) => Vec::new(),
        }
    }
}

//! The actions of users.

use std::collections::BTreeSet;
use std::fmt;

use super::{Tid, Uid, name, title_of};

/// What one HTTP request does.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Register {
        who: Uid,
    },
    Follow {
        who: Uid,
        whom: Uid,
    },
    Unfollow {
        who: Uid,
        whom: Uid,
    },
    Block {
        who: Uid,
        whom: Uid,
    },
    Unblock {
        who: Uid,
        whom: Uid,
    },
    Close {
        who: Uid,
        closed: bool,
    },
    Receipts {
        who: Uid,
        shown: bool,
    },
    Open {
        who: Uid,
        whom: Uid,
        text: Option<String>,
    },
    Create {
        who: Uid,
        others: Vec<Uid>,
        title: Option<String>,
        room: Option<String>,
        text: Option<String>,
    },
    Add {
        who: Uid,
        thread: Tid,
        users: Vec<Uid>,
    },
    Remove {
        who: Uid,
        thread: Tid,
        whom: Uid,
    },
    Leave {
        who: Uid,
        thread: Tid,
    },
    /// Deletes a chat for themself.
    Clear {
        who: Uid,
        thread: Tid,
    },
    /// Deletes a group for everyone.
    End {
        who: Uid,
        thread: Tid,
    },
    Role {
        who: Uid,
        thread: Tid,
        whom: Uid,
        moderator: bool,
    },
    Rename {
        who: Uid,
        thread: Tid,
        title: Option<String>,
    },
    Send {
        who: Uid,
        thread: Tid,
        text: String,
        reply_to: Option<u64>,
        mentions: BTreeSet<Uid>,
    },
    Edit {
        who: Uid,
        thread: Tid,
        seq: u64,
        text: String,
    },
    Delete {
        who: Uid,
        thread: Tid,
        seq: u64,
    },
    React {
        who: Uid,
        thread: Tid,
        seq: u64,
        emoji: &'static str,
        add: bool,
    },
    Pin {
        who: Uid,
        thread: Tid,
        seq: u64,
        add: bool,
    },
    Read {
        who: Uid,
        thread: Tid,
        seq: u64,
    },
    Accept {
        who: Uid,
        thread: Tid,
    },
    Decline {
        who: Uid,
        thread: Tid,
    },
    Decide {
        who: Uid,
        thread: Tid,
        stay: bool,
    },
    Prefer {
        who: Uid,
        thread: Tid,
        muted: Option<&'static str>,
        pinned: bool,
    },
}

impl Action {
    /// The user who does it.
    pub(crate) fn who(&self) -> Uid {
        match self {
            Self::Register { who }
            | Self::Follow { who, .. }
            | Self::Unfollow { who, .. }
            | Self::Block { who, .. }
            | Self::Unblock { who, .. }
            | Self::Close { who, .. }
            | Self::Receipts { who, .. }
            | Self::Open { who, .. }
            | Self::Create { who, .. }
            | Self::Add { who, .. }
            | Self::Remove { who, .. }
            | Self::Leave { who, .. }
            | Self::Clear { who, .. }
            | Self::End { who, .. }
            | Self::Role { who, .. }
            | Self::Rename { who, .. }
            | Self::Send { who, .. }
            | Self::Edit { who, .. }
            | Self::Delete { who, .. }
            | Self::React { who, .. }
            | Self::Pin { who, .. }
            | Self::Read { who, .. }
            | Self::Accept { who, .. }
            | Self::Decline { who, .. }
            | Self::Decide { who, .. }
            | Self::Prefer { who, .. } => *who,
        }
    }

    /// Whether the thread's log records it when it succeeds.
    pub(crate) fn is_logged(&self) -> bool {
        matches!(
            self,
            Self::Add { .. }
                | Self::Remove { .. }
                | Self::Leave { .. }
                | Self::Role { .. }
                | Self::Rename { .. }
                | Self::Send { .. }
                | Self::Edit { .. }
                | Self::Delete { .. }
                | Self::React { .. }
                | Self::Pin { .. }
                | Self::Decide { stay: false, .. }
        )
    }

    /// Whether it takes an `Idempotency-Key`, and whether it needs one.
    pub(crate) fn key(&self) -> (bool, bool) {
        match self {
            Self::Create { .. } | Self::Send { .. } | Self::Open { text: Some(_), .. } => (true, true),
            Self::Open { .. } | Self::Add { .. } | Self::Accept { .. } | Self::Decline { .. } => (true, false),
            _ => (false, false),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", name(self.who()))?;
        match self {
            Self::Register { .. } => f.write_str("registers"),
            Self::Follow { whom, .. } => write!(f, "follows {}", name(*whom)),
            Self::Unfollow { whom, .. } => write!(f, "unfollows {}", name(*whom)),
            Self::Block { whom, .. } => write!(f, "blocks {}", name(*whom)),
            Self::Unblock { whom, .. } => write!(f, "unblocks {}", name(*whom)),
            Self::Close { closed, .. } => {
                write!(f, "lets {} write", if *closed { "those they follow" } else { "everyone" })
            }
            Self::Receipts { shown, .. } => write!(f, "turns read receipts {}", if *shown { "on" } else { "off" }),
            Self::Open { whom, text, .. } => write!(f, "opens a thread with {}{}", name(*whom), said(text.as_deref())),
            Self::Create { others, title, room, text, .. } => {
                let room = room.as_ref().map(|_| " in a room").unwrap_or_default();
                write!(f, "creates the group {title:?}{room} with {}{}", names(others), said(text.as_deref()))
            }
            Self::Add { thread, users, .. } => write!(f, "adds {} to {}", names(users), title_of(*thread)),
            Self::Remove { thread, whom, .. } => write!(f, "removes {} from {}", name(*whom), title_of(*thread)),
            Self::Leave { thread, .. } => write!(f, "leaves {}", title_of(*thread)),
            Self::Clear { thread, .. } => write!(f, "deletes {} for themself", title_of(*thread)),
            Self::End { thread, .. } => write!(f, "deletes {} for everyone", title_of(*thread)),
            Self::Role { thread, whom, moderator, .. } => {
                let what = if *moderator { "promotes" } else { "demotes" };
                write!(f, "{what} {} in {}", name(*whom), title_of(*thread))
            }
            Self::Rename { thread, title, .. } => write!(f, "renames {} to {title:?}", title_of(*thread)),
            Self::Send { thread, text, reply_to, mentions, .. } => {
                write!(f, "says {text:?} in {}", title_of(*thread))?;
                if let Some(seq) = reply_to {
                    write!(f, ", answering {seq}")?;
                }
                if mentions.is_empty() { Ok(()) } else { write!(f, ", mentioning {}", names(mentions)) }
            }
            Self::Edit { thread, seq, text, .. } => write!(f, "edits {seq} of {} to {text:?}", title_of(*thread)),
            Self::Delete { thread, seq, .. } => write!(f, "deletes {seq} of {}", title_of(*thread)),
            Self::React { thread, seq, emoji, add, .. } => {
                let what = if *add { "adds" } else { "takes back" };
                write!(f, "{what} {emoji} to {seq} of {}", title_of(*thread))
            }
            Self::Pin { thread, seq, add, .. } => {
                write!(f, "{} {seq} of {}", if *add { "pins" } else { "unpins" }, title_of(*thread))
            }
            Self::Read { thread, seq, .. } => write!(f, "reads {} up to {seq}", title_of(*thread)),
            Self::Accept { thread, .. } => write!(f, "accepts {}", title_of(*thread)),
            Self::Decline { thread, .. } => write!(f, "declines {}", title_of(*thread)),
            Self::Decide { thread, stay, .. } => {
                write!(f, "decides to {} {}", if *stay { "stay in" } else { "leave" }, title_of(*thread))
            }
            Self::Prefer { thread, muted, pinned, .. } => {
                write!(f, "prefers {} muted until {muted:?} and pinned {pinned}", title_of(*thread))
            }
        }
    }
}

fn said(text: Option<&str>) -> String {
    text.map(|text| format!(", saying {text:?}")).unwrap_or_default()
}

fn names<'a>(users: impl IntoIterator<Item = &'a Uid>) -> String {
    users.into_iter().map(|user| name(*user)).collect::<Vec<_>>().join(", ")
}

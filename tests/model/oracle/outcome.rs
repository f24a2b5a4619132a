//! What the oracle expects of an action.

use std::collections::BTreeSet;
use std::fmt;

use super::{Tid, Uid};

/// The expected response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Done(u16),
    /// One of these problems: where several things are wrong, the contract leaves it open which is reported. `users` are those
    /// that the refusal must name.
    Refused {
        codes: Vec<&'static str>,
        users: BTreeSet<Uid>,
    },
}

impl Expected {
    pub(crate) fn refused(code: &'static str) -> Self {
        Self::any_of(vec![code])
    }

    pub(crate) fn any_of(codes: Vec<&'static str>) -> Self {
        Self::Refused { codes, users: BTreeSet::new() }
    }

    pub(crate) fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(status) => write!(formatter, "{status}"),
            Self::Refused { codes, users } if users.is_empty() => formatter.write_str(&codes.join(" or ")),
            Self::Refused { codes, users } => {
                let names: Vec<&str> = users.iter().map(|user| super::name(*user)).collect();
                write!(formatter, "{} about {}", codes.join(" or "), names.join(", "))
            }
        }
    }
}

/// What a user's sockets receive that is no entry of a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Signal {
    Requested,
    Accepted,
    Declined,
    Left,
    Removed,
    /// The chat was deleted, for everyone or only for themself.
    Deleted {
        for_everyone: bool,
    },
    /// A user whom they block is in the group; it lists all without a decision.
    Notice(Vec<Uid>),
}

/// The expected result of an action.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) expected: Expected,
    /// The thread it was about, or created.
    pub(crate) thread: Option<Tid>,
    /// How many entries it wrote into that thread's log.
    pub(crate) wrote: usize,
    /// The users for whom something may look different now, and those who must not notice anything.
    pub(crate) touched: BTreeSet<Uid>,
    pub(crate) signals: Vec<(Uid, Tid, Signal)>,
}

impl Outcome {
    pub(super) fn new(expected: Expected, touched: impl IntoIterator<Item = Uid>) -> Self {
        let touched = touched.into_iter().collect();
        Self { expected, thread: None, wrote: 0, touched, signals: Vec::new() }
    }

    pub(super) fn done(status: u16, touched: impl IntoIterator<Item = Uid>) -> Self {
        Self::new(Expected::Done(status), touched)
    }

    pub(super) fn refused(code: &'static str, touched: impl IntoIterator<Item = Uid>) -> Self {
        Self::new(Expected::refused(code), touched)
    }

    pub(super) fn in_thread(self, thread: Tid, wrote: usize) -> Self {
        Self { thread: Some(thread), wrote, ..self }
    }

    pub(super) fn signalling(mut self, signals: impl IntoIterator<Item = (Uid, Tid, Signal)>) -> Self {
        self.signals.extend(signals);
        self
    }
}

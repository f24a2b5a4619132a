//! Reactions to a message (rule 18).

use serde::{Deserialize, Serialize};

use super::emoji::Emoji;
use super::ids::{Seq, UserId};

/// A reaction of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    pub emoji: Emoji,
    pub user_id: UserId,
    /// The entry of the log that added it. It says to which stay of the user it belongs.
    pub seq: Seq,
}

/// The reactions to a message, in the order in which they came; each user has each emoji once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reactions(Vec<Reaction>);

/// How many users reacted with an emoji, as one of the members sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactionCount {
    pub emoji: Emoji,
    pub count: usize,
    /// Whether the reader is one of them.
    pub mine: bool,
}

impl Reactions {
    /// Reactions as they were stored.
    #[must_use]
    pub fn stored(reactions: Vec<Reaction>) -> Self {
        Self(reactions)
    }

    /// Whether nobody reacted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Reaction> {
        self.0.iter()
    }

    /// The reactions with one more.
    #[must_use]
    pub fn with(&self, reaction: Reaction) -> Self {
        Self(self.0.iter().cloned().chain([reaction]).collect())
    }

    /// The reactions without that of `user` with `emoji`.
    #[must_use]
    pub fn without(&self, user: &UserId, emoji: &Emoji) -> Self {
        Self(self.0.iter().filter(|own| own.user_id != *user || own.emoji != *emoji).cloned().collect())
    }

    /// Whether `user` reacted with `emoji`.
    #[must_use]
    pub fn has(&self, user: &UserId, emoji: &Emoji) -> bool {
        self.0.iter().any(|reaction| reaction.user_id == *user && reaction.emoji == *emoji)
    }

    /// How many kinds there are.
    #[must_use]
    pub fn kinds(&self) -> usize {
        let first = |(place, reaction): &(usize, &Reaction)| {
            !self.0[..*place].iter().any(|earlier| earlier.emoji == reaction.emoji)
        };
        self.0.iter().enumerate().filter(first).count()
    }
}

/// What a member does with an emoji.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReactionChange {
    Add,
    Remove,
}

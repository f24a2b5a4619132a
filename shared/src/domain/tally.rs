//! How many messages each member of a thread has sent: what makes `unread` a subtraction (rule 19).

use serde::{Deserialize, Serialize};

use super::invalid::Invalid;

/// The place of a member in a thread's [`Tally`]; small, and theirs while they are in the thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Slot(u8);

impl Slot {
    /// The creator's.
    pub const FIRST: Self = Self(0);
    /// That of whoever they opened the thread with.
    pub const SECOND: Self = Self(1);
}

impl TryFrom<u8> for Slot {
    type Error = Invalid;

    fn try_from(number: u8) -> Result<Self, Invalid> {
        if usize::from(number) < super::limits::MAX_MEMBERS {
            Ok(Self(number))
        } else {
            Err(Invalid::new("no such slot"))
        }
    }
}

impl From<Slot> for u8 {
    fn from(slot: Slot) -> Self {
        slot.0
    }
}

/// Messages sent so far, by the sender's slot. The head holds the current one, every message the one up to and with it;
/// so what was said between two places of the log, and by whom, needs no counting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tally(Vec<u64>);

impl Tally {
    /// The tally after one more message from `slot`.
    #[must_use]
    pub fn with_one_more(&self, slot: Slot) -> Self {
        let mut counts = self.0.clone();
        let index = usize::from(slot.0);
        if counts.len() <= index {
            counts.resize(index + 1, 0);
        }
        counts[index] += 1;
        Self(counts)
    }

    /// Messages from `slot`.
    #[must_use]
    pub fn of(&self, slot: Slot) -> u64 {
        self.0.get(usize::from(slot.0)).copied().unwrap_or(0)
    }

    /// Messages from everyone but `slot`.
    #[must_use]
    pub fn others(&self, slot: Slot) -> u64 {
        self.0.iter().sum::<u64>() - self.of(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_all_messages_but_mine() {
        let (ann, bob) = (Slot(0), Slot(1));
        let tally = Tally::default().with_one_more(bob).with_one_more(ann).with_one_more(bob);
        assert_eq!((tally.of(ann), tally.of(bob)), (1, 2));
        assert_eq!((tally.others(ann), tally.others(bob)), (2, 1));
        assert_eq!(Tally::default().others(bob), 0);
    }
}

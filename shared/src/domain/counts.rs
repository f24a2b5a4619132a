//! How many messages each member of a thread has sent: what makes `unread` a subtraction (rule 19).

use serde::{Deserialize, Serialize};

use super::invalid::Invalid;

/// The place of a member in a thread's [`MessageCounts`]; small, and theirs while they are in the thread. There are more than members:
/// the place of somebody who is gone stays taken while a member hides what they said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Slot(u8);

/// As many as [`Slots`] holds.
const MAX_SLOTS: u8 = 32;

impl Slot {
    /// All there are, the lowest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..MAX_SLOTS).map(Self)
    }

    /// The creator's.
    pub const FIRST: Self = Self(0);
    /// That of whoever they opened the thread with.
    pub const SECOND: Self = Self(1);
}

impl TryFrom<u8> for Slot {
    type Error = Invalid;

    fn try_from(number: u8) -> Result<Self, Invalid> {
        if number < MAX_SLOTS { Ok(Self(number)) } else { Err(Invalid::new("no such slot")) }
    }
}

impl From<Slot> for u8 {
    fn from(slot: Slot) -> Self {
        slot.0
    }
}

/// A set of slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slots(u32);

impl Slots {
    /// No slot.
    pub const NONE: Self = Self(0);

    /// The set whose members are the ones among these bits, the lowest for the first slot.
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// See [`Slots::from_bits`].
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// Whether `slot` is in the set.
    #[must_use]
    pub fn contains(self, slot: Slot) -> bool {
        self.0 & (1 << slot.0) != 0
    }

    /// The set and `slot`.
    #[must_use]
    pub fn with(self, slot: Slot) -> Self {
        Self(self.0 | (1 << slot.0))
    }

    /// The set without `slot`.
    #[must_use]
    pub fn without(self, slot: Slot) -> Self {
        Self(self.0 & !(1 << slot.0))
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Messages sent so far, by the sender's slot. The head holds the current one, every message the one up to and with it;
/// so what was said between two places of the log, and by whom, needs no counting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageCounts(Vec<u64>);

impl MessageCounts {
    /// The counts after one more message from `slot`.
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

    /// Messages from everyone.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_counts_by_slot_and_in_total() {
        let (ann, bob) = (Slot(0), Slot(1));
        let counts = MessageCounts::default().with_one_more(bob).with_one_more(ann).with_one_more(bob);
        assert_eq!((counts.of(ann), counts.of(bob), counts.of(Slot(9)), counts.total()), (1, 2, 0, 3));
    }

    #[test]
    fn a_set_holds_what_was_put_in_and_not_taken_out() {
        let set = Slots::NONE.with(Slot(0)).with(Slot(31)).without(Slot(0));
        assert!(set.contains(Slot(31)) && !set.contains(Slot(0)) && set.without(Slot(31)).is_empty());
        assert_eq!(Slots::from_bits(set.bits()), set);
    }
}

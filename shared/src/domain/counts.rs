//! How many messages each member of a thread has sent. With these counts `unread` is a subtraction (rule 19).

use serde::{Deserialize, Serialize};

use super::invalid::Invalid;

/// The place of a member in a thread's [`MessageCounts`], theirs while they are in the thread. There are more slots than
/// members, because a departed member keeps their slot while a member hides them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Slot(u8);

/// The number of bits in [`Slots`].
const MAX_SLOTS: u8 = 32;

impl Slot {
    /// All slots, lowest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..MAX_SLOTS).map(Self)
    }

    /// The slot of the creator.
    pub const FIRST: Self = Self(0);
    /// The slot of the other member of a direct thread.
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
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// The set of the slots whose bits are 1; the lowest bit is the first slot.
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The set as bits; see [`Slots::from_bits`].
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// Whether `slot` is in the set.
    #[must_use]
    pub fn contains(self, slot: Slot) -> bool {
        self.0 & (1 << slot.0) != 0
    }

    /// The set with `slot` added.
    #[must_use]
    pub fn with(self, slot: Slot) -> Self {
        Self(self.0 | (1 << slot.0))
    }

    /// The set without `slot`.
    #[must_use]
    pub fn without(self, slot: Slot) -> Self {
        Self(self.0 & !(1 << slot.0))
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Messages sent so far, by the sender's slot. The head has the current counts, each message those up to and including itself.
/// The messages between two places of the log are the difference of two counts.
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

    /// Messages from all slots.
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

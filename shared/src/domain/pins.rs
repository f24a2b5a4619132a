//! The pinned messages of a thread (rule 32).

use super::ids::Seq;
use super::limits::MAX_PINS;

/// The places of the pinned messages, in the order in which they were pinned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pins(Vec<Seq>);

/// What a member does with the pin of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinChange {
    Pin,
    Unpin,
}

impl Pins {
    /// Pins as they were stored.
    #[must_use]
    pub fn stored(pins: Vec<Seq>) -> Self {
        Self(pins)
    }

    /// Whether nothing is pinned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, the last pinned first.
    pub fn newest_first(&self) -> impl Iterator<Item = Seq> {
        self.0.iter().rev().copied()
    }

    /// All of them, in the order in which they were pinned.
    #[must_use]
    pub fn as_slice(&self) -> &[Seq] {
        &self.0
    }

    /// Whether the message at `seq` is pinned.
    #[must_use]
    pub fn has(&self, seq: Seq) -> bool {
        self.0.contains(&seq)
    }

    /// Pins one more; returns whether there was room.
    pub fn add(&mut self, seq: Seq) -> bool {
        let room = self.0.len() < MAX_PINS;
        if room {
            self.0.push(seq);
        }
        room
    }

    /// Takes a pin away.
    pub fn remove(&mut self, seq: Seq) {
        self.0.retain(|pinned| *pinned != seq);
    }

    /// Keeps those of which `keep` says so.
    pub fn retain(&mut self, keep: impl Fn(Seq) -> bool) {
        self.0.retain(|seq| keep(*seq));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_32_there_is_room_for_ten() {
        let seq = |number: u64| Seq::try_from(number).unwrap();
        let mut pins = Pins::default();
        assert!((1..=10).all(|number| pins.add(seq(number))) && !pins.add(seq(11)));
        pins.remove(seq(4));
        assert!(pins.add(seq(2_000)) && !pins.has(seq(4)) && pins.has(seq(2_000)));
        let newest: Vec<u64> = pins.newest_first().take(2).map(Seq::get).collect();
        assert_eq!(newest, [2_000, 10]);
    }
}

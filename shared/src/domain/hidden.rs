//! Stays of former members that somebody hides and a head has no room for (rule 12). They are in an item of the one who hides
//! them: hidden stays hidden while the block stands, whoever comes and goes.

use super::counts::{MessageCounts, Slot};
use super::ids::{Seq, UserId};

/// So many stays are kept one by one. Beyond it, two stays of one user become one.
const MAX_STAYS: usize = 64;
/// So many users are kept, at most: who blocked more that went through one group sees what the first of them said.
const MAX_USERS: usize = 500;

/// A stay that is over, and hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenStay {
    pub user_id: UserId,
    /// The entry that added them.
    pub joined: Seq,
    /// The last entry of the stay, or a later one before they came back.
    pub left: Seq,
    /// The slot that they had then.
    pub slot: Slot,
    /// The messages from the slot before the stay, and at its end.
    pub sent: (u64, u64),
}

/// The hidden stays of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HiddenStays {
    /// So many are in their item, which was not read.
    Stored(usize),
    Known(Vec<HiddenStay>),
}

impl Default for HiddenStays {
    fn default() -> Self {
        Self::Known(Vec::new())
    }
}

impl HiddenStay {
    /// The messages of this stay after the place where the log had these counts.
    fn after(&self, counts: &MessageCounts) -> u64 {
        let (start, end) = self.sent;
        end - counts.of(self.slot).clamp(start, end)
    }
}

impl HiddenStays {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Stored(count) => *count,
            Self::Known(stays) => stays.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there are some in an item that was not read.
    #[must_use]
    pub fn are_stored(&self) -> bool {
        matches!(self, Self::Stored(count) if *count > 0)
    }

    /// Whether the entry of `author` at `seq` belongs to one of them. While they are not known, all may.
    #[must_use]
    pub fn have(&self, author: &UserId, seq: Seq) -> bool {
        match self {
            Self::Stored(count) => *count > 0,
            Self::Known(stays) => {
                stays.iter().any(|stay| stay.user_id == *author && stay.joined <= seq && seq <= stay.left)
            }
        }
    }

    /// Whether the message from `slot` at `seq` belongs to one of them. While they are not known, none does.
    #[must_use]
    pub fn have_slot(&self, slot: Slot, seq: Seq) -> bool {
        match self {
            Self::Stored(_) => false,
            Self::Known(stays) => stays.iter().any(|stay| stay.slot == slot && stay.joined <= seq && seq <= stay.left),
        }
    }

    /// Their messages after the place where the log had these counts.
    #[must_use]
    pub fn after(&self, counts: &MessageCounts) -> u64 {
        match self {
            Self::Stored(_) => 0,
            Self::Known(stays) => stays.iter().map(|stay| stay.after(counts)).sum(),
        }
    }

    /// Adds a stay. While a block stands, all stays of the blocked user are hidden from some stay on; so two of them that follow
    /// each other can be one. Its count is that of the later one: messages of the earlier one that are not read yet count then.
    pub(super) fn add(&mut self, stay: HiddenStay) {
        let Self::Known(stays) = self else { return };
        stays.push(stay);
        if stays.len() <= MAX_STAYS {
            return;
        }
        let same = |place: usize| stays[place + 1..].iter().position(|later| later.user_id == stays[place].user_id);
        let pair = (0..stays.len()).find_map(|place| Some((place, place + 1 + same(place)?)));
        match pair {
            Some((earlier, later)) => {
                let joined = stays[earlier].joined;
                stays[later].joined = joined;
                stays.remove(earlier);
            }
            None if stays.len() > MAX_USERS => drop(stays.remove(0)),
            None => {}
        }
    }

    /// Removes those of a user who is not blocked any more; returns whether there were any.
    pub(super) fn remove(&mut self, user: &UserId) -> bool {
        let Self::Known(stays) = self else { return false };
        let before = stays.len();
        stays.retain(|stay| stay.user_id != *user);
        stays.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> UserId {
        UserId::try_from(text.to_owned()).unwrap()
    }

    fn seq(number: u64) -> Seq {
        Seq::try_from(number).unwrap()
    }

    fn stay(name: &str, joined: u64) -> HiddenStay {
        let sent = (joined, joined + 1);
        HiddenStay { user_id: user(name), joined: seq(joined), left: seq(joined + 2), slot: Slot::FIRST, sent }
    }

    #[test]
    fn rule_12_a_stay_hides_from_its_first_to_its_last_entry() {
        let mut stays = HiddenStays::default();
        stays.add(stay("ann", 5));
        let hidden: Vec<u64> = (1..10).filter(|at| stays.have(&user("ann"), seq(*at))).collect();
        assert_eq!(hidden, [5, 6, 7]);
        assert!(!stays.have(&user("bob"), seq(6)));
        assert!(HiddenStays::Stored(1).have(&user("bob"), seq(6)), "nothing is shown before it is known");
    }

    #[test]
    fn rule_12_however_often_somebody_comes_and_goes_all_of_it_stays_hidden() {
        let mut stays = HiddenStays::default();
        stays.add(stay("bob", 1));
        for round in 1..1_000 {
            stays.add(stay("ann", round * 10));
        }
        assert!(stays.len() <= MAX_STAYS);
        assert!(stays.have(&user("bob"), seq(2)) && !stays.have(&user("bob"), seq(12)));
        assert!((1..1_000).all(|round| stays.have(&user("ann"), seq(round * 10 + 1))));
        assert!(stays.remove(&user("ann")) && !stays.remove(&user("ann")));
        assert_eq!(stays.len(), 1);
    }

    #[test]
    fn rule_19_what_is_hidden_and_not_read_yet_is_counted_from_any_place() {
        let mut stays = HiddenStays::default();
        stays.add(HiddenStay { sent: (1, 3), ..stay("ann", 5) });
        let mut counts = MessageCounts::default();
        let mut after = vec![stays.after(&counts)];
        for _ in 0..4 {
            counts = counts.with_one_more(Slot::FIRST);
            after.push(stays.after(&counts));
        }
        assert_eq!(after, [2, 2, 1, 0, 0]);
    }
}

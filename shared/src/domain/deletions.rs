//! Deleted messages that somebody has not read yet, so that `unread` stays a subtraction and exact (rule 19). The counts of a log never
//! go back. So a deleted message counts as read for each member whose mark is before it; and a mark that moves later, but not past
//! it, counts it again as read.

use super::counts::Slot;
use super::ids::Seq;
use super::limits::MAX_DELETIONS;

/// A deleted message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    pub seq: Seq,
    /// The slot of its author; `None` where an earlier release stored the message.
    pub slot: Option<Slot>,
}

/// The deleted messages behind the mark of a member, in the order of the log. Beyond [`MAX_DELETIONS`] the first is forgotten: a mark that is
/// set before it, and not past it, leaves it among the unread.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deletions(Vec<Deletion>);

impl Deletions {
    /// Deletions as they were stored.
    #[must_use]
    pub fn stored(deletions: Vec<Deletion>) -> Self {
        Self(deletions)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Deletion> {
        self.0.iter()
    }

    /// Adds a deletion. What lies before the lowest mark of all members is not needed any more.
    pub fn add(&mut self, deletion: Deletion, lowest_mark: Seq) {
        self.0.push(deletion);
        self.0.sort_by_key(|deletion| deletion.seq);
        self.0.retain(|deletion| deletion.seq > lowest_mark);
        let forgotten = self.0.len().saturating_sub(MAX_DELETIONS);
        self.0.drain(..forgotten);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deletion(seq: u64) -> Deletion {
        Deletion { seq: Seq::try_from(seq).unwrap(), slot: None }
    }

    #[test]
    fn the_last_hundred_behind_the_lowest_mark_are_remembered() {
        let mut deletions = Deletions::default();
        for seq in (2..=201).rev() {
            deletions.add(deletion(seq), Seq::ONE);
        }
        let seqs = |deletions: &Deletions| deletions.iter().map(|deletion| deletion.seq.get()).collect::<Vec<_>>();
        assert_eq!(seqs(&deletions), (102..=201).collect::<Vec<_>>());
        deletions.add(deletion(300), deletion(199).seq);
        assert_eq!(seqs(&deletions), [200, 201, 300]);
    }
}

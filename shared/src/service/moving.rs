//! Moving a thread in inboxes beside a message: the new entries are put beside the append, and the old ones taken away behind the
//! response. What a process that dies in between leaves behind, the next list puts right.

use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::domain::transition::Moving;
use crate::store::{Store, StoreError};

/// The moves that the decisions of one send wanted, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Moves {
    wanted: Vec<(Timestamp, Moving)>,
    /// Whether the entries of the last one are known to be put.
    pub(super) placed: bool,
}

impl Moves {
    /// Adds what a decision wants, whose append moves the thread to `position`.
    pub(super) fn want(&mut self, position: Timestamp, moving: Moving) {
        self.wanted.retain(|(wanted, _)| *wanted != position);
        self.wanted.push((position, moving));
    }

    /// Puts the entries of `thread`, which a decision moves now; returns whether all of them are put. Does nothing if it moves nothing.
    pub(super) async fn place(&self, store: &Store, thread: &Thread) -> bool {
        match self.to(thread.bumped_at) {
            Some(moving) => store.place(&thread.id, &moving.to).await.is_ok(),
            None => false,
        }
    }

    fn to(&self, position: Timestamp) -> Option<&Moving> {
        self.wanted.iter().find(|(wanted, _)| *wanted == position).map(|(_, moving)| moving)
    }

    /// Whether `thread`, as it is afterwards, was moved here on a later day than the one on which it moved before.
    pub(super) fn begin_a_day(&self, thread: &Thread) -> bool {
        let from = self.to(thread.bumped_at).and_then(|moving| moving.from.first());
        from.is_some_and(|from| from.bumped_at.day() < thread.bumped_at.day())
    }

    /// Takes away what is not right any more, now that `thread` is as it is: the entries from which it moved, and those of a move that
    /// lost to another one. Positions only grow, by a span at least, so it comes back to neither.
    ///
    /// # Errors
    /// See [`StoreError`]. A list puts right what stays.
    pub(super) async fn finish(&self, store: &Store, thread: &Thread) -> Result<(), StoreError> {
        for (position, moving) in &self.wanted {
            if *position == thread.bumped_at {
                if !self.placed {
                    store.place(&thread.id, &moving.to).await?;
                }
                store.displace(&thread.id, &moving.from).await?;
            } else if *position < thread.bumped_at.plus(thread.inbox_span()) {
                store.displace(&thread.id, &moving.to).await?;
            }
        }
        Ok(())
    }
}

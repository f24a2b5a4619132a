//! Settling the tail of a thread, behind the response of a message.

use std::time::Duration;

use super::moving::Moves;
use crate::domain::ids::{Seq, UserId};
use crate::domain::rate::Buckets;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// How often one sender settles. Messages may come as fast as they are stored; somebody else goes on then.
const ROUNDS: u32 = 4;

/// A message in the tail of a thread that its sender has to make an item of.
#[derive(Debug)]
pub struct Unsettled {
    pub(super) thread: Thread,
    pub(super) seq: Seq,
    /// Whether it is up to this sender to take messages out of the tail.
    pub(super) is_crowded: bool,
    /// How the message moves the thread in inboxes.
    pub(super) moves: Moves,
    /// What is counted of the messages of its author, and their buckets as they were.
    pub(super) counted: Option<(UserId, Buckets, Duration)>,
}

impl Unsettled {
    /// Makes an item of the message, counts it, and beside that takes the entries of mailboxes away from which it moved the thread.
    ///
    /// # Errors
    /// See [`StoreError`]. Nothing is lost: the message is in the tail, and somebody else settles it; a list puts entries right.
    pub async fn make_item(&self, store: &Store, now: Timestamp) -> Result<(), StoreError> {
        let made = async {
            match self.thread.tail.at(self.seq) {
                Some(own) => store.make_item(&self.thread.id, own).await,
                None => Ok(()),
            }
        };
        let counted = async {
            if let Some((author, buckets, later)) = &self.counted {
                // What cannot be counted is not counted: a limit is no reason to fail.
                let _ = store.count_messages(author, buckets, *later, now).await;
            }
        };
        let (made, moved, ()) = tokio::join!(made, self.moves.finish(store, &self.thread), counted);
        made.and(moved)
    }

    /// Settles the tail, if it is up to this sender. Best once the message is delivered: then others have made items of theirs.
    ///
    /// # Errors
    /// As [`Unsettled::make_item`].
    pub async fn settle(self, store: &Store) -> Result<(), StoreError> {
        let mut crowded = Some(self.thread).filter(|_| self.is_crowded);
        for _ in 0..ROUNDS {
            let Some(thread) = crowded else { break };
            let stored = store.settle(&thread).await?;
            crowded = stored.filter(|stored| stored.is_crowded).and_then(|stored| stored.head.thread());
        }
        Ok(())
    }
}

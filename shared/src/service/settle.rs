//! Settling the tail of a thread, behind the response of a message.

use crate::domain::ids::Seq;
use crate::domain::thread::Thread;
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
}

/// Makes an item of the message, and settles the tail if it is up to this sender.
///
/// # Errors
/// See [`StoreError`]. Nothing is lost: the message is in the tail, and somebody else settles it.
pub async fn settle(store: &Store, unsettled: Unsettled) -> Result<(), StoreError> {
    let Unsettled { thread, seq, is_crowded } = unsettled;
    if let Some(own) = thread.tail.at(seq) {
        store.make_item(&thread.id, own).await?;
    }
    let mut crowded = Some(thread).filter(|_| is_crowded);
    for _ in 0..ROUNDS {
        let Some(thread) = crowded else { break };
        let stored = store.settle(&thread).await?;
        crowded = stored.filter(|stored| stored.is_crowded).and_then(|stored| stored.head.thread());
    }
    Ok(())
}

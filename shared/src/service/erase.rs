//! Erasing what was said in a group that ended. The request that ends it does not wait for this: a queue has it, and a function of its own
//! goes through the items.

use std::time::Duration;

use super::context::Context;
use super::error::Error;
use crate::domain::ids::ThreadId;
use crate::domain::limits::REQUEST_OVER;
use crate::domain::time::Timestamp;
use crate::domain::work::{ErasureWork, Worked};
use crate::store::{Head, Store};

/// How long the work waits: until whoever was about to store something in the group is over.
const DELAY: Duration = Duration::from_secs(30);
/// Pages that one message erases. The next one goes on with what is left, in the time of a new invocation.
const PAGES: u32 = 200;

/// Asks for what was said in a group to be erased, once it has ended.
///
/// # Errors
/// [`Error::Queue`] if the queue did not take it. Then the group must not end.
pub(super) async fn ask_for_erasure(ctx: &Context, thread_id: &ThreadId) -> Result<(), Error> {
    ctx.ask_for(&ErasureWork { thread_id: thread_id.clone() }, DELAY).await
}

/// Erases what was said in a group, if it has ended. A repeat goes on where an interrupted attempt stopped. `asked_at` is when the work was
/// asked for, `now` the present.
///
/// # Errors
/// Those of the table. What was erased stays so.
pub async fn erase(store: Store, work: ErasureWork, asked_at: Timestamp, now: Timestamp) -> Result<Worked, Error> {
    let ended_at = match store.head(&work.thread_id).await? {
        // The request may be about to end it; if it never did, there is nothing to do.
        Head::Thread(_) if now < asked_at.plus(REQUEST_OVER) => return Ok(Worked::Again),
        Head::Thread(_) => return Ok(Worked::Done),
        Head::Absent(absent) => absent.ended.map(|end| end.at),
    };
    // Who appended a message just before may be about to make an item of it.
    if ended_at.is_some_and(|at| now < at.plus(REQUEST_OVER)) {
        return Ok(Worked::Again);
    }
    for _ in 0..PAGES {
        if !store.erase_page(&work.thread_id, now).await? {
            return Ok(Worked::Done);
        }
    }
    Ok(Worked::Again)
}

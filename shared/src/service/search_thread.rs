//! Searching a thread (rule 33).

use super::context::Context;
use super::error::Error;
use super::load::load_thread;
use super::rate::take;
use crate::domain::ids::{Seq, ThreadId};
use crate::domain::limits::MAX_SEARCHED_MESSAGES;
use crate::domain::rate::Limit;
use crate::domain::refusal::Refusal;
use crate::domain::search::{Found, SearchQuery, find};
use crate::domain::thread::Thread;

/// The messages before `before` that fit `query` and that the caller sees, newest first, and the thread that says how they see them. However few
/// there are, it reads one part of the log: [`MAX_SEARCHED_MESSAGES`], or a megabyte of them. The tail of the log is part of it.
///
/// # Errors
/// `NotFound`, `TooManyRequests`.
pub async fn search_thread(
    ctx: &Context,
    thread_id: &ThreadId,
    query: &SearchQuery,
    before: Option<Seq>,
    limit: usize,
) -> Result<(Thread, Found), Error> {
    // Who is refused reads no messages.
    let (thread, taken) = tokio::join!(load_thread(ctx, thread_id), take(ctx, Limit::Searches));
    let thread = thread?;
    taken?;
    let reader = thread.member(&ctx.caller).ok_or(Refusal::NotFound)?;
    let last = before.map_or(thread.last_seq, |before| before.previous().min(thread.last_seq));
    let read = ctx.store.messages(&thread, (reader.visible_from(), last), MAX_SEARCHED_MESSAGES).await?;
    let found = find((reader, &thread), query, (read.items, read.more), limit);
    Ok((thread, found))
}

//! `GET /threads/{thread_id}/events`: the log, to repair a gap.

use shared::act::thread_of;
use shared::app::App;
use shared::domain::ids::{Seq, ThreadId};
use shared::domain::log::{Entry, What, merge};
use shared::http::{Problem, Reply, Request};
use shared::store::Cursor;
use shared::view::{ListView, entry, hidden_entry};

const LIST: &str = "events";

/// Answers the log behind `after`, oldest first, without a hole (rule 14).
///
/// # Errors
/// `not-found`, `invalid-request`.
pub(crate) async fn list(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let after = request.query_seq("after")?;
    let cursor: Option<Seq> = request.cursor(LIST)?;
    let limit = request.limit()?.get();

    let thread = thread_of(app, &caller, &thread_id).await?;
    let reader = thread.member(&caller).ok_or(Problem::NotFound)?;
    let after = after.max(cursor).unwrap_or(Seq::ZERO);
    let first = after.min(thread.last_seq).next().max(reader.joined_seq);
    let entries = if first > thread.last_seq {
        Vec::new()
    } else {
        let (messages, changes) = app.store.runs(&thread_id, first, thread.last_seq, limit).await?;
        merge(messages, changes, limit)
    };
    let last = entries.last().map(|entry| entry.seq).filter(|last| *last < thread.last_seq);
    let next_cursor = last.map(|last| Cursor::new(LIST, &last).into_text());
    let view = |one: &Entry| match &one.what {
        What::Message(_) if thread.hides(reader, &one.actor_id, one.seq) => hidden_entry(&thread_id, one),
        What::Message(_) | What::Change(_) => entry(&thread_id, one),
    };
    let items: Vec<_> = entries.iter().map(view).collect();
    Ok(Reply::ok(&ListView { items, next_cursor }))
}

//! `GET /threads/{thread_id}/messages`.

use shared::act::thread_of;
use shared::app::App;
use shared::domain::ids::{Seq, ThreadId};
use shared::http::{Problem, Reply, Request};
use shared::store::Cursor;
use shared::view::{ListView, MessageView};

const LIST: &str = "messages";

/// Answers messages between `after` and `before` (neither included), newest first.
///
/// # Errors
/// `not-found`, `invalid-request`.
pub(crate) async fn list(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let (before, after) = (request.query_seq("before")?, request.query_seq("after")?);
    let cursor: Option<Seq> = request.cursor(LIST)?;
    let limit = request.limit()?;

    let thread = thread_of(app, &caller, &thread_id).await?;
    let reader = thread.member(&caller).ok_or(Problem::NotFound)?;
    let first = after.map_or(reader.joined_seq, |after| after.next().max(reader.joined_seq));
    // A cursor is the last message shown: the next page ends before it, and before `before`.
    let end = [before, cursor].into_iter().flatten().min();
    let last = end.map_or(thread.last_seq, |end| end.previous().min(thread.last_seq));
    let (messages, more) = app.store.messages(&thread_id, (first, last), limit.get()).await?;
    let next_cursor = messages.last().filter(|_| more).map(|last| Cursor::new(LIST, &last.seq).into_text());
    let items: Vec<_> = messages.iter().map(|message| MessageView::seen_by(reader, &thread, message)).collect();
    Ok(Reply::ok(&ListView { items, next_cursor }))
}

//! `GET /threads/{thread_id}/messages`.

use shared::api::{ListView, MessageView, Problem, Request, Response};
use shared::domain::ids::{Seq, ThreadId};
use shared::domain::message::Message;
use shared::service::{Context, LogPage, messages, messages_after};

/// Responds with a page of the messages between `after` and `before` (neither included), newest first. It holds the newest of them,
/// and the next pages go back; with `after` alone it holds those next to `after`, and the next pages go on to the newest message.
///
/// # Errors
/// `not-found`, `invalid-request`.
pub(crate) async fn list(ctx: Context, request: Request) -> Result<Response<ListView<MessageView>>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let (before, after) = (request.query_seq("before")?, request.query_seq("after")?);
    let limit = request.limit()?;
    // A cursor of one thread or direction is good for no other.
    let (list, list_after) = (format!("messages {thread_id}"), format!("messages after {thread_id}"));
    if let (Some(after), None) = (after, before) {
        let after = request.cursor(&list_after)?.unwrap_or(after);
        let LogPage { thread, page } = messages_after(&ctx, &thread_id, after, limit).await?;
        let reader = thread.member(&ctx.caller).ok_or(Problem::NotFound)?;
        let seen = |message| MessageView::seen_by(reader, &thread, &message);
        let mut view = ListView::page(&list_after, page, |last: &Message| last.seq, seen);
        view.items.reverse();
        return Ok(Response::ok(&view));
    }

    let cursor: Option<Seq> = request.cursor(&list)?;
    // A cursor is the last message shown: the next page ends before it, and before `before`.
    let end = [before, cursor].into_iter().flatten().min();
    let LogPage { thread, page } = messages(&ctx, &thread_id, (after, end), limit).await?;
    let reader = thread.member(&ctx.caller).ok_or(Problem::NotFound)?;
    let view = ListView::page(&list, page, |last| last.seq, |message| MessageView::seen_by(reader, &thread, &message));
    Ok(Response::ok(&view))
}

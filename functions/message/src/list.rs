//! `GET /threads/{thread_id}/messages`.

use shared::api::{ListView, MessageView, Problem, Request, Response};
use shared::domain::ids::{Seq, ThreadId};
use shared::service::{Context, LogPage, messages};

const LIST: &str = "messages";

/// Responds with the messages between `after` and `before` (neither included), newest first.
///
/// # Errors
/// `not-found`, `invalid-request`.
pub(crate) async fn list(ctx: Context, request: Request) -> Result<Response<ListView<MessageView>>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let (before, after) = (request.query_seq("before")?, request.query_seq("after")?);
    let cursor: Option<Seq> = request.cursor(LIST)?;
    let limit = request.limit()?;

    // A cursor is the last message shown: the next page ends before it, and before `before`.
    let end = [before, cursor].into_iter().flatten().min();
    let LogPage { thread, page } = messages(&ctx, &thread_id, (after, end), limit).await?;
    let reader = thread.member(&ctx.caller).ok_or(Problem::NotFound)?;
    let view = ListView::page(LIST, page, |last| last.seq, |message| MessageView::seen_by(reader, &thread, &message));
    Ok(Response::ok(&view))
}

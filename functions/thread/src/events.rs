//! `GET /threads/{thread_id}/events`: the log, to repair a gap.

use shared::api::{EventView, ListView, Problem, Request, Response, log_event_view};
use shared::domain::ids::{Seq, ThreadId};
use shared::service::{Context, LogPage, events};

/// Responds with the log behind `after`, oldest first, without a hole (rule 14).
///
/// # Errors
/// `not-found`, `invalid-request`.
pub(crate) async fn list(ctx: Context, request: Request) -> Result<Response<ListView<EventView>>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let after = request.query_seq("after")?;
    let list = format!("events {thread_id}");
    let cursor: Option<Seq> = request.cursor(&list)?;
    let limit = request.limit()?;

    let LogPage { thread, page } = events(&ctx, &thread_id, after.max(cursor), limit).await?;
    let reader = thread.member(&ctx.caller).ok_or(Problem::NotFound)?;
    let view = ListView::page(&list, page, |last| last.seq, |entry| log_event_view(reader, &thread, &entry));
    Ok(Response::ok(&view))
}

//! `GET /threads/{thread_id}/members`.

use shared::act::{people_of, thread_of};
use shared::app::App;
use shared::domain::ids::ThreadId;
use shared::http::{Problem, Reply, Request};
use shared::view::{ListView, MemberView};

/// Answers everyone in the thread, the longest-standing first. They are 15 at most, so there is one page.
///
/// # Errors
/// `not-found`.
pub(crate) async fn list(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;

    let thread = thread_of(app, &caller, &thread_id).await?;
    let people = people_of(app, &thread).await?;
    let lost = || Problem::Internal(format!("a member of thread {thread_id} has no profile"));
    let items = MemberView::all(&thread, &caller, &people).ok_or_else(lost)?;
    Ok(Reply::ok(&ListView { items, next_cursor: None }))
}

//! `GET /threads/{thread_id}/members`.

use shared::act::{looks_of, members_view, thread_of};
use shared::app::App;
use shared::domain::ids::ThreadId;
use shared::http::{Problem, Reply, Request};
use shared::view::ListView;

/// Answers everyone in the thread, the longest-standing first. They are 15 at most, so there is one page.
///
/// # Errors
/// `not-found`.
pub(crate) async fn list(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;

    let thread = thread_of(app, &caller, &thread_id).await?;
    let (about, people) = looks_of(app, &thread).await?;
    let items = members_view(&thread, &caller, &about, &people)?;
    Ok(Reply::ok(&ListView { items, next_cursor: None }))
}

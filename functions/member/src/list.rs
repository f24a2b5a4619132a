//! `GET /threads/{thread_id}/members`.

use shared::act::{members_view, people_of, thread_of};
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
    let people = people_of(app, &thread).await?;
    let items = members_view(&thread, &caller, &people)?;
    Ok(Reply::ok(&ListView { items, next_cursor: None }))
}

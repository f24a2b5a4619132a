//! `GET /threads/{thread_id}`.

use shared::act::{looks_of, thread_of, thread_view};
use shared::app::App;
use shared::domain::ids::ThreadId;
use shared::http::{Problem, Reply, Request};

/// Answers one thread.
///
/// # Errors
/// `not-found`.
pub(crate) async fn get(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;

    let thread = thread_of(app, &caller, &thread_id).await?;
    let (about, people) = looks_of(app, &thread).await?;
    Ok(Reply::ok(&thread_view(&thread, &caller, &about, &people)?))
}

//! `GET /threads/{thread_id}/messages/{seq}`.

use shared::act::thread_of;
use shared::app::App;
use shared::domain::ids::{Seq, ThreadId};
use shared::http::{Problem, Reply, Request};
use shared::view::MessageView;

/// Answers one message.
///
/// # Errors
/// `not-found`, also where that place of the log is no message.
pub(crate) async fn get(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let seq: String = request.path("seq")?;
    let seq: Seq = seq.parse().map_err(|_| Problem::NotFound)?;

    let thread = thread_of(app, &caller, &thread_id).await?;
    thread.member(&caller).filter(|member| member.sees(seq)).ok_or(Problem::NotFound)?;
    let message = app.store.message(&thread_id, seq).await?.ok_or(Problem::NotFound)?;
    Ok(Reply::ok(&MessageView::whole(&thread_id, &message)))
}

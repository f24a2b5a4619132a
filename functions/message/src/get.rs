//! `GET /threads/{thread_id}/messages/{seq}`.

use shared::act::thread_of;
use shared::app::App;
use shared::domain::ids::{Seq, ThreadId};
use shared::http::{Problem, Reply, Request};
use shared::view::MessageView;

/// Answers one message; one of somebody the caller blocks is collapsed unless they `reveal` it (rule 12).
///
/// # Errors
/// `invalid-request`; `not-found`, also where that place of the log is no message.
pub(crate) async fn get(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let seq: String = request.path("seq")?;
    let seq: Seq = seq.parse().map_err(|_| Problem::NotFound)?;
    let reveal = request.query("reveal", |text| text.parse().map_err(|_| "must be true or false".to_owned()))?;
    let reveal = reveal.unwrap_or(false);

    let thread = thread_of(app, &caller, &thread_id).await?;
    // Nor what came after the head was read: somebody may have been taken out in between.
    let reader = thread.member(&caller).filter(|member| member.sees(seq) && seq <= thread.last_seq);
    let reader = reader.ok_or(Problem::NotFound)?;
    let message = app.store.message(&thread_id, seq).await?.ok_or(Problem::NotFound)?;
    let view =
        if reveal { MessageView::whole(&thread_id, &message) } else { MessageView::seen_by(reader, &thread, &message) };
    Ok(Reply::ok(&view))
}

//! `GET /threads/{thread_id}/messages/{seq}`.

use shared::api::{MessageView, Problem, Request, Response};
use shared::domain::ids::ThreadId;
use shared::domain::invalid::Invalid;
use shared::service::{Context, message};

use crate::path::message_seq;

/// Responds with one message. One of a blocked member is collapsed, unless the caller asks to `reveal` it (rule 12).
///
/// # Errors
/// `invalid-request`; `not-found`, also where that place of the log is no message.
pub(crate) async fn get(ctx: Context, request: Request) -> Result<Response<MessageView>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let seq = message_seq(&request)?;
    let reveal = request.query("reveal", |text| text.parse().map_err(|_| Invalid::new("must be true or false")))?;

    let (thread, message) = message(&ctx, &thread_id, seq).await?;
    let reader = thread.member(&ctx.caller).ok_or(Problem::NotFound)?;
    let view = if reveal.unwrap_or(false) {
        MessageView::revealed(reader, &thread, &message)
    } else {
        MessageView::seen_by(reader, &thread, &message)
    };
    Ok(Response::ok(&view))
}

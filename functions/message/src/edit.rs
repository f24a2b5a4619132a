//! `PATCH /threads/{thread_id}/messages/{seq}`.

use shared::api::{EditBody, MessageView, Problem, Request, Response, WithSockets};
use shared::domain::ids::ThreadId;
use shared::service::{ChangedMessage, Context, edit_message};

use crate::path::message_seq;

/// Gives a message of the caller another text (rule 17). An edit that changes nothing is none.
///
/// # Errors
/// `not-found`, `forbidden` for a message of somebody else, `edit-window-closed`, `contact-closed`, `you-block-them`, `conflict` where
/// it was deleted, `invalid-request`.
pub(crate) async fn edit(
    ctx: Context,
    request: Request<EditBody>,
) -> Result<Response<MessageView, WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let seq = message_seq(&request)?;
    let edit = request.body()?.edit()?;

    let (ChangedMessage { thread, message }, done) = edit_message(&ctx, &thread_id, seq, &edit).await?.split();
    let own = thread.member(&ctx.caller).ok_or(Problem::NotFound)?;
    Ok(Response::ok(&MessageView::seen_by(own, &thread, &message)).deliver(done))
}

//! `PATCH /threads/{thread_id}/messages/{seq}`.

use shared::api::{EditBody, MessageView, Problem, Request, Response, WithSockets};
use shared::domain::ids::{Seq, ThreadId};
use shared::service::{Context, edit_message};

/// Gives a message of the caller another text (rule 17). An edit that changes nothing is none.
///
/// # Errors
/// `not-found`, `forbidden` for a message of somebody else, `edit-window-closed`, `contact-closed`, `you-block-them`,
/// `invalid-request`.
pub(crate) async fn edit(
    ctx: Context,
    request: Request<EditBody>,
) -> Result<Response<MessageView, WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let seq: String = request.path("seq")?;
    let seq: Seq = seq.parse().map_err(|_| Problem::NotFound)?;
    let edit = request.body()?.edit()?;

    let (message, done) = edit_message(&ctx, &thread_id, seq, &edit).await?.split();
    Ok(Response::ok(&MessageView::whole(&thread_id, &message)).deliver(done))
}

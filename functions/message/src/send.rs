//! `POST /threads/{thread_id}/messages`.

use shared::api::{MessageBody, MessageView, Problem, Request, Response, WithSockets, require_key};
use shared::domain::ids::ThreadId;
use shared::service::{self, Context};

/// Sends a message to a thread, exactly once for its `Idempotency-Key` (rules 5–7, 14–16).
///
/// # Errors
/// `not-found` unless the caller is a member; `contact-closed`, `you-block-them`, `request-pending`, `invalid-request`,
/// `idempotency-mismatch`.
pub(crate) async fn send(
    ctx: Context,
    request: Request<MessageBody>,
) -> Result<Response<MessageView, WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let (draft, media) = request.body()?.draft()?;
    require_key(ctx.key.as_ref())?;

    let done = service::send(&ctx, &thread_id, (&draft, &media)).await?;
    let view = MessageView::whole(&thread_id, &done.output.message, Vec::new());
    Ok(Response::created(&view).deliver(done).sent(true))
}

//! `POST /threads/{thread_id}/accept`, `POST /threads/{thread_id}/decline`: message requests (rule 7).

use shared::api::{Problem, Request, Response, ThreadView, WithSockets};
use shared::domain::ids::ThreadId;
use shared::service::{self, Context};

/// Takes a message request into the caller's inbox, and responds with the thread. The sender learns of it by what follows:
/// receipts, typing, replies.
///
/// # Errors
/// `not-found`, `idempotency-mismatch`.
pub(crate) async fn accept(ctx: Context, request: Request) -> Result<Response<ThreadView, WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;

    let (shown, done) = service::accept(&ctx, &thread_id).await?.split();
    Ok(Response::ok(&ThreadView::of(shown, &ctx.caller)?).deliver(done))
}

/// Takes a message request out of the caller's mailboxes. Nobody learns of it but their own devices.
///
/// # Errors
/// `not-found`, `conflict` if it was accepted before, `idempotency-mismatch`.
pub(crate) async fn decline(ctx: Context, request: Request) -> Result<Response<(), WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;

    let done = service::decline(&ctx, &thread_id).await?;
    Ok(Response::no_content().deliver(done))
}

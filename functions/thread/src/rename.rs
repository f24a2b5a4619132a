//! `PATCH /threads/{thread_id}`.

use shared::api::{Problem, RenameBody, Request, Response, ThreadView, WithSockets};
use shared::domain::ids::ThreadId;
use shared::service::{self, Context};

/// Gives a group another title, or none, and responds with the group.
///
/// # Errors
/// `not-found`, `forbidden` unless a moderator does it, `invalid-request`.
pub(crate) async fn rename(
    ctx: Context,
    request: Request<RenameBody>,
) -> Result<Response<ThreadView, WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let RenameBody { title } = request.body()?;

    let done = service::rename(&ctx, &thread_id, title).await?;
    let view = ThreadView::of_snapshots(&done.output.thread, &ctx.caller, &done.output.details)?;
    Ok(Response::ok(&view).deliver(done))
}

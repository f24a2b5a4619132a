//! `GET /threads/{thread_id}`.

use shared::api::{Problem, Request, Response, ThreadView};
use shared::domain::ids::ThreadId;
use shared::service::{Context, load_details_and_profiles, load_thread};

/// Responds with one thread.
///
/// # Errors
/// `not-found`.
pub(crate) async fn get(ctx: Context, request: Request) -> Result<Response<ThreadView>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;

    let thread = load_thread(&ctx, &thread_id).await?;
    let shown = load_details_and_profiles(&ctx, thread).await?;
    Ok(Response::ok(&ThreadView::of(shown, &ctx.caller)?))
}

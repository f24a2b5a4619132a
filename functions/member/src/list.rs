//! `GET /threads/{thread_id}/members`.

use shared::api::{ListView, MemberView, Problem, Request, Response};
use shared::domain::ids::ThreadId;
use shared::service::{Context, load_details_and_profiles, load_thread};

/// Responds with all members, the longest-standing first. They are 15 at most, so there is one page.
///
/// # Errors
/// `not-found`.
pub(crate) async fn list(ctx: Context, request: Request) -> Result<Response<ListView<MemberView>>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;

    let thread = load_thread(&ctx, &thread_id).await?;
    let shown = load_details_and_profiles(&ctx, thread).await?;
    Ok(Response::ok(&ListView::whole(MemberView::all(shown.roster)?)))
}

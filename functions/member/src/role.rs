//! `PATCH /threads/{thread_id}/members/{user_id}`.

use shared::api::{MemberView, Problem, Request, Response, RoleBody, WithSockets};
use shared::domain::ids::ThreadId;
use shared::service::{Context, set_role};

use crate::path;

/// Makes a member a moderator, or ends that, and responds with the member. A group is never without a moderator (rule 10).
///
/// # Errors
/// `not-found`, `forbidden` unless a moderator does it, `conflict` for the only member.
pub(crate) async fn set(
    ctx: Context,
    request: Request<RoleBody>,
) -> Result<Response<MemberView, WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let user_id = path::user_id(&request, &ctx.caller)?;
    let RoleBody { role } = request.body()?;

    let done = set_role(&ctx, &thread_id, &user_id, role).await?;
    let member = done.output.thread.member(&user_id).ok_or(Problem::NotFound)?;
    let view = MemberView::of_snapshot(member, &ctx.caller, &done.output.details).ok_or(Problem::NotFound)?;
    Ok(Response::ok(&view).deliver(done))
}

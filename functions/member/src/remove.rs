//! `DELETE /threads/{thread_id}/members/{user_id}`: leaving, and removing a member.

use shared::api::{Problem, Request, Response, WithSockets};
use shared::domain::ids::ThreadId;
use shared::service::{Context, leave, remove_member};

use crate::path;

/// Removes a member from a group. Removing oneself is leaving, which never fails (rule 10). From then on they see nothing of it.
///
/// # Errors
/// `not-found`; `forbidden` unless a moderator does it or it is oneself.
pub(crate) async fn remove(ctx: Context, request: Request) -> Result<Response<(), WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let user_id = path::user_id(&request, &ctx.caller)?;

    let leaves = user_id == ctx.caller;
    let done = if leaves { leave(&ctx, &thread_id).await? } else { remove_member(&ctx, &thread_id, &user_id).await? };
    Ok(Response::no_content().deliver(done))
}

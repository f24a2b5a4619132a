//! `POST /threads/{thread_id}/members`.

use shared::api::{AddMembersBody, ListView, MemberView, Problem, Request, Response, WithSockets};
use shared::domain::ids::ThreadId;
use shared::service::{Context, add_members};

/// Adds users to a group, all or none, and responds with all members (rules 5, 8–12). Users who are members already stay as they
/// are.
///
/// # Errors
/// `not-found`, `forbidden` unless a moderator does it, `invalid-request` for unknown users, `contact-closed`, `you-block-them`,
/// `group-full`, `idempotency-mismatch`.
pub(crate) async fn add(
    ctx: Context,
    request: Request<AddMembersBody>,
) -> Result<Response<ListView<MemberView>, WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let AddMembersBody { user_ids } = request.body()?;

    let (roster, done) = add_members(&ctx, &thread_id, &user_ids).await?.split();
    Ok(Response::ok(&ListView::whole(MemberView::all(roster)?)).deliver(done))
}

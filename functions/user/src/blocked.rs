//! `GET /me/blocked`, `PUT` and `DELETE /me/blocked/{user_id}`.

use std::collections::HashMap;

use shared::api::{BlockedView, ListView, Problem, Request, Response, UserView, WithSockets, thread_views};
use shared::service::{Context, block, unblock};
use shared::store::Edge;

use crate::edges;

/// Responds with the users whom the caller blocks, in the order of their ids.
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn list(ctx: Context, request: Request) -> Result<Response<ListView<UserView>>, Problem> {
    edges::list(&ctx, &request, Edge::Block).await
}

/// Blocks a user, and responds with the groups that both are in. Once it has responded, no message of either is stored in their
/// direct thread any more (rule 6), and in groups messages of the blocked user reach the caller collapsed (rule 12).
///
/// # Errors
/// `not-found`, `invalid-request` for oneself.
pub(crate) async fn set(ctx: Context, request: Request) -> Result<Response<BlockedView, WithSockets>, Problem> {
    let (user_id, pair) = edges::other(&ctx, &request)?;

    let (blocked, done) = block(&ctx, &pair, &user_id).await?.split();
    let groups = thread_views(blocked.groups, &ctx.caller, &blocked.details, &HashMap::new())?;
    Ok(Response::ok(&BlockedView { groups }).deliver(done))
}

/// Ends blocking a user, known or not. What was hidden in groups is shown again; nothing else comes back (rule 3).
///
/// # Errors
/// `invalid-request` for oneself.
pub(crate) async fn delete(ctx: Context, request: Request) -> Result<Response<(), WithSockets>, Problem> {
    let (user_id, pair) = edges::other(&ctx, &request)?;

    Ok(Response::no_content().deliver(unblock(&ctx, &pair, &user_id).await?))
}

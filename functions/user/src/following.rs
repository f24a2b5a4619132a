//! `GET /me/following`, `PUT` and `DELETE /me/following/{user_id}`.

use shared::api::{ListView, Problem, Request, Response, UserView, WithSockets};
use shared::service::{Context, follow, unfollow};
use shared::store::Edge;

use crate::edges;

/// Responds with the users whom the caller follows, in the order of their ids.
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn list(ctx: Context, request: Request) -> Result<Response<ListView<UserView>>, Problem> {
    edges::list(&ctx, &request, Edge::Follow).await
}

/// Follows a user (rule 3). Their message request, and groups that they added the caller to, move to the inbox (rules 7, 8).
///
/// # Errors
/// `not-found`, `you-block-them`, `invalid-request` for oneself.
pub(crate) async fn set(ctx: Context, request: Request) -> Result<Response<(), WithSockets>, Problem> {
    let (user_id, pair) = edges::other(&ctx, &request)?;

    Ok(Response::no_content().deliver(follow(&ctx, &pair, &user_id).await?))
}

/// Ends following a user, known or not (rule 3).
///
/// # Errors
/// `invalid-request` for oneself.
pub(crate) async fn delete(ctx: Context, request: Request) -> Result<Response<()>, Problem> {
    let (user_id, _) = edges::other(&ctx, &request)?;

    unfollow(&ctx, &user_id).await?;
    Ok(Response::no_content())
}

//! `GET /me/blocked`, `PUT` and `DELETE /me/blocked/{user_id}`.

use std::collections::HashMap;

use shared::api::{BlockedView, ListView, Problem, Request, Response, UserView, WithSockets, thread_views};
use shared::service::{Context, GroupsPage, SharedPage, block, unblock};
use shared::store::{Cursor, Edge};

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

    let list = format!("groups with {user_id}");
    let page = SharedPage { after: request.cursor(&list)?, limit: request.limit()? };

    let (blocked, done) = block(&ctx, &pair, &user_id, &page).await?.split();
    let GroupsPage { groups, details, next } = blocked;
    let next_cursor = next.map(|last| Cursor::new(&list, &last).into_text());
    let groups = thread_views(groups, &ctx.caller, &details, &HashMap::new())?;
    Ok(Response::ok(&BlockedView { groups, next_cursor }).deliver(done))
}

/// Ends blocking a user, known or not. What was hidden in groups is shown again; nothing else comes back (rule 3).
///
/// # Errors
/// `invalid-request` for oneself.
pub(crate) async fn delete(ctx: Context, request: Request) -> Result<Response<(), WithSockets>, Problem> {
    let (user_id, pair) = edges::other(&ctx, &request)?;

    Ok(Response::no_content().deliver(unblock(&ctx, &pair, &user_id).await?))
}

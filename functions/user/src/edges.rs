//! What follows and blocks have in common.

use shared::api::{ListView, Problem, Request, Response, UserView};
use shared::domain::ids::{Pair, UserId};
use shared::service::{Context, registered};
use shared::store::Edge;

/// The user in the path, and the caller and they as a pair.
///
/// # Errors
/// `invalid-request` if they are the same.
pub(crate) fn other(ctx: &Context, request: &Request) -> Result<(UserId, Pair), Problem> {
    let user_id: UserId = request.path("user_id")?;
    let pair = Pair::new(&ctx.caller, &user_id).ok_or_else(|| Problem::invalid("user_id", "must not be yourself"))?;
    Ok((user_id, pair))
}

/// Responds with the users that the caller's edges lead to, in the order of their ids.
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn list(
    ctx: &Context,
    request: &Request,
    edge: Edge,
) -> Result<Response<ListView<UserView>>, Problem> {
    let list = match edge {
        Edge::Follow => "following",
        Edge::Block => "blocked",
    };
    let limit = request.limit()?;
    let after: Option<UserId> = request.cursor(list)?;

    let targets = ctx.store.edge_targets(edge, &ctx.caller, after.as_ref(), limit);
    let (own, targets) = tokio::try_join!(ctx.store.profile(&ctx.caller), targets)?;
    registered(own)?;
    let mut profiles = ctx.store.profiles(&targets.items).await?;
    let page = ListView::page(list, targets, UserId::clone, |user_id| profiles.remove(&user_id).map(UserView::from));
    let ListView { items, next_cursor } = page;
    Ok(Response::ok(&ListView { items: items.into_iter().flatten().collect(), next_cursor }))
}

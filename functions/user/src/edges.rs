//! What follows and blocks have in common.

use shared::app::App;
use shared::domain::ids::{Pair, UserId};
use shared::http::{Problem, Reply, Request};
use shared::store::{Cursor, Edge};
use shared::view::{ListView, UserView};

/// The caller, the user in the path, and the two as a pair.
///
/// # Errors
/// `invalid-request` if they are the same.
pub(crate) fn pair(request: &Request) -> Result<(UserId, UserId, Pair), Problem> {
    let caller = request.caller()?;
    let user_id: UserId = request.path("user_id")?;
    let pair = Pair::new(&caller, &user_id).ok_or_else(|| Problem::invalid("user_id", "must not be yourself"))?;
    Ok((caller, user_id, pair))
}

/// Answers the users that the caller's edges lead to.
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn list(app: &App, request: &Request, edge: Edge) -> Result<Reply, Problem> {
    let list = match edge {
        Edge::Follow => "following",
        Edge::Block => "blocked",
    };
    let caller = request.caller()?;
    let limit = request.limit()?;
    let after: Option<UserId> = request.cursor(list)?;

    let targets = app.store.edge_targets(edge, &caller, after.as_ref(), limit.get());
    let (own, targets) = tokio::try_join!(app.store.profile(&caller), targets)?;
    own.ok_or(Problem::ProfileRequired)?;
    let (targets, more) = targets;
    let mut people = app.store.profiles(&targets).await?;
    let next_cursor = targets.last().filter(|_| more).map(|last| Cursor::new(list, last).into_text());
    let items: Vec<UserView> = targets.iter().filter_map(|id| people.remove(id)).map(UserView::from).collect();
    Ok(Reply::ok(&ListView { items, next_cursor }))
}

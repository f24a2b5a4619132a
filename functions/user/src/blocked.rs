//! `GET /me/blocked`, `PUT` and `DELETE /me/blocked/{user_id}`.

use serde::Serialize;
use shared::app::App;
use shared::http::{Problem, Reply, Request};
use shared::store::{Edge, Guard};

use crate::edges;

/// Answers whom the caller blocks, in the order of their ids.
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn list(app: &App, request: &Request) -> Result<Reply, Problem> {
    edges::list(app, request, Edge::Block).await
}

/// The groups that the blocker shares with the blocked, for the decision to stay or leave (rule 12). There are no groups
/// yet, so the list has no items.
#[derive(Debug, Serialize)]
struct Blocked {
    groups: [(); 0],
}

/// Blocks a user. Once this is answered, no message of either is stored in their direct thread any more (rule 6).
///
/// # Errors
/// `not-found`, `invalid-request` for oneself.
pub(crate) async fn set(app: &App, request: &Request) -> Result<Reply, Problem> {
    let (caller, user_id, pair) = edges::pair(request)?;
    let between = app.store.between(&caller, &user_id, &pair).await?;
    between.own.ok_or(Problem::ProfileRequired)?;
    between.other.ok_or(Problem::NotFound)?;
    if !between.head.is_blocked_by(&caller) {
        app.store.block(&caller, &user_id, &pair, request.now()).await?;
    }
    Ok(Reply::ok(&Blocked { groups: [] }))
}

/// Ends blocking a user, known or not; nothing else comes back (rule 3).
///
/// # Errors
/// `invalid-request` for oneself.
pub(crate) async fn delete(app: &App, request: &Request) -> Result<Reply, Problem> {
    let (caller, user_id, pair) = edges::pair(request)?;
    app.store.profile(&caller).await?.ok_or(Problem::ProfileRequired)?;
    match app.store.unblock(&caller, &user_id, &pair).await {
        Err(error) if error.lost(Guard::Blocked) => Ok(Reply::nothing()),
        other => Ok(other.map(|()| Reply::nothing())?),
    }
}

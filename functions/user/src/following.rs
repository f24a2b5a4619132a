//! `GET /me/following`, `PUT` and `DELETE /me/following/{user_id}`.

use shared::act;
use shared::app::App;
use shared::domain::ids::{Pair, UserId};
use shared::domain::request::accept;
use shared::domain::thread::Thread;
use shared::http::{Problem, Reply, Request};
use shared::push::Fanout;
use shared::store::{Edge, Guard, Head, OnFollow};

use crate::edges;

/// Answers whom the caller follows, in the order of their ids.
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn list(app: &App, request: &Request) -> Result<Reply, Problem> {
    edges::list(app, request, Edge::Follow).await
}

/// Follows a user (rule 3). A request of theirs that waits moves to the inbox with it (rule 7).
///
/// # Errors
/// `not-found`, `you-block-them`, `invalid-request` for oneself.
pub(crate) async fn set(app: &App, request: &Request) -> Result<Reply, Problem> {
    let (caller, user_id, pair) = edges::pair(request)?;

    let mut pauses = app.store.table().pauses();
    loop {
        let between = app.store.between(&caller, &user_id, &pair).await?;
        between.own.ok_or(Problem::ProfileRequired)?;
        between.other.ok_or(Problem::NotFound)?;
        if between.head.is_blocked_by(&caller) {
            return Err(Problem::YouBlockThem(vec![user_id]));
        }
        let accepted = accepted(&between.head, &caller)?;
        if between.following && accepted.is_none() {
            return Ok(Reply::nothing());
        }
        let thread = match (&between.head, &accepted) {
            (Head::Vacant(_), _) => OnFollow::Absent,
            (Head::Thread(_), None) => OnFollow::Stays,
            (Head::Thread(_), Some((before, after))) => OnFollow::Accepts { before, after },
        };
        match app.store.follow(&caller, &user_id, &pair, thread, request.now()).await {
            Ok(()) => return Ok(announced(&caller, accepted, request)),
            // Blocked, opened or written to at this very moment: look again.
            Err(error)
                if (error.lost(Guard::Unblocked) || error.lost(Guard::Head)) && pauses.pause_after_loss().await => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The direct thread before and after, if a request waits in it for `caller`.
fn accepted(head: &Head, caller: &UserId) -> Result<Option<(Thread, Thread)>, Problem> {
    match head {
        Head::Vacant(_) => Ok(None),
        Head::Thread(thread) => Ok(accept(thread, caller)?.map(|after| ((**thread).clone(), after))),
    }
}

fn announced(caller: &UserId, accepted: Option<(Thread, Thread)>, request: &Request) -> Reply {
    let Some((_, thread)) = accepted else { return Reply::nothing() };
    let deliveries = vec![act::accepted(&thread, caller, request.now())];
    Reply::nothing().then_push(Fanout { deliveries, connections: None })
}

/// Ends following a user, known or not (rule 3).
///
/// # Errors
/// `invalid-request` for oneself.
pub(crate) async fn delete(app: &App, request: &Request) -> Result<Reply, Problem> {
    let (caller, user_id, _): (_, _, Pair) = edges::pair(request)?;
    let (own, ()) = tokio::try_join!(app.store.profile(&caller), app.store.unfollow(&caller, &user_id))?;
    own.ok_or(Problem::ProfileRequired)?;
    Ok(Reply::nothing())
}

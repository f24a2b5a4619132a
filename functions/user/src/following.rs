//! `GET /me/following`, `PUT` and `DELETE /me/following/{user_id}`.

use shared::act;
use shared::app::App;
use shared::domain::ids::{Pair, UserId};
use shared::domain::limits::MAX_GROUPS_AT_ONCE;
use shared::domain::member::Standing;
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

/// Follows a user (rule 3). Requests of theirs that wait, and groups they brought the caller into, move to the inbox with it
/// (rules 7, 8).
///
/// # Errors
/// `not-found`, `you-block-them`, `invalid-request` for oneself.
pub(crate) async fn set(app: &App, request: &Request) -> Result<Reply, Problem> {
    let (caller, user_id, pair) = edges::pair(request)?;

    let mut deliveries = Vec::new();
    // Whether the caller followed them before: then what waits of theirs has been asked about since, and a repeat answers nothing.
    let mut again = None;
    let mut pauses = app.store.table().pauses();
    loop {
        let between = app.store.between(&caller, &user_id, &pair).await?;
        let own = between.own.ok_or(Problem::ProfileRequired)?;
        between.other.ok_or(Problem::NotFound)?;
        if between.head.is_blocked_by(&caller) {
            return Err(Problem::YouBlockThem(vec![user_id]));
        }
        let accepted = accepted(&between.head, &caller)?;
        let again = *again.get_or_insert(between.following);
        let (groups, more) = if again { (Vec::new(), false) } else { groups(app, &caller, &user_id).await? };
        if between.following && accepted.is_none() && groups.is_empty() {
            return Ok(Reply::nothing().then_push(Fanout { deliveries, connections: None }));
        }
        let thread = match (&between.head, &accepted) {
            (Head::Vacant(_), _) => OnFollow::Absent,
            (Head::Thread(_), None) => OnFollow::Stays,
            (Head::Thread(_), Some((before, after))) => OnFollow::Accepts { before, after },
        };
        match app.store.follow((&own, &user_id), &pair, thread, &groups, request.now()).await {
            Ok(()) => {
                let threads = accepted.iter().chain(&groups).map(|(_, after)| after);
                deliveries.extend(threads.map(|thread| act::accepted(thread, &caller, request.now())));
                if !more {
                    return Ok(Reply::nothing().then_push(Fanout { deliveries, connections: None }));
                }
            }
            // Blocked, opened, added or written to at this very moment: look again.
            Err(error)
                if [Guard::Unblocked, Guard::Head, Guard::Ties].into_iter().any(|guard| error.lost(guard))
                    && pauses.pause_after_loss().await => {}
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

/// The groups before and after that wait for `caller` since `inviter` brought them in, as many as one write takes; and whether
/// there are more.
async fn groups(app: &App, caller: &UserId, inviter: &UserId) -> Result<(Vec<(Thread, Thread)>, bool), Problem> {
    let groups = app.store.shared_groups(caller, inviter).await?;
    let mut accepted = Vec::new();
    for group in groups {
        let waiting = group.member(caller).filter(|member| member.standing == Standing::Pending);
        let by = waiting.and_then(|member| member.invitation.by);
        if by.is_some() && by == group.member(inviter).map(|member| member.slot) {
            accepted.extend(accept(&group, caller)?.map(|after| (group, after)));
        }
    }
    let more = accepted.len() > MAX_GROUPS_AT_ONCE;
    accepted.truncate(MAX_GROUPS_AT_ONCE);
    Ok((accepted, more))
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

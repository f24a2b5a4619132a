//! `DELETE /threads/{thread_id}/members/{user_id}`: leaving, and taking somebody out.

use shared::act::change_group;
use shared::app::App;
use shared::domain::group;
use shared::domain::ids::{ThreadId, UserId};
use shared::http::{Problem, Reply, Request};
use shared::push::Fanout;

use crate::member_id;

/// Takes a member out of a group; oneself is leaving, which never fails (rule 10). From then on they see nothing of it.
///
/// # Errors
/// `not-found`, `forbidden` unless a moderator does it or it is oneself.
pub(crate) async fn remove(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let user_id = member_id(request, &caller)?;

    take_out(app, request, &caller, &thread_id, &user_id).await
}

pub(crate) async fn take_out(
    app: &App,
    request: &Request,
    caller: &UserId,
    thread_id: &ThreadId,
    user_id: &UserId,
) -> Result<Reply, Problem> {
    let done = change_group(app, caller, thread_id, |thread, _| {
        let changed = if user_id == caller {
            group::leave(thread, caller, request.now())
        } else {
            group::remove(thread, caller, user_id, request.now())
        };
        Ok(Some(changed?))
    });
    let deliveries = done.await?.deliveries;
    Ok(Reply::nothing().then_push(Fanout { deliveries, connections: None }))
}

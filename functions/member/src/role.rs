//! `PATCH /threads/{thread_id}/members/{user_id}`.

use serde::Deserialize;
use shared::act::change_group;
use shared::app::App;
use shared::domain::group;
use shared::domain::ids::ThreadId;
use shared::domain::member::Role;
use shared::http::{Problem, Reply, Request};
use shared::push::Fanout;
use shared::view::MemberView;

use crate::member_id;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    role: Role,
}

/// Makes a member a moderator, or ends that, and answers the member. A group is never without a moderator (rule 10).
///
/// # Errors
/// `not-found`, `forbidden` unless a moderator does it, `conflict` for the only member.
pub(crate) async fn set(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let user_id = member_id(request, &caller)?;
    let Body { role } = request.json()?;

    let done = change_group(app, &caller, &thread_id, |thread, _| {
        Ok(group::set_role(thread, &caller, &user_id, role, request.now())?)
    });
    let done = done.await?;
    // Of the copies that the group has: nothing that is read from here on could keep the others from hearing of it.
    let place = done.thread.members.iter().position(|member| member.user_id == user_id).ok_or(Problem::NotFound)?;
    let member = MemberView::copies(&done.thread, &caller, &done.about).into_iter().nth(place);
    let reply = Reply::ok(&member.ok_or(Problem::NotFound)?);
    Ok(reply.then_push(Fanout { deliveries: done.deliveries, connections: None }))
}

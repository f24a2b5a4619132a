//! `PATCH /threads/{thread_id}`.

use serde::{Deserialize, Deserializer};
use shared::act::change_group;
use shared::app::App;
use shared::domain::about::Title;
use shared::domain::group;
use shared::domain::ids::ThreadId;
use shared::http::{Problem, Reply, Request};
use shared::push::Fanout;
use shared::view::{MemberView, ThreadView};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    /// `null` takes the title away; it has to be said.
    #[serde(deserialize_with = "nullable")]
    title: Option<Title>,
}

/// Without a default of its own, so that a body without the member is refused.
fn nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Title>, D::Error> {
    Option::deserialize(deserializer)
}

/// Gives a group another title, or none, and answers it.
///
/// # Errors
/// `not-found`, `forbidden` unless a moderator does it, `invalid-request`.
pub(crate) async fn rename(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let Body { title } = request.json()?;

    let done = change_group(app, &caller, &thread_id, |thread, about| {
        Ok(group::rename(thread, &caller, about.title.as_ref(), title.clone(), request.now())?)
    });
    let done = done.await?;
    // Of the copies that the group has: nothing that is read from here on could keep the others from hearing of it.
    let members = MemberView::copies(&done.thread, &caller, &done.about);
    let view = ThreadView::new(&done.thread, &caller, &done.about, members).ok_or(Problem::NotFound)?;
    let reply = Reply::ok(&view);
    Ok(reply.then_push(Fanout { deliveries: done.deliveries, connections: None }))
}

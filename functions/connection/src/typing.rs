//! `{"action":"typing","thread_id"}`: the one signal that is never stored (rule 24).

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::app::App;
use shared::domain::ids::{ThreadId, UserId};
use shared::domain::limits::TYPING_LIFE;
use shared::domain::thread::Thread;
use shared::domain::time::{Timestamp, rfc3339};
use shared::http::{Problem, Reply, Request};
use shared::push::{Delivery, Fanout};
use shared::store::Connection;
use shared::view::{Signal, signal};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(rename = "action")]
    _action: String,
    thread_id: ThreadId,
}

#[derive(Debug, Serialize)]
struct Typing {
    #[serde(serialize_with = "rfc3339")]
    expires_at: Timestamp,
}

/// Tells the members who accepted the thread that somebody in it is typing. A refused frame comes back as a `problem`; the
/// socket stays open.
///
/// # Errors
/// Those of the table.
pub(crate) async fn typing(app: &App, request: &Request) -> Result<Reply, Problem> {
    let id = request.connection_id()?;
    let body: Result<Body, Problem> = request.json();
    let thread_id = match body {
        Ok(Body { thread_id, .. }) => thread_id,
        Err(problem) => return refused(app, request, &problem).await,
    };
    let (user, thread) = app.store.connection_and_thread(&id, &thread_id).await?;
    // A socket without a user is one that is being closed.
    let Some(user) = user else { return Ok(Reply::quiet()) };
    let Some(thread) = thread.filter(|thread| thread.member(&user).is_some()) else {
        return refused(app, request, &Problem::NotFound).await;
    };
    let readers = readers(&thread, &user);
    if readers.is_empty() {
        return Ok(Reply::quiet());
    }
    let shows = app.store.profile(&user).await?.is_some_and(|profile| profile.settings.typing_indicators);
    if !shows {
        return Ok(Reply::quiet());
    }
    let data = json!(Typing { expires_at: request.now().plus(TYPING_LIFE) });
    let event = signal(Signal::Typing, Some(&thread.id), Some(&user), request.now(), data);
    Ok(Reply::quiet().then_push(Fanout { deliveries: vec![Delivery::new(&event, readers)], connections: None }))
}

/// Sends the problem to the socket it came from, and to no other: this route has no route response.
async fn refused(app: &App, request: &Request, problem: &Problem) -> Result<Reply, Problem> {
    let id = request.connection_id()?;
    let Some(user_id) = app.store.connection_user(&id).await? else { return Ok(Reply::quiet()) };
    let event = signal(Signal::Problem, None, None, request.now(), json!(problem.document(request.id())));
    let deliveries = vec![Delivery::new(&event, vec![user_id.clone()])];
    // It is open: a frame came from it.
    let socket = Connection { user_id, id, opened_at: Timestamp::EPOCH };
    Ok(Reply::quiet().then_push(Fanout { deliveries, connections: Some(vec![socket]) }))
}

/// Who gets to see that `user` types: members who accepted the thread, if `user` did so too (rule 7), but nobody who blocks
/// them.
fn readers(thread: &Thread, user: &UserId) -> Vec<UserId> {
    let accepted = thread.member(user).is_some_and(|member| member.standing.is_accepted());
    if !accepted || thread.is_blocked() {
        return Vec::new();
    }
    let readers = thread
        .others(user)
        .filter(|member| member.standing.is_accepted() && !thread.hides(member, user, thread.last_seq));
    readers.map(|member| member.user_id.clone()).collect()
}

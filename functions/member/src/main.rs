//! The `member` function: who is in a thread.

mod add;
mod list;
mod notice;
mod remove;
mod role;

use std::sync::Arc;

use shared::app::App;
use shared::domain::ids::UserId;
use shared::http::{Problem, Reply, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    shared::http::run(App::from_env().and_then(App::pushing), route).await
}

async fn route(app: &'static App, request: Arc<Request>) -> Result<Reply, Problem> {
    match request.route_key() {
        "GET /threads/{thread_id}/members" => list::list(app, &request).await,
        "POST /threads/{thread_id}/members" => add::add(app, &request).await,
        "PATCH /threads/{thread_id}/members/{user_id}" => role::set(app, &request).await,
        "DELETE /threads/{thread_id}/members/{user_id}" => remove::remove(app, &request).await,
        "PUT /threads/{thread_id}/members/me/notice" => notice::answer(app, &request).await,
        route => Err(Problem::no_such_route(route)),
    }
}

/// The member in the path; `me` is the caller.
///
/// # Errors
/// `not-found`.
fn member_id(request: &Request, caller: &UserId) -> Result<UserId, Problem> {
    let user_id: UserId = request.path("user_id")?;
    Ok(if user_id.as_str() == "me" { caller.clone() } else { user_id })
}

//! The `thread` function: opening, listing and reading threads, and answering requests.

mod answer;
mod events;
mod get;
mod list;
mod open;
mod read;

use std::sync::Arc;

use shared::app::App;
use shared::http::{Problem, Reply, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    shared::http::run(App::from_env()?.pushing()?, route).await
}

async fn route(app: &'static App, request: Arc<Request>) -> Result<Reply, Problem> {
    match request.route_key() {
        "POST /threads" => open::open(app, &request).await,
        "GET /threads" => list::list(app, &request).await,
        "GET /threads/{thread_id}" => get::get(app, &request).await,
        "POST /threads/{thread_id}/accept" => answer::accept(app, &request).await,
        "POST /threads/{thread_id}/decline" => answer::decline(app, &request).await,
        "PUT /threads/{thread_id}/read" => read::read(app, &request).await,
        "GET /threads/{thread_id}/events" => events::list(app, &request).await,
        route => Err(Problem::no_such_route(route)),
    }
}

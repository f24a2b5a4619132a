//! The `thread` function: opening, listing, naming and reading threads, and answering requests.

mod answer;
mod create;
mod events;
mod get;
mod group;
mod list;
mod open;
mod preferences;
mod read;
mod rename;

use std::sync::Arc;

use shared::app::App;
use shared::http::{Problem, Reply, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    shared::http::run(App::from_env().and_then(App::pushing), route).await
}

async fn route(app: &'static App, request: Arc<Request>) -> Result<Reply, Problem> {
    match request.route_key() {
        "POST /threads" => create::create(app, &request).await,
        "GET /threads" => list::list(app, &request).await,
        "GET /threads/{thread_id}" => get::get(app, &request).await,
        "PATCH /threads/{thread_id}" => rename::rename(app, &request).await,
        "POST /threads/{thread_id}/accept" => answer::accept(app, &request).await,
        "POST /threads/{thread_id}/decline" => answer::decline(app, &request).await,
        "PUT /threads/{thread_id}/read" => read::read(app, &request).await,
        "PUT /threads/{thread_id}/preferences" => preferences::set(app, &request).await,
        "GET /threads/{thread_id}/events" => events::list(app, &request).await,
        route => Err(Problem::no_such_route(route)),
    }
}

//! The `message` function: what people say.

mod get;
mod list;
mod send;

use std::sync::Arc;

use shared::app::App;
use shared::http::{Problem, Reply, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    shared::http::run(App::from_env().and_then(App::pushing), route).await
}

async fn route(app: &'static App, request: Arc<Request>) -> Result<Reply, Problem> {
    match request.route_key() {
        "GET /threads/{thread_id}/messages" => list::list(app, &request).await,
        "POST /threads/{thread_id}/messages" => send::send(app, &request).await,
        "GET /threads/{thread_id}/messages/{seq}" => get::get(app, &request).await,
        route => Err(Problem::no_such_route(route)),
    }
}

//! The `member` function: who is in a thread.

mod list;

use std::sync::Arc;

use shared::app::App;
use shared::http::{Problem, Reply, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    shared::http::run(App::from_env()?, route).await
}

async fn route(app: &'static App, request: Arc<Request>) -> Result<Reply, Problem> {
    match request.route_key() {
        "GET /threads/{thread_id}/members" => list::list(app, &request).await,
        route => Err(Problem::no_such_route(route)),
    }
}

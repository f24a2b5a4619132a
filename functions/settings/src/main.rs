//! The `settings` function: what a user chose.

mod settings;

use std::sync::Arc;

use shared::app::App;
use shared::http::{Problem, Reply, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    shared::http::run(App::from_env(), route).await
}

async fn route(app: &'static App, request: Arc<Request>) -> Result<Reply, Problem> {
    match request.route_key() {
        "GET /settings" => settings::get(app, &request).await,
        "PATCH /settings" => settings::update(app, &request).await,
        route => Err(Problem::no_such_route(route)),
    }
}

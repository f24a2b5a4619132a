//! The `user` function: profiles, search, follows and blocks.

mod blocked;
mod edges;
mod following;
mod me;
mod users;

use std::sync::Arc;

use shared::app::App;
use shared::http::{Problem, Reply, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    shared::http::run(App::from_env().and_then(App::pushing), route).await
}

async fn route(app: &'static App, request: Arc<Request>) -> Result<Reply, Problem> {
    match request.route_key() {
        "GET /me" => me::get(app, &request).await,
        "PUT /me" => me::set(app, &request).await,
        "GET /users" => users::search(app, &request).await,
        "GET /users/{user_id}" => users::get(app, &request).await,
        "GET /me/following" => following::list(app, &request).await,
        "PUT /me/following/{user_id}" => following::set(app, &request).await,
        "DELETE /me/following/{user_id}" => following::delete(app, &request).await,
        "GET /me/blocked" => blocked::list(app, &request).await,
        "PUT /me/blocked/{user_id}" => blocked::set(app, &request).await,
        "DELETE /me/blocked/{user_id}" => blocked::delete(app, &request).await,
        // A browser asks before it calls; API Gateway adds the CORS headers to this.
        "OPTIONS /{proxy+}" => Ok(Reply::nothing()),
        // Any route that does not exist.
        "$default" => Err(Problem::NotFound),
        route => Err(Problem::no_such_route(route)),
    }
}

//! The `connection` function: socket tickets, and the sockets themselves.

mod connect;
mod create;
mod disconnect;
mod frame;
mod typing;

use std::sync::Arc;

use shared::app::App;
use shared::http::{Problem, Reply, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    shared::http::run(App::from_env().and_then(App::pushing), route).await
}

async fn route(app: &'static App, request: Arc<Request>) -> Result<Reply, Problem> {
    match request.route_key() {
        "POST /connections" => create::create(app, &request).await,
        "$connect" => connect::connect(app, &request).await,
        "$disconnect" => disconnect::disconnect(app, &request).await,
        "ping" => Ok(frame::pong()),
        "typing" => typing::typing(app, &request).await,
        "$default" => Err(frame::unknown()),
        route => Err(Problem::no_such_route(route)),
    }
}

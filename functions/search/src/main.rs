//! The `search` function: looking for messages.

mod messages;

use shared::api::{Code, NoSockets, Route, Routes};
use shared::lambda::{App, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    serve(App::from_env(), routes()).await
}

fn routes() -> Routes<NoSockets> {
    Routes::new([Route::user("GET /threads/{thread_id}/search", messages::search).members().problems(&[
        Code::InvalidRequest,
        Code::NotFound,
        Code::TooManyRequests,
    ])])
}

//! The `settings` function: what a user chose.

mod settings;

use shared::api::{Code, NoSockets, Route, Routes};
use shared::lambda::{App, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    serve(App::from_env(), routes()).await
}

fn routes() -> Routes<NoSockets> {
    Routes::new([
        Route::user("GET /settings", settings::get),
        Route::user("PATCH /settings", settings::update).problems(&[Code::InvalidRequest]),
    ])
}

//! The `connection` function: socket tickets, and the sockets themselves.

mod connect;
mod create;
mod frame;
mod typing;

use shared::api::{Code, Route, Routes, WithSockets};
use shared::lambda::{App, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    serve(App::from_env().and_then(App::with_sockets), routes()).await
}

fn routes() -> Routes<WithSockets> {
    Routes::new([
        Route::user("POST /connections", create::create)
            .statuses(&[201])
            .problems(&[Code::InvalidRequest, Code::IdempotencyMismatch]),
        Route::socket("$connect", connect::connect),
        Route::socket("$disconnect", connect::disconnect),
        Route::socket("ping", frame::ping).problems(&[Code::InvalidRequest]),
        Route::socket("typing", typing::typing),
        Route::socket("$default", frame::unknown).problems(&[Code::InvalidRequest]),
    ])
}

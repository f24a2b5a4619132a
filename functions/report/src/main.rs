//! The `report` function: what users report, and the operators who look at it.

mod close;
mod file;
mod list;

use shared::api::{Code, NoSockets, Route, Routes};
use shared::lambda::{App, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    serve(App::from_env(), routes()).await
}

fn routes() -> Routes<NoSockets> {
    Routes::new([
        Route::user("POST /reports", file::file).statuses(&[200, 201]).problems(&[
            Code::InvalidRequest,
            Code::NotFound,
            Code::TooManyRequests,
            Code::IdempotencyMismatch,
        ]),
        Route::operator("GET /reports", list::list).problems(&[Code::InvalidRequest]),
        Route::operator("PUT /reports/{report_id}/closed", close::close).problems(&[Code::NotFound]),
    ])
}

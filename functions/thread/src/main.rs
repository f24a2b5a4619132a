//! The `thread` function: opening, listing, naming and reading threads, and message requests.

mod create;
mod events;
mod get;
mod list;
mod preferences;
mod read;
mod rename;
mod requests;

use shared::api::{Code, Route, Routes, WithSockets};
use shared::lambda::{App, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    serve(App::from_env().and_then(App::with_sockets), routes()).await
}

fn routes() -> Routes<WithSockets> {
    Routes::new([
        Route::user("POST /threads", create::create).statuses(&[200, 201]).problems(&[
            Code::InvalidRequest,
            Code::NotFound,
            Code::ContactClosed,
            Code::YouBlockThem,
            Code::RequestPending,
            Code::GroupFull,
            Code::Conflict,
            Code::IdempotencyMismatch,
            Code::TooManyRequests,
        ]),
        Route::user("GET /threads", list::list).problems(&[Code::InvalidRequest]),
        Route::user("GET /threads/{thread_id}", get::get).members().problems(&[Code::NotFound]),
        Route::user("PATCH /threads/{thread_id}", rename::rename).moderators().problems(&[
            Code::InvalidRequest,
            Code::NotFound,
            Code::Forbidden,
        ]),
        Route::user("POST /threads/{thread_id}/accept", requests::accept).members().problems(&[
            Code::InvalidRequest,
            Code::NotFound,
            Code::IdempotencyMismatch,
        ]),
        Route::user("POST /threads/{thread_id}/decline", requests::decline).members().statuses(&[204]).problems(&[
            Code::InvalidRequest,
            Code::NotFound,
            Code::Conflict,
            Code::IdempotencyMismatch,
        ]),
        Route::user("PUT /threads/{thread_id}/read", read::read)
            .members()
            .problems(&[Code::InvalidRequest, Code::NotFound]),
        Route::user("PUT /threads/{thread_id}/preferences", preferences::set)
            .members()
            .problems(&[Code::InvalidRequest, Code::NotFound]),
        Route::user("GET /threads/{thread_id}/events", events::list)
            .members()
            .problems(&[Code::InvalidRequest, Code::NotFound]),
    ])
}

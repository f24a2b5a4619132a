//! The `message` function: what users write.

mod delete;
mod edit;
mod get;
mod list;
mod path;
mod pins;
mod reactions;
mod send;

use shared::api::{Code, Route, Routes, WithSockets};
use shared::lambda::{App, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    serve(App::from_env().and_then(App::with_sockets), routes()).await
}

fn routes() -> Routes<WithSockets> {
    Routes::new([
        Route::user("GET /threads/{thread_id}/messages", list::list)
            .members()
            .problems(&[Code::InvalidRequest, Code::NotFound]),
        Route::user("POST /threads/{thread_id}/messages", send::send)
            .members()
            .key_required()
            .statuses(&[201])
            .problems(&[
                Code::InvalidRequest,
                Code::NotFound,
                Code::ContactClosed,
                Code::YouBlockThem,
                Code::RequestPending,
                Code::Conflict,
                Code::TooManyRequests,
                Code::IdempotencyMismatch,
            ]),
        Route::user("GET /threads/{thread_id}/messages/{seq}", get::get)
            .members()
            .problems(&[Code::InvalidRequest, Code::NotFound]),
        Route::user("PATCH /threads/{thread_id}/messages/{seq}", edit::edit).members().problems(&[
            Code::InvalidRequest,
            Code::NotFound,
            Code::Forbidden,
            Code::ContactClosed,
            Code::YouBlockThem,
            Code::RequestPending,
            Code::EditWindowClosed,
            Code::Conflict,
        ]),
        Route::user("DELETE /threads/{thread_id}/messages/{seq}", delete::delete)
            .members()
            .statuses(&[204])
            .problems(&[Code::NotFound, Code::Forbidden]),
        Route::user("GET /threads/{thread_id}/messages/{seq}/reactions", reactions::list)
            .members()
            .problems(&[Code::InvalidRequest, Code::NotFound]),
        Route::user("PUT /threads/{thread_id}/messages/{seq}/reactions/{emoji}", reactions::add).members().problems(&[
            Code::InvalidRequest,
            Code::NotFound,
            Code::ContactClosed,
            Code::YouBlockThem,
            Code::RequestPending,
            Code::Conflict,
        ]),
        Route::user("DELETE /threads/{thread_id}/messages/{seq}/reactions/{emoji}", reactions::remove)
            .members()
            .statuses(&[204])
            .problems(&[Code::InvalidRequest, Code::NotFound]),
        Route::user("GET /threads/{thread_id}/pins", pins::list).members().problems(&[Code::NotFound]),
        // Either of two pins; in a group only moderators do.
        Route::user("PUT /threads/{thread_id}/messages/{seq}/pin", pins::pin).members().statuses(&[204]).problems(&[
            Code::NotFound,
            Code::Forbidden,
            Code::ContactClosed,
            Code::YouBlockThem,
            Code::RequestPending,
            Code::Conflict,
        ]),
        Route::user("DELETE /threads/{thread_id}/messages/{seq}/pin", pins::unpin)
            .members()
            .statuses(&[204])
            .problems(&[Code::NotFound, Code::Forbidden, Code::ContactClosed, Code::YouBlockThem]),
    ])
}

//! The `member` function: who is in a thread, and for whom it ends.

mod add;
mod delete;
mod list;
mod notice;
mod path;
mod remove;
mod role;

use shared::api::{Code, Route, Routes, WithSockets};
use shared::lambda::{App, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    let app = App::from_env().and_then(App::with_sockets).and_then(|app| app.with_queue("ERASURE_QUEUE_URL"));
    serve(app, routes()).await
}

fn routes() -> Routes<WithSockets> {
    Routes::new([
        // A moderator deletes it for everyone; anybody for themself.
        Route::user("DELETE /threads/{thread_id}", delete::delete).members().statuses(&[204]).problems(&[
            Code::InvalidRequest,
            Code::NotFound,
            Code::Forbidden,
        ]),
        Route::user("GET /threads/{thread_id}/members", list::list).members().problems(&[Code::NotFound]),
        Route::user("POST /threads/{thread_id}/members", add::add).moderators().problems(&[
            Code::InvalidRequest,
            Code::NotFound,
            Code::Forbidden,
            Code::ContactClosed,
            Code::YouBlockThem,
            Code::GroupFull,
            Code::IdempotencyMismatch,
            Code::TooManyRequests,
        ]),
        Route::user("PATCH /threads/{thread_id}/members/{user_id}", role::set).moderators().problems(&[
            Code::InvalidRequest,
            Code::NotFound,
            Code::Forbidden,
            Code::Conflict,
        ]),
        // Moderators remove members; anybody removes themself.
        Route::user("DELETE /threads/{thread_id}/members/{user_id}", remove::remove)
            .members()
            .statuses(&[204])
            .problems(&[Code::NotFound, Code::Forbidden]),
        Route::user("PUT /threads/{thread_id}/members/me/notice", notice::decide)
            .members()
            .statuses(&[204])
            .problems(&[Code::InvalidRequest, Code::NotFound, Code::Forbidden]),
    ])
}

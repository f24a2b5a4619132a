//! The `user` function: profiles, search, follows and blocks.

mod blocked;
mod edges;
mod following;
mod groups;
mod me;
mod users;

use shared::api::{Code, Problem, Request, Response, Route, Routes, WithSockets};
use shared::lambda::{App, serve};
use shared::service::Context;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    let app = App::from_env().and_then(App::with_sockets);
    serve(app.and_then(|app| app.with_queue("SNAPSHOTS_QUEUE_URL")), routes()).await
}

fn routes() -> Routes<WithSockets> {
    Routes::new([
        Route::user("GET /me", me::get),
        Route::user("PUT /me", me::set).problems(&[Code::InvalidRequest, Code::UsernameTaken]),
        Route::user("GET /users", users::search).problems(&[Code::InvalidRequest, Code::TooManyRequests]),
        Route::user("GET /users/{user_id}", users::get).problems(&[Code::NotFound]),
        Route::user("GET /me/following", following::list).problems(&[Code::InvalidRequest]),
        Route::user("PUT /me/following/{user_id}", following::set).statuses(&[204]).problems(&[
            Code::InvalidRequest,
            Code::NotFound,
            Code::YouBlockThem,
        ]),
        Route::user("DELETE /me/following/{user_id}", following::delete)
            .statuses(&[204])
            .problems(&[Code::InvalidRequest, Code::NotFound]),
        Route::user("GET /me/groups", groups::list).problems(&[Code::InvalidRequest]),
        Route::user("GET /me/blocked", blocked::list).problems(&[Code::InvalidRequest]),
        Route::user("PUT /me/blocked/{user_id}", blocked::set).problems(&[Code::InvalidRequest, Code::NotFound]),
        Route::user("DELETE /me/blocked/{user_id}", blocked::delete)
            .statuses(&[204])
            .problems(&[Code::InvalidRequest, Code::NotFound]),
        // A browser asks before it calls. API Gateway adds the CORS headers to this.
        Route::public("OPTIONS /{proxy+}", || Ok(Response::no_content())).statuses(&[204]),
        Route::user("$default", unknown).problems(&[Code::NotFound]),
    ])
}

/// Responds to any route that does not exist.
async fn unknown(_ctx: Context, _request: Request) -> Result<Response<()>, Problem> {
    Err(Problem::NotFound)
}

//! The `media` function: announcing uploads of images and videos, and fetching them (rule 21).

mod announce;
mod fetch;

use shared::api::{Code, NoSockets, Route, Routes};
use shared::lambda::{App, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    serve(App::from_env().and_then(|app| app.with_bucket("MEDIA_URL")), routes()).await
}

fn routes() -> Routes<NoSockets> {
    Routes::new([
        Route::user("POST /media", announce::announce).statuses(&[201]).problems(&[
            Code::InvalidRequest,
            Code::UnsupportedMedia,
            Code::TooManyRequests,
            Code::IdempotencyMismatch,
        ]),
        Route::user("GET /media/{media_id}", fetch::fetch).members().statuses(&[302]).problems(&[
            Code::InvalidRequest,
            Code::NotFound,
            Code::Conflict,
            Code::UnsupportedMedia,
        ]),
    ])
}

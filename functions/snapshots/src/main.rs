//! The `snapshots` function: brings a new public profile into the groups that show it, behind the response of `PUT /me`.

use shared::lambda::{App, serve_queue};
use shared::service::refresh_snapshots;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    serve_queue(App::from_env(), "snapshots", refresh_snapshots).await
}

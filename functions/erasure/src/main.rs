//! The `erasure` function: erases what was said in a group that ended, behind the response of who ended it.

use shared::lambda::{App, serve_queue};
use shared::service::erase;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    serve_queue(App::from_env(), "erasure", erase).await
}

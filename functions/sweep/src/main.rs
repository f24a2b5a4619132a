//! The `sweep` function: erases images and videos that nobody sends any more, or whose message was deleted. A schedule starts it.

use shared::lambda::{App, Job, serve_schedule};
use shared::service::{Error, sweep_media};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    let app = App::from_env().and_then(|app| app.with_bucket("MEDIA_URL"));
    serve_schedule(app, "sweep", sweep).await
}

async fn sweep(job: Job) -> Result<(), Error> {
    sweep_media(&job.store, job.bucket()?, job.now).await
}

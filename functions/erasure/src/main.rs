//! The `erasure` function: erases what was said in a group that ended, behind the response of who ended it.

use shared::domain::work::ErasureWork;
use shared::lambda::{App, Job, serve_queue};
use shared::service::erase;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    let work = |job: Job, work: ErasureWork| erase(job.store, work, job.asked_at, job.now);
    serve_queue(App::from_env(), "erasure", work).await
}

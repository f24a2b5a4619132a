//! The `snapshots` function: brings a new public profile into the groups that show it, behind the response of `PUT /me`.

use shared::domain::work::SnapshotWork;
use shared::lambda::{App, Job, serve_queue};
use shared::service::refresh_snapshots;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    let work = |job: Job, work: SnapshotWork| refresh_snapshots(job.store, work, job.asked_at, job.now);
    serve_queue(App::from_env(), "snapshots", work).await
}

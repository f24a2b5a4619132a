//! `PUT /threads/{thread_id}/read`.

use shared::api::{Problem, ReadBody, ReadMarkView, Request, Response, WithSockets};
use shared::domain::ids::ThreadId;
use shared::service::{Context, mark_read};

/// Moves the caller's read mark forward to `seq`, and responds where it is (rule 19).
///
/// # Errors
/// `not-found`, `invalid-request`.
pub(crate) async fn read(
    ctx: Context,
    request: Request<ReadBody>,
) -> Result<Response<ReadMarkView, WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let ReadBody { seq } = request.body()?;

    let done = mark_read(&ctx, &thread_id, seq).await?;
    Ok(Response::ok(&ReadMarkView::from(done.output)).deliver(done))
}

//! `DELETE /threads/{thread_id}/messages/{seq}`.

use shared::api::{Problem, Request, Response, WithSockets};
use shared::domain::ids::ThreadId;
use shared::service::{Context, delete_message};

use crate::path::message_seq;

/// Deletes a message for everyone: a tombstone keeps its place in the log (rule 17). Deleting it again does nothing.
///
/// # Errors
/// `not-found`; `forbidden` unless the caller wrote it or moderates the group.
pub(crate) async fn delete(ctx: Context, request: Request) -> Result<Response<(), WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let seq = message_seq(&request)?;

    let (_, done) = delete_message(&ctx, &thread_id, seq).await?.split();
    Ok(Response::no_content().deliver(done))
}

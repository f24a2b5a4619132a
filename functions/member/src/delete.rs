//! `DELETE /threads/{thread_id}`: deleting a chat.

use shared::api::{DeletedFor, Problem, Request, Response, WithSockets};
use shared::domain::ids::ThreadId;
use shared::domain::word::Word;
use shared::service::{Context, delete_for_everyone, delete_for_me};

/// Deletes a chat (rule 20): for the caller, or with `for=everyone`, which takes a moderator, for all. Then the group ends, and what was said
/// in it is erased.
///
/// # Errors
/// `invalid-request`, `not-found`; `forbidden` for everyone, unless the caller moderates the group.
pub(crate) async fn delete(ctx: Context, request: Request) -> Result<Response<(), WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;

    let done = match request.query("for", DeletedFor::parse)?.unwrap_or(DeletedFor::Me) {
        DeletedFor::Me => delete_for_me(&ctx, &thread_id).await?,
        DeletedFor::Everyone => delete_for_everyone(&ctx, &thread_id).await?,
    };
    Ok(Response::no_content().deliver(done))
}

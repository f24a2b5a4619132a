//! `GET /threads/{thread_id}/pins`, `…/messages/{seq}/pin`: the messages that are pinned for all members (rule 32).

use shared::api::{ListView, MessageView, Problem, Request, Response, WithSockets};
use shared::domain::ids::ThreadId;
use shared::domain::pins::PinChange;
use shared::service::{self, Context, pin_message};

use crate::path::message_seq;

/// Responds with the pinned messages that the caller sees, the last pinned first. They are ten at most, so there is one page.
///
/// # Errors
/// `not-found`.
pub(crate) async fn list(ctx: Context, request: Request) -> Result<Response<ListView<MessageView>>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;

    let (thread, pinned) = service::pins(&ctx, &thread_id).await?;
    let reader = thread.member(&ctx.caller).ok_or(Problem::NotFound)?;
    let seen = pinned.iter().map(|message| MessageView::seen_by(reader, &thread, message));
    Ok(Response::ok(&ListView::whole(seen.collect())))
}

/// `PUT`: pins a message. Pinning it again does nothing.
///
/// # Errors
/// `not-found`; `forbidden` unless a moderator does it, or either of two; `conflict` for a deleted message, and for the eleventh;
/// `contact-closed`, `you-block-them`, `request-pending`.
pub(crate) async fn pin(ctx: Context, request: Request) -> Result<Response<(), WithSockets>, Problem> {
    change(&ctx, &request, PinChange::Pin).await
}

/// `DELETE`: takes the pin of a message away, if it has one.
///
/// # Errors
/// `not-found`; `forbidden` as for `PUT`; `contact-closed`, `you-block-them`.
pub(crate) async fn unpin(ctx: Context, request: Request) -> Result<Response<(), WithSockets>, Problem> {
    change(&ctx, &request, PinChange::Unpin).await
}

async fn change(ctx: &Context, request: &Request, change: PinChange) -> Result<Response<(), WithSockets>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let seq = message_seq(request)?;
    let (_, done) = pin_message(ctx, &thread_id, seq, change).await?.split();
    Ok(Response::no_content().deliver(done))
}

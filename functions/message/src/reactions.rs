//! `…/messages/{seq}/reactions`: who reacted, and the caller's own reactions.

use shared::api::{ListView, MessageView, Problem, ReactorView, Request, Response, WithSockets};
use shared::domain::emoji::Emoji;
use shared::domain::ids::{Seq, ThreadId};
use shared::domain::reactions::ReactionChange;
use shared::service::{ChangedMessage, Context, Done, react_to_message, reactions};

use crate::path::message_seq;

/// `GET`: responds with a page of the reactions to a message, the first one first, and who reacted (rule 18).
///
/// # Errors
/// `not-found`, `invalid-request`.
pub(crate) async fn list(ctx: Context, request: Request) -> Result<Response<ListView<ReactorView>>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let seq = message_seq(&request)?;
    let list = format!("reactions {thread_id} {seq}");
    let after: Option<Seq> = request.cursor(&list)?;

    let page = reactions(&ctx, (&thread_id, seq), after, request.limit()?).await?;
    Ok(Response::ok(&ListView::page(&list, page, |(last, _)| last.seq, ReactorView::from)))
}

/// `PUT …/{emoji}`: reacts to a message with an emoji. Reacting twice with the same is the same as once.
///
/// # Errors
/// `not-found`, `invalid-request`; `conflict` for a deleted message, and beyond 20 kinds; `contact-closed`, `you-block-them`,
/// `request-pending`.
pub(crate) async fn add(ctx: Context, request: Request) -> Result<Response<MessageView, WithSockets>, Problem> {
    let (ChangedMessage { thread, message }, done) = change(&ctx, &request, ReactionChange::Add).await?.split();
    let own = thread.member(&ctx.caller).ok_or(Problem::NotFound)?;
    Ok(Response::ok(&MessageView::seen_by(own, &thread, &message)).deliver(done))
}

/// `DELETE …/{emoji}`: takes a reaction of the caller back.
///
/// # Errors
/// `not-found`, `invalid-request`.
pub(crate) async fn remove(ctx: Context, request: Request) -> Result<Response<(), WithSockets>, Problem> {
    let (_, done) = change(&ctx, &request, ReactionChange::Remove).await?.split();
    Ok(Response::no_content().deliver(done))
}

async fn change(ctx: &Context, request: &Request, change: ReactionChange) -> Result<Done<ChangedMessage>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let seq = message_seq(request)?;
    let emoji: String = request.path("emoji")?;
    let emoji = Emoji::try_from(emoji).map_err(|invalid| Problem::invalid("emoji", invalid.to_string()))?;
    Ok(react_to_message(ctx, (&thread_id, seq), change, &emoji).await?)
}

//! `GET /threads`: a page of a mailbox.

use shared::api::{ListView, Problem, Request, Response, ThreadView, thread_views};
use shared::domain::mailbox::Mailbox;
use shared::domain::room::RoomId;
use shared::domain::word::Word;
use shared::service::{Context, MailboxPage, MailboxQuery, mailbox_page};
use shared::store::Cursor;

/// Responds with the caller's threads in a mailbox, newest activity first, or message requests in the order in which they came (rules 7,
/// 14); only those of a room if one is named (rule 13), newest activity first.
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn list(ctx: Context, request: Request) -> Result<Response<ListView<ThreadView>>, Problem> {
    let mailbox = request.query("box", Mailbox::parse)?.unwrap_or(Mailbox::Inbox);
    let room = request.query("room_id", |text| RoomId::try_from(text.to_owned()))?;
    let limit = request.limit()?;
    let list = list_name(mailbox, room.as_ref());
    let position = request.cursor(&list)?.unwrap_or_default();

    let query = MailboxQuery { mailbox, room, position, limit };
    let MailboxPage { threads, details, profiles, next } = mailbox_page(&ctx, query).await?;
    let items = thread_views(threads, &ctx.caller, &details, &profiles)?;
    let next_cursor = next.map(|next| Cursor::new(&list, &next).into_text());
    Ok(Response::ok(&ListView { items, next_cursor }))
}

/// What a cursor is good for.
fn list_name(mailbox: Mailbox, room: Option<&RoomId>) -> String {
    let mailbox = mailbox.as_str();
    room.map_or(mailbox.to_owned(), |room| format!("{mailbox}:{}", room.as_str()))
}

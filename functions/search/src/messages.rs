//! `GET /threads/{thread_id}/search`.

use shared::api::{ListView, MessageView, Problem, Request, Response};
use shared::domain::ids::{Seq, ThreadId};
use shared::domain::search::{Found, SearchQuery};
use shared::service::{Context, search_thread};
use shared::store::Cursor;

/// Responds with the messages that have all words of `q`, newest first (rule 33). A request looks at a bounded part of the log, so a page may have
/// few messages, or none, and a cursor.
///
/// # Errors
/// `not-found`, `invalid-request`, `too-many-requests`.
pub(crate) async fn search(ctx: Context, request: Request) -> Result<Response<ListView<MessageView>>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let query = request.query("q", |text| SearchQuery::try_from(text.to_owned()))?;
    let query = query.ok_or_else(|| Problem::invalid("q", "is required: the words to look for"))?;
    let limit = request.limit()?;
    // A position in another search is none in this one.
    let list = format!("search {thread_id} {}", query.as_str());
    let before: Option<Seq> = request.cursor(&list)?;

    let (thread, Found { messages, next }) = search_thread(&ctx, &thread_id, &query, before, limit).await?;
    let reader = thread.member(&ctx.caller).ok_or(Problem::NotFound)?;
    let items = messages.iter().map(|message| MessageView::seen_by(reader, &thread, message)).collect();
    let next_cursor = next.map(|next| Cursor::new(&list, &next).into_text());
    Ok(Response::ok(&ListView { items, next_cursor }))
}

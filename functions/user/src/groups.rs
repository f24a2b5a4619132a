//! `GET /me/groups`.

use std::collections::HashMap;

use shared::api::{ListView, Problem, Request, Response, ThreadView, thread_views};
use shared::domain::ids::ThreadId;
use shared::service::{Context, GroupsPage, own_groups};
use shared::store::Cursor;

/// The name of the list in its cursors.
const LIST: &str = "groups";

/// Responds with all groups that the caller is in, in the order of their ids: also those that they declined (rule 8).
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn list(ctx: Context, request: Request) -> Result<Response<ListView<ThreadView>>, Problem> {
    let limit = request.limit()?;
    let after: Option<ThreadId> = request.cursor(LIST)?;

    let GroupsPage { groups, details, next } = own_groups(&ctx, after.as_ref(), limit).await?;
    let items = thread_views(groups, &ctx.caller, &details, &HashMap::new())?;
    let next_cursor = next.map(|last| Cursor::new(LIST, &last).into_text());
    Ok(Response::ok(&ListView { items, next_cursor }))
}

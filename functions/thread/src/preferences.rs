//! `PUT /threads/{thread_id}/preferences`.

use shared::api::{PreferencesBody, PreferencesView, Problem, Request, Response};
use shared::domain::details::Preferences;
use shared::domain::ids::ThreadId;
use shared::service::{Context, load_thread};

/// Replaces the caller's preferences for a thread, and responds with them. Nobody else sees them.
///
/// # Errors
/// `not-found`, `invalid-request`.
pub(crate) async fn set(ctx: Context, request: Request<PreferencesBody>) -> Result<Response<PreferencesView>, Problem> {
    let thread_id: ThreadId = request.path("thread_id")?;
    let own = Preferences::from(request.body()?);

    let thread = load_thread(&ctx, &thread_id).await?;
    let stored = ctx.store.set_preferences(&thread, &ctx.caller, own).await?;
    if stored { Ok(Response::ok(&PreferencesView::from(own))) } else { Err(Problem::NotFound) }
}

//! `POST /threads/{thread_id}/messages`.

use shared::act::{self, DraftBody};
use shared::app::App;
use shared::domain::ids::ThreadId;
use shared::http::{Problem, Reply, Request};

/// Says something in a thread, exactly once for its `Idempotency-Key` (rules 5–7, 14–16).
///
/// # Errors
/// `not-found` unless the caller is in the thread; `contact-closed`, `you-block-them`, `request-pending`,
/// `invalid-request`, `idempotency-mismatch`.
pub(crate) async fn send(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let draft = request.json::<DraftBody>()?.draft()?;
    let once = request.required_once()?;

    act::send(app, &caller, &thread_id, draft, once, request.now()).await
}

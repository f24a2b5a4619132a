//! `POST /threads/{thread_id}/accept`, `POST /threads/{thread_id}/decline`: answering a request (rule 7).

use serde_json::json;
use shared::act::{outcome_of, people_of, replay, replay_after, thread_of, thread_view};
use shared::app::App;
use shared::domain::ids::{ThreadId, UserId};
use shared::domain::request;
use shared::domain::thread::Thread;
use shared::domain::time::Timestamp;
use shared::http::{Problem, Reply, Request};
use shared::push::{Delivery, Fanout};
use shared::store::Guard;
use shared::view::{Signal, signal};

/// Takes a request into the caller's inbox. The sender learns of it by what follows: receipts, typing, answers.
///
/// # Errors
/// `not-found`, `idempotency-mismatch`.
pub(crate) async fn accept(app: &App, request: &Request) -> Result<Reply, Problem> {
    answer(app, request, Answer::Accept).await
}

/// Takes a request out of the caller's boxes. Nobody learns of it.
///
/// # Errors
/// `not-found`, `conflict` if it was accepted before, `idempotency-mismatch`.
pub(crate) async fn decline(app: &App, request: &Request) -> Result<Reply, Problem> {
    answer(app, request, Answer::Decline).await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Accept,
    Decline,
}

async fn answer(app: &App, request: &Request, answer: Answer) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let once = request.once()?;
    let now = request.now();

    if let Some(reply) = replay(app, &caller, once.as_ref(), now).await? {
        return Ok(reply);
    }
    let mut thread = thread_of(app, &caller, &thread_id).await?;
    let people = people_of(app, &thread).await?;
    let mut pauses = app.store.table().pauses();
    loop {
        let after = match answer {
            Answer::Accept => request::accept(&thread, &caller)?,
            Answer::Decline => request::decline(&thread, &caller, now)?,
        };
        let reply = match answer {
            Answer::Accept => Reply::ok(&thread_view(after.as_ref().unwrap_or(&thread), &caller, &people)?),
            Answer::Decline => Reply::nothing(),
        };
        let record = once.as_ref().map(|once| outcome_of(&caller, once, &reply, now));
        let stored = match (&after, &record) {
            (Some(after), record) => app.store.change_thread(&thread, after, &[], record.as_ref()).await,
            (None, Some(record)) => app.store.save_once(record).await,
            (None, None) => Ok(()),
        };
        match stored {
            Ok(()) if answer == Answer::Accept && after.is_some() => {
                return Ok(reply.then_push(accepted(&thread, &caller, now)));
            }
            Ok(()) => return Ok(reply),
            Err(error) if error.lost(Guard::Once) => {
                return replay_after(app, &caller, once.as_ref(), now, error).await;
            }
            Err(error) => {
                let head = app.store.head_after(error, &thread_id, &mut pauses).await?;
                thread = head.thread().ok_or(Problem::NotFound)?;
            }
        }
    }
}

/// Tells the caller's devices, and them alone.
fn accepted(thread: &Thread, caller: &UserId, now: Timestamp) -> Fanout {
    let event = signal(Signal::ThreadAccepted, Some(&thread.id), Some(caller), now, json!({}));
    Fanout { deliveries: vec![Delivery::new(&event, vec![caller.clone()])], connections: None }
}

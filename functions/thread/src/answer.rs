//! `POST /threads/{thread_id}/accept`, `POST /threads/{thread_id}/decline`: answering a request (rule 7).

use shared::act::{accepted, looks_of, outcome_of, replay, replay_or, thread_of, thread_view};
use shared::app::App;
use shared::domain::ids::ThreadId;
use shared::domain::request;
use shared::http::{Problem, Reply, Request};
use shared::push::Fanout;
use shared::store::Guard;

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
    let mut pauses = app.store.table().pauses();
    loop {
        let decision = match answer {
            Answer::Accept => request::accept(&thread, &caller),
            Answer::Decline => request::decline(&thread, &caller, now),
        };
        let after = match decision {
            Ok(after) => after,
            Err(refusal) => return replay_or(app, &caller, once.as_ref(), now, refusal.into()).await,
        };
        let reply = match answer {
            Answer::Accept => {
                let (about, people) = looks_of(app, &thread).await?;
                Reply::ok(&thread_view(after.as_ref().unwrap_or(&thread), &caller, &about, &people)?)
            }
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
                let deliveries = vec![accepted(&thread, &caller, now)];
                return Ok(reply.then_push(Fanout { deliveries, connections: None }));
            }
            Ok(()) => return Ok(reply),
            Err(error) if error.lost(Guard::Once) => {
                return replay_or(app, &caller, once.as_ref(), now, error.into()).await;
            }
            Err(error) => {
                let head = app.store.head_after(error, &thread_id, &mut pauses).await?;
                thread = head.thread().ok_or(Problem::NotFound)?;
            }
        }
    }
}

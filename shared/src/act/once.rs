//! Answering a repeated request as it was answered first (rule 15).

use crate::app::App;
use crate::domain::idempotency::Once;
use crate::domain::ids::UserId;
use crate::domain::time::Timestamp;
use crate::http::{Problem, Reply};
use crate::store::{OnceRecord, Outcome, Used};

/// The record that binds `once` to `reply`.
#[must_use]
pub fn outcome_of(caller: &UserId, once: &Once, reply: &Reply, now: Timestamp) -> OnceRecord {
    let outcome = Outcome::Answered { status: reply.status(), body: reply.body().map(str::to_owned) };
    OnceRecord { user_id: caller.clone(), once: once.clone(), outcome, now }
}

/// The first answer to a request whose key was used before.
///
/// # Errors
/// `idempotency-mismatch` if it was another request.
fn replay_of(used: Used, once: &Once) -> Result<Reply, Problem> {
    if used.fingerprint != once.fingerprint {
        return Err(Problem::IdempotencyMismatch);
    }
    match used.outcome {
        Outcome::Answered { status, body } => Ok(Reply::new(status, body).replayed()),
        // Only sending a message leaves this, and the path is part of the fingerprint.
        Outcome::Sent { .. } => Err(Problem::IdempotencyMismatch),
    }
}

/// The first answer, if `caller` used this key within the last 24 hours.
///
/// # Errors
/// `idempotency-mismatch`, and those of the table.
pub async fn replay(app: &App, caller: &UserId, once: Option<&Once>, now: Timestamp) -> Result<Option<Reply>, Problem> {
    let Some(once) = once else { return Ok(None) };
    let used = app.store.used(caller, &once.key, now).await?;
    used.map(|used| replay_of(used, once)).transpose()
}

/// The first answer where there is one by now, else `problem`. To be asked before a refusal goes out: the same request may
/// have been carried out meanwhile, sent twice at the same time or in an attempt whose answer was lost, and what refuses it
/// now may be just that.
///
/// # Errors
/// `problem`; `idempotency-mismatch`, and those of the table.
pub async fn replay_or(
    app: &App,
    caller: &UserId,
    once: Option<&Once>,
    now: Timestamp,
    problem: Problem,
) -> Result<Reply, Problem> {
    replay(app, caller, once, now).await?.ok_or(problem)
}

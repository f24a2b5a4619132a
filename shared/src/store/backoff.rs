//! Backoff: one retry policy for every call to the table.
//!
//! The SDK's own retries are off. They know nothing of a cancelled transaction's reasons (`TransactionConflict`,
//! `ThrottlingError` …), which the application has to retry itself, and nothing of the invocation's deadline.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use tokio::time::Instant;

use super::error::StoreError;
use crate::domain::time::Timestamp;

/// The longest first pause. The bound doubles with each further pause.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// The longest pause of all.
const LONGEST_PAUSE: Duration = Duration::from_millis(400);
/// The longest pause after a lost race: the time of some twenty writes to one thread. Of five policies measured with 16
/// senders in one thread this one had the highest rate and the shortest longest wait.
const PAUSE_AFTER_LOST_RACE: Duration = Duration::from_millis(200);

/// The longest wait for room in a tail, or for the turn of another writer to end: the time of some writes.
const LONGEST_WAIT_FOR_ROOM: Duration = Duration::from_millis(20);

/// A failed attempt.
#[derive(Debug)]
pub(super) enum Attempt {
    /// A retry may succeed. If there is no time for one, this is the error.
    Again(StoreError),
    /// A retry would fail as well.
    Final(StoreError),
}

/// Pauses between attempts, with full jitter and doubling, until the moment to give up.
#[derive(Debug)]
pub struct Backoff {
    began: Instant,
    give_up_at: Instant,
    longest: Duration,
    lost_races: u32,
}

impl Backoff {
    /// Pauses until `give_up_at`, in an invocation that began then.
    #[must_use]
    pub fn until(began: Instant, give_up_at: Instant) -> Self {
        Self { began, give_up_at, longest: FIRST_PAUSE, lost_races: 0 }
    }

    /// The present, if it was `then` when the invocation began.
    #[must_use]
    pub fn now(&self, then: Timestamp) -> Timestamp {
        then.plus(self.began.elapsed())
    }

    /// Waits for others who write to the same thread and are about to be done; `false` if no time is left.
    pub async fn wait_for_room(&self) -> bool {
        self.wait(LONGEST_WAIT_FOR_ROOM.mul_f64(fastrand::f64())).await
    }

    /// Counts a lost race, and returns whether it was the first. No pause is needed after the first one: the failed condition
    /// brought back the item as it is now. After a second one many writers probably compete.
    pub fn is_first_lost_race(&mut self) -> bool {
        self.lost_races += 1;
        self.lost_races == 1
    }

    /// Waits before the next decision after a lost race; `false` if no time is left. The bound of the pauses stays the same:
    /// longer pauses would starve the writer who has waited longest, shorter ones would add to the load.
    pub async fn pause_after_lost_race(&self) -> bool {
        self.wait(PAUSE_AFTER_LOST_RACE.mul_f64(fastrand::f64())).await
    }

    /// Waits before the next attempt; `false` if no time is left for one.
    pub async fn pause(&mut self) -> bool {
        let pause = self.longest.mul_f64(fastrand::f64());
        self.longest = (self.longest * 2).min(LONGEST_PAUSE);
        self.wait(pause).await
    }

    async fn wait(&self, pause: Duration) -> bool {
        if Instant::now() + pause >= self.give_up_at {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }
}

/// Whether a call may be retried after this error, by its code. The caller has handled failed conditions before.
pub(super) fn classify<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Attempt {
    let SdkError::ServiceError(service) = error else {
        // Timeouts, broken connections, unreadable responses: the outcome is unknown, and every write is safe to repeat.
        return Attempt::Again(StoreError::Unavailable);
    };
    let code = service.err().code().unwrap_or_default();
    match code {
        "ProvisionedThroughputExceededException"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "LimitExceededException" => Attempt::Again(StoreError::Throttled),
        "TransactionConflictException"
        | "TransactionInProgressException"
        | "ReplicatedWriteConflictException"
        | "InternalServerError"
        | "InternalServerErrorException"
        | "ServiceUnavailable" => Attempt::Again(StoreError::Unavailable),
        _ if service.raw().status().is_server_error() => Attempt::Again(StoreError::Unavailable),
        _ => {
            let words = service.err().message().unwrap_or("no message");
            Attempt::Final(StoreError::Refused { reason: format!("{code}: {words}") })
        }
    }
}

/// Whether a cancelled transaction may be retried, by its reasons. No failed condition is among them.
pub(super) fn classify_cancelled(codes: &[&str]) -> Attempt {
    let throttled =
        |code: &&str| matches!(*code, "ThrottlingError" | "ProvisionedThroughputExceeded" | "RequestLimitExceeded");
    if codes.iter().any(throttled) {
        Attempt::Again(StoreError::Throttled)
    } else if codes.contains(&"TransactionConflict") {
        Attempt::Again(StoreError::Unavailable)
    } else {
        Attempt::Final(StoreError::Refused { reason: format!("transaction cancelled: {}", codes.join(", ")) })
    }
}

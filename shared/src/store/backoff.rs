//! When to try again: one policy for every call to the table.
//!
//! The SDK's own retries are off. They know nothing of a cancelled transaction's reasons (`TransactionConflict`,
//! `ThrottlingError` …), which the application has to retry itself, and nothing of the invocation's deadline.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use tokio::time::Instant;

use super::error::StoreError;

/// The first pause is drawn from up to this; each next one from up to twice as much.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_millis(400);
/// A pause after a lost race is drawn from up to this: some twenty writes of one thread. Of five policies measured with
/// 16 senders in one thread it had the highest rate and the shortest longest wait.
const PAUSE_AFTER_LOST_RACE: Duration = Duration::from_millis(200);

/// A failed attempt.
#[derive(Debug)]
pub(super) enum Attempt {
    /// Another may succeed; if there is no time for one, this is the error.
    Again(StoreError),
    /// Another would fail as well.
    Final(StoreError),
}

/// Pauses between attempts: full jitter, doubling, until the moment to give up.
#[derive(Debug)]
pub struct Backoff {
    give_up_at: Instant,
    longest: Duration,
    lost_races: u32,
}

impl Backoff {
    /// Pauses until `give_up_at`.
    #[must_use]
    pub fn until(give_up_at: Instant) -> Self {
        Self { give_up_at, longest: FIRST_PAUSE, lost_races: 0 }
    }

    /// Counts a lost race, and returns whether it was the first. Two who meet by chance need not wait: the second learns from
    /// the failed condition what the first has left. Only where it happens again do many want the same.
    pub fn is_first_lost_race(&mut self) -> bool {
        self.lost_races += 1;
        self.lost_races == 1
    }

    /// Waits before the next decision after a lost race; `false` if no time is left. The pauses have the same length each
    /// time: longer ones would starve the one who has waited longest, shorter ones wear everybody out.
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

/// What a service error means for the next attempt, by its code; conditions are handled by the caller before.
pub(super) fn classify<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Attempt {
    let SdkError::ServiceError(service) = error else {
        // Timeouts, broken connections, unreadable answers: the outcome is unknown, and every write is safe to repeat.
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

/// What the reasons of a cancelled transaction mean, no condition being among them.
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

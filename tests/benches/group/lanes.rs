//! Many sends at once: each lane has one in flight, and the next follows as soon as it is answered.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tests::User;
use tests::bench::Times;

use crate::listener::Clock;

/// Who sends, and where.
#[derive(Clone)]
pub(crate) struct Lane {
    pub(crate) user: User,
    pub(crate) thread: String,
}

/// When the lanes stop.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    /// No send begins later.
    After(Duration),
    /// All lanes together send so many.
    Sends(usize),
    /// Each lane sends one.
    OneEach,
}

/// What was answered.
pub(crate) struct Sent {
    /// The numbers of the messages that were answered 201.
    pub(crate) acknowledged: HashSet<u64>,
    /// How long those answers took.
    pub(crate) answers: Times,
    /// How often there was another status; 0 stands for no answer. Nothing is sent again.
    pub(crate) refused: BTreeMap<u16, usize>,
    /// How long it went on.
    pub(crate) lasted: Duration,
}

struct Outcome {
    number: u64,
    status: u16,
    took: Duration,
}

/// Runs the lanes to the limit.
pub(crate) async fn run(lanes: &[Lane], limit: Limit, clock: Clock) -> Sent {
    let started = Instant::now();
    let left = Arc::new(AtomicUsize::new(match limit {
        Limit::Sends(sends) => sends,
        Limit::OneEach | Limit::After(_) => 0,
    }));
    let running = lanes.iter().map(|lane| {
        let (lane, left) = (lane.clone(), Arc::clone(&left));
        let mut first = true;
        let goes_on = move || match limit {
            Limit::After(time) => started.elapsed() < time,
            Limit::Sends(_) => {
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            }
            Limit::OneEach => std::mem::take(&mut first),
        };
        tokio::spawn(follow(lane, goes_on, clock))
    });
    let outcomes: Vec<Outcome> =
        join_all(running).await.into_iter().flat_map(|lane| lane.expect("a lane ends")).collect();
    let lasted = match limit {
        Limit::After(time) => time,
        Limit::Sends(_) | Limit::OneEach => started.elapsed(),
    };
    let (acknowledged, others): (Vec<Outcome>, Vec<Outcome>) =
        outcomes.into_iter().partition(|outcome| outcome.status == 201);
    let mut refused = BTreeMap::new();
    for outcome in others {
        *refused.entry(outcome.status).or_default() += 1;
    }
    Sent {
        answers: Times::new(acknowledged.iter().map(|outcome| outcome.took).collect()),
        acknowledged: acknowledged.iter().map(|outcome| outcome.number).collect(),
        refused,
        lasted,
    }
}

async fn follow(lane: Lane, mut goes_on: impl FnMut() -> bool, clock: Clock) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    while goes_on() {
        let started = Instant::now();
        let (number, text) = clock.message();
        let status = lane.user.sending(&lane.thread, &text).status().await.unwrap_or_default();
        outcomes.push(Outcome { number, status, took: started.elapsed() });
    }
    outcomes
}

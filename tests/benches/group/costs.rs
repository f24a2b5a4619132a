//! What sends cost by the lines that the functions log of them.

use std::time::{Duration, Instant};

use serde::Deserialize;
use tests::Stack;
use tests::bench::float;

/// The route whose lines count.
const ROUTE: &str = "POST /threads/{thread_id}/messages";

/// How long lines are waited for; requests that no function answered have none.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often the log is looked at meanwhile.
const GLANCE: Duration = Duration::from_millis(100);

/// Sums over the lines. One is NaN if a line lacks the field.
#[derive(Default)]
pub(crate) struct Costs {
    lines: usize,
    /// Calls of the table.
    pub(crate) calls: f64,
    /// Calls that repeated a failed one.
    pub(crate) retries: f64,
    /// Writes that lost a race, after each of which the send was decided again.
    pub(crate) conflicts: f64,
    decided_again: f64,
    /// Read units.
    pub(crate) rru: f64,
    /// Write units.
    pub(crate) wru: f64,
}

/// What is read of a line.
#[derive(Deserialize)]
struct Line {
    route: Option<String>,
    dynamodb_calls: Option<f64>,
    retries: Option<f64>,
    conflicts: Option<f64>,
    rru: Option<f64>,
    wru: Option<f64>,
}

impl Costs {
    /// The costs of so many sends, by what is in the log behind its first `mark` bytes.
    pub(crate) async fn since(stack: &Stack, mark: usize, sends: usize) -> Self {
        let started = Instant::now();
        loop {
            let costs = Self::read(&stack.log()[mark..]);
            if costs.lines >= sends || started.elapsed() > PATIENCE {
                return costs;
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// The share of sends with a write that lost a race.
    pub(crate) fn decided_again(&self) -> f64 {
        self.decided_again / float(self.lines)
    }

    /// A line of a function is `[Function] {json}`.
    fn read(log: &str) -> Self {
        let mut costs = Self::default();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Line>(line.split_once("] ")?.1).ok());
        for line in lines.filter(|line| line.route.as_deref() == Some(ROUTE)) {
            costs.lines += 1;
            let units = |field: Option<f64>| field.unwrap_or(f64::NAN);
            costs.calls += units(line.dynamodb_calls);
            costs.retries += units(line.retries);
            costs.conflicts += units(line.conflicts);
            costs.decided_again += units(line.conflicts).min(1.0);
            costs.rru += units(line.rru);
            costs.wru += units(line.wru);
        }
        costs
    }
}

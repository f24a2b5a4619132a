//! One phase with many sends at once: what was answered, what was heard, and what it cost.

use tests::bench::float;
use tests::{Stack, Usage};

use crate::costs::Costs;
use crate::crowd::{Crowd, Heard};
use crate::lanes::{self, Lane, Limit, Sent};

/// What a phase came to.
pub(crate) struct Measured {
    pub(crate) sent: Sent,
    pub(crate) heard: Heard,
    pub(crate) costs: Costs,
    pub(crate) before: Usage,
    /// Once everything was heard.
    pub(crate) after: Usage,
}

impl Measured {
    /// Runs a phase. Before it, every lane sends once: the processes of the functions are there then, and the first message of a day,
    /// which costs more, is past.
    pub(crate) async fn run(stack: &Stack, crowd: &Crowd, lanes: &[Lane], limit: Limit) -> Self {
        let mark = stack.log().len();
        let warm_up = lanes::run(lanes, Limit::OneEach, crowd.clock).await;
        crowd.await_all(&warm_up.acknowledged).await;
        Costs::since(stack, mark, lanes.len()).await;
        let (mark, before) = (stack.log().len(), stack.usage());
        let sent = lanes::run(lanes, limit, crowd.clock).await;
        crowd.await_all(&sent.acknowledged).await;
        let after = stack.usage();
        let sends = sent.acknowledged.len() + sent.refused.values().sum::<usize>();
        let costs = Costs::since(stack, mark, sends).await;
        Self { heard: crowd.heard(&sent.acknowledged), sent, costs, before, after }
    }

    /// How many messages were acknowledged.
    pub(crate) fn acknowledged(&self) -> f64 {
        float(self.sent.acknowledged.len())
    }

    /// How many in a second.
    pub(crate) fn per_second(&self) -> f64 {
        self.acknowledged() / self.sent.lasted.as_secs_f64()
    }

    /// What of a sum comes to each acknowledged message; sends that were refused cost too.
    pub(crate) fn each(&self, sum: f64) -> f64 {
        sum / self.acknowledged()
    }

    /// How often each status other than 201 was answered.
    pub(crate) fn refused(&self) -> String {
        let told = self.sent.refused.iter().map(|(status, times)| match status {
            0 => format!("no answer: {times}"),
            _ => format!("{status}: {times}"),
        });
        let told: Vec<String> = told.collect();
        if told.is_empty() { "none".to_owned() } else { told.join(", ") }
    }
}

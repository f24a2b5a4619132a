//! One line of JSON per request: enough to follow it and to add up its cost, and nothing that anyone said or is called. The
//! same line is its metrics, in CloudWatch's embedded metric format.

use serde::Serialize;

use super::metrics::Metrics;
use crate::domain::time::{Timestamp, rfc3339};
use crate::service::Delivered;
use crate::store::Usage;

/// The line. Lambda's log level looks at `timestamp` and `level`.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    /// When the request came in.
    #[serde(serialize_with = "rfc3339")]
    pub(super) timestamp: Timestamp,
    /// `INFO`, or `ERROR` for a 5xx.
    pub(super) level: &'static str,
    /// API Gateway's id of the request.
    pub(super) request_id: &'a str,
    /// X-Ray's id of the trace, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trace_id: Option<&'a str>,
    /// The function's name.
    pub(super) function: &'a str,
    /// The route key.
    pub(super) route: &'a str,
    /// HTTP status.
    pub(super) status: u16,
    /// The problem's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<&'static str>,
    /// Why a 5xx, or a failed fan-out, came about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<&'a str>,
    /// Whether it was the first request of this process.
    pub(super) cold: bool,
    /// Until the response was ready.
    pub(super) duration_ms: f64,
    /// The table, calls after the response included.
    #[serde(flatten)]
    pub(super) usage: Usage,
    /// Whether an idempotency key was used before.
    pub(super) replayed: bool,
    /// Whether a message was stored.
    pub(super) sent: bool,
    /// The sockets.
    #[serde(flatten)]
    pub(super) delivered: Delivered,
}

impl Line<'_> {
    /// Writes it to standard output, which Lambda sends to the log.
    #[expect(clippy::print_stdout, reason = "Lambda takes logs from standard output")]
    pub(super) fn print(&self) {
        // Texts and numbers only: turning them into JSON cannot fail.
        let line = serde_json::to_string(&Measured { line: self, metrics: self.metrics() }).unwrap_or_default();
        println!("{line}");
    }

    fn metrics(&self) -> Metrics<'_> {
        let Usage { retries, conflicts, rru, wru, .. } = self.usage;
        let Delivered { delivered, gone, failed, .. } = self.delivered;
        let counts = [
            ("Failures", f64::from(u8::from(self.status >= 500))),
            ("Sends", f64::from(u8::from(self.sent))),
            ("Replays", f64::from(u8::from(self.replayed))),
            ("ColdStarts", f64::from(u8::from(self.cold))),
            ("Conflicts", conflicts.into()),
            ("Retries", retries.into()),
            ("ReadUnits", rru),
            ("WriteUnits", wru),
            ("Pushes", delivered.into()),
            ("GonePushes", gone.into()),
            ("PushFailures", failed.into()),
        ];
        Metrics::new(self.timestamp, self.function, &counts)
    }
}

/// A line and its metrics side by side.
#[derive(Debug, Serialize)]
struct Measured<'a> {
    #[serde(flatten)]
    line: &'a Line<'a>,
    #[serde(flatten)]
    metrics: Metrics<'a>,
}

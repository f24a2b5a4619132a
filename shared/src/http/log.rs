//! One line of JSON per request: enough to follow it and to add up its cost, and nothing that anyone said or is called.

use serde::Serialize;

use crate::push::Pushed;
use crate::store::Usage;

/// The line.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    /// `info`, or `error` for a 5xx.
    pub(super) level: &'static str,
    /// API Gateway's id of the request.
    pub(super) request_id: &'a str,
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
    /// Until the answer was ready.
    pub(super) duration_ms: f64,
    /// The table, calls after the answer included.
    #[serde(flatten)]
    pub(super) usage: Usage,
    /// Whether an idempotency key was answered again.
    pub(super) replayed: bool,
    /// The sockets.
    #[serde(flatten)]
    pub(super) pushed: Pushed,
}

impl Line<'_> {
    /// Writes it to standard output, which Lambda sends to the log.
    #[expect(clippy::print_stdout, reason = "Lambda takes logs from standard output")]
    pub(super) fn print(&self) {
        // Texts and numbers only: turning them into JSON cannot fail.
        println!("{}", serde_json::to_string(self).unwrap_or_default());
    }
}

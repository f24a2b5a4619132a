//! What AWS charges: on-demand list prices of us-east-1 in US dollars without taxes and free tiers, from stored copies of price
//! pages of 2025 and 2026, read on 2026-11-26.

/// The day of the list, as `infra/README.md` says it.
pub(crate) const AS_OF: &str = "2026-11-26";

/// DynamoDB, on demand, standard table class: write request unit.
pub(crate) const WRU: f64 = 0.625e-6;
/// The same: read request unit.
pub(crate) const RRU: f64 = 0.125e-6;
/// A GB of items for a month, and its point-in-time recovery.
pub(crate) const STORED_GB_MONTH: f64 = 0.25 + 0.20;
/// API Gateway, HTTP API: a request of up to 512 KB, of the first 300 million in a month.
pub(crate) const HTTP_REQUEST: f64 = 1.00e-6;
/// The same beyond these.
pub(crate) const HTTP_REQUEST_BEYOND: f64 = 0.90e-6;
/// Where that begins.
pub(crate) const HTTP_TIER: f64 = 300e6;
/// API Gateway, WebSocket API: a message of up to 32 KB in either direction, of the first billion in a month.
pub(crate) const SOCKET_MESSAGE: f64 = 1.00e-6;
/// The same beyond these.
pub(crate) const SOCKET_MESSAGE_BEYOND: f64 = 0.80e-6;
/// Where that begins.
pub(crate) const SOCKET_TIER: f64 = 1e9;
/// A minute of an open socket.
pub(crate) const SOCKET_MINUTE: f64 = 0.25e-6;
/// Lambda: a request.
pub(crate) const INVOCATION: f64 = 0.20e-6;
/// Lambda, x86: a GB of memory for a second.
pub(crate) const GB_SECOND: f64 = 0.000_016_666_7;
/// CloudWatch Logs: a GB taken in. Keeping it for a month is 0.03 more, which is left out.
pub(crate) const LOG_GB: f64 = 0.50;
/// Data out to the internet: a GB of the first 10 TB.
pub(crate) const OUT_GB: f64 = 0.09;
/// CloudWatch: a metric of our own for a month.
pub(crate) const METRIC_MONTH: f64 = 0.30;
/// CloudWatch: a metric that an alarm looks at, for a month.
pub(crate) const ALARM_METRIC_MONTH: f64 = 0.10;
/// CloudWatch: a dashboard for a month.
pub(crate) const DASHBOARD_MONTH: f64 = 3.00;

/// What so many things cost of which those beyond a tier are cheaper.
pub(crate) fn tiered(count: f64, tier: f64, price: f64, beyond: f64) -> f64 {
    count.min(tier) * price + (count - tier).max(0.0) * beyond
}

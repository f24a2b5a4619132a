//! An event on its way to a function, and the result.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::invocations::Invocation;

/// The largest event and the largest response that Lambda accepts.
pub(crate) const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// The result of an invocation.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The function responded with this payload.
    Answered(Bytes),
    /// The function reported an error, its process ended, or its response was too large.
    Failed,
    /// The invocation exceeded the timeout of the function or of the gateway.
    TimedOut,
}

/// An event that waits for a process.
pub(super) struct Job {
    pub(super) invocation: Arc<Invocation>,
    pub(super) payload: Bytes,
    pub(super) outcome: oneshot::Sender<Outcome>,
}

/// An event as a process receives it.
pub(super) struct Delivery {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    /// Milliseconds since 1970.
    pub(super) deadline_ms: u128,
}

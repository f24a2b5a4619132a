//! The one door to a queue of work: what is left to do behind the response of a request, and outlasts it.
#![expect(clippy::disallowed_methods, reason = "this is the one door to queues")]

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use serde::Serialize;

use crate::trace::{Ended, Service, Trace};

/// A queue of one kind of work, for the messages of one invocation.
#[derive(Debug, Clone)]
pub struct WorkQueue {
    client: Client,
    url: Arc<str>,
    trace: Arc<Trace>,
}

/// A message could not be queued, for the log.
#[derive(Debug)]
pub struct QueueError(pub String);

impl WorkQueue {
    /// The queue at `url`. Calls are noted in `trace`.
    #[must_use]
    pub fn new(client: Client, url: Arc<str>, trace: Arc<Trace>) -> Self {
        Self { client, url, trace }
    }

    /// Queues a piece of work that nobody starts before `delay` is over. Once this has returned it is done at least once.
    ///
    /// # Errors
    /// If the queue did not take it, after some attempts.
    pub async fn send<Work: Serialize>(&self, work: &Work, delay: Duration) -> Result<(), QueueError> {
        let body = serde_json::to_string(work).map_err(|error| QueueError(error.to_string()))?;
        let delay = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX);
        let request = self.client.send_message().queue_url(&*self.url).message_body(body).delay_seconds(delay);
        let ended = |sent: &Result<_, _>| if sent.is_ok() { Ended::Well } else { Ended::Fault };
        let sent = self.trace.call(Service::Sqs, "SendMessage", request.send(), ended).await;
        sent.map(|_| ()).map_err(|error| QueueError(DisplayErrorContext(&error).to_string()))
    }
}

//! The one context of an invocation: what every operation needs, made once.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::error::Error;
use crate::delivery::WorkQueue;
use crate::domain::idempotency::Idempotency;
use crate::domain::ids::UserId;
use crate::domain::rate::Rates;
use crate::domain::time::Timestamp;
use crate::objects::Bucket;
use crate::store::Store;

/// An invocation by `caller`: a user, or a connection where a socket sent the event.
#[derive(Debug, Clone)]
pub struct Context<Caller = UserId> {
    pub caller: Caller,
    /// When the request came in: one instant for everything that follows from it.
    pub now: Timestamp,
    /// The idempotency key of a POST, and the request that it is bound to.
    pub key: Option<Idempotency>,
    /// The table. It counts what the invocation uses, notes its trace and knows its deadline.
    pub store: Store,
    /// The bucket with images and videos, if the function has it.
    pub bucket: Option<Bucket>,
    /// How often a user can do what is limited.
    pub rates: Arc<Rates>,
    /// The queue for what is left to do behind the response, if the function has one.
    pub work: Option<WorkQueue>,
}

impl Context<()> {
    /// The same by `caller`, with the key of their request.
    #[must_use]
    pub fn by<Caller>(self, caller: Caller, key: Option<Idempotency>) -> Context<Caller> {
        let Self { now, store, bucket, rates, work, .. } = self;
        Context { caller, now, key, store, bucket, rates, work }
    }
}

impl<Caller> Context<Caller> {
    /// Queues a piece of work that nobody starts before `delay` is over.
    ///
    /// # Errors
    /// [`Error::Queue`] if the queue did not take it.
    pub(super) async fn ask_for<Work: Serialize>(&self, work: &Work, delay: Duration) -> Result<(), Error> {
        let queue = self.work.as_ref().ok_or_else(|| Error::Internal("the function has no queue".to_owned()))?;
        queue.send(work, delay).await.map_err(|error| Error::Queue(error.0))
    }
}

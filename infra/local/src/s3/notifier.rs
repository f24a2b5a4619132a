//! Tells functions and queues of new objects.

use std::sync::Arc;

use s3s::{S3Result, s3_error};

use super::bucket::Bucket;
use super::event::{self, Cause};
use super::object::Object;
use crate::background::Background;
use crate::sqs::Queues;
use crate::template::Listener;

pub(super) struct Notifier {
    pub(super) region: String,
    pub(super) background: Arc<Background>,
    pub(super) queues: Arc<Queues>,
}

impl Notifier {
    /// Tells everyone whom the bucket's configuration names. When it returns, the events survive the end of the stack.
    ///
    /// # Errors
    /// If an event cannot be stored.
    pub(super) fn tell(&self, bucket: &Bucket, object: &Object, cause: &Cause) -> S3Result<()> {
        let spec = &bucket.spec;
        for wanted in spec.notifications.iter().filter(|wanted| wanted.wants(cause.event, &object.key)) {
            let payload = event::payload(spec, &self.region, object, cause).to_string();
            let told = match &wanted.listener {
                Listener::Function(function) => self.background.accept(function, &spec.id, payload),
                Listener::Queue(queue) => match self.queues.with_id(queue) {
                    Some(queue) => queue.send(payload, None).map(drop),
                    None => Ok(()),
                },
            };
            told.map_err(|error| s3_error!(InternalError, "{error:#}"))?;
        }
        Ok(())
    }
}

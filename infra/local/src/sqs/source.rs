//! The event source of a function: it takes messages from a queue and calls the function with them.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::event;
use super::messages::Message;
use super::queue::Queue;
use crate::gateway::request_id;
use crate::lambda::{Functions, Outcome};
use crate::template::Consumer;

pub(super) struct Source {
    pub(super) queue: Arc<Queue>,
    pub(super) dead_letters: Option<Arc<Queue>>,
    pub(super) consumer: Consumer,
    pub(super) functions: Arc<Functions>,
    pub(super) region: String,
}

impl Source {
    /// Delivers batches until the surrounding task ends. Calls that are under way then come to their end.
    pub(super) async fn run(self: Arc<Self>) {
        let calls = Arc::new(Semaphore::new(self.consumer.at_once));
        // Nobody closes the semaphore.
        while let Ok(call) = Arc::clone(&calls).acquire_owned().await {
            let batch = self.queue.next_batch(self.consumer.most_in_batch, self.dead_letters.as_deref()).await;
            let source = Arc::clone(&self);
            tokio::spawn(async move {
                source.deliver(&batch).await;
                drop(call);
            });
        }
    }

    async fn deliver(&self, batch: &[Message]) {
        let spec = &self.queue.spec;
        // The template's reader has found the function.
        let Some(pool) = self.functions.get(&self.consumer.function) else { return };
        let payload = event::payload(spec, &self.region, batch);
        let (outcome, invocation) = pool.invoke(request_id(), &spec.id, payload, spec.visibility).await;
        let failed = match outcome {
            Outcome::Answered(response) if self.consumer.names_failures => event::failed(&response, batch),
            Outcome::Answered(_) => BTreeSet::new(),
            Outcome::Failed | Outcome::TimedOut => event::ids(batch),
        };
        // Whoever finds the invocation in the ledger finds the queue as it is afterwards.
        self.queue.settle(batch, &failed);
        invocation.mark_status(if failed.is_empty() { 200 } else { 500 });
    }
}

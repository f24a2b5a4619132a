//! One function as the gateways see it: events go in, outcomes come back, and processes are started as needed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use bytes::Bytes;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::function::Function;
use super::host::Host;
use super::job::{Job, Outcome};
use super::queue::{Queue, STUCK_AFTER};
use super::supervisor;
use crate::invocations::Invocation;
use crate::template::FunctionSpec;

/// The functions of the stack by logical id.
pub(crate) type Functions = HashMap<String, Pool>;

/// One function and its processes; cheap to clone.
#[derive(Clone)]
pub(crate) struct Pool {
    function: Arc<Function>,
}

impl Pool {
    /// A function without processes.
    pub(crate) fn new(spec: FunctionSpec, binary: PathBuf, host: Arc<Host>) -> Self {
        Self { function: Arc::new(Function { spec, queue: Queue::new(host.processes), binary, host }) }
    }

    /// Starts one process and waits until it asks for its first event.
    ///
    /// # Errors
    /// A message if the process ends instead.
    pub(crate) async fn warm_up(&self) -> Result<()> {
        self.start(self.function.queue.start_process());
        let id = &self.function.spec.id;
        let ready = self.function.queue.ready().await;
        ready.map_err(|why| anyhow!("{id} could not start ({why:#}): see its output above"))
    }

    /// Passes an event to a process and waits for the outcome, at most for `limit`.
    pub(crate) async fn invoke(
        &self,
        request_id: String,
        route_key: &str,
        payload: Bytes,
        limit: Duration,
    ) -> (Outcome, Arc<Invocation>) {
        let function = &self.function;
        let invocation = Arc::new(Invocation::start(&function.host.ledger, request_id, &function.spec.id, route_key));
        let (sender, mut receiver) = oneshot::channel();
        self.start(function.queue.push(Job { invocation: Arc::clone(&invocation), payload, outcome: sender }));
        let deadline = Instant::now() + limit;
        let answered = loop {
            let next_look = deadline.min(Instant::now() + STUCK_AFTER);
            match timeout_at(next_look, &mut receiver).await {
                Err(_) if next_look < deadline => self.start(function.queue.start_if_needed()),
                answered => break answered,
            }
        };
        let outcome = match answered {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Outcome::Failed,
            Err(_) => Outcome::TimedOut,
        };
        (outcome, invocation)
    }

    /// Starts a process if the queue asked for one, and later the one that the queue asks for when it ends.
    fn start(&self, number: Option<u64>) {
        let Some(number) = number else { return };
        let pool = self.clone();
        tokio::spawn(async move {
            let next = supervisor::run(&pool.function, number).await;
            pool.start(next);
        });
    }

    /// Ends processes that were idle for too long, except one.
    pub(crate) fn end_idle(&self) {
        self.function.queue.end_idle();
    }

    /// Whether no process works on an event.
    pub(crate) fn is_quiet(&self) -> bool {
        self.function.queue.is_quiet()
    }

    /// Starts no more processes and ends the idle ones.
    pub(crate) fn close(&self) {
        self.function.queue.close();
    }

    /// The number of running processes.
    pub(crate) fn alive(&self) -> usize {
        self.function.queue.alive()
    }
}

//! One function process: an execution environment that works on one event at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::AbortHandle;

use super::job::{Delivery, Job, Outcome};
use super::keys::key_of;
use crate::invocations::Invocation;
use crate::template::FunctionSpec;

pub(crate) struct Process {
    function: String,
    access_key: String,
    timeout: Duration,
    ready: AtomicBool,
    running: Mutex<Option<Running>>,
    kill: Notify,
    exited: watch::Sender<bool>,
}

/// The event that a process works on.
struct Running {
    invocation: Arc<Invocation>,
    /// `None` once the function has responded.
    outcome: Option<oneshot::Sender<Outcome>>,
    timer: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.timer.abort();
    }
}

impl Process {
    pub(super) fn new(spec: &FunctionSpec, number: u64) -> Self {
        Self {
            function: spec.id.clone(),
            access_key: key_of(&spec.id, number),
            timeout: spec.timeout,
            ready: AtomicBool::new(false),
            running: Mutex::default(),
            kill: Notify::new(),
            exited: watch::Sender::new(false),
        }
    }

    /// The logical id of the function.
    pub(crate) fn function(&self) -> &str {
        &self.function
    }

    /// The access key that this process signs with.
    pub(super) fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The invocation that this process works on.
    pub(crate) fn invocation(&self) -> Option<Arc<Invocation>> {
        self.running.lock().as_ref().map(|running| Arc::clone(&running.invocation))
    }

    fn kill(&self) {
        self.kill.notify_one();
    }

    /// Kills the process and waits until it has exited.
    pub(crate) async fn kill_and_wait(&self) {
        let mut exited = self.exited.subscribe();
        self.kill();
        let _ = exited.wait_for(|exited| *exited).await;
    }

    /// Returns once the process is to be killed.
    pub(super) async fn killed(&self) {
        self.kill.notified().await;
    }

    pub(super) fn mark_exited(&self) {
        self.exited.send_replace(true);
    }

    /// Marks the process as ready; `true` the first time.
    pub(super) fn becomes_ready(&self) -> bool {
        !self.ready.swap(true, Ordering::Relaxed)
    }

    pub(super) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    /// Passes an event to the process through the slot in which it waits. Gives the event back if the process is gone.
    pub(super) fn hand_over(self: &Arc<Self>, job: Job, slot: oneshot::Sender<Delivery>) -> Result<(), Job> {
        if slot.is_closed() {
            return Err(job);
        }
        let deadline = SystemTime::now() + self.timeout;
        let delivery = Delivery {
            request_id: job.invocation.request_id().to_owned(),
            payload: job.payload,
            deadline_ms: deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis(),
        };
        let process = Arc::clone(self);
        let timer = tokio::spawn(async move {
            tokio::time::sleep(process.timeout).await;
            process.finish(None, Outcome::TimedOut);
            process.kill();
        });
        let running = Running { invocation: job.invocation, outcome: Some(job.outcome), timer: timer.abort_handle() };
        *self.running.lock() = Some(running);
        // If the process ends at this moment, the supervisor finds the event in `running` and fails it.
        let _ = slot.send(delivery);
        Ok(())
    }

    /// Reports the outcome of the current event; `false` if `request_id` is of another event or an outcome was reported before.
    pub(super) fn finish(&self, request_id: Option<&str>, outcome: Outcome) -> bool {
        let mut running = self.running.lock();
        let Some(running) = running.as_mut() else {
            return false;
        };
        if request_id.is_some_and(|id| id != running.invocation.request_id()) {
            return false;
        }
        let Some(receiver) = running.outcome.take() else {
            return false;
        };
        running.invocation.mark_answered();
        let _ = receiver.send(outcome);
        true
    }

    /// Ends the work on the current event, if there is one.
    pub(super) fn release(&self) {
        drop(self.running.lock().take());
    }
}

//! The events of one function, in memory and on disk, and the calls of the function.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::timeout;

use super::disk::Disk;
use super::events::{Counts, Event, Events};
use super::record;
use crate::clock::{ms, now_ms};
use crate::console::Console;
use crate::gateway::request_id;
use crate::lambda::{Outcome, Pool};
use crate::sqs::Queue;
use crate::template::FunctionSpec;

pub(crate) struct Line {
    /// The logical id of the function.
    pub(super) function: String,
    arn: String,
    most_retries: u32,
    oldest: Duration,
    /// Where the events go that were given up.
    failed_to: Option<Arc<Queue>>,
    console: Console,
    disk: Disk,
    /// Watched by the task that calls the function, and by those who wait until nothing is left.
    events: watch::Sender<Events>,
}

/// The events of a function as the control API lists them.
#[derive(Serialize)]
pub(crate) struct Listed {
    function: String,
    #[serde(flatten)]
    counts: Counts,
}

impl Line {
    /// Opens the events of a function with those that were left.
    ///
    /// # Errors
    /// A message that names the file or the folder that cannot be used.
    pub(super) fn open(
        function: &FunctionSpec,
        folder: &Path,
        failed_to: Option<Arc<Queue>>,
        console: Console,
    ) -> Result<Self> {
        let (disk, left) = Disk::open(folder.join(&function.id))?;
        let retries = &function.retries;
        Ok(Self {
            function: function.id.clone(),
            arn: function.arn.clone(),
            most_retries: retries.most,
            oldest: retries.oldest,
            failed_to,
            console,
            disk,
            events: watch::Sender::new(Events::new(left, retries.most, ms(retries.oldest))),
        })
    }

    /// Accepts an event. From then on it survives the end of the stack.
    ///
    /// # Errors
    /// If it cannot be stored.
    pub(super) fn accept(&self, cause: &str, payload: String) -> Result<()> {
        let event = Event::new(request_id(), cause.to_owned(), payload, now_ms());
        self.disk.keep(&event)?;
        self.events.send_modify(|events| events.add(event));
        Ok(())
    }

    /// Calls the function until the surrounding task ends. Calls that are under way then come to their end.
    pub(super) async fn run(self: Arc<Self>, pool: Pool) {
        let mut changes = self.events.subscribe();
        loop {
            while let Some(event) = self.start() {
                let (line, pool) = (Arc::clone(&self), pool.clone());
                tokio::spawn(async move { line.call(&pool, event).await });
            }
            let next = self.events.borrow().next_due_ms();
            let change = changes.changed();
            match next {
                Some(next_ms) => {
                    let _ = timeout(Duration::from_millis(next_ms.saturating_sub(now_ms())), change).await;
                }
                None => {
                    let _ = change.await;
                }
            }
        }
    }

    fn start(&self) -> Option<Event> {
        let mut started = None;
        self.events.send_if_modified(|events| {
            started = events.start(now_ms());
            started.is_some()
        });
        started
    }

    async fn call(&self, pool: &Pool, event: Event) {
        let payload = Bytes::from(event.payload.clone());
        // As on Lambda, the request id is the same for all calls of an event.
        let (outcome, invocation) = pool.invoke(event.id.clone(), &event.cause, payload, self.oldest).await;
        let succeeded = matches!(outcome, Outcome::Answered(_));
        invocation.mark_status(if succeeded { 200 } else { 500 });
        if succeeded {
            self.forget(&event.id);
            return;
        }
        let mut given_up = None;
        self.events.send_modify(|events| given_up = events.fail(&event.id, now_ms()));
        if let Some(event) = given_up {
            self.give_up(&event);
        }
    }

    fn give_up(&self, event: &Event) {
        let Self { function, console, .. } = self;
        match &self.failed_to {
            Some(queue) => {
                let record = record::failed(event, &self.arn, event.failures <= self.most_retries);
                if let Err(error) = queue.send(record.to_string(), None) {
                    console.warn(format!("[{function}] an event could not be sent to its destination: {error:#}"));
                    return;
                }
            }
            None => console.warn(format!("[{function}] an event failed too often and is lost: {}", event.cause)),
        }
        self.forget(&event.id);
    }

    fn forget(&self, id: &str) {
        if let Err(error) = self.disk.forget(id) {
            // It comes once more after the next start.
            self.console.warn(format!("[{}] an event could not be removed: {error}", self.function));
        }
        self.events.send_modify(|events| events.remove(id));
    }

    /// Ends the waits of events that failed.
    pub(crate) fn hurry(&self) {
        self.events.send_modify(Events::hurry);
    }

    /// Returns as soon as no event is left, or `patience` is over.
    pub(crate) async fn drained(&self, patience: Duration) {
        let mut events = self.events.subscribe();
        let _ = timeout(patience, events.wait_for(Events::is_empty)).await;
    }

    pub(crate) fn list(&self) -> Listed {
        Listed { function: self.function.clone(), counts: self.events.borrow().count() }
    }
}

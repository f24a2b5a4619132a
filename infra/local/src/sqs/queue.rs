//! One queue: its messages in memory and on disk, and those who wait for a change.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::timeout;
use uuid::Uuid;

use super::disk::Disk;
use super::messages::{Counts, Message, Messages};
use crate::clock::{ms, now_ms};
use crate::console::Console;
use crate::template::QueueSpec;

pub(crate) struct Queue {
    pub(super) spec: QueueSpec,
    console: Console,
    disk: Disk,
    /// Watched by the poller, and by those who wait until nothing is left.
    messages: watch::Sender<Messages>,
}

/// A queue as the control API lists it.
#[derive(Serialize)]
pub(crate) struct Listed {
    queue: String,
    /// Its name, with which its URL ends.
    name: String,
    #[serde(flatten)]
    counts: Counts,
    /// The bodies of the messages, if no function is called with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<String>>,
}

impl Queue {
    /// Opens a queue with the messages that were left in it.
    ///
    /// # Errors
    /// A message that names the file or the folder that cannot be used.
    pub(super) fn open(spec: QueueSpec, folder: &Path, console: Console) -> Result<Self> {
        let (disk, left) = Disk::open(folder.join(&spec.name))?;
        let most_receives = spec.redrive.as_ref().map(|redrive| redrive.most_receives);
        Ok(Self { spec, console, disk, messages: watch::Sender::new(Messages::new(left, most_receives)) })
    }

    /// Accepts a message, and gives its id. From then on it survives the end of the stack.
    ///
    /// # Errors
    /// If it cannot be stored.
    pub(crate) fn send(&self, body: String, delay: Option<Duration>) -> Result<String> {
        let id = Uuid::new_v4().to_string();
        let message = Message::new(id.clone(), body, now_ms(), ms(delay.unwrap_or(self.spec.delay)));
        self.disk.keep(&message)?;
        self.messages.send_modify(|messages| messages.add(message));
        Ok(id)
    }

    /// The next messages for the function, as soon as there are some. Messages that failed too often go to the dead-letter queue.
    pub(super) async fn next_batch(&self, most: usize, dead_letters: Option<&Self>) -> Vec<Message> {
        let mut changes = self.messages.subscribe();
        loop {
            if let Some(dead_letters) = dead_letters {
                self.give_up(dead_letters);
            }
            let batch = self.receive(most);
            if !batch.is_empty() {
                return batch;
            }
            let next = self.messages.borrow().next_visible_ms();
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

    fn receive(&self, most: usize) -> Vec<Message> {
        let mut batch = Vec::new();
        self.messages.send_if_modified(|messages| {
            batch = messages.receive(most, now_ms(), ms(self.spec.visibility));
            !batch.is_empty()
        });
        batch
    }

    fn give_up(&self, dead_letters: &Self) {
        let spent = self.messages.borrow().spent(now_ms());
        for message in spent {
            self.check("moved to the dead letters", self.disk.hand_over(&message.id, &dead_letters.disk));
            // For a moment it is in both, so that whoever finds this queue empty finds the message there.
            let dead = Message::new(message.id.clone(), message.body, message.sent_ms, 0);
            dead_letters.messages.send_modify(|messages| messages.add(dead));
            self.messages.send_modify(|messages| messages.remove(&message.id));
        }
    }

    /// Removes the messages of a batch, except those that failed. They are handed out again later.
    pub(super) fn settle(&self, batch: &[Message], failed: &BTreeSet<&str>) {
        for Message { id, .. } in batch {
            if failed.contains(id.as_str()) {
                self.messages.send_modify(|messages| messages.take_back(id));
            } else {
                self.check("removed", self.disk.forget(id));
                self.messages.send_modify(|messages| messages.remove(id));
            }
        }
    }

    /// Without its file a message is forgotten at the next start, and with one too many it comes once more. Both are only said.
    fn check(&self, what: &str, done: io::Result<()>) {
        if let Err(error) = done {
            self.console.warn(format!("[{}] a message could not be {what}: {error}", self.spec.id));
        }
    }

    /// Makes all messages visible that are delayed, or hidden since they failed.
    pub(crate) fn show(&self) {
        self.messages.send_modify(Messages::show);
    }

    /// Returns as soon as no message is left, or `patience` is over.
    pub(crate) async fn drained(&self, patience: Duration) {
        let mut messages = self.messages.subscribe();
        let _ = timeout(patience, messages.wait_for(Messages::is_empty)).await;
    }

    pub(crate) fn list(&self) -> Listed {
        let messages = self.messages.borrow();
        Listed {
            queue: self.spec.id.clone(),
            name: self.spec.name.clone(),
            counts: messages.count(now_ms()),
            messages: self.spec.consumer.is_none().then(|| messages.bodies()),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::template::Consumer;

    fn open(folder: &Path, id: &str, is_read: bool) -> Queue {
        let consumer = Consumer { function: "F".to_owned(), most_in_batch: 10, at_once: 1, names_failures: true };
        let spec = QueueSpec {
            id: id.to_owned(),
            name: id.to_owned(),
            arn: String::new(),
            delay: Duration::ZERO,
            visibility: Duration::from_mins(6),
            redrive: None,
            consumer: is_read.then_some(consumer),
        };
        let (console, _writer) = Console::start();
        Queue::open(spec, folder, console).unwrap()
    }

    fn listed(queue: &Queue) -> serde_json::Value {
        serde_json::to_value(queue.list()).unwrap()
    }

    /// An empty folder of this test.
    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("backchannel-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    #[tokio::test]
    async fn what_was_accepted_survives_and_what_was_handled_does_not() {
        let folder = folder("queue");
        let queue = open(&folder, "Work", true);
        for body in ["one", "two", "three"] {
            queue.send(body.to_owned(), None).unwrap();
        }
        let delayed = queue.send("four".to_owned(), Some(Duration::from_mins(15))).unwrap();
        let batch = queue.next_batch(2, None).await;
        queue.settle(&batch, &BTreeSet::from([batch[1].id.as_str()]));
        let expected = serde_json::json!({"queue": "Work", "name": "Work", "waiting": 1, "delayed": 1, "in_flight": 1});
        assert_eq!(listed(&queue), expected);

        // What was in flight or delayed is visible at once.
        let again = open(&folder, "Work", true);
        let left = again.next_batch(10, None).await;
        let bodies: BTreeSet<&str> = left.iter().map(|message| message.body.as_str()).collect();
        assert_eq!(bodies, BTreeSet::from(["two", "three", "four"]));
        assert!(left.iter().any(|message| message.id == delayed));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn who_waits_is_told_of_a_message_of_a_show_and_of_the_end() {
        let folder = folder("waiting");
        let queue = open(&folder, "Work", true);
        let mut waiting = std::pin::pin!(queue.next_batch(10, None));
        assert!(waiting.as_mut().now_or_never().is_none(), "the queue is empty");
        queue.send("late".to_owned(), Some(Duration::from_mins(15))).unwrap();
        assert!(waiting.as_mut().now_or_never().is_none(), "the message is delayed");
        queue.show();
        let batch = waiting.await;
        let mut drained = std::pin::pin!(queue.drained(Duration::from_mins(1)));
        assert!(drained.as_mut().now_or_never().is_none(), "the message is in flight");
        queue.settle(&batch, &BTreeSet::new());
        drained.await;
        std::fs::remove_dir_all(folder).unwrap();
    }
}

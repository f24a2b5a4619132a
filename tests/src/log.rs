//! A thread's log as a client keeps it: from pushes, and from `GET …/events` where a push was missed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::shape;
use crate::socket::Socket;
use crate::user::User;

/// What one client knows of one thread.
pub struct ThreadLog {
    thread: String,
    events: BTreeMap<u64, Value>,
}

impl ThreadLog {
    /// Knows nothing yet.
    #[must_use]
    pub fn new(thread: &str) -> Self {
        Self { thread: thread.to_owned(), events: BTreeMap::new() }
    }

    /// Adds what a socket has seen. A push that came twice must be the same; one that contradicts what is known fails.
    #[track_caller]
    pub fn absorb(&mut self, socket: &Socket) {
        for event in socket.all() {
            if event["thread_id"] == self.thread && event["seq"].is_u64() {
                self.add(&event);
            }
        }
    }

    /// Asks for the log after the first hole, as a client does that sees `seq` jump or comes back; gives how many events
    /// were new to it.
    pub async fn repair(&mut self, user: &User) -> usize {
        let known = self.events.len();
        let whole = (1..=known as u64).take_while(|seq| self.events.contains_key(seq)).last().unwrap_or(0);
        for event in user.list(&format!("/threads/{}/events?after={whole}&limit=100", self.thread)).await {
            self.add(&event);
        }
        self.events.len() - known
    }

    /// Demands that the log is `1, 2, 3 … last` without a hole.
    #[track_caller]
    pub fn assert_dense(&self, last: u64) {
        let seqs: Vec<u64> = self.events.keys().copied().collect();
        let expected: Vec<u64> = (1..=last).collect();
        assert_eq!(seqs, expected, "the log of {} has holes or ends elsewhere", self.thread);
    }

    /// The texts of the messages in order.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.events
            .values()
            .filter(|event| event["type"] == "message.created")
            .map(|event| event["data"]["text"].as_str().expect("a message has a text").to_owned())
            .collect()
    }

    #[track_caller]
    fn add(&mut self, event: &Value) {
        shape::event(event);
        let seq = event["seq"].as_u64().expect("an event of the log has a seq");
        if let Some(known) = self.events.insert(seq, event.clone()) {
            assert_eq!(&known, event, "the same seq, told in two ways");
        }
    }
}

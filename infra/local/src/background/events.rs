//! The events of a function and their states, without a clock: times are arguments, in milliseconds since 1970.
//!
//! An event waits, and a call of the function works on it. After a failure it waits again, for longer each time, until it has
//! failed too often or is too old.

use serde::Serialize;

/// How long Lambda waits before the second call, and before the third.
const WAITS_MS: [u64; 2] = [60_000, 120_000];

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    pub(super) id: String,
    /// What the ledger tells of its calls in place of a route.
    pub(super) cause: String,
    pub(super) payload: String,
    pub(super) came_ms: u64,
    /// How many calls failed.
    pub(super) failures: u32,
    /// When it is called for.
    due_ms: u64,
    is_running: bool,
}

impl Event {
    pub(super) fn new(id: String, cause: String, payload: String, came_ms: u64) -> Self {
        Self { id, cause, payload, came_ms, failures: 0, due_ms: came_ms, is_running: false }
    }
}

/// How many events are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Counts {
    /// To be handled, and not called for yet.
    waiting: usize,
    /// The function works on them, or they are about to be given up.
    running: usize,
    /// They failed, and will come again.
    failed: usize,
}

/// The events of one function, oldest first.
#[derive(Debug)]
pub(super) struct Events {
    all: Vec<Event>,
    most_retries: u32,
    oldest_ms: u64,
}

impl Events {
    pub(super) fn new(all: Vec<Event>, most_retries: u32, oldest_ms: u64) -> Self {
        Self { all, most_retries, oldest_ms }
    }

    pub(super) fn add(&mut self, event: Event) {
        self.all.push(event);
    }

    /// The next event that the function is to be called with.
    pub(super) fn start(&mut self, now_ms: u64) -> Option<Event> {
        let event = self.all.iter_mut().find(|event| !event.is_running && event.due_ms <= now_ms)?;
        event.is_running = true;
        Some(event.clone())
    }

    /// Notes a failed call. Gives the event back if it is given up; it is not called for again then.
    pub(super) fn fail(&mut self, id: &str, now_ms: u64) -> Option<Event> {
        let event = self.all.iter_mut().find(|event| event.id == id)?;
        event.failures += 1;
        let wait = WAITS_MS.get(event.failures as usize - 1).copied().unwrap_or_default();
        event.due_ms = now_ms + wait;
        let is_too_old = event.due_ms > event.came_ms.saturating_add(self.oldest_ms);
        event.is_running = event.failures > self.most_retries || is_too_old;
        event.is_running.then(|| event.clone())
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.all.retain(|event| event.id != id);
    }

    /// Ends all waits.
    pub(super) fn hurry(&mut self) {
        for event in &mut self.all {
            event.due_ms = 0;
        }
    }

    /// When the next event is called for.
    pub(super) fn next_due_ms(&self) -> Option<u64> {
        self.all.iter().filter(|event| !event.is_running).map(|event| event.due_ms).min()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn count(&self) -> Counts {
        let mut counts = Counts::default();
        for event in &self.all {
            match (event.is_running, event.failures) {
                (true, _) => counts.running += 1,
                (false, 0) => counts.waiting += 1,
                (false, _) => counts.failed += 1,
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(most_retries: u32, oldest_ms: u64) -> Events {
        let event = Event::new("a".to_owned(), "Bucket".to_owned(), "{}".to_owned(), 1_000);
        Events::new(vec![event], most_retries, oldest_ms)
    }

    #[test]
    fn an_event_comes_three_times_with_longer_waits() {
        let mut events = one(2, u64::MAX);
        assert!(events.start(1_000).is_some() && events.start(1_000).is_none(), "it is running");
        assert_eq!((events.fail("a", 2_000), events.next_due_ms()), (None, Some(62_000)));
        assert!(events.start(61_999).is_none());
        assert_eq!(events.count(), Counts { failed: 1, ..Counts::default() });
        assert!(events.start(62_000).is_some());
        assert_eq!((events.fail("a", 63_000), events.next_due_ms()), (None, Some(183_000)));
        events.hurry();
        assert!(events.start(64_000).is_some());
        assert_eq!(events.fail("a", 65_000).map(|event| event.failures), Some(3));
        assert!(events.start(u64::MAX).is_none(), "it is given up");
        events.remove("a");
        assert!(events.is_empty());
    }

    #[test]
    fn an_event_is_given_up_without_retries_or_when_it_would_be_too_old() {
        let mut events = one(0, u64::MAX);
        events.start(1_000);
        assert!(events.fail("a", 1_000).is_some());
        let mut events = one(2, 60_000);
        events.start(1_000);
        assert!(events.fail("a", 1_001).is_some());
    }
}

//! The messages of a queue and their states, without a clock: times are arguments, in milliseconds since 1970.
//!
//! A message is hidden while its delay lasts, and then waits. It is handed out and hidden, and then either removed, or it waits
//! again when it was hidden for long enough. A message that was handed out too often waits for the dead-letter queue only.

use serde::Serialize;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) sent_ms: u64,
    /// How often it was handed out.
    pub(super) receives: u32,
    pub(super) first_received_ms: u64,
    /// When it is not hidden any more.
    visible_ms: u64,
    /// Whether a call of the function works on it.
    is_held: bool,
}

impl Message {
    pub(super) fn new(id: String, body: String, sent_ms: u64, delay_ms: u64) -> Self {
        let visible_ms = sent_ms + delay_ms;
        Self { id, body, sent_ms, receives: 0, first_received_ms: 0, visible_ms, is_held: false }
    }

    fn is_visible(&self, now_ms: u64) -> bool {
        self.visible_ms <= now_ms
    }
}

/// How many messages are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Counts {
    /// To be handed out.
    waiting: usize,
    /// Not handed out before, and hidden.
    delayed: usize,
    /// Handed out, and hidden.
    in_flight: usize,
}

/// The messages of one queue, oldest first.
#[derive(Debug, Default)]
pub(super) struct Messages {
    all: Vec<Message>,
    /// After so many receives a message belongs into the dead-letter queue.
    most_receives: Option<u32>,
}

impl Messages {
    pub(super) fn new(all: Vec<Message>, most_receives: Option<u32>) -> Self {
        Self { all, most_receives }
    }

    pub(super) fn add(&mut self, message: Message) {
        self.all.push(message);
    }

    /// Hands out up to `most` messages, and hides them.
    pub(super) fn receive(&mut self, most: usize, now_ms: u64, hidden_ms: u64) -> Vec<Message> {
        let limit = self.most_receives;
        let waiting = self.all.iter_mut().filter(|message| message.is_visible(now_ms) && !is_spent(message, limit));
        let hand_out = |message: &mut Message| {
            if message.receives == 0 {
                message.first_received_ms = now_ms;
            }
            message.receives += 1;
            message.visible_ms = now_ms + hidden_ms;
            message.is_held = true;
            message.clone()
        };
        waiting.take(most).map(hand_out).collect()
    }

    /// The messages that belong into the dead-letter queue.
    pub(super) fn spent(&self, now_ms: u64) -> Vec<Message> {
        let spent = |message: &&Message| message.is_visible(now_ms) && is_spent(message, self.most_receives);
        self.all.iter().filter(spent).cloned().collect()
    }

    /// Takes back a message that failed. It stays hidden until its time is over.
    pub(super) fn take_back(&mut self, id: &str) {
        for message in self.all.iter_mut().filter(|message| message.id == id) {
            message.is_held = false;
        }
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.all.retain(|message| message.id != id);
    }

    /// Makes all hidden messages visible, except those on which the function works.
    pub(super) fn show(&mut self) {
        for message in self.all.iter_mut().filter(|message| !message.is_held) {
            message.visible_ms = 0;
        }
    }

    /// When the next message becomes visible.
    pub(super) fn next_visible_ms(&self) -> Option<u64> {
        self.all.iter().map(|message| message.visible_ms).min()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn count(&self, now_ms: u64) -> Counts {
        let mut counts = Counts::default();
        for message in &self.all {
            match (message.is_visible(now_ms), message.receives) {
                (true, _) => counts.waiting += 1,
                (false, 0) => counts.delayed += 1,
                (false, _) => counts.in_flight += 1,
            }
        }
        counts
    }

    pub(super) fn bodies(&self) -> Vec<String> {
        self.all.iter().map(|message| message.body.clone()).collect()
    }
}

fn is_spent(message: &Message, most_receives: Option<u32>) -> bool {
    most_receives.is_some_and(|most| message.receives >= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue with messages of these delays, sent at 1,000, which gives up after two receives.
    fn queue(delays_ms: &[u64]) -> Messages {
        let message = |(id, delay): (usize, &u64)| Message::new(id.to_string(), format!("body {id}"), 1_000, *delay);
        Messages::new(delays_ms.iter().enumerate().map(message).collect(), Some(2))
    }

    fn received(messages: &mut Messages, most: usize, now_ms: u64) -> Vec<String> {
        messages.receive(most, now_ms, 100).into_iter().map(|message| message.id).collect()
    }

    fn counts(messages: &Messages, now_ms: u64) -> (usize, usize, usize) {
        let Counts { waiting, delayed, in_flight } = messages.count(now_ms);
        (waiting, delayed, in_flight)
    }

    #[test]
    fn a_message_is_delayed_waits_is_in_flight_and_goes() {
        let mut messages = queue(&[50]);
        assert_eq!((counts(&messages, 1_049), messages.next_visible_ms()), ((0, 1, 0), Some(1_050)));
        assert!(received(&mut messages, 10, 1_049).is_empty());
        assert_eq!(counts(&messages, 1_050), (1, 0, 0));
        let handed_out = messages.receive(10, 1_060, 100);
        assert_eq!((handed_out[0].receives, handed_out[0].first_received_ms), (1, 1_060));
        assert_eq!((counts(&messages, 1_060), messages.next_visible_ms()), ((0, 0, 1), Some(1_160)));
        messages.remove("0");
        assert!(messages.is_empty());
    }

    #[test]
    fn the_oldest_come_first_and_nothing_comes_twice_at_once() {
        let mut messages = queue(&[0, 0, 0]);
        assert_eq!(received(&mut messages, 2, 1_000), ["0", "1"]);
        assert_eq!(received(&mut messages, 2, 1_000), ["2"]);
        assert!(received(&mut messages, 2, 1_000).is_empty());
    }

    #[test]
    fn a_message_that_was_not_removed_comes_again_when_its_time_is_over() {
        let mut messages = queue(&[0]);
        received(&mut messages, 10, 1_000);
        messages.take_back("0");
        assert!(received(&mut messages, 10, 1_099).is_empty());
        let again = messages.receive(10, 1_100, 100);
        assert_eq!((again[0].receives, again[0].first_received_ms), (2, 1_000));
    }

    #[test]
    fn a_message_that_failed_too_often_waits_for_the_dead_letters() {
        let mut messages = queue(&[0]);
        received(&mut messages, 10, 1_000);
        received(&mut messages, 10, 1_100);
        assert!(messages.spent(1_199).is_empty(), "the second call may still succeed");
        assert!(received(&mut messages, 10, 1_200).is_empty());
        assert_eq!(messages.spent(1_200).len(), 1);
        assert_eq!(counts(&messages, 1_200), (1, 0, 0));
    }

    #[test]
    fn without_dead_letters_a_message_comes_for_ever() {
        let mut messages = Messages::new(queue(&[0]).all, None);
        for now_ms in (1_000..10_000).step_by(100) {
            assert_eq!(received(&mut messages, 10, now_ms), ["0"]);
        }
        assert!(messages.spent(10_000).is_empty());
    }

    #[test]
    fn what_is_hidden_can_be_shown_but_not_what_the_function_works_on() {
        let mut messages = queue(&[0, 0, 500]);
        received(&mut messages, 2, 1_000);
        messages.take_back("0");
        messages.show();
        assert_eq!(counts(&messages, 1_001), (2, 0, 1));
        assert_eq!(received(&mut messages, 10, 1_001), ["0", "2"]);
    }
}

//! Live connections (rule 22).

use std::collections::BTreeMap;

use super::ids::{ConnectionId, ThreadId, UserId};
use super::limits::{MAX_TYPING_THREADS, TYPING_PAUSE};
use super::time::Timestamp;

/// An open socket of a user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Connection {
    pub user_id: UserId,
    pub id: ConnectionId,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// The threads that a connection was typing in, and when it was passed on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypingMarks(pub BTreeMap<ThreadId, Timestamp>);

impl TypingMarks {
    /// The marks with a signal in `thread` at `now`; `None` if it is not passed on, because one was a moment ago (rule 24).
    #[must_use]
    pub fn with(&self, thread: &ThreadId, now: Timestamp) -> Option<Self> {
        let mut recent = self.0.clone();
        recent.retain(|_, at| now < at.plus(TYPING_PAUSE));
        if recent.contains_key(thread) || recent.len() >= MAX_TYPING_THREADS {
            return None;
        }
        recent.insert(thread.clone(), now);
        Some(Self(recent))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn rule_24_one_signal_in_two_seconds_passes_for_each_thread() {
        let thread = |letter: &str| ThreadId::try_from(format!("thr_{}", letter.repeat(26))).unwrap();
        let at = |ms: u64| Timestamp::EPOCH.plus(Duration::from_millis(ms));
        let first = TypingMarks::default().with(&thread("a"), at(0)).unwrap();
        assert_eq!(first.with(&thread("a"), at(1_999)), None);
        let both = first.with(&thread("b"), at(500)).unwrap();
        assert_eq!(both.with(&thread("b"), at(2_000)), None);
        let again = both.with(&thread("a"), at(2_000)).unwrap();
        assert_eq!(again.0.len(), 2);
        let letters = ["c", "d", "e", "f", "g", "h"];
        let full = letters.iter().fold(again, |marks, letter| marks.with(&thread(letter), at(2_100)).unwrap());
        assert_eq!(full.with(&thread("i"), at(2_200)), None, "nobody types in nine threads at once");
    }
}

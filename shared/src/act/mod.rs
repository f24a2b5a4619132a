//! What more than one function does: reads, a pure decision, one write, and the events that follow.

mod announce;
mod once;
mod send;
mod thread;

pub use announce::{accepted, requested};
pub use once::{outcome_of, replay, replay_or};
pub use send::{DraftBody, events_of, send};
pub use thread::{members_view, people_of, thread_of, thread_view, ties};

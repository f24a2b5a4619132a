//! What more than one function does: reads, a pure decision, one write, and the events that follow.

mod announce;
mod group;
mod once;
mod send;
mod thread;

pub use announce::{accepted, blocked_present, group_changed, logged, requested};
pub use group::{Done, Gathered, change_group, gather, known, wanted};
pub use once::{outcome_of, replay, replay_or};
pub use send::{DraftBody, events_of, send};
pub use thread::{about_of, looks_of, members_view, rows, thread_of, thread_view, ties};

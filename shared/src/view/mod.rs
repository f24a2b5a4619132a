//! What clients see: the JSON of users, threads, messages and events, and nothing that they may not know.
//!
//! A view is made for one viewer. Fields may be added here, never renamed (the contract, section 2).

mod event;
mod message;
mod thread;
mod user;

pub use event::{Event, Signal, entry, hidden_entry, signal};
pub use message::MessageView;
pub use thread::{Abouts, MemberView, People, ThreadView};
pub use user::{AcquaintanceView, OwnProfileView, UserView};

use serde::Serialize;

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct ListView<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; `null` on the last one.
    pub next_cursor: Option<String>,
}

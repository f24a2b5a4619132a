//! Events that more than one function sends.

use serde_json::json;

use crate::domain::ids::UserId;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::push::Delivery;
use crate::view::{Signal, signal};

/// Tells `user`'s devices, and them alone, that the thread is in their inbox now.
#[must_use]
pub fn accepted(thread: &Thread, user: &UserId, now: Timestamp) -> Delivery {
    about(Signal::ThreadAccepted, thread, user, now, vec![user.clone()])
}

/// Tells `users` that the thread is in their requests, by what `actor` did.
#[must_use]
pub fn requested(thread: &Thread, actor: &UserId, now: Timestamp, users: Vec<UserId>) -> Delivery {
    about(Signal::RequestReceived, thread, actor, now, users)
}

fn about(kind: Signal, thread: &Thread, actor: &UserId, now: Timestamp, users: Vec<UserId>) -> Delivery {
    Delivery::new(&signal(kind, Some(&thread.id), Some(actor), now, json!({})), users)
}

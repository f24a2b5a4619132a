//! Delivery: notifications of what happened, and the transport that carries them to open sockets (rule 23).
//!
//! Who may see an event is decided before it comes here. Nothing that goes wrong here changes what was stored or what was
//! responded.

mod notification;
mod sockets;

pub use notification::{Event, EventKind, EvictionReason, Fanout, Frame, Notification};
pub use sockets::{Posted, PushFailure, Sockets};

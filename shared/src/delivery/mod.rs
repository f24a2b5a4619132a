//! Delivery: notifications of what happened, and the transport that carries them to open sockets (rule 23); and the queues that carry
//! work to other functions.
//!
//! Who may see an event is decided before it comes here. Nothing that goes wrong here changes what was stored or what was
//! responded.

mod notification;
mod sockets;
mod work_queue;

pub use notification::{Event, EventKind, EvictionReason, Fanout, Frame, Notification};
pub use sockets::{Posted, PushFailure, Sockets};
pub use work_queue::{QueueError, WorkQueue};

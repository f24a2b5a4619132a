//! Live delivery: a hint that something was stored, posted to every open socket of those it concerns (rule 23).
//!
//! Who may see an event is decided before it comes here. Nothing that goes wrong here changes what was stored or what was
//! answered.

mod fanout;
mod gateway;

pub use fanout::{Delivery, Fanout, Pushed};
pub use gateway::{Gateway, Posted, PushFailure};

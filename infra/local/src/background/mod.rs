//! Asynchronous invocations, as Lambda does them: an event is kept until a function has handled it, or has failed too often.

mod disk;
mod events;
mod line;
mod lines;
mod record;

pub(crate) use lines::Background;

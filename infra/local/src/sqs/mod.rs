//! SQS: the template's queues, the endpoint for those who send, and the event sources that call functions with the messages.

mod disk;
mod endpoint;
mod event;
mod messages;
mod queue;
mod queues;
mod refusals;
mod sending;
mod source;

pub(crate) use endpoint::Endpoint;
pub(crate) use queue::Queue;
pub(crate) use queues::Queues;

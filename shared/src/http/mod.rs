//! The shell: API Gateway's events in, replies and problem documents out, for HTTP and sockets alike.

mod answer;
mod crash;
mod log;
mod metrics;
mod object;
mod problem;
mod reply;
mod request;
mod run;

pub use object::Object;
pub use problem::{Document, Field, Problem};
pub use reply::Reply;
pub use request::{PageLimit, Request};
pub use run::run;

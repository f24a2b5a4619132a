//! The shell around every function: the loop, the log line, metrics, traces and the crash line, for any event source; and the event
//! sources: API Gateway's HTTP and WebSocket APIs, and queues.

mod app;
mod crash;
mod http;
mod invocation;
mod log;
mod metrics;
mod queue;
mod run;

pub use app::{App, ConfigError, variable};
pub use http::serve;
pub use queue::serve_queue;

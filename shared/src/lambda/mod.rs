//! The shell around every function: the loop, the log line, metrics, traces and the crash line, for any event source; and the event
//! sources: API Gateway's HTTP and WebSocket APIs, queues and schedules.

mod app;
mod crash;
mod http;
mod invocation;
mod log;
mod metrics;
mod queue;
mod run;
mod schedule;

pub use app::{App, ConfigError, variable};
pub use http::serve;
pub use queue::{Job, serve_queue};
pub use schedule::serve_schedule;

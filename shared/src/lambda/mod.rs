//! The shell around every function: the loop, the log line, metrics, traces and the crash line, for any event source; and the
//! one event source there is so far, API Gateway's HTTP and WebSocket APIs.

mod app;
mod crash;
mod http;
mod invocation;
mod log;
mod metrics;
mod run;

pub use app::{App, ConfigError, variable};
pub use http::serve;

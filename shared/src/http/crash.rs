//! The line of a function that cannot go on: with a level, since Lambda drops what has none where `LogLevel` is above INFO.

use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::request::Request;
use crate::clock::Clock;
use crate::domain::time::{Timestamp, rfc3339};

/// What the function is working on: one event at a time.
static AT_WORK: Mutex<Option<Arc<Request>>> = Mutex::new(None);

/// The line. It has the members of a request's line as far as they are known.
#[derive(Debug, Serialize)]
struct Line<'a> {
    #[serde(serialize_with = "rfc3339")]
    timestamp: Timestamp,
    level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'a str>,
    cause: &'a str,
}

/// Notes which request a panic would belong to.
pub(super) fn works_on(request: &Arc<Request>) {
    *AT_WORK.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(request));
}

/// From now on, a panic is told as a line that says where it was. Its message stays out of the log: it may quote what somebody
/// said.
pub(super) fn report_panics(clock: Clock) {
    panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        // Whoever panics may hold the lock: then the line goes without.
        let request = AT_WORK.try_lock().ok().and_then(|request| request.clone());
        print(clock, request.as_deref(), &format!("panicked at {place}"));
    }));
}

/// Says why the function does not start, or ends.
pub(super) fn report(clock: Clock, cause: &str) {
    print(clock, None, cause);
}

#[expect(clippy::print_stdout, reason = "Lambda takes logs from standard output")]
fn print(clock: Clock, request: Option<&Request>, cause: &str) {
    let (request_id, route) = (request.map(Request::id), request.map(Request::route_key));
    let line = Line { timestamp: clock.now(), level: "ERROR", request_id, route, cause };
    // Texts only: turning them into JSON cannot fail.
    println!("{}", serde_json::to_string(&line).unwrap_or_default());
}

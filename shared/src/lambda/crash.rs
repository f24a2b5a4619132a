//! The line of a function that cannot go on: with a level, since Lambda drops what has none where `LogLevel` is above INFO.

use std::future::Future;
use std::panic::{self, PanicHookInfo};

use serde::Serialize;

use super::invocation::Labels;
use crate::clock::Clock;
use crate::domain::time::{Timestamp, rfc3339};

tokio::task_local! {
    /// The event that the running task works on, for the line of a panic.
    static AT_WORK: Labels;
}

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

/// Runs the work on an event, so that a panic in it is told with the event's labels.
pub(super) async fn working_on<T>(labels: Labels, work: impl Future<Output = T>) -> T {
    AT_WORK.scope(labels, work).await
}

/// From now on, a panic is told as a line that says where it was. Its message stays out of the log: it may quote what somebody
/// wrote.
pub(super) fn report_panics(clock: Clock) {
    panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        let labels = AT_WORK.try_with(Clone::clone).ok();
        print(clock, labels.as_ref(), &format!("panicked at {place}"));
    }));
}

/// Says why the function does not start, or ends.
pub(super) fn report(clock: Clock, cause: &str) {
    print(clock, None, cause);
}

#[expect(clippy::print_stdout, reason = "Lambda takes logs from standard output")]
fn print(clock: Clock, labels: Option<&Labels>, cause: &str) {
    let (request_id, route) = (labels.map(|one| one.request_id.as_str()), labels.map(|one| one.route.as_str()));
    let line = Line { timestamp: clock.now(), level: "ERROR", request_id, route, cause };
    // Texts only: turning them into JSON cannot fail.
    println!("{}", serde_json::to_string(&line).unwrap_or_default());
}

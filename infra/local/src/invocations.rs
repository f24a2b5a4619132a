//! The ledger: what every invocation did and what it cost.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::StatusCode;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::console::Console;

/// How many records are kept.
const KEPT: usize = 4_000;

/// One call to DynamoDB; times count from the start of the invocation.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Call {
    /// The operation, such as `GetItem`.
    pub(crate) operation: String,
    /// When it began.
    pub(crate) start_us: u64,
    /// When its answer was there.
    pub(crate) end_us: u64,
    /// The read capacity that it used, in read request units.
    pub(crate) rru: f64,
    /// The write capacity that it used, in write request units.
    pub(crate) wru: f64,
    /// Whether it began after the function had answered.
    pub(crate) after_answer: bool,
    /// Whether it succeeded.
    pub(crate) ok: bool,
}

/// One call to S3; times count from the start of the invocation.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ObjectCall {
    /// The operation, such as `GetObject`.
    operation: String,
    /// When it began.
    start_us: u64,
    /// When its answer was there.
    end_us: u64,
    status: u16,
}

impl ObjectCall {
    pub(crate) fn new(operation: String, start: Duration, end: Duration, status: StatusCode) -> Self {
        Self { operation, start_us: microseconds(start), end_us: microseconds(end), status: status.as_u16() }
    }
}

/// What is remembered of an invocation, in the form of the control API.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Record {
    /// The request id of the gateway and of Lambda.
    pub(crate) request_id: String,
    /// The logical id of the function.
    pub(crate) function: String,
    /// The route that led to it.
    pub(crate) route_key: String,
    /// The status that the client got; nothing if it never got one.
    pub(crate) status: Option<u16>,
    /// From the gateway's call to the function's answer.
    pub(crate) duration_ms: f64,
    /// Whether a process was started for it.
    pub(crate) cold: bool,
    /// The longest chain of calls before the answer in which each began after the previous one ended.
    pub(crate) sequential_calls: usize,
    /// Read capacity of the calls that began before the answer.
    pub(crate) rru: f64,
    /// Write capacity of the calls that began before the answer.
    pub(crate) wru: f64,
    /// Read capacity of the calls that began after the answer.
    pub(crate) rru_after: f64,
    /// Write capacity of the calls that began after the answer.
    pub(crate) wru_after: f64,
    /// All calls in the order of their ends.
    pub(crate) calls: Vec<Call>,
    /// All calls to S3 in the order of their ends.
    pub(crate) object_calls: Vec<ObjectCall>,
}

/// The records of the last invocations.
pub(crate) struct Ledger {
    console: Console,
    /// Watched by those who wait for an invocation to end.
    records: watch::Sender<VecDeque<Record>>,
}

/// Which records are meant.
#[derive(Default)]
pub(crate) struct Filter<'a> {
    /// Those of this function.
    pub(crate) function: Option<&'a str>,
    /// Those of this route.
    pub(crate) route_key: Option<&'a str>,
}

impl Filter<'_> {
    fn includes(&self, record: &Record) -> bool {
        self.function.is_none_or(|name| record.function == name)
            && self.route_key.is_none_or(|key| record.route_key == key)
    }
}

impl Ledger {
    /// An empty ledger that also prints one line per invocation.
    pub(crate) fn new(console: Console) -> Self {
        Self { console, records: watch::Sender::default() }
    }

    /// The records of a function or a route, oldest first, as soon as there are so many or `patience` is over.
    pub(crate) async fn list(&self, filter: &Filter<'_>, at_least: usize, patience: Duration) -> Vec<Record> {
        let wanted = |record: &&Record| filter.includes(record);
        let mut records = self.records.subscribe();
        let enough = records.wait_for(|records| records.iter().filter(wanted).take(at_least).count() == at_least);
        // What there is is told either way.
        let _ = timeout(patience, enough).await;
        self.records.borrow().iter().filter(wanted).cloned().collect()
    }

    /// The record of a request, as soon as it is there; nothing once `patience` is over.
    pub(crate) async fn of_request(&self, request_id: &str, patience: Duration) -> Option<Record> {
        // The newest first, since those are the ones that are waited for.
        let find = |records: &VecDeque<Record>| {
            let place = records.iter().rposition(|record| record.request_id == request_id)?;
            Some(records[place].clone())
        };
        let mut records = self.records.subscribe();
        let mut found = None;
        let there = records.wait_for(|records| {
            found = find(records);
            found.is_some()
        });
        let _ = timeout(patience, there).await;
        found
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.records.send_modify(VecDeque::clear);
    }

    fn enter(&self, record: Record, pushes: u32, gone: u32) {
        self.console.say(line(&record, pushes, gone));
        self.records.send_modify(|records| {
            if records.len() == KEPT {
                records.pop_front();
            }
            records.push_back(record);
        });
    }
}

/// An invocation under way. The gateway holds it until the client has its status, the process until it asks for its
/// next event, and the proxies while a call runs; whoever lets go last enters it into the ledger.
pub(crate) struct Invocation {
    ledger: Arc<Ledger>,
    request_id: String,
    function: String,
    route_key: String,
    started: Instant,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    status: Option<u16>,
    answered_us: Option<u64>,
    cold: bool,
    calls: Vec<Call>,
    object_calls: Vec<ObjectCall>,
    pushes: u32,
    gone: u32,
}

impl Invocation {
    /// Starts the clock.
    pub(crate) fn start(ledger: &Arc<Ledger>, request_id: String, function: &str, route_key: &str) -> Self {
        Self {
            ledger: Arc::clone(ledger),
            request_id,
            function: function.to_owned(),
            route_key: route_key.to_owned(),
            started: Instant::now(),
            progress: Mutex::default(),
        }
    }

    /// The request id.
    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The route that led here.
    pub(crate) fn route_key(&self) -> &str {
        &self.route_key
    }

    /// Notes that a process was started for it.
    pub(crate) fn mark_cold(&self) {
        self.progress.lock().cold = true;
    }

    /// Notes that the function has answered.
    pub(crate) fn mark_answered(&self) {
        let now = self.elapsed_us();
        self.progress.lock().answered_us.get_or_insert(now);
    }

    /// Notes the status that the client gets.
    pub(crate) fn mark_status(&self, status: u16) {
        self.progress.lock().status = Some(status);
    }

    /// Notes a post to a connection.
    pub(crate) fn mark_push(&self, was_gone: bool) {
        let mut progress = self.progress.lock();
        progress.pushes += 1;
        progress.gone += u32::from(was_gone);
    }

    /// Whether the function has answered.
    pub(crate) fn is_answered(&self) -> bool {
        self.progress.lock().answered_us.is_some()
    }

    /// Notes a finished call.
    pub(crate) fn add_call(&self, call: Call) {
        self.progress.lock().calls.push(call);
    }

    /// Notes a finished call to S3.
    pub(crate) fn add_object_call(&self, call: ObjectCall) {
        self.progress.lock().object_calls.push(call);
    }

    /// The time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Microseconds since the start.
    pub(crate) fn elapsed_us(&self) -> u64 {
        microseconds(self.elapsed())
    }
}

impl Drop for Invocation {
    fn drop(&mut self) {
        let end_us = self.elapsed_us();
        let progress = self.progress.get_mut();
        let sum = |after: bool, unit: fn(&Call) -> f64| {
            progress
                .calls
                .iter()
                .filter(|call| call.after_answer == after)
                .map(unit)
                .fold(0.0, |sum, units| sum + units)
        };
        let record = Record {
            request_id: std::mem::take(&mut self.request_id),
            function: std::mem::take(&mut self.function),
            route_key: std::mem::take(&mut self.route_key),
            status: progress.status,
            duration_ms: milliseconds(progress.answered_us.unwrap_or(end_us)),
            cold: progress.cold,
            sequential_calls: longest_chain(progress.calls.iter().filter(|call| !call.after_answer)),
            rru: sum(false, |call| call.rru),
            wru: sum(false, |call| call.wru),
            rru_after: sum(true, |call| call.rru),
            wru_after: sum(true, |call| call.wru),
            calls: std::mem::take(&mut progress.calls),
            object_calls: std::mem::take(&mut progress.object_calls),
        };
        self.ledger.enter(record, progress.pushes, progress.gone);
    }
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Microseconds as milliseconds; exact far beyond any duration that occurs.
fn milliseconds(us: u64) -> f64 {
    std::time::Duration::from_micros(us).as_secs_f64() * 1000.0
}

/// Taking whatever ends first, and then whatever ends first of those that begin after it, gives the longest chain.
fn longest_chain<'a>(calls: impl Iterator<Item = &'a Call>) -> usize {
    let mut calls: Vec<&Call> = calls.collect();
    calls.sort_by_key(|call| call.end_us);
    let mut end = None;
    let mut length = 0;
    for call in calls {
        if end.is_none_or(|end| call.start_us >= end) {
            end = Some(call.end_us);
            length += 1;
        }
    }
    length
}

/// The line that people see: no ids, no texts, no names.
fn line(record: &Record, pushes: u32, gone: u32) -> String {
    let status = record.status.map_or_else(|| "cut".to_owned(), |status| status.to_string());
    let mut line =
        format!("{status:>4}  {:<42} {:<19} {:>7.1} ms", record.route_key, record.function, record.duration_ms);
    if !record.calls.is_empty() {
        let (rru, wru) = (record.rru + record.rru_after, record.wru + record.wru_after);
        let failed = record.calls.iter().filter(|call| !call.ok).count();
        let _ = write!(line, "  {} calls, {rru} RRU, {wru} WRU", record.calls.len());
        if failed > 0 {
            let _ = write!(line, ", {failed} failed");
        }
    }
    if !record.object_calls.is_empty() {
        let _ = write!(line, "  {} S3 calls", record.object_calls.len());
    }
    if pushes > 0 {
        let _ = write!(line, ", {pushes} pushes");
    }
    if gone > 0 {
        let _ = write!(line, ", {gone} gone");
    }
    if record.cold {
        line.push_str(", cold");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(start_us: u64, end_us: u64) -> Call {
        Call { operation: "GetItem".to_owned(), start_us, end_us, rru: 1.0, wru: 0.0, after_answer: false, ok: true }
    }

    #[test]
    fn calls_side_by_side_count_once() {
        assert_eq!(longest_chain([call(0, 10), call(1, 9), call(11, 20)].iter()), 2);
        assert_eq!(longest_chain([call(0, 100), call(1, 9), call(10, 20), call(21, 30)].iter()), 3);
        assert_eq!(longest_chain([].iter()), 0);
    }
}

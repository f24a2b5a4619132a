//! Faults on request: what AWS does on a bad day, at a moment that a test chooses.

mod kinds;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;
use tokio::time::timeout;

pub(crate) use kinds::{DynamodbFault, Fault, HttpFault, S3Fault, SocketFault, SqsFault};

use kinds::Target;

struct Armed {
    id: u64,
    fault: Fault,
    seen: u64,
    fired: u64,
    /// What held calls wait for: it goes when the fault is disarmed.
    hold: watch::Sender<()>,
}

impl Armed {
    /// Counts a matching call and says whether the fault fires now.
    fn meets(&mut self) -> bool {
        self.seen += 1;
        let fires = self.seen > self.fault.skip && self.fault.times.is_none_or(|times| self.fired < times);
        self.fired += u64::from(fires);
        fires
    }

    fn listed(&self) -> Listed {
        Listed { id: self.id, fired: self.fired, fault: self.fault.clone() }
    }
}

/// Lasts as long as the fault that a call met is armed.
pub(crate) struct Hold(watch::Receiver<()>);

impl Hold {
    /// Waits until the fault is disarmed.
    pub(crate) async fn released(mut self) {
        while self.0.changed().await.is_ok() {}
    }
}

/// A fault as the control API lists it.
#[derive(Serialize)]
pub(crate) struct Listed {
    id: u64,
    fired: u64,
    #[serde(flatten)]
    fault: Fault,
}

/// The faults that are armed.
#[derive(Default)]
pub(crate) struct Faults {
    /// Without faults no request waits for the lock.
    any: AtomicBool,
    /// How many were armed so far.
    count: AtomicU64,
    /// Watched by those who wait for a fault to fire.
    armed: watch::Sender<Vec<Armed>>,
}

impl Faults {
    /// Arms a fault and gives its number.
    pub(crate) fn arm(&self, fault: Fault) -> u64 {
        let id = 1 + self.count.fetch_add(1, Ordering::Relaxed);
        let fault = Armed { id, fault, seen: 0, fired: 0, hold: watch::Sender::new(()) };
        self.armed.send_modify(|armed| armed.push(fault));
        self.any.store(true, Ordering::Release);
        id
    }

    /// Disarms a fault and lets go of the calls that it holds; `false` if there is no such fault.
    pub(crate) fn disarm(&self, id: u64) -> bool {
        self.armed.send_if_modified(|armed| {
            let before = armed.len();
            armed.retain(|fault| fault.id != id);
            self.any.store(!armed.is_empty(), Ordering::Release);
            armed.len() < before
        })
    }

    /// Disarms all faults and lets go of the calls that they hold.
    pub(crate) fn clear(&self) {
        self.armed.send_modify(Vec::clear);
        self.any.store(false, Ordering::Release);
    }

    /// All armed faults and how often each fired.
    pub(crate) fn list(&self) -> Vec<Listed> {
        self.armed.borrow().iter().map(Armed::listed).collect()
    }

    /// The armed fault with this number, as soon as it has fired so often or `patience` is over.
    pub(crate) async fn fired(&self, id: u64, times: u64, patience: Duration) -> Option<Listed> {
        let find = |armed: &[Armed]| armed.iter().find(|fault| fault.id == id).map(Armed::listed);
        let mut armed = self.armed.subscribe();
        let enough = armed.wait_for(|armed| find(armed).is_none_or(|fault| fault.fired >= times));
        // How far it has come is told either way.
        let _ = timeout(patience, enough).await;
        find(&self.armed.borrow())
    }

    fn first<T>(&self, mut pick: impl FnMut(&Target) -> Option<T>) -> Option<(T, Hold)> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut met = None;
        self.armed.send_if_modified(|armed| {
            met = armed.iter_mut().find_map(|armed| {
                let picked = pick(&armed.fault.target)?;
                armed.meets().then(|| (picked, Hold(armed.hold.subscribe())))
            });
            met.is_some()
        });
        met
    }

    /// The fault that a call to DynamoDB meets, and for how long.
    pub(crate) fn for_call(&self, function_id: &str, operation_name: &str) -> Option<(DynamodbFault, Hold)> {
        self.first(|target| match target {
            Target::Dynamodb { function, operation, fault } => {
                let matches = is(function.as_deref(), function_id) && is(operation.as_deref(), operation_name);
                matches.then(|| fault.clone())
            }
            _ => None,
        })
    }

    /// The fault that a call to SQS meets.
    pub(crate) fn for_queue(&self, function_id: &str, operation_name: &str) -> Option<SqsFault> {
        let met = self.first(|target| match target {
            Target::Sqs { function, operation, fault } => {
                let matches = is(function.as_deref(), function_id) && is(operation.as_deref(), operation_name);
                matches.then_some(*fault)
            }
            _ => None,
        });
        met.map(|(fault, _)| fault)
    }

    /// The fault that a call to S3 meets, and for how long. Whoever uses a signed URL is no function.
    pub(crate) fn for_object(&self, function_id: Option<&str>, operation_name: &str) -> Option<(S3Fault, Hold)> {
        self.first(|target| match target {
            Target::S3 { function, operation, fault } => {
                let by_whom = function.is_none() || function.as_deref() == function_id;
                (by_whom && is(operation.as_deref(), operation_name)).then_some(*fault)
            }
            _ => None,
        })
    }

    /// The fault that a request meets.
    pub(crate) fn for_request(&self, sent_method: &str, sent_path: &str) -> Option<HttpFault> {
        let met = self.first(|target| match target {
            Target::Http { method, path, fault } => {
                let same_method = method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(sent_method));
                let same_path = is(path.as_deref(), sent_path);
                (same_method && same_path).then_some(*fault)
            }
            _ => None,
        });
        met.map(|(fault, _)| fault)
    }

    /// The fault that a post to a socket meets.
    pub(crate) fn for_post(&self, connection: &str) -> Option<SocketFault> {
        self.for_socket(connection, |fault| fault != SocketFault::LostDisconnect)
    }

    /// Whether the `$disconnect` of a socket gets lost.
    pub(crate) fn loses_disconnect(&self, connection: &str) -> bool {
        self.for_socket(connection, |fault| fault == SocketFault::LostDisconnect).is_some()
    }

    fn for_socket(&self, connection: &str, kind: fn(SocketFault) -> bool) -> Option<SocketFault> {
        let met = self.first(|target| match target {
            Target::Socket { connection_id, fault } => {
                let matches = is(connection_id.as_deref(), connection);
                (matches && kind(*fault)).then_some(*fault)
            }
            _ => None,
        });
        met.map(|(fault, _)| fault)
    }
}

/// Whether something is what a fault wants, or the fault wants nothing special.
fn is(wanted: Option<&str>, met: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == met)
}

/// Waits as long as a delay asks for.
pub(crate) async fn delay(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn armed(json: &str) -> Faults {
        let faults = Faults::default();
        faults.arm(serde_json::from_str(json).unwrap());
        faults
    }

    #[test]
    fn a_fault_skips_fires_and_rests() {
        let faults = armed(r#"{"target":"dynamodb","operation":"PutItem","fault":"throttle","skip":1,"times":2}"#);
        let fired: Vec<bool> = (0..5).map(|_| faults.for_call("F", "PutItem").is_some()).collect();
        assert_eq!(fired, [false, true, true, false, false]);
        assert!(faults.for_call("F", "GetItem").is_none());
    }

    #[test]
    fn a_fault_of_a_queue_does_not_touch_the_table() {
        let faults = armed(r#"{"target":"sqs","function":"F","operation":"SendMessage","fault":{"delay_ms":5}}"#);
        assert!(faults.for_call("F", "SendMessage").is_none() && faults.for_queue("G", "SendMessage").is_none());
        assert_eq!(faults.for_queue("F", "SendMessage"), Some(SqsFault::DelayMs(5)));
        assert_eq!(faults.for_queue("F", "SendMessage"), None);
    }

    #[test]
    fn a_fault_of_a_function_does_not_touch_those_who_use_its_urls() {
        let faults = armed(r#"{"target":"s3","function":"F","operation":"GetObject","fault":"throttle","times":null}"#);
        assert!(faults.for_object(None, "GetObject").is_none() && faults.for_object(Some("F"), "PutObject").is_none());
        assert!(faults.for_object(Some("F"), "GetObject").is_some());
        let faults = armed(r#"{"target":"s3","fault":"answer_lost"}"#);
        assert_eq!(faults.for_object(None, "PutObject").map(|(fault, _)| fault), Some(S3Fault::AnswerLost));
    }

    #[tokio::test]
    async fn a_call_is_held_until_its_fault_is_disarmed() {
        let faults = armed(r#"{"target":"dynamodb","fault":"hold_before"}"#);
        let other = faults.arm(serde_json::from_str(r#"{"target":"dynamodb","fault":"throttle"}"#).unwrap());
        let (fault, hold) = faults.for_call("F", "PutItem").unwrap();
        assert_eq!(fault, DynamodbFault::HoldBefore);
        let mut released = std::pin::pin!(hold.released());
        assert!(faults.disarm(other) && !faults.disarm(other));
        assert!(released.as_mut().now_or_never().is_none(), "the fault is still armed");
        faults.clear();
        released.await;
    }

    #[tokio::test]
    async fn who_waits_for_a_fault_is_told_when_it_fires_and_when_it_is_gone() {
        let faults = armed(r#"{"target":"dynamodb","fault":"throttle","times":null}"#);
        let fired = async |times| faults.fired(1, times, Duration::from_mins(1)).await.map(|fault| fault.fired);
        let mut twice = std::pin::pin!(fired(2));
        faults.for_call("F", "GetItem");
        assert!(twice.as_mut().now_or_never().is_none(), "it has fired once");
        faults.for_call("F", "GetItem");
        assert_eq!(twice.await, Some(2));
        assert_eq!(faults.fired(1, 3, Duration::ZERO).await.map(|fault| fault.fired), Some(2));
        let mut gone = std::pin::pin!(fired(3));
        assert!(gone.as_mut().now_or_never().is_none(), "it is still armed");
        faults.clear();
        assert_eq!(gone.await, None);
    }

    #[test]
    fn times_null_is_always_and_missing_is_once() {
        let always = armed(r#"{"target":"socket","fault":{"delay_ms":5},"times":null}"#);
        assert!((0..9).all(|_| always.for_post("x") == Some(SocketFault::DelayMs(5))));
        let once = armed(r#"{"target":"socket","connection_id":"x","fault":"gone"}"#);
        assert_eq!(once.for_post("y"), None);
        assert_eq!(once.for_post("x"), Some(SocketFault::Gone));
        assert_eq!(once.for_post("x"), None);
    }

    #[test]
    fn a_lost_disconnect_does_not_touch_posts() {
        let faults = armed(r#"{"target":"socket","fault":"lost_disconnect"}"#);
        assert_eq!(faults.for_post("x"), None);
        assert!(faults.loses_disconnect("x"));
    }
}

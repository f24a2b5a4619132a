//! X-Ray: what a traced invocation did outside of itself.
//!
//! Lambda traces invocations where the template's parameter `Tracing` says so, and says of each whether it is sampled. To the
//! segment that Lambda makes, this adds one subsegment with a child for every call to the table and to the sockets: one
//! datagram to the daemon that Lambda runs beside the function, sent after the response. Where an invocation is not sampled, it
//! costs a look at a header ("AWS X-Ray segment documents", AWS X-Ray developer guide).

use std::net::{SocketAddr, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::json;
use tokio::time::Instant;

use crate::domain::time::Timestamp;

/// Where the daemon listens, as Lambda names it to the process.
pub(crate) const DAEMON: &str = "AWS_XRAY_DAEMON_ADDRESS";
/// What the daemon wants to see before a document.
const HEADER: &str = "{\"format\": \"json\", \"version\": 1}\n";
/// Calls that are told one by one: a document has 64 KiB, and one of these less than 300 bytes.
const MOST_CALLS: usize = 200;

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// The table.
    DynamoDb,
    /// The sockets.
    Sockets,
    /// A queue of work.
    Sqs,
    /// The bucket.
    S3,
}

/// How a call ended, in the words of X-Ray.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// As it should.
    Well,
    /// Refused for what the call was (4xx).
    Error,
    /// Refused for there being too many (429).
    Throttle,
    /// The service failed, or did not respond (5xx).
    Fault,
}

/// Where traces are sent. The default sends none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tracer {
    daemon: Option<SocketAddr>,
}

/// What one invocation does, if it is traced.
#[derive(Debug, Default)]
pub struct Trace(Option<Sampled>);

#[derive(Debug)]
struct Sampled {
    daemon: SocketAddr,
    root: String,
    parent: String,
    began: Timestamp,
    clock: Instant,
    calls: Mutex<Calls>,
}

#[derive(Debug, Default)]
struct Calls {
    noted: Vec<Call>,
    left_out: usize,
}

/// A call, in seconds since 1970.
#[derive(Debug, Serialize)]
struct Call {
    id: String,
    name: &'static str,
    namespace: &'static str,
    start_time: f64,
    end_time: f64,
    aws: Operation,
    #[serde(skip_serializing_if = "is_false")]
    error: bool,
    #[serde(skip_serializing_if = "is_false")]
    throttle: bool,
    #[serde(skip_serializing_if = "is_false")]
    fault: bool,
}

#[derive(Debug, Serialize)]
struct Operation {
    operation: &'static str,
}

/// What is known of an invocation once it is over; traces can be searched for it.
#[derive(Debug, Serialize)]
pub(crate) struct Annotations<'a> {
    /// API Gateway's id of the request, as in logs and problem documents.
    pub(crate) request_id: &'a str,
    /// The route key.
    pub(crate) route: &'a str,
    /// HTTP status.
    pub(crate) status: u16,
}

impl Tracer {
    /// A tracer that sends to a daemon at `address` (`host:port` in numbers). An address that cannot be read counts as none:
    /// a request must not fail for want of a trace.
    #[must_use]
    pub fn to(address: Option<&str>) -> Self {
        Self { daemon: address.and_then(|address| address.parse().ok()) }
    }

    /// The trace of an invocation with this trace header: `Root=1-…;Parent=…;Sampled=1`, or one that says not to trace it.
    #[must_use]
    pub fn begin(&self, header: Option<&str>, now: Timestamp) -> Trace {
        let sampled = self.daemon.zip(header.and_then(sampled));
        Trace(sampled.map(|(daemon, (root, parent))| Sampled {
            daemon,
            root: root.to_owned(),
            parent: parent.to_owned(),
            began: now,
            clock: Instant::now(),
            calls: Mutex::default(),
        }))
    }
}

impl Trace {
    /// The id of the trace, if the invocation is traced.
    pub(crate) fn id(&self) -> Option<&str> {
        self.0.as_ref().map(|sampled| sampled.root.as_str())
    }

    /// Makes a call, and notes it.
    pub(crate) async fn call<T>(
        &self,
        service: Service,
        operation: &'static str,
        call: impl Future<Output = T>,
        ended: impl FnOnce(&T) -> Ended,
    ) -> T {
        let start_time = self.0.as_ref().map(Sampled::now_s);
        let outcome = call.await;
        if let Some((start_time, sampled)) = start_time.zip(self.0.as_ref()) {
            sampled.note(service, operation, start_time, ended(&outcome));
        }
        outcome
    }

    /// Sends what the invocation did, once it is over. What does not arrive is missing in the trace and nowhere else.
    pub(crate) fn end(&self, annotations: &Annotations<'_>) {
        let Some(sampled) = &self.0 else { return };
        let local = if sampled.daemon.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let datagram = format!("{HEADER}{}", sampled.document(annotations));
        if let Ok(socket) = UdpSocket::bind(local) {
            let _ = socket.send_to(datagram.as_bytes(), sampled.daemon);
        }
    }
}

impl Sampled {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact far beyond the year 9999")]
    fn began_s(&self) -> f64 {
        self.began.ms() as f64 / 1e3
    }

    fn now_s(&self) -> f64 {
        self.began_s() + self.clock.elapsed().as_secs_f64()
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, service: Service, operation: &'static str, start_time: f64, ended: Ended) {
        let mut calls = self.calls();
        if calls.noted.len() == MOST_CALLS {
            calls.left_out += 1;
            return;
        }
        let name = match service {
            Service::DynamoDb => "DynamoDB",
            Service::Sockets => "ApiGatewayManagementApi",
            Service::Sqs => "SQS",
            Service::S3 => "S3",
        };
        calls.noted.push(Call {
            id: id(),
            name,
            namespace: "aws",
            start_time,
            end_time: self.now_s(),
            aws: Operation { operation },
            error: matches!(ended, Ended::Error | Ended::Throttle),
            throttle: ended == Ended::Throttle,
            fault: ended == Ended::Fault,
        });
    }

    fn document(&self, annotations: &Annotations<'_>) -> serde_json::Value {
        let calls = self.calls();
        json!({
            "type": "subsegment",
            "name": "request",
            "id": id(),
            "trace_id": self.root,
            "parent_id": self.parent,
            "start_time": self.began_s(),
            "end_time": self.now_s(),
            "fault": annotations.status >= 500,
            "annotations": annotations,
            "metadata": { "calls_left_out": calls.left_out },
            "subsegments": calls.noted,
        })
    }
}

/// The ids of the trace and of the segment that goes on here, if the header says that it is sampled.
fn sampled(header: &str) -> Option<(&str, &str)> {
    let part = |name: &str| {
        let mut parts = header.split(';').filter_map(|part| part.trim().split_once('='));
        parts.find_map(|(key, value)| (key == name).then_some(value))
    };
    (part("Sampled") == Some("1")).then_some(())?;
    Some((part("Root")?, part("Parent")?))
}

/// Sixteen hexadecimal digits that no other subsegment of the trace has. Nobody has to be unable to guess them.
fn id() -> String {
    format!("{:016x}", fastrand::u64(..))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADERS: [(&str, Option<(&str, &str)>); 5] = [
        (
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            Some(("1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8")),
        ),
        (
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0",
            Some(("1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8")),
        ),
        ("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0", None),
        ("Root=1-5759e988-bd862e3fe1be46a994272793", None),
        ("", None),
    ];

    #[test]
    fn only_what_is_sampled_is_traced() {
        for (header, expected) in HEADERS {
            assert_eq!(sampled(header), expected, "{header}");
        }
    }

    #[tokio::test]
    async fn a_document_of_many_calls_fits_into_a_datagram() {
        let tracer = Tracer::to(Some("127.0.0.1:2000"));
        let trace = tracer.begin(Some(HEADERS[0].0), Timestamp::from_ms(1_732_406_400_123).unwrap());
        for _ in 0..MOST_CALLS + 3 {
            trace.call(Service::Sockets, "TransactWriteItems", async {}, |()| Ended::Throttle).await;
        }
        let annotations = Annotations { request_id: "JKJaXmPLvHcESHA=", route: "POST /threads", status: 201 };
        let document = trace.0.unwrap().document(&annotations);
        assert_eq!(document["metadata"]["calls_left_out"], 3);
        let datagram = format!("{HEADER}{document}");
        assert!(datagram.len() < 65_507, "{} bytes", datagram.len());
    }

    #[tokio::test]
    async fn nothing_is_noted_where_nothing_is_traced() {
        let tracer = Tracer::default();
        let trace = tracer.begin(Some(HEADERS[0].0), Timestamp::EPOCH);
        trace.call(Service::DynamoDb, "GetItem", async {}, |()| Ended::Well).await;
        assert_eq!(trace.id(), None);
    }
}

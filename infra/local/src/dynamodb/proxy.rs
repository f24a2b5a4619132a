//! The DynamoDB endpoint of the functions: it checks their roles, measures their calls, and injects faults.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use hyper::http::response::Parts;
use hyper::{Request, Response};
use serde::Deserialize;
use serde_json::Value;

use super::client::Client;
use super::{actions, refusals, torn};
use crate::faults::{self, DynamodbFault, Faults, Hold};
use crate::iam::Gate;
use crate::invocations::{Call, Invocation};
use crate::lambda::{Callers, Process};
use crate::net::{self, Answer, Cut};

/// DynamoDB accepts requests of at most 16 MB.
const REQUEST_LIMIT: usize = 16 * 1024 * 1024;
/// Operations that cost read capacity; all others cost write capacity.
const READS: [&str; 5] = ["BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"];

pub(crate) struct Proxy {
    pub(crate) client: Client,
    pub(crate) region: String,
    pub(crate) callers: Arc<Callers>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) faults: Arc<Faults>,
}

impl Proxy {
    /// Handles one call.
    ///
    /// # Errors
    /// [`Cut`] if a fault asks for it or the caller disconnected.
    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Cut> {
        let (head, body) = request.into_parts();
        let body = net::read_body(body, REQUEST_LIMIT).await.map_err(|_| Cut)?;
        let caller = match self.callers.identify(&head.headers) {
            Ok(caller) => caller,
            Err(reason) => return Ok(refusals::unidentified(reason)),
        };
        let target = head.headers.get("x-amz-target").cloned().unwrap_or_else(|| HeaderValue::from_static(""));
        let operation = target.to_str().unwrap_or_default().rsplit('.').next().unwrap_or_default().to_owned();
        let Some(process) = caller.process() else {
            // Calls of the owner meet no faults and belong to no invocation.
            return self.execute(None, target, operation, body).await;
        };
        if let Err(denied) = self.gate.authorize(process.function(), &actions::needed(&self.region, &operation, &body))
        {
            Note::start(Some(process), operation).finish(0.0, false);
            return Ok(refusals::denied(&denied));
        }
        match self.faults.for_call(process.function(), &operation) {
            None => self.execute(Some(process), target, operation, body).await,
            Some(met) => self.disturb(met, process, target, operation, body).await,
        }
    }

    async fn disturb(
        &self,
        (fault, hold): (DynamodbFault, Hold),
        process: &Process,
        target: HeaderValue,
        operation: String,
        body: Bytes,
    ) -> Result<Answer, Cut> {
        if let Some(refusal) = refusals::of(&fault, &operation, &body) {
            Note::start(Some(process), operation).finish(0.0, false);
            return Ok(refusal);
        }
        match fault {
            DynamodbFault::DelayMs(ms) => {
                faults::delay(ms).await;
                return self.execute(Some(process), target, operation, body).await;
            }
            DynamodbFault::HoldBefore => {
                hold.released().await;
                return self.execute(Some(process), target, operation, body).await;
            }
            DynamodbFault::HoldAfter => {
                let answer = self.execute(Some(process), target, operation, body).await;
                hold.released().await;
                return answer;
            }
            DynamodbFault::TornAfter(first) => {
                let Some(parts) = torn::split(&body, &first) else {
                    return self.execute(Some(process), target, operation, body).await;
                };
                return self.execute_torn(Note::start(Some(process), operation), target, parts, hold).await;
            }
            DynamodbFault::KillBefore => {}
            _ => drop(self.execute(Some(process), target, operation, body).await?),
        }
        if matches!(fault, DynamodbFault::KillBefore | DynamodbFault::KillAfter) {
            process.kill_and_wait().await;
        }
        Err(Cut)
    }

    /// Executes the two parts of a call, the second once the hold is over, and answers both as one.
    async fn execute_torn(
        &self,
        note: Note,
        target: HeaderValue,
        (first, rest): (Bytes, Bytes),
        hold: Hold,
    ) -> Result<Answer, Cut> {
        let first = self.client.send(target.clone(), first).await;
        hold.released().await;
        let answers = match (first, self.client.send(target, rest).await) {
            (Ok((_, first)), Ok((parts, rest))) => torn::join(&first, &rest).map(|body| (parts, Bytes::from(body))),
            _ => None,
        };
        let Some((mut parts, body)) = answers else {
            note.finish(0.0, false);
            return Ok(refusals::unreachable(&anyhow::anyhow!("a part of the call failed")));
        };
        // It is that of the second part.
        parts.headers.remove("x-amz-crc32");
        Ok(answered(note, parts, body))
    }

    async fn execute(
        &self,
        caller: Option<&Process>,
        target: HeaderValue,
        operation: String,
        body: Bytes,
    ) -> Result<Answer, Cut> {
        let note = Note::start(caller, operation);
        match self.client.send(target, body).await {
            Ok((parts, body)) => Ok(answered(note, parts, body)),
            Err(error) => {
                note.finish(0.0, false);
                Ok(refusals::unreachable(&error))
            }
        }
    }
}

/// What the engine answered, noted for the invocation.
fn answered(note: Note, mut parts: Parts, body: Bytes) -> Answer {
    note.finish(consumed(&body), parts.status.is_success());
    for hop in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
        parts.headers.remove(hop);
    }
    Response::from_parts(parts, Full::new(body))
}

/// A call in progress, timed for its invocation.
struct Note {
    invocation: Option<Arc<Invocation>>,
    operation: String,
    start_us: u64,
    after_answer: bool,
}

impl Note {
    fn start(caller: Option<&Process>, operation: String) -> Self {
        let invocation = caller.and_then(Process::invocation);
        let (start_us, after_answer) =
            invocation.as_ref().map_or((0, false), |invocation| (invocation.elapsed_us(), invocation.is_answered()));
        Self { invocation, operation, start_us, after_answer }
    }

    fn finish(self, units: f64, ok: bool) {
        let Some(invocation) = self.invocation else { return };
        let reads = READS.contains(&self.operation.as_str());
        invocation.add_call(Call {
            operation: self.operation,
            start_us: self.start_us,
            end_us: invocation.elapsed_us(),
            rru: if reads { units } else { 0.0 },
            wru: if reads { 0.0 } else { units },
            after_answer: self.after_answer,
            ok,
        });
    }
}

/// The part of a response that the proxy reads.
#[derive(Deserialize)]
struct Costs {
    #[serde(rename = "ConsumedCapacity", default)]
    consumed: Value,
}

/// The capacity units of a response, which has one entry or one per table.
fn consumed(body: &[u8]) -> f64 {
    let units = |entry: &Value| entry.get("CapacityUnits").and_then(Value::as_f64).unwrap_or(0.0);
    match serde_json::from_slice::<Costs>(body).map(|costs| costs.consumed) {
        Ok(Value::Array(tables)) => tables.iter().map(units).sum(),
        Ok(one) => units(&one),
        Err(_) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacity_is_found_in_both_forms() {
        assert!(
            (consumed(br#"{"Item":{},"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5}}"#) - 0.5).abs() < 1e-9
        );
        assert!(
            (consumed(br#"{"ConsumedCapacity":[{"CapacityUnits":4.0},{"CapacityUnits":2.0}]}"#) - 6.0).abs() < 1e-9
        );
        assert!(consumed(b"{}").abs() < 1e-9);
    }
}

//! The SQS endpoint of the functions: it checks their roles and injects faults.

use std::collections::BTreeSet;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use serde_json::json;

use super::event::digest;
use super::queues::Queues;
use super::refusals;
use super::sending::{OPERATION, Sending};
use crate::faults::{self, Faults, SqsFault};
use crate::iam::Gate;
use crate::lambda::{Callers, Process};
use crate::net::{self, Answer, Cut};

/// A body of the greatest length can need several times its length in JSON.
const REQUEST_LIMIT: usize = 16 * 1024 * 1024;

pub(crate) struct Endpoint {
    pub(crate) queues: Arc<Queues>,
    pub(crate) region: String,
    pub(crate) callers: Arc<Callers>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) faults: Arc<Faults>,
}

impl Endpoint {
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
        let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        if target.strip_prefix("AmazonSQS.") != Some(OPERATION) {
            return Ok(refusals::unsupported(&format!("The local stack has no operation {target}.")));
        }
        let sending: Sending = match serde_json::from_slice(&body) {
            Ok(sending) => sending,
            Err(error) => return Ok(refusals::unsupported(&format!("The local stack does not read this: {error}."))),
        };
        let Some(process) = caller.process() else {
            // Calls of the owner meet no faults.
            return Ok(self.send(sending));
        };
        if let Err(denied) = self.gate.authorize(process.function(), &BTreeSet::from([sending.need(&self.region)])) {
            return Ok(refusals::denied(&denied));
        }
        match self.faults.for_queue(process.function(), OPERATION) {
            None => Ok(self.send(sending)),
            Some(fault) => self.disturb(fault, process, sending).await,
        }
    }

    async fn disturb(&self, fault: SqsFault, process: &Process, sending: Sending) -> Result<Answer, Cut> {
        match fault {
            SqsFault::Throttle => return Ok(refusals::throttled()),
            SqsFault::InternalError => {
                return Ok(refusals::failed("We encountered an internal error. Please try again."));
            }
            SqsFault::DelayMs(ms) => {
                faults::delay(ms).await;
                return Ok(self.send(sending));
            }
            SqsFault::KillBefore => {}
            SqsFault::AnswerLost | SqsFault::KillAfter => drop(self.send(sending)),
        }
        if matches!(fault, SqsFault::KillBefore | SqsFault::KillAfter) {
            process.kill_and_wait().await;
        }
        Err(Cut)
    }

    fn send(&self, sending: Sending) -> Answer {
        let Some(queue) = self.queues.named(sending.queue()) else { return refusals::no_queue() };
        if let Some(objection) = sending.objection() {
            return refusals::invalid(&objection);
        }
        let (digest, delay) = (digest(&sending.message_body), sending.delay());
        match queue.send(sending.message_body, delay) {
            Ok(id) => refusals::answer(StatusCode::OK, &json!({ "MD5OfMessageBody": digest, "MessageId": id })),
            Err(error) => refusals::failed(&format!("{error:#}")),
        }
    }
}

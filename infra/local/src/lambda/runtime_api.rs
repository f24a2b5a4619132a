//! The Lambda Runtime API, version 2018-06-01.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use serde_json::json;

use super::function::Function;
use super::job::{Delivery, Outcome, PAYLOAD_LIMIT};
use super::process::Process;
use crate::net::{self, Answer, BodyError, Cut};

const PREFIX: &str = "/2018-06-01/runtime/";

/// Handles one call of one process.
pub(super) async fn handle(
    function: Arc<Function>,
    process: Arc<Process>,
    request: Request<Incoming>,
) -> Result<Answer, Cut> {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.strip_prefix(PREFIX).map(|rest| rest.split('/').collect()).unwrap_or_default();
    match (request.method(), parts.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => next(&function, &process).await,
        (&Method::POST, ["invocation", id, "response"]) => response(&process, id, request).await,
        (&Method::POST, ["invocation", id, "error"]) => {
            report(&function, "error", request).await;
            Ok(accepted(process.finish(Some(id), Outcome::Failed)))
        }
        (&Method::POST, ["init", "error"]) => {
            report(&function, "error during the start", request).await;
            Ok(accepted(true))
        }
        _ => Ok(error(StatusCode::NOT_FOUND, "UnknownPath", "there is no such path in the Runtime API")),
    }
}

async fn next(function: &Function, process: &Arc<Process>) -> Result<Answer, Cut> {
    if let Some(delivery) = function.queue.next(process).await {
        return Ok(event(function, delivery));
    }
    // The process is to end. It must not see its Runtime API close first, which it would log as an error.
    process.kill_and_wait().await;
    Err(Cut)
}

fn event(function: &Function, delivery: Delivery) -> Answer {
    let trace = trace(&delivery, function.spec.traced);
    Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", delivery.request_id)
        .header("lambda-runtime-deadline-ms", delivery.deadline_ms.to_string())
        .header("lambda-runtime-invoked-function-arn", &function.spec.arn)
        .header("lambda-runtime-trace-id", trace)
        .body(Full::new(delivery.payload))
        .unwrap_or_else(|_| net::empty(StatusCode::INTERNAL_SERVER_ERROR))
}

/// The trace header. With `Tracing: Active`, every invocation is sampled.
fn trace(delivery: &Delivery, sampled: bool) -> String {
    let digits = delivery.request_id.replace('-', "");
    let root = format!("Root=1-{:08x}-{}", delivery.deadline_ms / 1000, &digits[..24]);
    if sampled { format!("{root};Parent={};Sampled=1", &digits[16..32]) } else { format!("{root};Sampled=0") }
}

async fn response(process: &Process, id: &str, request: Request<Incoming>) -> Result<Answer, Cut> {
    match net::read_body(request.into_body(), PAYLOAD_LIMIT).await {
        Ok(body) => Ok(accepted(process.finish(Some(id), Outcome::Answered(body)))),
        Err(BodyError::TooLarge) => {
            process.finish(Some(id), Outcome::Failed);
            Ok(error(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "the response is larger than 6 MiB"))
        }
        Err(BodyError::Broken) => Err(Cut),
    }
}

/// Prints an error that a function reports.
async fn report(function: &Function, what: &str, request: Request<Incoming>) {
    let body = net::read_body(request.into_body(), PAYLOAD_LIMIT).await.unwrap_or_else(|_| Bytes::new());
    function.host.console.warn(format!("[{}] {what}: {}", function.spec.id, String::from_utf8_lossy(&body)));
}

fn accepted(known: bool) -> Answer {
    if known {
        net::json(StatusCode::ACCEPTED, &json!({ "status": "OK" }))
    } else {
        error(StatusCode::BAD_REQUEST, "InvalidRequestID", "this process does not work on such an event")
    }
}

fn error(status: StatusCode, kind: &str, text: &str) -> Answer {
    net::json(status, &json!({ "errorType": kind, "errorMessage": text }))
}

//! `@connections`: functions post to connections, read their state and close them.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use serde_json::json;
use time::OffsetDateTime;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::api::Sockets;
use super::connections::{Connection, Frame, rfc3339};
use crate::faults::{self, SocketFault};
use crate::iam::{self, ACCOUNT, Denied, Need};
use crate::lambda::{Caller, Process, Unidentified};
use crate::net::{self, Answer, BodyError, Cut};

/// The largest post.
const POST_LIMIT: usize = 128 * 1024;
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

pub(super) async fn handle(sockets: &Sockets, id: &str, request: Request<Incoming>) -> Result<Answer, Cut> {
    let (head, body) = request.into_parts();
    // The body is read before any refusal, because a client that is still sending does not read a response.
    let body = match net::read_body(body, POST_LIMIT).await {
        Ok(body) => Some(body),
        Err(BodyError::TooLarge) => None,
        Err(BodyError::Broken) => return Err(Cut),
    };
    let caller = match sockets.access.callers.identify(&head.headers) {
        Ok(caller) => caller,
        Err(reason) => return Ok(unidentified(reason)),
    };
    if let Some(process) = caller.process() {
        let needs = BTreeSet::from([needed(sockets, &head.method)]);
        if let Err(refusal) = sockets.access.gate.authorize(process.function(), &needs) {
            return Ok(denied(refusal));
        }
    }
    let found = sockets.connections.find(id);
    match head.method {
        Method::POST => Ok(match body {
            Some(body) => post(sockets, &caller, id, found, body).await,
            None => refuse(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeException", "Message too long"),
        }),
        Method::GET => Ok(found.map_or_else(gone, |connection| describe(&connection))),
        Method::DELETE => Ok(found.map_or_else(gone, |connection| {
            connection.close(1000, "Connection Closed Normally");
            sockets.connections.remove(id);
            net::empty(StatusCode::NO_CONTENT)
        })),
        _ => Ok(refuse(StatusCode::FORBIDDEN, "ForbiddenException", "Forbidden")),
    }
}

/// What a call needs to be allowed. It is the same for all connections: AWS checks the path of the API, not of the request.
fn needed(sockets: &Sockets, method: &Method) -> Need {
    let name = format!("{}/{}/{method}/@connections/{{connectionId}}", sockets.api.id, sockets.api.stage);
    Need::new("execute-api:ManageConnections", iam::arn("execute-api", &sockets.access.region, &name))
}

async fn post(sockets: &Sockets, caller: &Caller, id: &str, found: Option<Arc<Connection>>, body: Bytes) -> Answer {
    let answer = match sockets.faults.for_post(id) {
        Some(SocketFault::Gone) => gone(),
        Some(SocketFault::InternalError) => {
            refuse(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerErrorException", "Internal server error")
        }
        Some(SocketFault::LimitExceeded) => limit_exceeded(),
        fault => {
            if let Some(SocketFault::DelayMs(ms)) = fault {
                faults::delay(ms).await;
            }
            let frame = match Utf8Bytes::try_from(body.clone()) {
                Ok(text) => Frame::Text(text),
                Err(_) => Frame::Binary(body),
            };
            match found {
                None => gone(),
                Some(connection) if connection.send(frame) => net::empty(StatusCode::OK),
                Some(_) => limit_exceeded(),
            }
        }
    };
    if let Some(invocation) = caller.process().and_then(Process::invocation) {
        invocation.mark_push(answer.status() == StatusCode::GONE);
    }
    answer
}

fn describe(connection: &Connection) -> Answer {
    let active = OffsetDateTime::from_unix_timestamp_nanos(i128::from(connection.active_ms()) * 1_000_000);
    net::json(
        StatusCode::OK,
        &json!({
            "connectedAt": rfc3339(connection.connected_at),
            "identity": { "sourceIp": connection.source_ip, "userAgent": connection.user_agent },
            "lastActiveAt": rfc3339(active.unwrap_or(connection.connected_at)),
        }),
    )
}

fn gone() -> Answer {
    refuse(StatusCode::GONE, "GoneException", "Gone")
}

fn limit_exceeded() -> Answer {
    refuse(StatusCode::TOO_MANY_REQUESTS, "LimitExceededException", "Limit exceeded")
}

/// The refusal of a call without a known caller.
fn unidentified(reason: Unidentified) -> Answer {
    let (kind, text) = match reason {
        Unidentified::Unsigned => ("MissingAuthenticationTokenException", "Missing Authentication Token"),
        Unidentified::UnknownKey => {
            ("UnrecognizedClientException", "The security token included in the request is invalid.")
        }
    };
    refuse(StatusCode::FORBIDDEN, kind, text)
}

/// The refusal of a call that the role does not allow. As on AWS, its member `Message` begins with a capital letter, and most of
/// the account id in the resource is masked.
fn denied(mut denied: Denied) -> Answer {
    let masked = format!("{}{}", "*".repeat(ACCOUNT.len() - 4), &ACCOUNT[ACCOUNT.len() - 4..]);
    denied.need.resource = denied.need.resource.replace(ACCOUNT, &masked);
    typed(net::json(StatusCode::FORBIDDEN, &json!({ "Message": denied.to_string() })), "AccessDeniedException")
}

fn refuse(status: StatusCode, kind: &'static str, text: &str) -> Answer {
    typed(net::message(status, text), kind)
}

fn typed(mut answer: Answer, kind: &'static str) -> Answer {
    answer.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(kind));
    answer
}

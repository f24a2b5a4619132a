//! `@connections`: what functions post to, ask about and close.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use serde_json::json;
use time::OffsetDateTime;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::Sockets;
use super::connections::{Connection, Frame, rfc3339};
use crate::faults::{self, SocketFault};
use crate::grants::MANAGE_CONNECTIONS;
use crate::lambda::Process;
use crate::net::{self, Answer, BodyError, Cut};

/// The largest post.
const POST_LIMIT: usize = 128 * 1024;
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

pub(super) async fn handle(sockets: &Sockets, id: &str, request: Request<Incoming>) -> Result<Answer, Cut> {
    if !request.headers().contains_key(AUTHORIZATION) {
        return Ok(refuse(
            StatusCode::FORBIDDEN,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ));
    }
    let found = sockets.connections.find(id);
    match *request.method() {
        Method::POST => post(sockets, id, found, request).await,
        Method::GET => Ok(found.map_or_else(gone, |connection| describe(&connection))),
        Method::DELETE => Ok(found.map_or_else(gone, |connection| {
            connection.close(1000, "Connection Closed Normally");
            sockets.connections.remove(id);
            net::empty(StatusCode::NO_CONTENT)
        })),
        _ => Ok(refuse(StatusCode::FORBIDDEN, "ForbiddenException", "Forbidden")),
    }
}

async fn post(
    sockets: &Sockets,
    id: &str,
    found: Option<Arc<Connection>>,
    request: Request<Incoming>,
) -> Result<Answer, Cut> {
    let caller = sockets.callers.of(request.headers());
    let body = match net::read_body(request.into_body(), POST_LIMIT).await {
        Ok(body) => body,
        Err(BodyError::TooLarge) => {
            return Ok(refuse(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeException", "Message too long"));
        }
        Err(BodyError::Broken) => return Err(Cut),
    };
    if let Some(process) = &caller
        && let Err(refusal) = sockets.grants.ask(process.function(), [MANAGE_CONNECTIONS])
    {
        return Ok(refuse(StatusCode::FORBIDDEN, "ForbiddenException", &refusal));
    }
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
    if let Some(invocation) = caller.as_deref().and_then(Process::invocation) {
        invocation.mark_push(answer.status() == StatusCode::GONE);
    }
    Ok(answer)
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

fn refuse(status: StatusCode, kind: &'static str, text: &str) -> Answer {
    let mut answer = net::message(status, text);
    answer.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(kind));
    answer
}

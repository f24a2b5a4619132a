//! The handshake: `$connect` accepts a socket, or refuses it with an HTTP response.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{
    CONNECTION, HOST, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE, USER_AGENT,
};
use hyper::{HeaderMap, Method, Request, StatusCode};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::api::{FunctionResponse, Sockets, problem};
use super::connections::Connection;
use super::{event, session};
use crate::gateway::{query, request_id};
use crate::net::{self, Answer};

pub(super) async fn handle(sockets: Arc<Sockets>, mut request: Request<Incoming>, peer: SocketAddr) -> Answer {
    let Some(accept) = accept_key(request.method(), request.headers()) else {
        return net::message(
            StatusCode::BAD_REQUEST,
            "This URL opens a WebSocket, but the request is not a WebSocket handshake",
        );
    };
    let user_agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok()).map(str::to_owned);
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    let query = query(request.uri().query().unwrap_or_default());
    let Ok((connection, queue)) = Connection::new(query, host, peer.ip().to_string(), user_agent) else {
        return net::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error");
    };
    let mut protocol = None;
    if let Some(route) = sockets.api.routes.get("$connect") {
        let id = request_id();
        let payload = event::connect(&sockets.api, &connection, request.headers(), &id);
        match sockets.invoke(route, "$connect", id.clone(), payload).await {
            None => return failed(&connection, &id),
            Some(response) => match response.status_code.unwrap_or(502) {
                200..300 => protocol = chosen_protocol(&response),
                status => return refused(status, &connection, &id),
            },
        }
    }
    // From here on, functions can post to the connection. Frames wait in the queue until the client has the response.
    let connection = Arc::new(connection);
    sockets.connections.insert(&connection);
    tokio::spawn(session::run(sockets, connection, queue, hyper::upgrade::on(&mut request)));

    let mut response = net::empty(StatusCode::SWITCHING_PROTOCOLS);
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    if let Some(protocol) = protocol {
        headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    response
}

/// The value of `Sec-WebSocket-Accept`, if the request is a handshake of version 13.
fn accept_key(method: &Method, headers: &HeaderMap) -> Option<HeaderValue> {
    let has = |name, wanted: &str| {
        let value = headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        value.split(',').any(|part| part.trim().eq_ignore_ascii_case(wanted))
    };
    let valid = method == Method::GET
        && has(CONNECTION, "upgrade")
        && has(UPGRADE, "websocket")
        && has(SEC_WEBSOCKET_VERSION, "13");
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| valid)?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()
}

fn chosen_protocol(response: &FunctionResponse) -> Option<HeaderValue> {
    let mut headers = response.headers.iter().flatten();
    let (_, value) = headers.find(|(name, _)| name.eq_ignore_ascii_case(SEC_WEBSOCKET_PROTOCOL.as_str()))?;
    HeaderValue::from_str(value.as_str()?).ok()
}

fn failed(connection: &Connection, id: &str) -> Answer {
    with_problem(StatusCode::BAD_GATEWAY, "Internal server error", connection, id)
}

/// The response has the function's status, but not its body.
fn refused(status: u16, connection: &Connection, id: &str) -> Answer {
    match StatusCode::from_u16(status) {
        Ok(status) if status.as_u16() >= 300 => {
            with_problem(status, status.canonical_reason().unwrap_or("Refused"), connection, id)
        }
        _ => failed(connection, id),
    }
}

fn with_problem(status: StatusCode, message: &str, connection: &Connection, id: &str) -> Answer {
    let body: serde_json::Value = serde_json::from_str(&problem(message, connection.id(), id)).unwrap_or_default();
    net::json(status, &body)
}

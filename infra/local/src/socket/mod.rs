//! The WebSocket API: handshakes, sessions, and `@connections`.

mod connections;
mod event;
mod handshake;
mod management;
mod session;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::Faults;
use crate::gateway::{Functions, request_id};
use crate::iam::Gate;
use crate::lambda::Outcome;
use crate::net::{self, Answer, Cut};
use crate::template::{SocketApi, SocketRoute};

pub(crate) use connections::Connections;
use connections::{Connection, Frame};

/// How long the gateway waits for a function.
const PATIENCE: Duration = Duration::from_secs(29);

/// The WebSocket API at work.
pub(crate) struct Sockets {
    api: SocketApi,
    region: String,
    functions: Arc<Functions>,
    gate: Arc<Gate>,
    faults: Arc<Faults>,
    /// The open sockets.
    pub(crate) connections: Connections,
}

/// The part of a function's answer that matters for sockets.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionAnswer {
    #[serde(default)]
    status_code: Option<u16>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    headers: Option<serde_json::Map<String, Value>>,
}

impl Sockets {
    /// The WebSocket API of a template.
    pub(crate) fn new(
        api: SocketApi,
        region: String,
        functions: Arc<Functions>,
        gate: Arc<Gate>,
        faults: Arc<Faults>,
    ) -> Arc<Self> {
        Arc::new(Self { api, region, functions, gate, faults, connections: Connections::default() })
    }

    /// The stage, which is the path of the socket's URL.
    pub(crate) fn stage(&self) -> &str {
        &self.api.stage
    }

    /// Answers one request: a handshake, or a call of the management API.
    ///
    /// # Errors
    /// [`Cut`] if the caller went away.
    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>, peer: SocketAddr) -> Result<Answer, Cut> {
        let path = percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
        let mut parts = path.trim_matches('/').splitn(3, '/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(stage), None, None) if stage == self.api.stage => Ok(handshake::handle(self, request, peer).await),
            (Some(stage), Some("@connections"), Some(id)) if stage == self.api.stage => {
                management::handle(&self, id, request).await
            }
            _ => Ok(net::message(StatusCode::FORBIDDEN, "Forbidden")),
        }
    }

    /// Runs a route's function for an event.
    async fn invoke(&self, route: &SocketRoute, route_key: &str, id: String, payload: Bytes) -> Option<FunctionAnswer> {
        let pool = self.functions.get(&route.function)?;
        let (outcome, invocation) = pool.invoke(id, route_key, payload, PATIENCE).await;
        let answer = match outcome {
            Outcome::Answered(body) => serde_json::from_slice::<FunctionAnswer>(&body).ok(),
            Outcome::Failed | Outcome::TimedOut => None,
        };
        // A handshake that fails is the gateway's fault in the eyes of the client.
        let failed = if route_key == "$connect" { 502 } else { 500 };
        invocation.mark_status(answer.as_ref().map_or(failed, |answer| answer.status_code.unwrap_or(200)));
        answer
    }

    /// A client's message: to the function of its route, and perhaps its answer back.
    async fn deliver(&self, connection: &Connection, frame: Frame) {
        let id = request_id();
        let Some((key, route)) = self.select(&frame) else {
            connection.send(Frame::Text(problem("Forbidden", connection.id(), &id).into()));
            return;
        };
        let payload = event::message(&self.api, connection, key, &id, &frame);
        let answer = self.invoke(route, key, id.clone(), payload).await;
        match answer {
            None => drop(connection.send(Frame::Text(problem("Internal server error", connection.id(), &id).into()))),
            Some(FunctionAnswer { body: Some(body), .. }) if route.responds && !body.is_empty() => {
                connection.send(Frame::Text(body.into()));
            }
            Some(_) => {}
        }
    }

    /// The route whose key stands at the selection's place in the body, or `$default`.
    fn select(&self, frame: &Frame) -> Option<(&str, &SocketRoute)> {
        let body: Option<Value> = serde_json::from_slice(frame.bytes()).ok();
        let selected = body.as_ref().and_then(|body| {
            let place = self.api.selection.iter().try_fold(body, |value, member| value.get(member))?;
            // A client cannot choose the routes of connecting and disconnecting.
            place.as_str().filter(|key| !["$connect", "$disconnect"].contains(key))
        });
        let found = selected.and_then(|key| self.api.routes.get_key_value(key));
        found.or_else(|| self.api.routes.get_key_value("$default")).map(|(key, route)| (key.as_str(), route))
    }

    /// The end of a connection, told to `$disconnect`.
    async fn disconnected(&self, connection: &Connection, code: u16, reason: &str) {
        self.connections.remove(connection.id());
        let Some(route) = self.api.routes.get("$disconnect") else { return };
        if self.faults.loses_disconnect(connection.id()) {
            return;
        }
        let id = request_id();
        let payload = event::disconnect(&self.api, connection, &id, code, reason);
        self.invoke(route, "$disconnect", id, payload).await;
    }
}

/// What the gateway itself says over a socket.
fn problem(message: &str, connection_id: &str, request_id: &str) -> String {
    json!({ "message": message, "connectionId": connection_id, "requestId": request_id }).to_string()
}

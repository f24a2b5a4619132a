//! The WebSocket API: routes, their functions, and the open connections.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::connections::{Connection, Connections, Frame};
use super::event;
use crate::faults::Faults;
use crate::gateway::request_id;
use crate::iam::Gate;
use crate::lambda::{Callers, Functions, Outcome};
use crate::template::{SocketApi, SocketRoute};

/// The integration timeout of a WebSocket API.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(29);

pub(crate) struct Sockets {
    pub(super) api: SocketApi,
    pub(super) access: Access,
    functions: Arc<Functions>,
    pub(super) faults: Arc<Faults>,
    pub(crate) connections: Connections,
}

/// Who may call `@connections`.
pub(crate) struct Access {
    pub(crate) region: String,
    pub(crate) callers: Arc<Callers>,
    pub(crate) gate: Arc<Gate>,
}

/// The part of a function's response that a WebSocket API uses.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FunctionResponse {
    #[serde(default)]
    pub(super) status_code: Option<u16>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    pub(super) headers: Option<serde_json::Map<String, Value>>,
}

impl Sockets {
    pub(crate) fn new(api: SocketApi, access: Access, functions: Arc<Functions>, faults: Arc<Faults>) -> Arc<Self> {
        Arc::new(Self { api, access, functions, faults, connections: Connections::default() })
    }

    /// The stage, which is also the path of the URL.
    pub(crate) fn stage(&self) -> &str {
        &self.api.stage
    }

    /// Invokes the function of a route; `None` if that fails.
    pub(super) async fn invoke(
        &self,
        route: &SocketRoute,
        route_key: &str,
        id: String,
        payload: Bytes,
    ) -> Option<FunctionResponse> {
        let pool = self.functions.get(&route.function)?;
        let (outcome, invocation) = pool.invoke(id, route_key, payload, FUNCTION_TIMEOUT).await;
        let response = match outcome {
            Outcome::Answered(body) => serde_json::from_slice::<FunctionResponse>(&body).ok(),
            Outcome::Failed | Outcome::TimedOut => None,
        };
        // The client sees a failed `$connect` as a 502.
        let failed = if route_key == "$connect" { 502 } else { 500 };
        invocation.mark_status(response.as_ref().map_or(failed, |response| response.status_code.unwrap_or(200)));
        response
    }

    /// Passes a message of a client to the function of its route, and sends the response back if the route has one.
    pub(super) async fn deliver(&self, connection: &Connection, frame: Frame) {
        let id = request_id();
        let Some((key, route)) = self.select(&frame) else {
            connection.send(Frame::Text(problem("Forbidden", connection.id(), &id).into()));
            return;
        };
        let payload = event::message(&self.api, connection, key, &id, &frame);
        match self.invoke(route, key, id.clone(), payload).await {
            None => drop(connection.send(Frame::Text(problem("Internal server error", connection.id(), &id).into()))),
            Some(FunctionResponse { body: Some(body), .. }) if route.responds && !body.is_empty() => {
                connection.send(Frame::Text(body.into()));
            }
            Some(_) => {}
        }
    }

    /// The route that the selection expression finds in the body, or `$default`.
    fn select(&self, frame: &Frame) -> Option<(&str, &SocketRoute)> {
        let body: Option<Value> = serde_json::from_slice(frame.bytes()).ok();
        let selected = body.as_ref().and_then(|body| {
            let selected = self.api.selection.iter().try_fold(body, |value, member| value.get(member))?;
            // A client cannot select `$connect` and `$disconnect`.
            selected.as_str().filter(|key| !["$connect", "$disconnect"].contains(key))
        });
        let found = selected.and_then(|key| self.api.routes.get_key_value(key));
        found.or_else(|| self.api.routes.get_key_value("$default")).map(|(key, route)| (key.as_str(), route))
    }

    /// Removes a connection and invokes `$disconnect`.
    pub(super) async fn disconnected(&self, connection: &Connection, code: u16, reason: &str) {
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

/// An error of the gateway itself, as a frame or a body.
pub(super) fn problem(message: &str, connection_id: &str, request_id: &str) -> String {
    json!({ "message": message, "connectionId": connection_id, "requestId": request_id }).to_string()
}

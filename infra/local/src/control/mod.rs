//! What exists only here: the issuer's pages, the sign-in, and the control API for tests.

mod query;
mod work;

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{Method, Request, StatusCode};
use serde_json::json;

use query::number;

use crate::faults::{Fault, Faults};
use crate::gateway::query;
use crate::iam::Gate;
use crate::invocations::{Filter, Ledger};
use crate::issuer::Issuer;
use crate::net::{self, Answer, Cut};
use crate::services::Services;
use crate::socket::Sockets;
use crate::xray::Xray;

/// Nothing that is sent here is large.
const REQUEST_LIMIT: usize = 64 * 1024;

/// How long a caller who waits for something is kept waiting: shorter than callers wait for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The path of the sign-in.
pub(crate) const SIGN_IN: &str = "/sign-in";
/// The path of the control API.
pub(crate) const CONTROL: &str = "/control";

/// The local services.
pub(crate) struct Control {
    /// The issuer.
    pub(crate) issuer: Issuer,
    /// The faults to arm.
    pub(crate) faults: Arc<Faults>,
    /// The invocations to show.
    pub(crate) ledger: Arc<Ledger>,
    /// The rights to list.
    pub(crate) gate: Arc<Gate>,
    /// The traces to list.
    pub(crate) xray: Arc<Xray>,
    /// The sockets to list.
    pub(crate) sockets: Option<Arc<Sockets>>,
    /// The queues, buckets, events and schedules to list.
    pub(crate) services: Arc<Services>,
}

impl Control {
    /// Answers one request.
    ///
    /// # Errors
    /// [`Cut`] if the caller went away.
    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Cut> {
        let (parts, body) = request.into_parts();
        let Ok(body) = net::read_body(body, REQUEST_LIMIT).await else {
            return Ok(net::message(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 64 KiB"));
        };
        let answer = match (&parts.method, parts.uri.path()) {
            (&Method::GET, "/.well-known/openid-configuration") => net::json(StatusCode::OK, &self.issuer.discovery()),
            (&Method::GET, "/.well-known/jwks.json") => net::json(StatusCode::OK, &self.issuer.key_set()),
            (&Method::POST, SIGN_IN) => match self.issuer.sign_in(&body) {
                Ok(signed_in) => net::json(StatusCode::OK, &signed_in),
                Err(reason) => net::message(StatusCode::BAD_REQUEST, &reason),
            },
            (&Method::GET, "/control/faults") => net::json(StatusCode::OK, &self.faults.list()),
            (&Method::POST, "/control/faults") => match serde_json::from_slice::<Fault>(&body) {
                Ok(fault) => net::json(StatusCode::CREATED, &json!({ "id": self.faults.arm(fault) })),
                Err(error) => net::message(StatusCode::BAD_REQUEST, &format!("this is not a fault: {error}")),
            },
            (&Method::DELETE, "/control/faults") => {
                self.faults.clear();
                net::empty(StatusCode::NO_CONTENT)
            }
            (&Method::GET, "/control/invocations") => self.invocations(&parts).await,
            (&Method::DELETE, "/control/invocations") => {
                self.ledger.clear();
                net::empty(StatusCode::NO_CONTENT)
            }
            (&Method::GET, "/control/grants") => net::json(StatusCode::OK, &self.gate.list()),
            (&Method::GET, "/control/traces") => net::json(StatusCode::OK, &self.xray.list()),
            (&Method::GET, "/control/connections") => {
                let listed = self.sockets.as_ref().map(|sockets| sockets.connections.list());
                net::json(StatusCode::OK, &listed.unwrap_or_default())
            }
            (method, path) => match path.strip_prefix("/control/").and_then(|path| path.split_once('/')) {
                Some(("faults", id)) => self.fault(&parts, id).await,
                Some(("invocations", id)) if method == Method::GET => self.invocation(id).await,
                _ => {
                    let answer = work::answer(&self.services, &parts, PATIENCE).await;
                    let unknown = || net::message(StatusCode::NOT_FOUND, &format!("there is no {method} {path} here"));
                    answer.unwrap_or_else(unknown)
                }
            },
        };
        Ok(answer)
    }

    /// Tells of a fault once it has fired often enough, or disarms it.
    async fn fault(&self, parts: &Parts, id: &str) -> Answer {
        let known = match (&parts.method, id.parse()) {
            (&Method::GET, Ok(id)) => {
                let fault = self.faults.fired(id, number(parts, "fired"), PATIENCE).await;
                fault.map(|fault| net::json(StatusCode::OK, &fault))
            }
            (&Method::DELETE, Ok(id)) => self.faults.disarm(id).then(|| net::empty(StatusCode::NO_CONTENT)),
            _ => None,
        };
        known.unwrap_or_else(|| net::message(StatusCode::NOT_FOUND, "there is no such fault"))
    }

    /// Lists the invocations once there are enough of them.
    async fn invocations(&self, parts: &Parts) -> Answer {
        let query = query(parts.uri.query().unwrap_or_default());
        let text = |name: &str| query.get(name).map(String::as_str);
        let filter = Filter { function: text("function"), route_key: text("route_key") };
        let at_least = usize::try_from(number(parts, "at_least")).unwrap_or(usize::MAX);
        net::json(StatusCode::OK, &self.ledger.list(&filter, at_least, PATIENCE).await)
    }

    /// Tells of an invocation once it has ended.
    async fn invocation(&self, request_id: &str) -> Answer {
        match self.ledger.of_request(request_id, PATIENCE).await {
            Some(record) => net::json(StatusCode::OK, &record),
            None => net::message(StatusCode::NOT_FOUND, "no invocation of this request has ended"),
        }
    }
}

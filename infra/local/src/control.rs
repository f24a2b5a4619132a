//! What exists only here: the issuer's pages, the sign-in, and the control API for tests.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use serde_json::json;

use crate::faults::{Fault, Faults};
use crate::gateway::query;
use crate::iam::Gate;
use crate::invocations::Ledger;
use crate::issuer::Issuer;
use crate::net::{self, Answer, Cut};
use crate::socket::Sockets;
use crate::xray::Xray;

/// Nothing that is sent here is large.
const REQUEST_LIMIT: usize = 64 * 1024;

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
            (&Method::GET, "/control/invocations") => {
                let query = query(parts.uri.query().unwrap_or_default());
                let filter = |name: &str| query.get(name).map(String::as_str);
                net::json(StatusCode::OK, &self.ledger.list(filter("function"), filter("route_key")))
            }
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
            (method, path) => net::message(StatusCode::NOT_FOUND, &format!("there is no {method} {path} here")),
        };
        Ok(answer)
    }
}

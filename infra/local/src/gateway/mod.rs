//! The HTTP API: requests of clients go to functions, and the responses come back, as with API Gateway.

mod authorizer;
mod cors;
mod event;
mod response;
mod router;
mod signature;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Result;
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::http::request::Parts;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};

use crate::console::Console;
use crate::faults::{Faults, HttpFault};
use crate::issuer::Issuer;
use crate::lambda::{Functions, Outcome, PAYLOAD_LIMIT};
use crate::net::{self, Answer, BodyError, Cut};
use crate::operator::Operator;
use crate::template::{Authorization, HttpApi};

use authorizer::Authorizer;
use cors::CorsPolicy;
use router::Router;

pub(crate) use event::{clock_time, query, request_id};

/// The largest request body.
const REQUEST_LIMIT: usize = 10 * 1024 * 1024;
/// The integration timeout of an HTTP API.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) struct Gateway {
    api_id: String,
    stage: String,
    router: Router,
    authorizer: Authorizer,
    operator: Operator,
    cors: Option<CorsPolicy>,
    functions: Arc<Functions>,
    faults: Arc<Faults>,
    console: Console,
}

impl Gateway {
    /// # Errors
    /// If the issuer's key is malformed.
    pub(crate) fn new(
        api: HttpApi,
        (issuer, operator): (&Issuer, Operator),
        functions: Arc<Functions>,
        faults: Arc<Faults>,
        console: Console,
    ) -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            authorizer: Authorizer::new(issuer, &api.audiences)?,
            operator,
            router: Router::new(api.routes),
            cors: api.cors.map(CorsPolicy::new),
            api_id: api.id,
            stage: api.stage,
            functions,
            faults,
            console,
        }))
    }

    /// The part of a URL between the address and a route's path.
    pub(crate) fn base_path(&self) -> String {
        if self.stage == "$default" { String::new() } else { format!("/{}", self.stage) }
    }

    /// Handles one request.
    ///
    /// # Errors
    /// [`Cut`] if a fault asks for it or the client disconnected.
    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>, peer: SocketAddr) -> Result<Answer, Cut> {
        let started = Instant::now();
        let (parts, body) = request.into_parts();
        let body = match net::read_body(body, REQUEST_LIMIT).await {
            Ok(body) => body,
            Err(BodyError::TooLarge) => return Ok(self.refuse(&parts, started, too_large())),
            Err(BodyError::Broken) => return Err(Cut),
        };
        let fault = self.faults.for_request(parts.method.as_str(), parts.uri.path());
        let mut response = self.route(&parts, body, peer, started).await;
        if let Some(HttpFault::AnswerLost) = fault {
            return Err(Cut);
        }
        if let Some(cors) = &self.cors {
            cors.decorate(&parts.headers, response.headers_mut());
        }
        Ok(response)
    }

    async fn route(&self, parts: &Parts, body: Bytes, peer: SocketAddr, started: Instant) -> Answer {
        let path = parts.uri.path();
        let Some(inner) = path.strip_prefix(&self.base_path()).filter(|inner| inner.starts_with('/')) else {
            return self.refuse(parts, started, net::message(StatusCode::NOT_FOUND, "Not Found"));
        };
        let found = self.router.find(&parts.method, inner);
        let preflight = self.cors.as_ref().and_then(|cors| cors.preflight(&parts.method, &parts.headers));
        let Some(found) = found else {
            let unknown = || net::message(StatusCode::NOT_FOUND, "Not Found");
            return self.refuse(parts, started, preflight.unwrap_or_else(unknown));
        };
        let authorizer = match self.authorize(found.route.authorization, parts, &body) {
            Ok(authorizer) => authorizer,
            Err(refusal) => return self.refuse(parts, started, *refusal),
        };
        if let Some(preflight) = preflight {
            return self.refuse(parts, started, preflight);
        }
        let Some(pool) = self.functions.get(&found.route.function) else {
            return self.refuse(
                parts,
                started,
                net::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            );
        };
        let request_id = event::request_id();
        let payload = event::payload(event::Source {
            api_id: &self.api_id,
            stage: &self.stage,
            parts,
            body: &body,
            peer,
            found: &found,
            authorizer,
            request_id: &request_id,
        });
        if payload.len() > PAYLOAD_LIMIT {
            return self.refuse(parts, started, too_large());
        }
        let (outcome, invocation) = pool.invoke(request_id, &found.route.key, payload, FUNCTION_TIMEOUT).await;
        let mut response = match outcome {
            Outcome::Answered(body) => response::from_function(&body),
            Outcome::Failed => net::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            Outcome::TimedOut => net::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        };
        identify(&mut response, invocation.request_id());
        invocation.mark_status(response.status().as_u16());
        response
    }

    /// What the route's authorizer finds out about a request, or its refusal.
    fn authorize(&self, needed: Authorization, parts: &Parts, body: &[u8]) -> Result<Option<Value>, Box<Answer>> {
        match needed {
            Authorization::None => Ok(None),
            Authorization::Jwt => {
                let claims = self.authorizer.claims(&parts.headers)?;
                Ok(Some(json!({ "jwt": { "claims": claims, "scopes": null } })))
            }
            Authorization::Iam => {
                let Operator { region, .. } = &self.operator;
                if signature::is_signed((parts, body), self.operator.key(), region, SystemTime::now()) {
                    Ok(Some(json!({ "iam": Operator::identity() })))
                } else {
                    Err(Box::new(net::message(StatusCode::FORBIDDEN, "Forbidden")))
                }
            }
        }
    }

    /// Prints a line for a response that comes from the gateway itself. The ledger prints those of functions.
    fn refuse(&self, parts: &Parts, started: Instant, mut response: Answer) -> Answer {
        identify(&mut response, &event::request_id());
        let (status, method) = (response.status().as_u16(), &parts.method);
        let ms = started.elapsed().as_secs_f64() * 1000.0;
        self.console.say(format!(
            "{status:>4}  {:<42} {:<19} {ms:>7.1} ms",
            format!("{method} (no function)"),
            "gateway"
        ));
        response
    }
}

/// Adds the request id, which API Gateway sends with every response.
fn identify(response: &mut Answer, request_id: &str) {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("apigw-requestid", id);
    }
}

fn too_large() -> Answer {
    net::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

//! The S3 endpoint: what is around `s3s`. It answers preflights, does what faults do afterwards, and notes calls.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3Error};

use super::access::Access;
use super::body::SharedBody;
use super::buckets::Buckets;
use super::cors;
use super::notifier::Notifier;
use super::parts::Uploads;
use super::signature;
use super::signers::Signers;
use super::slot::{Met, Slot};
use super::store::Store;
use crate::background::Background;
use crate::faults::{Faults, S3Fault};
use crate::gateway::request_id;
use crate::iam::Gate;
use crate::invocations::ObjectCall;
use crate::lambda::Callers;
use crate::net::Cut;
use crate::sqs::Queues;
use crate::template::CorsRule;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");

/// What the endpoint needs of the other parts of the stack.
pub(crate) struct Surroundings {
    pub(crate) region: String,
    pub(crate) callers: Arc<Callers>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) background: Arc<Background>,
    pub(crate) queues: Arc<Queues>,
}

pub(crate) struct Endpoint {
    buckets: Arc<Buckets>,
    service: S3Service,
}

impl Endpoint {
    pub(crate) fn new(buckets: Arc<Buckets>, around: Surroundings) -> Self {
        let Surroundings { region, callers, gate, faults, background, queues } = around;
        let store = Store {
            buckets: Arc::clone(&buckets),
            notifier: Notifier { region, background, queues },
            callers: Arc::clone(&callers),
            gate: Arc::clone(&gate),
            uploads: Uploads::default(),
        };
        let mut builder = S3ServiceBuilder::new(store);
        builder.set_auth(Signers(Arc::clone(&callers)));
        builder.set_access(Access { callers, gate, faults });
        Self { buckets, service: builder.build() }
    }

    /// Handles one request.
    ///
    /// # Errors
    /// [`Cut`] if a fault asks for it.
    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
        let rules = self.cors_rules(request.uri().path());
        if request.method() == Method::OPTIONS {
            return Ok(preflight(&rules, &request));
        }
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let slot = Slot::default();
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(slot.clone());
        let body = SharedBody::new(body);
        let started = std::time::Instant::now();
        let objection = signature::objection(parts.uri.query(), &parts.headers);
        let mut response = if let Some(objection) = objection {
            refused(objection)
        } else {
            let request = Request::from_parts(parts, Body::http_body(body.clone()));
            self.service.call(request).await.unwrap_or_else(|_| failed())
        };
        body.discard().await;
        finish(slot.take(), started, response.status()).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(CONTENT_TYPE);
            response.headers_mut().remove(CONTENT_LENGTH);
        }
        if let Ok(id) = HeaderValue::from_str(&request_id()) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        cors::decorate(&rules, &method, &headers, response.headers_mut());
        Ok(response)
    }

    /// The rules of the bucket with which a path begins.
    fn cors_rules(&self, path: &str) -> Vec<CorsRule> {
        let name = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let name = percent_decode_str(name).decode_utf8_lossy();
        self.buckets.named(&name).map(|bucket| bucket.spec.cors.clone()).unwrap_or_default()
    }
}

fn preflight(rules: &[CorsRule], request: &Request<Incoming>) -> Response<Body> {
    match cors::preflight(rules, request.headers()) {
        Ok(headers) => {
            let mut response = Response::new(Body::empty());
            *response.headers_mut() = headers;
            response
        }
        Err(refusal) => refused(refusal),
    }
}

fn refused(refusal: S3Error) -> Response<Body> {
    refusal.to_http_response().unwrap_or_else(|_| failed())
}

fn failed() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// Notes the call for its invocation, and does what a fault does after it.
async fn finish(met: Met, started: std::time::Instant, status: StatusCode) -> Result<(), Cut> {
    let process = met.process;
    if let (Some(invocation), Some(operation)) =
        (process.as_ref().and_then(|process| process.invocation()), met.operation)
    {
        let (end, took) = (invocation.elapsed(), started.elapsed());
        invocation.add_object_call(ObjectCall::new(operation, end.saturating_sub(took), end, status));
    }
    let Some((fault, hold)) = met.fault else { return Ok(()) };
    match fault {
        S3Fault::HoldAfter => {
            hold.released().await;
            return Ok(());
        }
        S3Fault::KillBefore | S3Fault::KillAfter => {
            if let Some(process) = process {
                process.kill_and_wait().await;
            }
        }
        _ => {}
    }
    Err(Cut)
}

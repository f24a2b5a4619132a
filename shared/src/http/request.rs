//! A request as handlers read it: every part comes out as a type whose constructor was the check.

use std::fmt::Display;
use std::time::Duration;

use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use super::object::Object;
use super::problem::Problem;
use crate::domain::idempotency::{Fingerprint, IdempotencyKey, Once};
use crate::domain::ids::{ConnectionId, Seq, UserId};
use crate::domain::invalid::Invalid;
use crate::domain::limits::{DEFAULT_PAGE_ITEMS, MAX_BODY_BYTES, MAX_PAGE_ITEMS};
use crate::domain::time::Timestamp;
use crate::store::Cursor;

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// How many items a page has: 1–100, 50 unless asked otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit(usize);

impl PageLimit {
    /// The number.
    #[must_use]
    pub fn get(self) -> usize {
        self.0
    }
}

/// One event from API Gateway: an HTTP request, or something that happened on a socket.
#[derive(Debug)]
pub struct Request {
    event: lambda_http::Request,
    now: Timestamp,
}

impl Request {
    pub(super) fn new(event: lambda_http::Request, now: Timestamp) -> Self {
        Self { event, now }
    }

    /// What API Gateway says of the request; without it there is no route either, which is answered as such.
    fn context(&self) -> Option<&RequestContext> {
        self.event.request_context_ref()
    }

    /// The route that API Gateway chose: `GET /me`, `$connect` …
    #[must_use]
    pub fn route_key(&self) -> &str {
        let key = match self.context() {
            Some(RequestContext::ApiGatewayV2(context)) => context.route_key.as_deref(),
            Some(RequestContext::WebSocket(context)) => context.route_key.as_deref(),
            _ => None,
        };
        key.unwrap_or_default()
    }

    /// API Gateway's id of this request: the same in its access log, in our log and in problem documents.
    #[must_use]
    pub fn id(&self) -> &str {
        let id = match self.context() {
            Some(RequestContext::ApiGatewayV2(context)) => context.request_id.as_deref(),
            Some(RequestContext::WebSocket(context)) => context.request_id.as_deref(),
            _ => None,
        };
        id.unwrap_or_default()
    }

    /// What X-Ray says of this invocation.
    pub(super) fn trace_header(&self) -> Option<&str> {
        self.event.lambda_context_ref()?.xray_trace_id.as_deref()
    }

    /// When it came in: one instant for everything that follows from it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether it came over a socket.
    #[must_use]
    pub fn is_socket(&self) -> bool {
        matches!(self.context(), Some(RequestContext::WebSocket(_)))
    }

    /// Who asks: the `sub` of the token that API Gateway verified.
    ///
    /// # Errors
    /// `unauthenticated` without one.
    pub fn caller(&self) -> Result<UserId, Problem> {
        let Some(RequestContext::ApiGatewayV2(context)) = self.context() else { return Err(Problem::Unauthenticated) };
        let jwt = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
        let subject = jwt.and_then(|jwt| jwt.claims.get("sub")).ok_or(Problem::Unauthenticated)?;
        UserId::try_from(subject.clone()).map_err(|_| Problem::Unauthenticated)
    }

    /// The socket this came from.
    ///
    /// # Errors
    /// `internal` if it did not come over one: then the template routes it to the wrong function.
    pub fn connection_id(&self) -> Result<ConnectionId, Problem> {
        let id = match self.context() {
            Some(RequestContext::WebSocket(context)) => context.connection_id.clone(),
            _ => None,
        };
        let no_socket = || Problem::Internal("not a socket's event".to_owned());
        ConnectionId::try_from(id.ok_or_else(no_socket)?).map_err(|_| no_socket())
    }

    /// A parameter of the path. What cannot be such an id stands for nothing that exists.
    ///
    /// # Errors
    /// `not-found`.
    pub fn path<T: TryFrom<String>>(&self, name: &str) -> Result<T, Problem> {
        let parameters = self.event.path_parameters_ref();
        let text = parameters.and_then(|parameters| parameters.first(name)).ok_or(Problem::NotFound)?;
        T::try_from(text.to_owned()).map_err(|_| Problem::NotFound)
    }

    /// A parameter of the query as text.
    #[must_use]
    pub fn query_text(&self, name: &str) -> Option<&str> {
        self.event.query_string_parameters_ref()?.first(name)
    }

    /// A parameter of the query.
    ///
    /// # Errors
    /// `invalid-request` naming the parameter.
    pub fn query<T>(&self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, Problem> {
        let text = self.query_text(name);
        text.map(|text| parse(text).map_err(|detail| Problem::invalid(name, detail))).transpose()
    }

    /// A parameter of the query that is a place in a log.
    ///
    /// # Errors
    /// `invalid-request` naming the parameter.
    pub fn query_seq(&self, name: &str) -> Result<Option<Seq>, Problem> {
        self.query(name, |text| text.parse().map_err(|invalid: Invalid| invalid.to_string()))
    }

    /// `limit`: items of a page.
    ///
    /// # Errors
    /// `invalid-request` unless 1–100.
    pub fn limit(&self) -> Result<PageLimit, Problem> {
        let limit = self.query("limit", |text| {
            let limit = text.parse::<usize>().ok().filter(|limit| (1..=MAX_PAGE_ITEMS).contains(limit));
            limit.ok_or_else(|| format!("must be a whole number from 1 to {MAX_PAGE_ITEMS}"))
        })?;
        Ok(PageLimit(limit.unwrap_or(DEFAULT_PAGE_ITEMS)))
    }

    /// `cursor`: the place in `list` where to go on.
    ///
    /// # Errors
    /// `invalid-request` unless this list gave it out.
    pub fn cursor<P: DeserializeOwned>(&self, list: &str) -> Result<Option<P>, Problem> {
        self.query("cursor", |text| Cursor::read(list, text).map_err(|invalid| invalid.to_string()))
    }

    fn body(&self) -> Result<&[u8], Problem> {
        let body: &[u8] = self.event.body().as_ref();
        if body.len() > MAX_BODY_BYTES { Err(Problem::TooLarge) } else { Ok(body) }
    }

    /// The body as a JSON object of this shape.
    ///
    /// # Errors
    /// `invalid-request` with a pointer to the place that does not fit; `too-large` over 64 KiB.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let mut json = serde_json::Deserializer::from_slice(self.body()?);
        let Object(value) = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let pointer = pointer(error.path());
            Problem::invalid(pointer, words(error.inner()))
        })?;
        json.end().map_err(|error| Problem::invalid("", words(&error)))?;
        Ok(value)
    }

    /// The idempotency key and what it is bound to, if one was given.
    ///
    /// # Errors
    /// `invalid-request` for a malformed key or body, `too-large`.
    pub fn once(&self) -> Result<Option<Once>, Problem> {
        let Some(header) = self.event.headers().get(IDEMPOTENCY_KEY) else { return Ok(None) };
        let text = header.to_str().unwrap_or_default().to_owned();
        let key = IdempotencyKey::try_from(text).map_err(|invalid| Problem::invalid("Idempotency-Key", invalid))?;
        let body = if self.body()?.is_empty() { Value::Null } else { self.json()? };
        let fingerprint = Fingerprint::of(self.event.method().as_str(), self.event.raw_http_path(), body);
        Ok(Some(Once { key, fingerprint }))
    }

    /// The idempotency key, where there must be one.
    ///
    /// # Errors
    /// As [`Request::once`], and `invalid-request` without one.
    pub fn required_once(&self) -> Result<Once, Problem> {
        self.once()?.ok_or_else(|| Problem::invalid("Idempotency-Key", "is required here"))
    }

    /// When this invocation has to be over: Lambda ends it some moments later.
    pub(super) fn end(&self) -> Instant {
        const MARGIN: Duration = Duration::from_millis(300);
        let deadline_ms = self.event.lambda_context_ref().map_or(0, |context| context.deadline);
        let left = Duration::from_millis(deadline_ms.saturating_sub(self.now.ms().unsigned_abs()));
        Instant::now() + left.saturating_sub(MARGIN)
    }
}

/// A JSON pointer (RFC 6901) for the place that did not fit.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segments = path.iter().map(|segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    });
    segments.collect()
}

/// What the parser says, without the place in the text that it adds to the sentences of our own types.
fn words(error: &impl Display) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

//! A request as handlers read it: every part comes out as a type whose constructor was the check.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::object::Object;
use super::problem::Problem;
use super::words::{Fault, fault};
use crate::domain::idempotency::{Fingerprint, Idempotency, IdempotencyKey};
use crate::domain::ids::Seq;
use crate::domain::invalid::Invalid;
use crate::domain::limits::{DEFAULT_PAGE_ITEMS, MAX_BODY_BYTES, MAX_PAGE_ITEMS};
use crate::store::Cursor;

/// A request as it came in, whatever brought it.
#[derive(Debug, Default)]
pub struct RequestParts {
    /// The id that API Gateway gave it: the same in its access log, in our log and in problem documents.
    pub id: String,
    pub method: String,
    /// The path, decoded as API Gateway passes it on.
    pub raw_path: String,
    /// The variables of the path, decoded.
    pub path: HashMap<String, String>,
    /// The parameters of the query, decoded.
    pub query: Vec<(String, String)>,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    pub body: Vec<u8>,
}

/// A request whose body is a `Body`; `()` if it has none.
#[derive(Debug)]
pub struct Request<Body = ()> {
    parts: Arc<RequestParts>,
    body: PhantomData<fn() -> Body>,
}

impl<Body> Request<Body> {
    #[must_use]
    pub fn new(parts: Arc<RequestParts>) -> Self {
        Self { parts, body: PhantomData }
    }

    #[must_use]
    pub fn id(&self) -> &str {
        &self.parts.id
    }

    /// A variable of the path. What cannot be such an id stands for nothing that exists.
    ///
    /// # Errors
    /// `not-found`.
    pub fn path<T: TryFrom<String>>(&self, name: &str) -> Result<T, Problem> {
        let text = self.parts.path.get(name).ok_or(Problem::NotFound)?;
        T::try_from(text.clone()).map_err(|_| Problem::NotFound)
    }

    /// A parameter of the query as text; the first one if there are several.
    #[must_use]
    pub fn query_text(&self, name: &str) -> Option<&str> {
        let named = self.parts.query.iter().find(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// A parameter of the query.
    ///
    /// # Errors
    /// `invalid-request` naming the parameter.
    pub fn query<T>(&self, name: &str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Result<Option<T>, Problem> {
        let text = self.query_text(name);
        text.map(|text| parse(text).map_err(|invalid| Problem::invalid(name, invalid))).transpose()
    }

    /// A parameter of the query that is a place in a log.
    ///
    /// # Errors
    /// `invalid-request` naming the parameter.
    pub fn query_seq(&self, name: &str) -> Result<Option<Seq>, Problem> {
        self.query(name, str::parse)
    }

    /// `limit`: the items of a page; 1–100, 50 unless asked otherwise.
    ///
    /// # Errors
    /// `invalid-request`.
    pub fn limit(&self) -> Result<usize, Problem> {
        let limit = self.query("limit", |text| {
            let limit = text.parse::<usize>().ok().filter(|limit| (1..=MAX_PAGE_ITEMS).contains(limit));
            limit.ok_or_else(|| Invalid::new(format!("must be a whole number from 1 to {MAX_PAGE_ITEMS}")))
        })?;
        Ok(limit.unwrap_or(DEFAULT_PAGE_ITEMS))
    }

    /// `cursor`: the position in `list` where to go on.
    ///
    /// # Errors
    /// `invalid-request` unless this list gave it out.
    pub fn cursor<P: DeserializeOwned>(&self, list: &str) -> Result<Option<P>, Problem> {
        self.query("cursor", |text| Cursor::read(list, text))
    }

    fn bytes(&self) -> Result<&[u8], Problem> {
        if self.parts.body.len() > MAX_BODY_BYTES { Err(Problem::TooLarge) } else { Ok(&self.parts.body) }
    }

    /// The body as a JSON object of another shape than the route's own: for what is read in two steps.
    ///
    /// # Errors
    /// `invalid-request` with a pointer to the place that does not fit; `too-large` over 64 KiB.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let mut json = serde_json::Deserializer::from_slice(self.bytes()?);
        let Object(value) = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let Fault { member, detail } = fault(error.inner());
            Problem::invalid(pointer(error.path(), member.as_deref()), detail)
        })?;
        json.end().map_err(|error| Problem::invalid("", fault(&error).detail))?;
        Ok(value)
    }

    /// The idempotency key and the request that it is bound to, if a key was given.
    ///
    /// # Errors
    /// `invalid-request` for a malformed key or body, `too-large`.
    pub fn idempotency(&self) -> Result<Option<Idempotency>, Problem> {
        let Some(text) = &self.parts.idempotency_key else { return Ok(None) };
        // API Gateway joins a header that was sent several times with commas, and nothing else tells that it was.
        if text.contains(',') {
            return Err(Problem::invalid(KEY_HEADER, "must be sent once and hold no comma"));
        }
        let key = IdempotencyKey::try_from(text.clone());
        let key = key.map_err(|invalid| Problem::invalid(KEY_HEADER, invalid))?;
        let body = if self.bytes()?.is_empty() { Value::Null } else { self.json()? };
        let fingerprint = Fingerprint::of(&self.parts.method, &self.parts.raw_path, body);
        Ok(Some(Idempotency { key, fingerprint }))
    }
}

impl<Body: DeserializeOwned> Request<Body> {
    /// The body.
    ///
    /// # Errors
    /// As [`Request::json`].
    pub fn body(&self) -> Result<Body, Problem> {
        self.json()
    }
}

const KEY_HEADER: &str = "Idempotency-Key";

/// Demands an idempotency key.
///
/// # Errors
/// `invalid-request` without one.
pub fn require_key(key: Option<&Idempotency>) -> Result<(), Problem> {
    key.map(|_| ()).ok_or_else(|| Problem::invalid(KEY_HEADER, "is required here"))
}

/// A JSON pointer (RFC 6901) for the place that did not fit, or for a `member` of it that is too many or missing there.
fn pointer(path: &serde_path_to_error::Path, member: Option<&str>) -> String {
    use serde_path_to_error::Segment;
    let escaped = |key: &str| format!("/{}", key.replace('~', "~0").replace('/', "~1"));
    let segments = path.iter().map(|segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => escaped(key),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    });
    let mut pointer: String = segments.collect();
    if let Some(member) = member.map(escaped).filter(|member| !pointer.ends_with(member)) {
        pointer.push_str(&member);
    }
    pointer
}

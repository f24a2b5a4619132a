//! Parameters in the query of a request.

use hyper::http::request::Parts;

use crate::gateway::query;

/// A number in the query, or 0.
pub(super) fn number(parts: &Parts, name: &str) -> u64 {
    let query = query(parts.uri.query().unwrap_or_default());
    query.get(name).and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// Whether a parameter is `true`.
pub(super) fn flag(parts: &Parts, name: &str) -> bool {
    let query = query(parts.uri.query().unwrap_or_default());
    query.get(name).is_some_and(|value| value == "true")
}

//! CORS: preflights answered by the gateway itself, and headers on every answer to another origin.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderName, HeaderValue, ORIGIN, VARY,
};
use hyper::{HeaderMap, Method, StatusCode};

use crate::net::{self, Answer};
use crate::template::Cors;

/// A CORS configuration at work.
pub(super) struct CorsPolicy {
    settings: Cors,
}

impl CorsPolicy {
    pub(super) fn new(settings: Cors) -> Self {
        Self { settings }
    }

    /// The answer to a preflight; nothing if the request is not one.
    pub(super) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Answer> {
        if method != Method::OPTIONS
            || !headers.contains_key(ORIGIN)
            || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        {
            return None;
        }
        let mut answer = net::empty(StatusCode::NO_CONTENT);
        if self.allowed_origin(headers).is_some() {
            set(answer.headers_mut(), ACCESS_CONTROL_ALLOW_METHODS, &self.settings.methods.join(","));
            set(answer.headers_mut(), ACCESS_CONTROL_ALLOW_HEADERS, &self.settings.headers.join(","));
            if let Some(age) = self.settings.max_age_s {
                set(answer.headers_mut(), ACCESS_CONTROL_MAX_AGE, &age.to_string());
            }
        }
        Some(answer)
    }

    /// Replaces whatever CORS headers a function sent by those of the configuration.
    pub(super) fn decorate(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        answer.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
        let Some(origin) = self.allowed_origin(request) else { return };
        set(answer, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        set(answer, ACCESS_CONTROL_EXPOSE_HEADERS, &self.settings.exposed.join(","));
        if self.settings.credentials {
            set(answer, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        if origin != "*" {
            set(answer, VARY, "origin");
        }
    }

    fn allowed_origin<'a>(&'a self, request: &'a HeaderMap) -> Option<&'a str> {
        let origin = request.get(ORIGIN)?.to_str().ok()?;
        let allowed =
            self.settings.origins.iter().find(|allowed| *allowed == "*" || allowed.eq_ignore_ascii_case(origin))?;
        Some(if allowed == "*" { "*" } else { origin })
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value)
        && !value.is_empty()
    {
        headers.insert(name, value);
    }
}

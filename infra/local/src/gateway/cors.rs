//! CORS: responses to preflights, and headers on responses to other origins.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderName, HeaderValue, ORIGIN, VARY,
};
use hyper::{HeaderMap, Method, StatusCode};

use crate::net::{self, Answer};
use crate::template::Cors;

pub(super) struct CorsPolicy {
    settings: Cors,
}

impl CorsPolicy {
    pub(super) fn new(settings: Cors) -> Self {
        Self { settings }
    }

    /// The response to a preflight; `None` if the request is not one.
    pub(super) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Answer> {
        if method != Method::OPTIONS
            || !headers.contains_key(ORIGIN)
            || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        {
            return None;
        }
        let mut response = net::empty(StatusCode::NO_CONTENT);
        if self.allowed_origin(headers).is_some() {
            set(response.headers_mut(), ACCESS_CONTROL_ALLOW_METHODS, &self.settings.methods.join(","));
            set(response.headers_mut(), ACCESS_CONTROL_ALLOW_HEADERS, &self.settings.headers.join(","));
            if let Some(age) = self.settings.max_age_s {
                set(response.headers_mut(), ACCESS_CONTROL_MAX_AGE, &age.to_string());
            }
        }
        Some(response)
    }

    /// Replaces the CORS headers of a function with those of the configuration.
    pub(super) fn decorate(&self, request: &HeaderMap, response: &mut HeaderMap) {
        response.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
        let Some(origin) = self.allowed_origin(request) else { return };
        set(response, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        set(response, ACCESS_CONTROL_EXPOSE_HEADERS, &self.settings.exposed.join(","));
        if self.settings.credentials {
            set(response, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        if origin != "*" {
            set(response, VARY, "origin");
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

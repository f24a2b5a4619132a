//! CORS: responses to preflights, and headers on responses to pages.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderName, HeaderValue, ORIGIN, VARY,
};
use hyper::{HeaderMap, Method};
use s3s::{S3Error, s3_error};

use crate::template::CorsRule;

/// The headers of the response to a preflight.
///
/// # Errors
/// The refusal, if no rule allows the request that the page means to send.
pub(super) fn preflight(rules: &[CorsRule], request: &HeaderMap) -> Result<HeaderMap, S3Error> {
    let text = |name: HeaderName| request.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(ORIGIN) else {
        return Err(s3_error!(InvalidRequest, "Insufficient information. Origin request header needed."));
    };
    let Some(method) = text(ACCESS_CONTROL_REQUEST_METHOD) else {
        return Err(s3_error!(InvalidRequest, "Invalid Access-Control-Request-Method: null"));
    };
    let asked: Vec<String> = text(ACCESS_CONTROL_REQUEST_HEADERS)
        .map(|names| names.split(',').map(|name| name.trim().to_ascii_lowercase()).collect())
        .unwrap_or_default();
    let allows = |rule: &&CorsRule| {
        let allows_header =
            |name: &String| rule.headers.iter().any(|allowed| is_like(&allowed.to_ascii_lowercase(), name));
        is_for(rule, origin, method) && asked.iter().filter(|name| !name.is_empty()).all(allows_header)
    };
    let Some(rule) = rules.iter().find(allows) else {
        return Err(s3_error!(AccessDenied, "CORSResponse: This CORS request is not allowed."));
    };
    let mut response = HeaderMap::new();
    decorate_by(rule, origin, &mut response);
    if !asked.is_empty() {
        set(&mut response, ACCESS_CONTROL_ALLOW_HEADERS, &asked.join(", "));
    }
    Ok(response)
}

/// Adds the headers to the response to a page.
pub(super) fn decorate(rules: &[CorsRule], method: &Method, request: &HeaderMap, response: &mut HeaderMap) {
    let Some(origin) = request.get(ORIGIN).and_then(|origin| origin.to_str().ok()) else { return };
    if let Some(rule) = rules.iter().find(|rule| is_for(rule, origin, method.as_str())) {
        decorate_by(rule, origin, response);
    }
}

fn decorate_by(rule: &CorsRule, origin: &str, response: &mut HeaderMap) {
    let is_open = rule.origins.iter().any(|allowed| allowed == "*");
    set(response, ACCESS_CONTROL_ALLOW_ORIGIN, if is_open { "*" } else { origin });
    set(response, ACCESS_CONTROL_ALLOW_METHODS, &rule.methods.join(", "));
    set(response, ACCESS_CONTROL_EXPOSE_HEADERS, &rule.exposed.join(", "));
    if let Some(age) = rule.max_age_s {
        set(response, ACCESS_CONTROL_MAX_AGE, &age.to_string());
    }
    if !is_open {
        set(response, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    set(response, VARY, "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

fn is_for(rule: &CorsRule, origin: &str, method: &str) -> bool {
    rule.methods.iter().any(|allowed| allowed == method) && rule.origins.iter().any(|allowed| is_like(allowed, origin))
}

/// Whether a text is like a pattern with at most one `*`.
fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end),
        None => pattern == text,
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value)
        && !value.is_empty()
    {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(origin: &str, headers: &[&str]) -> CorsRule {
        CorsRule {
            origins: vec![origin.to_owned()],
            methods: vec!["PUT".to_owned()],
            headers: headers.iter().map(ToString::to_string).collect(),
            exposed: vec!["ETag".to_owned()],
            max_age_s: Some(60),
        }
    }

    fn asking(origin: &'static str, method: &'static str, headers: &'static str) -> HeaderMap {
        HeaderMap::from_iter([
            (ORIGIN, HeaderValue::from_static(origin)),
            (ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static(method)),
            (ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static(headers)),
        ])
    }

    #[test]
    fn a_preflight_passes_if_one_rule_allows_all_of_it() {
        let rules = [rule("https://*.example.com", &["content-type"]), rule("*", &["X-Amz-*"])];
        let origin = |asked: &HeaderMap| {
            let response = preflight(&rules, asked).ok()?;
            Some(response[ACCESS_CONTROL_ALLOW_ORIGIN].to_str().unwrap().to_owned())
        };
        let page = "https://a.example.com";
        assert_eq!(origin(&asking(page, "PUT", "Content-Type")).as_deref(), Some(page));
        assert_eq!(origin(&asking(page, "PUT", "x-amz-meta-a, x-amz-date")).as_deref(), Some("*"));
        assert_eq!(origin(&asking(page, "PUT", "content-type, x-amz-date")), None);
        assert_eq!(origin(&asking(page, "DELETE", "")), None);
        assert_eq!(origin(&asking("https://example.org", "PUT", "content-type")), None);
    }

    #[test]
    fn a_response_to_a_page_tells_what_it_may_read() {
        let mut response = HeaderMap::new();
        decorate(&[rule("*", &[])], &Method::GET, &asking("https://a", "", ""), &mut response);
        assert!(response.is_empty());
        decorate(&[rule("*", &[])], &Method::PUT, &asking("https://a", "", ""), &mut response);
        assert_eq!(response[ACCESS_CONTROL_EXPOSE_HEADERS], "ETag");
    }
}

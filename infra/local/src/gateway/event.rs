//! The event of an HTTP request: payload format 2.0.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bytes::Bytes;
use data_encoding::BASE64;
use hyper::HeaderMap;
use hyper::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use hyper::http::request::Parts;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::format_description;
use uuid::Uuid;

use super::router::{Found, decoded};
use crate::iam::ACCOUNT;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: String,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: Context<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: &'a BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    account_id: &'static str,
    api_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<Value>,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'a str,
    time: String,
    time_epoch: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: String,
    source_ip: String,
    user_agent: &'a str,
}

/// A new request id. On AWS, the gateway and Lambda each have an id of their own. Here they share one, which is easier to follow.
pub(crate) fn request_id() -> String {
    Uuid::new_v4().to_string()
}

/// What an event is made of.
pub(super) struct Source<'a> {
    pub(super) api_id: &'a str,
    pub(super) stage: &'a str,
    pub(super) parts: &'a Parts,
    pub(super) body: &'a Bytes,
    pub(super) peer: SocketAddr,
    pub(super) found: &'a Found<'a>,
    /// What the authorizer of the route found out: the member `authorizer` of the context.
    pub(super) authorizer: Option<Value>,
    pub(super) request_id: &'a str,
}

/// The event as JSON.
pub(super) fn payload(source: Source<'_>) -> Bytes {
    let Source { api_id, stage, parts, body, peer, found, authorizer, request_id } = source;
    let now = OffsetDateTime::now_utc();
    let source_ip = peer.ip().to_string();
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let path = decoded(parts.uri.path());
    let raw_query_string = parts.uri.query().unwrap_or_default();
    let (body, is_base64_encoded) = encode(&parts.headers, body);
    let event = Event {
        version: "2.0",
        route_key: &found.route.key,
        raw_path: path.clone(),
        raw_query_string,
        cookies: cookies(&parts.headers),
        headers: headers(parts, &source_ip, host),
        query_string_parameters: query(raw_query_string),
        request_context: Context {
            account_id: ACCOUNT,
            api_id,
            authorizer,
            domain_name: host,
            domain_prefix: host.split('.').next().unwrap_or_default(),
            http: Http {
                method: parts.method.as_str(),
                path: &path,
                protocol: format!("{:?}", parts.version),
                source_ip,
                user_agent: parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default(),
            },
            request_id,
            route_key: &found.route.key,
            stage,
            time: clock_time(now),
            time_epoch: i64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
        },
        path_parameters: &found.parameters,
        body,
        is_base64_encoded,
    };
    Bytes::from(serde_json::to_vec(&event).unwrap_or_default())
}

/// A time such as `24/Nov/2026:01:05:09 +0000`.
pub(crate) fn clock_time(now: OffsetDateTime) -> String {
    let form = format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");
    now.format(form).unwrap_or_default()
}

/// The headers with lower-case names, duplicates joined by commas, and the headers that the gateway adds.
fn headers<'a>(parts: &'a Parts, source_ip: &str, host: &str) -> BTreeMap<&'a str, String> {
    let mut headers: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in &parts.headers {
        if name == COOKIE || name == "connection" {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.as_str())
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    headers.entry("content-length").or_insert_with(|| "0".to_owned());
    headers.insert("x-forwarded-for", source_ip.to_owned());
    headers.insert("x-forwarded-port", host.rsplit_once(':').map_or("80", |(_, port)| port).to_owned());
    headers.insert("x-forwarded-proto", "http".to_owned());
    headers
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .map(|cookie| cookie.trim().to_owned())
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// The parameters of a query string, decoded, duplicates joined by commas.
pub(crate) fn query(raw: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
        parameters
            .entry(name.into_owned())
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    parameters
}

/// The body as text if API Gateway treats its type as text, otherwise in base64; and whether it is in base64.
fn encode(headers: &HeaderMap, body: &Bytes) -> (Option<String>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = kind.starts_with("text/")
        || ["application/json", "application/javascript", "application/xml"].contains(&kind.as_str());
    match std::str::from_utf8(body) {
        Ok(text) if is_text => (Some(text.to_owned()), false),
        // JSON cannot hold bytes that are not UTF-8, and a replacement would hide from the function what was sent.
        _ => (Some(BASE64.encode(body)), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, value.parse().unwrap());
        headers
    }

    #[test]
    fn only_a_few_types_are_text() {
        let body = Bytes::from_static(b"{}");
        assert_eq!(encode(&kind("application/json; charset=utf-8"), &body), (Some("{}".to_owned()), false));
        assert_eq!(encode(&kind("application/x-www-form-urlencoded"), &body), (Some("e30=".to_owned()), true));
        assert_eq!(encode(&HeaderMap::new(), &body), (Some("e30=".to_owned()), true));
        assert_eq!(encode(&HeaderMap::new(), &Bytes::new()), (None, false));
        assert_eq!(encode(&kind("text/plain"), &Bytes::from_static(b"\xff")), (Some("/w==".to_owned()), true));
    }

    #[test]
    fn query_parameters_are_decoded_and_joined() {
        let query = query("a=1&b=x%20y+z&a=2&c");
        assert_eq!((query["a"].as_str(), query["b"].as_str(), query["c"].as_str()), ("1,2", "x y z", ""));
    }

    #[test]
    fn time_is_written_as_in_an_access_log() {
        let time = OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        assert_eq!(clock_time(time), "14/Nov/2023:22:13:20 +0000");
    }
}

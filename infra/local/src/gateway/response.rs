//! The HTTP response that the gateway makes of a function's response.

use bytes::Bytes;
use data_encoding::BASE64;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, SET_COOKIE};
use hyper::{Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::net::{self, Answer};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionResponse {
    status_code: Option<u16>,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// The response to the client.
pub(super) fn from_function(payload: &Bytes) -> Answer {
    convert(payload).unwrap_or_else(|| net::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"))
}

fn convert(payload: &Bytes) -> Option<Answer> {
    let Ok(FunctionResponse { status_code: Some(status), headers, cookies, body, is_base64_encoded }) =
        serde_json::from_slice(payload)
    else {
        return inferred(payload);
    };
    let body = body.unwrap_or_default();
    let body = if is_base64_encoded == Some(true) { BASE64.decode(body.as_bytes()).ok()? } else { body.into_bytes() };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    for (name, value) in headers.unwrap_or_default() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        // The length is that of the body above, not the one that a function claims.
        if name != "content-length" && name != "transfer-encoding" && name != "connection" {
            response.headers_mut().insert(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
        }
    }
    for cookie in cookies.unwrap_or_default() {
        response.headers_mut().append(SET_COOKIE, HeaderValue::from_str(&cookie).ok()?);
    }
    if !response.headers().contains_key(CONTENT_TYPE) && status != 204 {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    }
    Some(response)
}

/// JSON without `statusCode` becomes the body of a 200, as on AWS.
fn inferred(payload: &Bytes) -> Option<Answer> {
    let value: Value = serde_json::from_slice(payload).ok()?;
    if value.get("statusCode").is_some() {
        return None;
    }
    let body = value.as_str().map_or_else(|| payload.clone(), |text| Bytes::from(text.to_owned()));
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_response_keeps_status_headers_and_cookies() {
        let payload = Bytes::from_static(
            br#"{"statusCode":201,"headers":{"X-A":"b","Content-Length":"99"},"cookies":["a=1","b=2"],"body":"aGk=","isBase64Encoded":true}"#,
        );
        let response = from_function(&payload);
        assert_eq!((response.status().as_u16(), &response.headers()["x-a"]), (201, &HeaderValue::from_static("b")));
        assert_eq!(response.headers().get_all(SET_COOKIE).iter().count(), 2);
        assert!(!response.headers().contains_key("content-length"));
    }

    #[test]
    fn other_json_is_a_200_and_an_invalid_payload_a_500() {
        assert_eq!(from_function(&Bytes::from_static(b"{\"a\":1}")).status(), 200);
        assert_eq!(from_function(&Bytes::from_static(b"{\"statusCode\":\"x\"}")).status(), 500);
        assert_eq!(from_function(&Bytes::from_static(b"nonsense")).status(), 500);
    }
}

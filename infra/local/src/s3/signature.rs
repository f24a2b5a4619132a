//! What S3 demands of a signature and `s3s` does not check.

use std::collections::BTreeMap;

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use s3s::{S3Error, s3_error};

use crate::gateway::query;

/// The longest life of a signed URL: seven days.
const LONGEST_LIFE_S: u64 = 7 * 24 * 60 * 60;

/// Why S3 refuses a request whatever its signature is.
///
/// Without this, whoever has a URL that was signed for an upload could add headers to it: tags, or the source of a copy.
pub(super) fn objection(parameters: Option<&str>, headers: &HeaderMap) -> Option<S3Error> {
    let parameters = query(parameters.unwrap_or_default());
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if parameters.contains_key("AWSAccessKeyId") || authorization.is_some_and(|value| value.starts_with("AWS ")) {
        let why = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";
        return Some(s3_error!(InvalidRequest, "{why}"));
    }
    if parameters.get("X-Amz-Expires").and_then(|life| life.parse().ok()).is_some_and(|life: u64| life > LONGEST_LIFE_S)
    {
        let why = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds";
        return Some(s3_error!(AuthorizationQueryParametersError, "{why}"));
    }
    let signed = signed_headers(&parameters, authorization)?;
    let is_unsigned = |name: &&str| name.starts_with("x-amz-") && !signed.iter().any(|signed| signed == name);
    let unsigned: Vec<&str> = headers.keys().map(hyper::header::HeaderName::as_str).filter(is_unsigned).collect();
    if unsigned.is_empty() {
        return None;
    }
    let unsigned = unsigned.join(", ");
    Some(s3_error!(AccessDenied, "There were headers present in the request which were not signed: {unsigned}"))
}

/// The names of the headers that are signed, if any are.
fn signed_headers(parameters: &BTreeMap<String, String>, authorization: Option<&str>) -> Option<Vec<String>> {
    let named = match parameters.get("X-Amz-SignedHeaders") {
        Some(named) => named.as_str(),
        None => authorization?.split_once("SignedHeaders=")?.1.split(',').next()?,
    };
    Some(named.trim().split(';').map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(parameters: &str, headers: &[(&'static str, &'static str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        objection(Some(parameters), &map).map_or_else(String::new, |error| error.code().as_str().to_owned())
    }

    #[test]
    fn what_amazon_adds_to_http_must_be_signed() {
        let signed = "X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a";
        assert_eq!(told(signed, &[("x-amz-meta-a", "1"), ("accept", "*/*")]), "");
        assert_eq!(told(signed, &[("x-amz-copy-source", "/b/k")]), "AccessDenied");
        let header = ("authorization", "AWS4-HMAC-SHA256 Credential=c, SignedHeaders=host;x-amz-date, Signature=s");
        assert_eq!(told("", &[header, ("x-amz-date", "1")]), "");
        assert_eq!(told("", &[header, ("x-amz-tagging", "1")]), "AccessDenied");
    }

    #[test]
    fn old_signatures_and_long_lives_are_refused() {
        assert_eq!(told("X-Amz-Expires=604800", &[]), "");
        assert_eq!(told("X-Amz-Expires=604801", &[]), "AuthorizationQueryParametersError");
        assert_eq!(told("AWSAccessKeyId=seed&Signature=s", &[]), "InvalidRequest");
        assert_eq!(told("", &[("authorization", "AWS seed:s")]), "InvalidRequest");
    }
}

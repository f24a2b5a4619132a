//! The JWT authorizer of an HTTP API.

use anyhow::Result;
use hyper::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use hyper::{HeaderMap, StatusCode};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

use crate::issuer::Issuer;
use crate::net::{self, Answer};

/// Verifies tokens of one issuer for some audiences.
pub(super) struct Authorizer {
    key: DecodingKey,
    validation: Validation,
}

impl Authorizer {
    pub(super) fn new(issuer: &Issuer, audiences: &[String]) -> Result<Self> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[issuer.url()]);
        validation.set_audience(audiences);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.validate_nbf = true;
        validation.leeway = 0;
        Ok(Self { key: issuer.verifying_key()?, validation })
    }

    /// The claims of a request's token. As in the event of API Gateway, every value is a string.
    pub(super) fn claims(&self, headers: &HeaderMap) -> Result<Map<String, Value>, Box<Answer>> {
        let Some(header) = headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok()) else {
            return Err(unauthorized("Bearer"));
        };
        let token = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("bearer ")).unwrap_or(header).trim();
        let verified = jsonwebtoken::decode::<Map<String, Value>>(token.as_bytes(), &self.key, &self.validation);
        let claims = verified.map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => {
                unauthorized(r#"Bearer scope="" error="invalid_token" error_description="the token has expired""#)
            }
            ErrorKind::InvalidAudience => unauthorized(
                r#"Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience""#,
            ),
            _ => unauthorized(r#"Bearer scope="" error="invalid_token" error_description="the token is not valid""#),
        })?;
        Ok(claims.claims.into_iter().map(|(name, value)| (name, Value::String(text(&value)))).collect())
    }
}

/// A list is written as `[a b]`, as by API Gateway.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(" ")),
        other => other.to_string(),
    }
}

fn unauthorized(challenge: &'static str) -> Box<Answer> {
    let mut answer = net::message(StatusCode::UNAUTHORIZED, "Unauthorized");
    answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    Box::new(answer)
}

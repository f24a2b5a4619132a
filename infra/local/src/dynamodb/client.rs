//! A client of the engine over pooled loopback connections.

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::http::response::Parts;
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// All callers share one access key, because DynamoDB Local keeps a separate database for each.
const CREDENTIAL: &str = "AWS4-HMAC-SHA256 Credential=local/20250101/us-east-1/dynamodb/aws4_request, \
                          SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000";
const PREFIX: &str = "DynamoDB_20120810.";

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Client {
    http: legacy::Client<HttpConnector, Full<Bytes>>,
    endpoint: Uri,
}

impl Client {
    /// # Errors
    /// A message if `endpoint` is not an `http` URL.
    pub(crate) fn new(endpoint: &str) -> Result<Self> {
        let endpoint: Uri =
            endpoint.parse().with_context(|| format!("AWS_ENDPOINT_URL_DYNAMODB={endpoint} is not a URL"))?;
        ensure!(endpoint.scheme_str() == Some("http"), "AWS_ENDPOINT_URL_DYNAMODB={endpoint} must be an http URL");
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Ok(Self { http: legacy::Client::builder(TokioExecutor::new()).build(connector), endpoint })
    }

    /// Forwards a call. `target` is the whole `X-Amz-Target`.
    ///
    /// # Errors
    /// If the engine does not respond.
    pub(super) async fn send(&self, target: HeaderValue, body: Bytes) -> Result<(Parts, Bytes)> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.endpoint.clone();
        let headers = request.headers_mut();
        headers.insert("x-amz-target", target);
        headers.insert("x-amz-date", HeaderValue::from_static("20250101T000000Z"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
        headers.insert(AUTHORIZATION, HeaderValue::from_static(CREDENTIAL));
        let response = self.http.request(request).await;
        let response = response.with_context(|| format!("DynamoDB does not respond at {}", self.endpoint))?;
        let (parts, body) = response.into_parts();
        Ok((parts, body.collect().await?.to_bytes()))
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// DynamoDB's message if it refuses the call.
    pub(super) async fn call(&self, operation: &str, input: &Value) -> Result<Value> {
        let target = HeaderValue::from_str(&format!("{PREFIX}{operation}"))?;
        let (parts, body) = self.send(target, Bytes::from(serde_json::to_vec(input)?)).await?;
        if parts.status != StatusCode::OK {
            bail!("DynamoDB refused {operation}: {}", String::from_utf8_lossy(&body));
        }
        Ok(serde_json::from_slice(&body)?)
    }
}

//! A client of the public HTTP API.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use parking_lot::RwLock;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::failure::Failure;

/// How often a call is tried if the service is unreachable, and if it responds with 429 or 5xx.
const ATTEMPTS_UNREACHABLE: u32 = 8;
const ATTEMPTS_FAILING: u32 = 3;
/// The pause after the first failure. It doubles with each failure.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The limit of one attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// The members of the ready file that the client needs.
#[derive(Deserialize)]
struct Ready {
    http_url: String,
    sign_in_url: String,
}

/// A signed-in client.
pub(super) struct Api {
    http: Client<HttpConnector, Full<Bytes>>,
    ready: Ready,
    name: String,
    token: RwLock<String>,
}

impl Api {
    /// Reads the ready file. Call [`Api::sign_in`] next.
    ///
    /// # Errors
    /// A message if there is no ready file.
    pub(super) fn find(ready_file: &Path, name: &str) -> Result<Self> {
        let missing = || {
            format!(
                "there is no running stack at {}: start one with cargo dev, or give the ready file with --stack",
                ready_file.display()
            )
        };
        let ready = serde_json::from_slice(&fs::read(ready_file).with_context(missing)?).with_context(missing)?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let http = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { http, ready, name: name.to_owned(), token: RwLock::default() })
    }

    /// Signs in with the local issuer and returns the user id.
    pub(super) async fn sign_in(&self) -> Result<String, Failure> {
        let body = json!({ "username": self.name });
        let response = self.retry(|| self.request(&Method::POST, &self.ready.sign_in_url, Some(&body), None)).await?;
        let text = |name: &str| response.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        *self.token.write() = text("token");
        Ok(text("user_id"))
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None, None).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::PUT, path, Some(body), None).await
    }

    pub(super) async fn patch(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::PATCH, path, Some(body), None).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::DELETE, path, None, None).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::POST, path, Some(body), None).await
    }

    /// A `POST` with an idempotency key: it takes effect once, even if it is tried several times.
    pub(super) async fn post_once(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let key = uuid::Uuid::new_v4().to_string();
        self.call(Method::POST, path, Some(body), Some(&key)).await
    }

    /// Where a path leads to.
    pub(super) async fn redirect(&self, path: &str) -> Result<String, Failure> {
        match self.get(path).await {
            Err(Failure::Refused(StatusCode::FOUND, Value::String(address))) => Ok(address),
            Err(failure) => Err(failure),
            Ok(_) => Err(Failure::Impossible(format!("{path} leads nowhere"))),
        }
    }

    /// Uploads a file to a signed address.
    pub(super) async fn upload(&self, url: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let request = Request::put(url).header(CONTENT_TYPE, content_type).body(Full::new(Bytes::from(bytes)));
        self.exchange(request).await.map(|_| ())
    }

    /// The bytes at a signed address.
    pub(super) async fn download(&self, url: &str) -> Result<Bytes, Failure> {
        self.exchange(Request::get(url).body(Full::default())).await
    }

    /// Sends a request that needs no token, once, and takes as long as it takes.
    async fn exchange(&self, request: hyper::http::Result<Request<Full<Bytes>>>) -> Result<Bytes, Failure> {
        let unreachable = |reason: String| Failure::Unreachable(reason);
        let request = request.map_err(|error| unreachable(error.to_string()))?;
        let response = self.http.request(request).await.map_err(|error| unreachable(error.to_string()))?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| unreachable(error.to_string()))?.to_bytes();
        if status.is_success() { Ok(body) } else { Err(Failure::Refused(status, Value::Null)) }
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<Value, Failure> {
        let url = format!("{}{path}", self.ready.http_url);
        let attempt = || self.request(&method, &url, body, key);
        match self.retry(attempt).await {
            // The token has expired, or the stack has a new signing key.
            Err(Failure::Refused(StatusCode::UNAUTHORIZED, _)) => {
                self.sign_in().await?;
                self.retry(attempt).await
            }
            result => result,
        }
    }

    /// Retries after failures of the network or the service. Every call of this client is idempotent.
    async fn retry<F>(&self, attempt: impl Fn() -> F) -> Result<Value, Failure>
    where
        F: Future<Output = Result<Value, (Failure, Option<Duration>)>>,
    {
        let mut pause = FIRST_PAUSE;
        let mut tried = 1;
        loop {
            let (failure, retry_after) = match attempt().await {
                Ok(response) => return Ok(response),
                Err(failure) => failure,
            };
            let attempts = match &failure {
                Failure::Unreachable(_) => ATTEMPTS_UNREACHABLE,
                Failure::Refused(StatusCode::TOO_MANY_REQUESTS, _) => ATTEMPTS_FAILING,
                Failure::Refused(status, _) if status.is_server_error() => ATTEMPTS_FAILING,
                Failure::Refused(..) | Failure::Impossible(_) => 1,
            };
            if tried >= attempts {
                return Err(failure);
            }
            sleep(retry_after.unwrap_or(pause)).await;
            pause *= 2;
            tried += 1;
        }
    }

    async fn request(
        &self,
        method: &Method,
        url: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<Value, (Failure, Option<Duration>)> {
        let unreachable = |reason: String| (Failure::Unreachable(reason), None);
        let mut request = Request::builder().method(method).uri(url);
        let token = self.token.read().clone();
        if !token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let content = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(content))).map_err(|error| unreachable(error.to_string()))?;
        let exchange = async {
            let response = self.http.request(request).await.map_err(|error| error.to_string())?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
            Ok((parts, body))
        };
        let (parts, body) = match timeout(ATTEMPT_TIMEOUT, exchange).await {
            Ok(Ok(response)) => response,
            Ok(Err(reason)) => return Err(unreachable(reason)),
            Err(_) => return Err(unreachable("no response in time".to_owned())),
        };
        let value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if parts.status.is_success() {
            return Ok(value);
        }
        if let Some(Ok(address)) = parts.headers.get(LOCATION).map(HeaderValue::to_str) {
            return Err((Failure::Refused(parts.status, json!(address)), None));
        }
        let retry_after = parts.headers.get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
        Err((Failure::Refused(parts.status, value), retry_after.map(Duration::from_secs)))
    }
}

/// Percent-encodes a value for a query string or a path.
pub(super) fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

pub(super) fn thread_path(thread_id: &str) -> String {
    format!("/threads/{}", escaped(thread_id))
}

//! The one door to the bucket. It needs three kinds of calls and two of signatures; the SDK for S3 would double the size of a function.

use std::ops::Range;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use futures_util::stream::{self, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout_at};

use super::error::ObjectError;
use super::key::ObjectKey;
use super::sign::{SignedUrl, Signer, Unsigned};
use crate::domain::media::{MediaId, MediaType};
use crate::domain::time::Timestamp;
use crate::domain::word::Word;
use crate::trace::{Ended, Service, Trace};

/// How often a call is tried.
const ATTEMPTS: u32 = 4;
/// How long the first pause between two attempts is. Each one is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// A part of an object that passes through, or why there is none.
pub type Part = Result<Vec<u8>, ObjectError>;

/// What is stored.
#[derive(Debug)]
pub enum Body {
    /// A picture, which is in memory.
    Bytes(Vec<u8>),
    /// A video, which passes through in parts, and its length.
    Parts(u64, mpsc::Receiver<Part>),
}

/// What opens connections, made with the first of them: who only signs needs none, and reading certificates takes time at a cold start.
pub type LazyConnector = LazyLock<Connector, Box<dyn FnOnce() -> Connector + Send>>;

/// The bucket, as a function holds it.
#[derive(Debug, Clone)]
pub struct Bucket {
    connector: Arc<LazyConnector>,
    /// The address of the bucket, without a slash at the end.
    url: Arc<str>,
    signer: Signer,
    trace: Arc<Trace>,
    give_up_at: Instant,
}

impl Bucket {
    /// The bucket at `url`, with the keys of the function's role.
    #[must_use]
    pub fn new(
        connector: Arc<LazyConnector>,
        url: Arc<str>,
        (credentials, region): (Credentials, String),
        trace: Arc<Trace>,
        give_up_at: Instant,
    ) -> Self {
        Self { connector, url, signer: Signer { credentials, region }, trace, give_up_at }
    }

    /// Where a client uploads exactly so many bytes of this type, with these two headers, until `life` is over.
    ///
    /// # Errors
    /// If it cannot be signed.
    pub fn upload_url(
        &self,
        id: &MediaId,
        (content_type, bytes): (MediaType, u64),
        life: Duration,
        now: Timestamp,
    ) -> Result<SignedUrl, ObjectError> {
        let (url, bytes) = (self.address(&ObjectKey::upload(id)), bytes.to_string());
        let headers = [("content-type", content_type.as_str()), ("content-length", &*bytes)];
        self.signer.url(Unsigned { method: "PUT", url: &url, headers: &headers }, life, now)
    }

    /// Where a client fetches an object until `life` is over. It is given out as this type, and never as a page to be shown.
    ///
    /// # Errors
    /// If it cannot be signed.
    pub fn download_url(
        &self,
        key: &ObjectKey,
        content_type: &str,
        life: Duration,
        now: Timestamp,
    ) -> Result<SignedUrl, ObjectError> {
        let mut url = url::Url::parse(&self.address(key)).map_err(ObjectError::new)?;
        url.query_pairs_mut()
            .append_pair("response-content-type", content_type)
            .append_pair("response-content-disposition", "attachment")
            .append_pair("response-cache-control", "private, max-age=86400, immutable");
        let url = url.as_str().replace('+', "%20");
        self.signer.url(Unsigned { method: "GET", url: &url, headers: &[] }, life, now)
    }

    /// Some bytes of an object; `None` if it is not there, or not the same as at the first look any more: `same` is its entity tag.
    ///
    /// # Errors
    /// See [`ObjectError`].
    pub async fn get(
        &self,
        key: &ObjectKey,
        range: Range<u64>,
        same: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Found>, ObjectError> {
        let range = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        let mut headers = vec![("range", range.as_str())];
        headers.extend(same.map(|tag| ("if-match", tag)));
        let response = self.call("GetObject", ("GET", key, &headers), || Ok(SdkBody::empty()), now).await?;
        match response.status().as_u16() {
            404 | 412 => Ok(None),
            200 | 206 => {
                let header = |name: &str| response.headers().get(name).unwrap_or_default().to_owned();
                let (e_tag, content_range) = (header("etag"), header("content-range"));
                let whole = content_range.rsplit_once('/').and_then(|(_, whole)| whole.parse().ok());
                let body = ByteStream::new(response.into_body()).collect();
                let read = timeout_at(self.give_up_at, body).await.map_err(|_| ObjectError::new("no time was left"))?;
                let bytes = read.map_err(ObjectError::new)?.to_vec();
                let length = whole.unwrap_or(bytes.len() as u64);
                Ok(Some(Found { bytes, e_tag, length }))
            }
            status => Err(ObjectError(format!("GetObject of {} was responded to with {status}", key.as_str()))),
        }
    }

    /// Stores an object, and replaces what was there.
    ///
    /// # Errors
    /// See [`ObjectError`]. A video that failed is not tried again here, since its parts are gone.
    pub async fn put(
        &self,
        key: &ObjectKey,
        content_type: &str,
        body: Body,
        now: Timestamp,
    ) -> Result<(), ObjectError> {
        let (length, mut parts) = match body {
            Body::Bytes(bytes) => (bytes.len() as u64, Parts::Kept(bytes)),
            Body::Parts(length, parts) => (length, Parts::Once(Some(parts))),
        };
        let length = length.to_string();
        let headers = [("content-type", content_type), ("content-length", &*length)];
        let response = self.call("PutObject", ("PUT", key, &headers), || parts.body(), now).await?;
        expect(&response, &[200], "PutObject", key)
    }

    /// Deletes an object, if it is there.
    ///
    /// # Errors
    /// See [`ObjectError`].
    pub async fn delete(&self, key: &ObjectKey, now: Timestamp) -> Result<(), ObjectError> {
        let response = self.call("DeleteObject", ("DELETE", key, &[]), || Ok(SdkBody::empty()), now).await?;
        expect(&response, &[200, 204, 404], "DeleteObject", key)
    }

    /// Deletes all objects of an image or a video that are there.
    ///
    /// # Errors
    /// See [`ObjectError`]. A repeat deletes what is left.
    pub async fn delete_all(&self, id: &MediaId, now: Timestamp) -> Result<(), ObjectError> {
        for key in ObjectKey::all(id) {
            self.delete(&key, now).await?;
        }
        Ok(())
    }

    fn address(&self, key: &ObjectKey) -> String {
        format!("{}/{}", self.url, key.as_str())
    }

    /// Sends a request until it gets a response that is no failure of S3, as often as makes sense.
    async fn call(
        &self,
        operation: &'static str,
        (method, key, headers): (&str, &ObjectKey, &[(&str, &str)]),
        mut body: impl FnMut() -> Result<SdkBody, ObjectError>,
        now: Timestamp,
    ) -> Result<HttpResponse, ObjectError> {
        let url = self.address(key);
        let signature = self.signer.headers(Unsigned { method, url: &url, headers }, now)?;
        let mut pause = FIRST_PAUSE;
        let mut failed = ObjectError::new("it was not tried");
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                sleep(pause).await;
                pause *= 2;
            }
            let Ok(body) = body() else { break };
            let mut request = HttpRequest::new(body);
            request.set_method(method).map_err(ObjectError::new)?;
            request.set_uri(url.as_str()).map_err(ObjectError::new)?;
            for (name, value) in headers {
                request.headers_mut().insert((*name).to_owned(), (*value).to_owned());
            }
            for (name, value) in &signature {
                request.headers_mut().insert(name.clone(), value.clone());
            }
            let sent = async { timeout_at(self.give_up_at, self.connector.call(request)).await };
            match self.trace.call(Service::S3, operation, sent, ended).await {
                Ok(Ok(response)) if response.status().as_u16() < 500 => return Ok(response),
                Ok(Ok(response)) => failed = ObjectError(format!("{operation}: {}", response.status().as_u16())),
                Ok(Err(error)) => failed = ObjectError(format!("{operation}: {error:?}")),
                Err(_) => return Err(ObjectError(format!("{operation}: no time was left"))),
            }
        }
        Err(failed)
    }
}

/// How a call ended, for the trace.
fn ended<E, F>(sent: &Result<Result<HttpResponse, E>, F>) -> Ended {
    match sent {
        Ok(Ok(response)) if response.status().as_u16() >= 500 => Ended::Fault,
        Ok(Ok(response)) if response.status().as_u16() >= 400 => Ended::Error,
        Ok(Ok(_)) => Ended::Well,
        _ => Ended::Fault,
    }
}

fn expect(response: &HttpResponse, fine: &[u16], operation: &str, key: &ObjectKey) -> Result<(), ObjectError> {
    let status = response.status().as_u16();
    if fine.contains(&status) {
        return Ok(());
    }
    Err(ObjectError(format!("{operation} of {} was responded to with {status}", key.as_str())))
}

/// What a request stores: kept for another attempt, or gone with the first.
enum Parts {
    Kept(Vec<u8>),
    Once(Option<mpsc::Receiver<Part>>),
}

impl Parts {
    fn body(&mut self) -> Result<SdkBody, ObjectError> {
        match self {
            Self::Kept(bytes) => Ok(SdkBody::from(bytes.clone())),
            Self::Once(parts) => {
                let mut parts = parts.take().ok_or_else(|| ObjectError::new("its parts are gone"))?;
                let parts = stream::poll_fn(move |context| parts.poll_recv(context));
                let frames = parts.map(|part| part.map(|bytes| http_body::Frame::data(bytes.into())));
                let frames = frames.map(|frame| frame.map_err(|error| std::io::Error::other(error.0)));
                Ok(SdkBody::from_body_1_x(http_body_util::StreamBody::new(frames)))
            }
        }
    }
}

/// Some bytes of an object.
#[derive(Debug)]
pub struct Found {
    pub bytes: Vec<u8>,
    /// The same as long as the object is.
    pub e_tag: String,
    /// How many bytes all of it has.
    pub length: u64,
}

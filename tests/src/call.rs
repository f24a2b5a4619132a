//! A request on its way: built in a line, sent by awaiting it.

use std::fmt;
use std::pin::Pin;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::Value;

use crate::answer::Answer;
use crate::routes;

/// A request that was not sent yet.
#[must_use = "a call is sent by awaiting it"]
#[derive(Clone, Debug)]
pub struct Call {
    client: Client,
    method: Method,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

/// No answer came: what was asked may or may not have happened.
#[derive(Debug)]
pub struct Lost(reqwest::Error);

impl fmt::Display for Lost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no answer: {:?}", self.0)
    }
}

impl Call {
    pub(crate) fn new(client: Client, method: Method, url: String) -> Self {
        Self { client, method, url, headers: Vec::new(), body: None }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the `Idempotency-Key`.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Sends `body` as JSON.
    pub fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string().into_bytes())
    }

    /// Sends these bytes and calls them JSON.
    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", "application/json")
    }

    /// Sends the request and tells whether an answer came.
    ///
    /// # Errors
    /// [`Lost`] if the connection ended before there was a whole answer.
    pub async fn outcome(self) -> Result<Answer, Lost> {
        let request = format!("{} {}", self.method, self.url);
        let (method, path) = (self.method.to_string(), path_of(&self.url));
        let (status, headers, bytes) = self.response().await.map_err(Lost)?;
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        if let Err(error) = routes::judge(&method, &path, status, &json) {
            panic!("{request} was answered {status} against the API book: {error}");
        }
        Ok(Answer { request, status, headers, bytes, json })
    }

    /// Sends the request and tells its status alone, if an answer came: for who measures, since nothing is looked at and little
    /// is spent.
    pub async fn status(self) -> Option<u16> {
        Some(self.response().await.ok()?.0)
    }

    async fn response(self) -> reqwest::Result<(u16, HeaderMap, Vec<u8>)> {
        let mut builder = self.client.request(self.method, self.url);
        for (name, value) in self.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = self.body {
            builder = builder.body(body);
        }
        let response = builder.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok((status, headers, response.bytes().await?.to_vec()))
    }
}

/// The path of a URL.
fn path_of(url: &str) -> String {
    let behind_host = url.splitn(4, '/').nth(3).unwrap_or_default();
    format!("/{}", behind_host.split('?').next().unwrap_or_default())
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    /// Sends the request and demands an answer, whichever it is.
    fn into_future(self) -> Self::IntoFuture {
        let request = format!("{} {}", self.method, self.url);
        Box::pin(async move { self.outcome().await.unwrap_or_else(|lost| panic!("{request}: {lost}")) })
    }
}

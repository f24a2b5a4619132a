//! A stack with the template of this suite, and clients of its bucket.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tests::s3::Signer;
use tests::sources::root;
use tests::{Profile, Stack, wait};

/// The function that hears of new objects.
pub(crate) const LISTENER: &str = "ListenerFunction";
/// The logical id of the bucket.
pub(crate) const BUCKET: &str = "Files";

pub(crate) struct Files {
    pub(crate) stack: Stack,
    client: Client,
}

/// What S3 answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answered {
    /// The value of a header; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Demands this status, and that the body names this error.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.text.contains(&format!("<Code>{code}</Code>")), "{self:?}");
    }
}

impl Files {
    pub(crate) fn start() -> Self {
        let template = root().join("tests/local/template.yaml");
        let stack = Stack::with(Profile::Debug, &["--template", template.to_str().expect("its path is plain")]);
        // The grants of this template are not those of the product, so nobody counts them.
        stack.expect_refusals();
        Self { stack, client: Client::new() }
    }

    /// The path of an object, encoded.
    pub(crate) fn target(&self, key: &str) -> String {
        format!("/{}/{key}", self.stack.bucket_name())
    }

    /// A URL that the function signs.
    pub(crate) async fn signed(&self, method: &Method, target: &str, headers: Value, life: Duration) -> String {
        let asked = json!({"method": method.as_str(), "target": target, "headers": headers, "life_s": life.as_secs()});
        let url = format!("{}/sign", self.stack.http_url());
        let request = self.client.post(url).header("content-type", "application/json").body(asked.to_string());
        let response = request.send().await.expect("the function answers");
        assert_eq!(response.status(), 200);
        response.text().await.expect("an answer has an end")
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, method: &Method, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answered {
        self.try_send(method, url, headers, body).await.expect("S3 answers")
    }

    pub(crate) async fn try_send(
        &self,
        method: &Method,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> reqwest::Result<Answered> {
        let mut request = self.client.request(method.clone(), url).body(body.to_vec());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = String::from_utf8_lossy(&response.bytes().await?).into_owned();
        Ok(Answered { status, headers, text })
    }

    /// Sends a request that the owner of the stack signs. `key` is encoded, and may have a query.
    pub(crate) async fn owner(&self, method: &Method, key: &str, headers: &[(&str, &str)], body: &[u8]) -> Answered {
        let (owner, target) = (Signer::owner(&self.stack), self.target(key));
        let signed = owner.headers(method, &target, headers);
        let all = headers.iter().copied().chain(signed.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let all: Vec<(&str, &str)> = all.collect();
        self.send(method, &format!("{}{target}", owner.url), &all, body).await
    }

    /// Stores an object as the owner.
    pub(crate) async fn put(&self, key: &str, body: &str) {
        let answered = self.owner(&Method::PUT, key, &[("content-type", "text/plain")], body.as_bytes()).await;
        assert_eq!(answered.status, 200, "{answered:?}");
    }

    /// Waits until an event has failed, and ends its wait for another call.
    pub(crate) async fn call_again_after_failure(&self) {
        let failed = async || (self.stack.events(LISTENER).await.failed > 0).then_some(());
        wait::until_async("an event to fail", failed).await;
        self.stack.hurry(LISTENER).await;
    }

    /// The keys in the bucket.
    pub(crate) async fn keys(&self) -> Vec<String> {
        let buckets = self.stack.buckets().await;
        let bucket = buckets.into_iter().find(|bucket| bucket.bucket == BUCKET).expect("the template has the bucket");
        bucket.objects.into_iter().map(|object| object.key).collect()
    }
}

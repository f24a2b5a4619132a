//! What a user does with images and videos.

use std::fs;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::sources::root;
use crate::stack::Stack;
use crate::user::{User, fresh_key};
use crate::wait;

/// A file of those on which the checks are tried; `functions/image/tests/seeds/make.py` says what is in it.
#[must_use]
pub fn seed(name: &str) -> Vec<u8> {
    let path = root().join("functions/image/tests/seeds").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Uploads bytes as an announcement says; gives the status.
pub async fn upload(announced: &Value, bytes: Vec<u8>) -> u16 {
    let upload = &announced["upload"];
    let content_type = upload["headers"]["content-type"].as_str().expect("an upload has a type");
    let url = upload["url"].as_str().expect("an upload has a URL");
    let put = reqwest::Client::new().put(url).header("content-type", content_type).body(bytes);
    put.send().await.expect("S3 answers").status().as_u16()
}

/// What an address answers: the status, the type, and the bytes.
pub async fn download(url: &str) -> (u16, String, Vec<u8>) {
    let response = reqwest::Client::new().get(url).send().await.expect("S3 answers");
    let status = response.status().as_u16();
    let content_type =
        response.headers().get("content-type").map(|value| value.to_str().expect("it is text").to_owned());
    let bytes = response.bytes().await.expect("the body comes").to_vec();
    (status, content_type.unwrap_or_default(), bytes)
}

/// Where an answer points to. It must point somewhere.
#[expect(clippy::must_use_candidate, reason = "often only that it does is of interest")]
#[track_caller]
pub fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 302, "{} was answered {}", answer.request, answer.text());
    answer.header("location").expect("a redirect says where to").to_owned()
}

impl User {
    /// Announces an upload.
    pub fn announcing(&self, content_type: &str, bytes: usize) -> Call {
        self.post("/media", &json!({"content_type": content_type, "bytes": bytes}))
    }

    /// Asks for an image or a video; `query` begins with a question mark, or is empty.
    pub fn fetching(&self, media: &str, query: &str) -> Call {
        self.get(&format!("/media/{media}{query}"))
    }

    /// Announces and uploads; gives the id.
    pub async fn uploads(&self, content_type: &str, bytes: Vec<u8>) -> String {
        let announced = self.announcing(content_type, bytes.len()).await.expect(201).clone();
        assert_eq!(upload(&announced, bytes).await, 200);
        announced["media_id"].as_str().expect("it has an id").to_owned()
    }

    /// Waits until somebody has looked at an upload, and gives the answer of its owner.
    pub async fn looked_at(&self, media: &str) -> Answer {
        let looked_at = async || {
            let answer = self.fetching(media, "").await;
            (answer.status != 409).then_some(answer)
        };
        wait::until_async("somebody to look at the upload", looked_at).await
    }

    /// Uploads something that can be sent, and gives its id.
    pub async fn picture(&self, content_type: &str, file: &str) -> String {
        let media = self.uploads(content_type, seed(file)).await;
        location(&self.looked_at(&media).await);
        media
    }

    /// Sends images and videos; what comes back is up to the test.
    pub fn attaching(&self, thread: &str, media: &[&str]) -> Call {
        let body = json!({"text": "look", "attachments": media});
        self.post(&format!("/threads/{thread}/messages"), &body).key(&fresh_key())
    }
}

impl Stack {
    /// The keys of all objects with images and videos.
    pub async fn objects(&self) -> Vec<String> {
        let buckets = self.buckets().await;
        buckets.into_iter().flat_map(|bucket| bucket.objects).map(|object| object.key).collect()
    }
}

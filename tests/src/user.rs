//! Somebody who uses the API.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::socket::Socket;

/// A signed-in user. Cheap to clone: the clones are devices of the same user.
#[derive(Clone, Debug)]
pub struct User {
    /// The user's id.
    pub id: String,
    /// The user's username.
    pub name: String,
    token: Option<String>,
    http_url: String,
    client: Client,
}

/// `name` with an ending that no other test and no other run uses; a valid username.
#[must_use]
pub fn unique(name: &str) -> String {
    static RUN: OnceLock<u64> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let run = RUN.get_or_init(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
        u64::from(since.subsec_nanos()) ^ (since.as_secs() << 20) ^ (u64::from(std::process::id()) << 8)
    });
    format!("{name}_{:07x}.{:x}", run & 0x0fff_ffff, COUNT.fetch_add(1, Ordering::Relaxed))
}

/// An `Idempotency-Key` that was never used.
#[must_use]
pub fn fresh_key() -> String {
    unique("key")
}

impl User {
    pub(crate) fn new(client: Client, http_url: String, name: &str, signed_in: &Value) -> Self {
        let text = |member: &str| signed_in[member].as_str().expect("sign-in gives a token and a user id").to_owned();
        Self { id: text("user_id"), name: name.to_owned(), token: Some(text("token")), http_url, client }
    }

    /// The same user with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same user without a token.
    #[must_use]
    pub fn signed_out(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The bearer token.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("the user is signed in")
    }

    /// The address of the HTTP API.
    #[must_use]
    pub fn http_url(&self) -> &str {
        &self.http_url
    }

    /// A request of any method; `path` begins with a slash.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let call = Call::new(self.client.clone(), method, format!("{}{path}", self.http_url));
        match &self.token {
            Some(token) => call.header("authorization", &format!("Bearer {token}")),
            None => call,
        }
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// `PUT` with a JSON body.
    pub fn put(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PUT, path).json(body)
    }

    /// `PUT` without a body.
    pub fn put_empty(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    /// `POST` with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Call {
        self.call(Method::POST, path).json(body)
    }

    /// `POST` without a body.
    pub fn post_empty(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    /// `PATCH` with a JSON body.
    pub fn patch(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PATCH, path).json(body)
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// All pages of a list, in order; a page never holds more than it should.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let join = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut next = path.to_owned();
        loop {
            let answer = self.get(&next).await;
            items.extend_from_slice(answer.items());
            match &answer.json["next_cursor"] {
                Value::String(cursor) => next = format!("{path}{join}cursor={cursor}"),
                Value::Null => return items,
                other => panic!("{path}: next_cursor is {other}"),
            }
        }
    }

    /// Registers with `PUT /me`.
    pub async fn register(&self) {
        self.put("/me", &json!({"username": self.name, "display_name": self.name})).await.expect(200);
    }

    /// Follows somebody.
    pub async fn follow(&self, other: &User) {
        self.put_empty(&format!("/me/following/{}", other.id)).await.expect(204);
    }

    /// Stops following somebody.
    pub async fn unfollow(&self, other: &User) {
        self.delete(&format!("/me/following/{}", other.id)).await.expect(204);
    }

    /// Blocks somebody.
    pub async fn block(&self, other: &User) {
        self.put_empty(&format!("/me/blocked/{}", other.id)).await.expect(200);
    }

    /// Unblocks somebody.
    pub async fn unblock(&self, other: &User) {
        self.delete(&format!("/me/blocked/{}", other.id)).await.expect(204);
    }

    /// Lets only those write who this user follows.
    pub async fn close(&self) {
        self.patch("/settings", &json!({"contact_policy": "following"})).await.expect(200);
    }

    /// Opens the direct thread with somebody; what comes back is up to the test.
    pub fn opening(&self, other: &User) -> Call {
        self.post("/threads", &json!({"kind": "direct", "user_id": other.id}))
    }

    /// Opens the direct thread with somebody and gives its id.
    pub async fn open(&self, other: &User) -> String {
        let answer = self.opening(other).await;
        assert!([200, 201].contains(&answer.status), "opening was answered {}", answer.text());
        answer.id()
    }

    /// A text message with a key of its own; what comes back is up to the test.
    pub fn sending(&self, thread: &str, text: &str) -> Call {
        self.post(&format!("/threads/{thread}/messages"), &json!({"text": text})).key(&fresh_key())
    }

    /// Gives a message another text.
    pub fn editing(&self, thread: &str, seq: u64, text: &str) -> Call {
        self.patch(&format!("/threads/{thread}/messages/{seq}"), &json!({"text": text}))
    }

    /// Deletes a message for everyone.
    pub fn deleting(&self, thread: &str, seq: u64) -> Call {
        self.delete(&format!("/threads/{thread}/messages/{seq}"))
    }

    /// Deletes a chat, for this user (`me`) or for `everyone`.
    pub fn clearing(&self, thread: &str, whom: &str) -> Call {
        self.delete(&format!("/threads/{thread}?for={whom}"))
    }

    /// Reports something to the operators.
    pub fn reporting(&self, body: &Value) -> Call {
        self.post("/reports", body)
    }

    /// Reports a message, and gives the id of the report.
    pub async fn report(&self, thread: &str, seq: u64) -> String {
        let body = json!({"kind": "message", "thread_id": thread, "seq": seq, "reason": "harassment"});
        self.reporting(&body).await.expect(201)["id"].as_str().expect("a report has an id").to_owned()
    }

    /// Reacts to a message; the emoji is written as it is.
    pub fn reacting(&self, thread: &str, seq: u64, emoji: &str) -> Call {
        self.put_empty(&format!("/threads/{thread}/messages/{seq}/reactions/{}", percent_encoded(emoji)))
    }

    /// Takes a reaction back.
    pub fn unreacting(&self, thread: &str, seq: u64, emoji: &str) -> Call {
        self.delete(&format!("/threads/{thread}/messages/{seq}/reactions/{}", percent_encoded(emoji)))
    }

    /// Pins a message for all members.
    pub fn pinning(&self, thread: &str, seq: u64) -> Call {
        self.put_empty(&format!("/threads/{thread}/messages/{seq}/pin"))
    }

    /// Takes the pin of a message away.
    pub fn unpinning(&self, thread: &str, seq: u64) -> Call {
        self.delete(&format!("/threads/{thread}/messages/{seq}/pin"))
    }

    /// The pinned messages, the last pinned first.
    pub async fn pins(&self, thread: &str) -> Vec<Value> {
        let answer = self.get(&format!("/threads/{thread}/pins")).await;
        assert!(answer.json["next_cursor"].is_null(), "{}", answer.text());
        answer.items().to_vec()
    }

    /// A page of a search in a thread; `rest` is more of the query.
    pub fn searching(&self, thread: &str, words: &str, rest: &str) -> Call {
        self.get(&format!("/threads/{thread}/search?q={}{rest}", percent_encoded(words)))
    }

    /// One message as this user sees it.
    pub async fn message(&self, thread: &str, seq: u64) -> Value {
        self.get(&format!("/threads/{thread}/messages/{seq}")).await.expect(200).clone()
    }

    /// Sends a text message and gives its view.
    pub async fn send(&self, thread: &str, text: &str) -> Value {
        self.sending(thread, text).await.expect(201).clone()
    }

    /// One thread as this user sees it.
    pub async fn thread(&self, thread: &str) -> Value {
        self.get(&format!("/threads/{thread}")).await.expect(200).clone()
    }

    /// The ids of the threads in a box, newest activity first.
    pub async fn boxed(&self, name: &str) -> Vec<String> {
        let threads = self.list(&format!("/threads?box={name}")).await;
        threads.iter().map(|thread| thread["id"].as_str().expect("a thread has an id").to_owned()).collect()
    }

    /// Takes a request into the inbox.
    pub async fn accept(&self, thread: &str) {
        self.post_empty(&format!("/threads/{thread}/accept")).await.expect(200);
    }

    /// Turns a request down.
    pub async fn decline(&self, thread: &str) {
        self.post_empty(&format!("/threads/{thread}/decline")).await.expect(204);
    }

    /// All messages of a thread, oldest first.
    pub async fn history(&self, thread: &str) -> Vec<Value> {
        let mut messages = self.list(&format!("/threads/{thread}/messages?limit=100")).await;
        messages.reverse();
        messages
    }

    /// The texts of a thread, oldest first.
    pub async fn texts(&self, thread: &str) -> Vec<String> {
        let text = |message: &Value| message["text"].as_str().expect("a message has a text").to_owned();
        self.history(thread).await.iter().map(text).collect()
    }

    /// The whole log of a thread, oldest first.
    pub async fn events(&self, thread: &str) -> Vec<Value> {
        self.list(&format!("/threads/{thread}/events?limit=100")).await
    }

    /// Moves the read mark.
    pub async fn read(&self, thread: &str, seq: u64) -> Answer {
        self.put(&format!("/threads/{thread}/read"), &json!({"seq": seq})).await
    }

    /// The answer to `POST /connections`.
    pub async fn ticket(&self) -> Value {
        self.post_empty("/connections").await.expect(201).clone()
    }

    /// Opens a socket.
    pub async fn connect(&self) -> Socket {
        let ticket = self.ticket().await;
        Socket::open(ticket["url"].as_str().expect("a ticket has a URL")).await.expect("the socket opens")
    }
}

/// A text as a part of a path.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |path, byte| format!("{path}%{byte:02X}"))
}

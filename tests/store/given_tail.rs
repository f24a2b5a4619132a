//! What tests of the tail begin with.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use shared::domain::append::{Append, append};
use shared::domain::idempotency::{Fingerprint, Idempotency, IdempotencyKey};
use shared::domain::ids::{Seq, ThreadId};
use shared::domain::member::Standing;
use shared::domain::message::Message;
use shared::domain::thread::Thread;
use shared::domain::time::Timestamp;
use shared::store::{Store, StoreError, Stored, Writes};
use tests::fresh_key;

use crate::given::{later, message, thread};

/// A request with a key that no other test has.
pub(crate) fn request() -> Idempotency {
    let key = IdempotencyKey::try_from(fresh_key()).unwrap();
    Idempotency { key, fingerprint: Fingerprint::of("POST", "/messages", json!({})) }
}

/// The decision to append a message of the `author`-th member.
pub(crate) fn appending(thread: &Thread, author: usize, text: &str, now: Timestamp) -> Append {
    append(&message(thread, author, text, now), &request(), 1).unwrap()
}

/// Stores an append.
pub(crate) async fn add(store: &Store, append: &Append, now: Timestamp) -> Result<Stored, StoreError> {
    let writes = Writes::append(append, append.transition.before.last_seq, now)?;
    Ok(store.commit(writes, None).await?.expect("the head is the only write"))
}

/// The thread with one more message in its tail.
pub(crate) async fn appended(store: &Store, thread: &Thread, author: usize, text: &str, now: Timestamp) -> Thread {
    add(store, &appending(thread, author, text, now), now).await.unwrap().head.thread().unwrap()
}

/// A thread with so many messages in its tail.
pub(crate) async fn with_messages(store: &Store, count: u64) -> Thread {
    let mut head = thread(store, Standing::Accepted).await;
    for number in 1..=count {
        head = appended(store, &head, 0, &number.to_string(), later(number)).await;
    }
    head
}

/// Makes items of the messages in the tail, as their senders do, and settles it.
pub(crate) async fn settle(store: &Store, thread: &Thread) -> Option<Stored> {
    for message in &thread.tail.messages {
        store.make_item(&thread.id, message).await.unwrap();
    }
    store.settle(thread).await.unwrap()
}

/// A thread as it is now.
pub(crate) async fn present(store: &Store, thread: &ThreadId) -> Thread {
    store.thread(thread).await.unwrap().unwrap()
}

/// All messages of a thread, oldest first.
pub(crate) async fn messages(store: &Store, thread: &Thread) -> Vec<Message> {
    let mut messages = store.messages(thread, (Seq::ONE, Seq::MAX), 1_000).await.unwrap().items;
    messages.reverse();
    messages
}

/// Their texts.
pub(crate) fn texts(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.written().unwrap().content.text.as_str()).collect()
}

/// The key of a head in the table.
pub(crate) fn head_key(thread: &ThreadId) -> [AttributeValue; 2] {
    [AttributeValue::S(format!("THREAD#{thread}")), AttributeValue::S("HEAD".into())]
}

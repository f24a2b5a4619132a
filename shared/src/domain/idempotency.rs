//! Idempotency (rule 15): the key of a client, the HTTP request that it is bound to, and what the request led to.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ids::{Seq, ThreadId, Ticket};
use super::invalid::Invalid;
use super::limits::MAX_IDEMPOTENCY_KEY_CHARS;
use super::roster::ListedMember;
use super::time::Timestamp;

/// The value of an `Idempotency-Key` header: 1–64 visible ASCII characters. The client chooses one for each intention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for IdempotencyKey {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let fits = (1..=MAX_IDEMPOTENCY_KEY_CHARS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits {
            Ok(Self(text))
        } else {
            Err(Invalid::new(format!("must be 1–{MAX_IDEMPOTENCY_KEY_CHARS} visible ASCII characters")))
        }
    }
}

/// The HTTP request that a key is bound to: a hash over its method, path and body, never the body itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of an HTTP request. `body` is compared as JSON: white space and the order of keys do not count.
    #[must_use]
    pub fn of(method: &str, path: &str, mut body: serde_json::Value) -> Self {
        body.sort_all_objects();
        let digest = Sha256::new()
            .chain_update(method)
            .chain_update([0])
            .chain_update(path)
            .chain_update([0])
            .chain_update(body.to_string())
            .finalize();
        Self(data_encoding::BASE64URL_NOPAD.encode(&digest))
    }
}

/// A key and the HTTP request that it is bound to. Together they recognise a repeated POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    pub key: IdempotencyKey,
    pub fingerprint: Fingerprint,
}

/// What a POST led to: ids and places in logs, never text that a user wrote. A repeat makes its response of what they refer
/// to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reference {
    /// A message was stored.
    Message { thread_id: ThreadId, seq: Seq },
    /// A thread was opened, created or accepted. Its log ended at `seq` then, with an entry of the time `at`.
    Thread { thread_id: ThreadId, seq: Seq, at: Timestamp, created: bool, members: Vec<ListedMember> },
    /// A message request was declined.
    Declined { thread_id: ThreadId },
    /// Members were added to a group. `members` are all members afterwards.
    Members { members: Vec<ListedMember> },
    /// A socket ticket was issued.
    Ticket { ticket: Ticket, expires_at: Timestamp },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_members_does_not_count_but_their_values_do() {
        let of = |text: &str| Fingerprint::of("POST", "/threads", serde_json::from_str(text).unwrap());
        assert_eq!(of(r#"{"a":1,"b":"x"}"#), of(r#"{ "b": "x", "a": 1 }"#));
        assert_ne!(of(r#"{"a":1}"#), of(r#"{"a":2}"#));
    }

    #[test]
    fn a_key_is_visible_ascii() {
        assert!(IdempotencyKey::try_from("k".repeat(64)).is_ok());
        for text in [String::new(), "k".repeat(65), "a b".to_owned(), "é".to_owned()] {
            assert!(IdempotencyKey::try_from(text).is_err());
        }
    }
}

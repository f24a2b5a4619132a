//! Idempotency (rule 15): the key of a client, and the HTTP request that it is bound to.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ids::UserId;
use super::invalid::Invalid;
use super::limits::MAX_IDEMPOTENCY_KEY_CHARS;

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

/// The HTTP request that a key is bound to: a hash over its method, path and body, never the body itself. 144 bits of it are
/// enough: whoever found two bodies with one hash would fool nobody but themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint(String);

/// Characters of a fingerprint: six bits each.
const FINGERPRINT_CHARS: usize = 24;

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
        Self(shortened(&digest, FINGERPRINT_CHARS))
    }

    /// Whether this is the request that an earlier one was. Earlier releases stored the whole hash.
    #[must_use]
    pub fn repeats(&self, earlier: &Self) -> bool {
        earlier.0.starts_with(&self.0)
    }
}

/// The first characters of a hash in base 64.
fn shortened(digest: &[u8], chars: usize) -> String {
    let mut text = data_encoding::BASE64URL_NOPAD.encode(digest);
    text.truncate(chars);
    text
}

/// A key and the HTTP request that it is bound to. Together they recognise a repeated POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    pub key: IdempotencyKey,
    pub fingerprint: Fingerprint,
}

impl Idempotency {
    /// The tag of this key as `user` uses it.
    #[must_use]
    pub fn tag(&self, user: &UserId) -> KeyTag {
        let digest = Sha256::new().chain_update(user.as_str()).chain_update([0]).chain_update(&self.key.0).finalize();
        KeyTag(shortened(&digest, TAG_CHARS))
    }
}

/// A short hash of a user and a key. A head remembers the last ones, so that it refuses a repeat that was decided before the
/// first attempt was stored. Two keys may share a tag: then the message is stored in a transaction with the record of its key,
/// which tells them apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyTag(String);

/// Characters of a tag: 24 bits, so that one send in some 400,000 meets another key's tag.
const TAG_CHARS: usize = 4;

impl KeyTag {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
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

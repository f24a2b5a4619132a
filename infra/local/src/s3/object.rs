//! What is known of an object beside its bytes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use s3s::dto::{ETag, Timestamp};
use serde::{Deserialize, Serialize};

use super::attributes::Attributes;
use crate::clock::{ms, now_ms};

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Object {
    pub(super) key: String,
    /// The name of the file with its bytes.
    pub(super) file: String,
    pub(super) size: u64,
    /// Without quotes.
    pub(super) e_tag: String,
    pub(super) modified_ms: u64,
    /// Greater than that of every object that was stored before.
    pub(super) sequencer: u64,
    pub(super) attributes: Attributes,
    pub(super) tags: BTreeMap<String, String>,
}

impl Object {
    pub(super) fn e_tag(&self) -> ETag {
        ETag::Strong(self.e_tag.clone())
    }

    /// When it was stored; whole seconds, as in the headers of HTTP.
    pub(super) fn modified(&self) -> Timestamp {
        Timestamp::from(UNIX_EPOCH + Duration::from_secs(self.modified_ms / 1000))
    }

    pub(super) fn is_older_than(&self, age: Duration, now_ms: u64) -> bool {
        self.modified_ms.saturating_add(ms(age)) <= now_ms
    }
}

/// The time of a new object, and its sequencer.
pub(super) fn stamp() -> (u64, u64) {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
    let next = |last: u64| Some(now.max(last + 1));
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).unwrap_or_default();
    (now_ms(), now.max(last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequencers_grow() {
        let numbers: Vec<u64> = (0..100).map(|_| stamp().1).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next));
    }
}

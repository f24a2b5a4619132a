//! What was answered to requests with an `Idempotency-Key` (rule 15).

use serde::{Deserialize, Serialize};

use super::error::{Guard, StoreError};
use super::head::Head;
use super::keys::LogKind;
use super::table::{Item, Read};
use super::write::Write;
use super::{ITEM_VERSION, Store, convert, keys};
use crate::domain::idempotency::{Fingerprint, IdempotencyKey, Once};
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::limits::IDEMPOTENCY_WINDOW;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;

/// What a request led to: as much as it takes to answer the same again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// A message got this place at this time. The repeated request brings the rest of the answer with it, so no second
    /// copy of what was said is kept.
    Sent {
        /// Its place in the log.
        seq: Seq,
        /// When it was stored.
        at: Timestamp,
    },
    /// This was answered.
    Answered {
        /// HTTP status.
        status: u16,
        /// The body, as JSON text, if there was one.
        body: Option<String>,
    },
}

/// `ONCE#u` / `<idempotency key>`.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    v: u8,
    fingerprint: Fingerprint,
    outcome: Outcome,
    expires_at: i64,
}

/// To be stored with what the request leads to, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceRecord {
    /// Whose key it is.
    pub user_id: UserId,
    /// The key and what it is bound to.
    pub once: Once,
    /// What is answered.
    pub outcome: Outcome,
    /// Now: the key is free again 24 hours later.
    pub now: Timestamp,
}

/// A key that was used before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// What it is bound to.
    pub fingerprint: Fingerprint,
    /// What was answered.
    pub outcome: Outcome,
}

/// The write that takes the key, if it is free.
pub(super) fn once_write(record: &OnceRecord) -> Result<Write, StoreError> {
    let item = convert::item(&Record {
        v: ITEM_VERSION,
        fingerprint: record.once.fingerprint.clone(),
        outcome: record.outcome.clone(),
        expires_at: record.now.plus(IDEMPOTENCY_WINDOW).ttl_s(),
    })?;
    // Expired items may still be there for days: DynamoDB removes them when it has time.
    Ok(Write::put(keys::once(&record.user_id, &record.once.key), item)
        .only_if(Guard::Once, "attribute_not_exists(pk) OR expires_at <= :now")
        .number(":now", &(record.now.ms() / 1_000)))
}

fn parse(item: Item, now: Timestamp) -> Result<Option<Used>, StoreError> {
    let Record { fingerprint, outcome, expires_at, .. } = convert::record(item)?;
    Ok((expires_at > now.ms() / 1_000).then_some(Used { fingerprint, outcome }))
}

/// What sending a message starts from.
#[derive(Debug)]
pub struct SendContext {
    /// The thread, if it exists.
    pub thread: Option<Thread>,
    /// The use of the key before, if there was one.
    pub used: Option<Used>,
    /// The place of the message that is answered, if there is one.
    pub answered: Option<Seq>,
}

impl Store {
    /// What `user`'s key was used for within the last 24 hours.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn used(&self, user: &UserId, key: &IdempotencyKey, now: Timestamp) -> Result<Option<Used>, StoreError> {
        let item = self.table.get(&keys::once(user, key), Read::Consistent).await?;
        Ok(item.map(|item| parse(item, now)).transpose()?.flatten())
    }

    /// Takes the key for an answer that changes nothing else.
    ///
    /// # Errors
    /// [`Guard::Once`] if it was taken before.
    pub async fn save_once(&self, record: &OnceRecord) -> Result<(), StoreError> {
        self.table.transact(vec![once_write(record)?]).await
    }

    /// All that a decision on a message needs, in one consistent call.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn send_context(
        &self,
        thread: &ThreadId,
        author: &UserId,
        key: &IdempotencyKey,
        reply_to: Option<Seq>,
        now: Timestamp,
    ) -> Result<SendContext, StoreError> {
        let head = keys::head(thread);
        let once = keys::once(author, key);
        let answered = reply_to.map(|seq| keys::log(LogKind::Message, thread, seq));
        let wanted: Vec<_> = [Some(head.clone()), Some(once.clone()), answered.clone()].into_iter().flatten().collect();

        let mut context = SendContext { thread: None, used: None, answered: None };
        for item in self.table.batch_get(&wanted, Read::Consistent).await? {
            let key = convert::key_of(&item)?;
            if key == head {
                context.thread = Head::parse(Some(item))?.thread();
            } else if key == once {
                context.used = parse(item, now)?;
            } else {
                context.answered = reply_to;
            }
        }
        Ok(context)
    }
}

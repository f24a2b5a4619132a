//! Records of HTTP requests with an `Idempotency-Key` (rule 15). They refer to what the request led to and never quote it, so
//! that no record keeps text that is deleted later.

use serde::{Deserialize, Serialize};

use super::access::Store;
use super::convert::{self, ITEM_VERSION};
use super::error::{Condition, StoreError};
use super::head::Head;
use super::item::Item;
use super::keys::{self, LogKind};
use super::media::parse as parse_media;
use super::rates;
use super::table::Read;
use super::write::Write;
use crate::domain::idempotency::{Fingerprint, Idempotency, IdempotencyKey};
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::limits::IDEMPOTENCY_WINDOW;
use crate::domain::media::{Media, MediaId};
use crate::domain::rate::Buckets;
use crate::domain::reference::Reference;
use crate::domain::time::Timestamp;

/// `IDEMPOTENCY#u` / `<idempotency key>`.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    v: u8,
    fingerprint: Fingerprint,
    reference: Reference,
    expires_at: i64,
}

/// The record of an HTTP request. It is stored with what the request leads to, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    pub user_id: UserId,
    pub key: Idempotency,
    pub reference: Reference,
    /// The key is free again 24 hours later.
    pub now: Timestamp,
}

impl IdempotencyRecord {
    fn expires_at(&self) -> i64 {
        self.now.plus(IDEMPOTENCY_WINDOW).ttl_s()
    }
}

/// The earlier use of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierUse {
    pub fingerprint: Fingerprint,
    pub reference: Reference,
}

/// The write that takes the key, if it is free.
pub(super) fn idempotency_write(record: &IdempotencyRecord) -> Result<Write, StoreError> {
    // DynamoDB may remove expired items days later.
    Ok(put(record)?
        .only_if(Condition::KeyUnused, "attribute_not_exists(pk) OR expires_at <= :now")
        .number(":now", &(record.now.ms() / 1_000)))
}

/// The write of a record whose key is taken already, by a message in the tail of its thread. It leaves this record, or one of a
/// later use of the key, as it is.
pub(super) fn newest_record(record: &IdempotencyRecord) -> Result<Write, StoreError> {
    Ok(put(record)?
        .only_if(Condition::Absent, "attribute_not_exists(pk) OR expires_at < :end")
        .number(":end", &record.expires_at()))
}

fn put(record: &IdempotencyRecord) -> Result<Write, StoreError> {
    let item = convert::item(&Record {
        v: ITEM_VERSION,
        fingerprint: record.key.fingerprint.clone(),
        reference: record.reference.clone(),
        expires_at: record.expires_at(),
    })?;
    Ok(Write::put(keys::idempotency(&record.user_id, &record.key.key), item))
}

fn parse(item: Item, now: Timestamp) -> Result<Option<EarlierUse>, StoreError> {
    let Record { fingerprint, reference, expires_at, .. } = convert::record(item)?;
    Ok((expires_at > now.ms() / 1_000).then_some(EarlierUse { fingerprint, reference }))
}

/// What the decision on a message rests on.
#[derive(Debug)]
pub struct SendContext {
    pub head: Head,
    /// What the key was used for before, if that has a record. A message in the tail may have none yet.
    pub earlier: Option<EarlierUse>,
    /// The place of the message that is replied to, if it is an item.
    pub replied_to: Option<Seq>,
    /// The buckets of the author.
    pub buckets: Buckets,
    /// The images and videos to attach, as far as they exist.
    pub media: Vec<Media>,
}

impl Store {
    /// What the key of `user` was used for within the last 24 hours.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn earlier_use(
        &self,
        user: &UserId,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Option<EarlierUse>, StoreError> {
        let item = self.table.get(&keys::idempotency(user, key), Read::Consistent).await?;
        Ok(item.map(|item| parse(item, now)).transpose()?.flatten())
    }

    /// What the decision on a message of `author` rests on, in one consistent call.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn send_context(
        &self,
        thread: &ThreadId,
        (author, key): (&UserId, &IdempotencyKey),
        (reply_to, media): (Option<Seq>, &[MediaId]),
        now: Timestamp,
    ) -> Result<SendContext, StoreError> {
        let head = keys::head(thread);
        let record = keys::idempotency(author, key);
        let replied_to = reply_to.map(|seq| keys::log(LogKind::Message, thread, seq));
        let rates = keys::rates(author);
        let wanted = [head.clone(), record.clone(), rates.clone()].into_iter();
        let wanted: Vec<_> = wanted.chain(replied_to).chain(media.iter().map(keys::media)).collect();

        let head_of_none = Head::parse(None)?;
        let mut context = SendContext {
            head: head_of_none,
            earlier: None,
            replied_to: None,
            buckets: Buckets::default(),
            media: Vec::new(),
        };
        for item in self.table.batch_get(&wanted, Read::Consistent).await? {
            let key = convert::key_of(&item)?;
            if key == head {
                context.head = Head::parse(Some(item))?;
            } else if key == record {
                context.earlier = parse(item, now)?;
            } else if key == rates {
                context.buckets = rates::parse(&item);
            } else if keys::media_of(&key).is_some() {
                context.media.push(parse_media(item)?);
            } else {
                context.replied_to = reply_to;
            }
        }
        Ok(context)
    }
}

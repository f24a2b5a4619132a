//! Images and videos.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::access::Store;
use super::convert::{self, ITEM_VERSION};
use super::error::{Condition, StoreError};
use super::item::Item;
use super::keys;
use super::table::{Query, Read};
use super::update::{Update, number, text};
use super::write::{Write, Writes};
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::limits::{MAX_PAGE_ITEMS, UNSENT_LIFE};
use crate::domain::media::{Attachment, Checked, Media, MediaId, MediaState, MediaType};
use crate::domain::time::Timestamp;

/// `MEDIA#<id>` / `MEDIA`.
#[derive(Debug, Serialize, Deserialize)]
struct MediaRecord {
    v: u8,
    owner: UserId,
    declared: MediaType,
    size: u64,
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checked: Option<Checked>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    thread: Option<ThreadId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seq: Option<Seq>,
    /// Nobody sends it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    abandoned: bool,
}

pub(super) fn parse(item: Item) -> Result<Media, StoreError> {
    let key = convert::key_of(&item)?;
    let corrupt = || StoreError::Corrupt { key: key.clone(), reason: "it has no id".to_owned() };
    let id = keys::media_of(&key).ok_or_else(corrupt)?;
    let record: MediaRecord = convert::record(item)?;
    let MediaRecord { owner, declared, size, at, checked, refused, thread, seq, abandoned, .. } = record;
    let state = match (checked, refused) {
        _ if abandoned => MediaState::Abandoned,
        (_, Some(why)) => MediaState::Refused(why),
        (Some(checked), None) => MediaState::Ready(checked),
        (None, None) => MediaState::Waiting,
    };
    Ok(Media { id, owner, declared, bytes: size, created_at: at, state, sent_with: thread.zip(seq) })
}

/// The write that sends an image or a video with a message. Fails with [`Condition::Media`] if its author cannot send it any more.
pub(super) fn send(author: &UserId, attachment: &Attachment, (thread, seq): (&ThreadId, Seq)) -> Write {
    let mut update = Update::new(keys::media(&attachment.media_id));
    update
        .set(&["thread"], text(thread.as_str()))
        .set(&["seq"], number(seq))
        .require_equal("owner", text(author.as_str()))
        .require_exists(&["checked"])
        .require_absent("thread")
        .require_absent("abandoned");
    update.only_if(Condition::Media)
}

/// The writes that erase an image or a video of a message that was deleted: somebody looks after its objects soon.
pub(super) fn erase(attachment: &MediaId, now: Timestamp) -> [Write; 2] {
    let mut update = Update::new(keys::media(attachment));
    // One that is gone already does not come back: then somebody was interrupted, and this is a repeat.
    update.set(&["abandoned"], AttributeValue::Bool(true)).require_exists(&["pk"]);
    [update.only_if(Condition::Media), Write::put(keys::media_due(now, attachment), Item::new())]
}

impl Writes {
    /// Erases images and videos of a message that is deleted with it.
    pub fn erase_media(&mut self, attachments: &[Attachment], now: Timestamp) {
        self.extend(attachments.iter().flat_map(|attachment| erase(&attachment.media_id, now)));
    }

    /// Announces an upload. It is listed for the time when whoever has not sent it by then does not send it any more.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it cannot be stored at all.
    pub fn announce(media: &Media) -> Result<Self, StoreError> {
        let record = MediaRecord {
            v: ITEM_VERSION,
            owner: media.owner.clone(),
            declared: media.declared,
            size: media.bytes,
            at: media.created_at,
            checked: None,
            refused: None,
            thread: None,
            seq: None,
            abandoned: false,
        };
        let announced = Write::put(keys::media(&media.id), convert::item(&record)?);
        let due = Write::put(keys::media_due(media.created_at.plus(UNSENT_LIFE), &media.id), Item::new());
        Ok(Self::all(vec![announced, due]))
    }
}

/// An image or a video that somebody has to look after.
#[derive(Debug)]
pub struct DueMedia {
    pub id: MediaId,
    pub at: Timestamp,
}

impl Store {
    /// An image or a video.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn media(&self, id: &MediaId) -> Result<Option<Media>, StoreError> {
        self.table.get(&keys::media(id), Read::Consistent).await?.map(parse).transpose()
    }

    /// Those of these images and videos that exist.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn present_media(&self, ids: &[MediaId]) -> Result<Vec<Media>, StoreError> {
        let wanted: Vec<_> = ids.iter().map(keys::media).collect();
        self.table.batch_get(&wanted, Read::Consistent).await?.into_iter().map(parse).collect()
    }

    /// Notes what is known of an upload, once somebody has looked at it; or why it may not be sent. Returns whether it still waited
    /// for that.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn note_checked(&self, id: &MediaId, looked_at: &Result<Checked, String>) -> Result<bool, StoreError> {
        let mut update = Update::new(keys::media(id));
        match looked_at {
            Ok(checked) => update.set(&["checked"], convert::value(checked)?),
            Err(why) => update.set(&["refused"], text(why)),
        };
        update.require_exists(&["pk"]).require_absent("checked").require_absent("refused").require_absent("abandoned");
        self.unless_failed(update.only_if(Condition::Media), Condition::Media).await
    }

    /// What somebody has to look after by `now`, the longest due first: a page of it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn due_media(&self, now: Timestamp) -> Result<Vec<DueMedia>, StoreError> {
        let range = keys::media_due_until(now);
        let query = Query { range, newest_first: false, after: None, limit: MAX_PAGE_ITEMS, read: Read::Consistent };
        let due = |item: &Item| {
            let key = convert::key_of(item)?;
            let corrupt = || StoreError::Corrupt { key: key.clone(), reason: "it names nothing".to_owned() };
            keys::due_media_of(&key).map(|(at, id)| DueMedia { id, at }).ok_or_else(corrupt)
        };
        self.table.query(&query).await?.items.iter().map(due).collect()
    }

    /// Decides that nobody sends an upload any more. Returns whether that is so: it may have been sent.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn abandon(&self, id: &MediaId) -> Result<bool, StoreError> {
        let mut update = Update::new(keys::media(id));
        update.set(&["abandoned"], AttributeValue::Bool(true));
        update.require_exists(&["pk"]).require_absent("thread");
        self.unless_failed(update.only_if(Condition::Media), Condition::Media).await
    }

    /// Forgets an image or a video whose objects are gone.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn forget_media(&self, id: &MediaId) -> Result<(), StoreError> {
        self.table.write(Write::delete(keys::media(id))).await.map(|_| ())
    }

    /// Notes that an image or a video was looked after.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn looked_after(&self, due: &DueMedia) -> Result<(), StoreError> {
        self.table.write(Write::delete(keys::media_due(due.at, &due.id))).await.map(|_| ())
    }
}

//! Images and videos: announcing an upload, fetching what was sent, looking after what nobody sends any more (rule 21).

use super::context::Context;
use super::error::Error;
use super::history;
use super::load::{load_buckets, registered};
use super::operation::{Done, Operation, Step, run};
use crate::domain::limits::{DOWNLOAD_LIFE, UPLOAD_LIFE};
use crate::domain::media::{Media, MediaId, MediaState, MediaType, THUMBNAIL_TYPE};
use crate::domain::rate::Limit;
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::domain::word::Word;
use crate::objects::{Bucket, ObjectKey, SignedUrl};
use crate::random;
use crate::store::{Head, Store, Writes};

/// Pages that one run of the sweep looks after, at most. The next one goes on.
const PAGES: u32 = 20;

/// An upload that the caller may begin.
#[derive(Debug)]
pub struct Announcement {
    pub media: Media,
    pub upload: SignedUrl,
}

struct Announce {
    declared: MediaType,
    bytes: u64,
}

/// The caller announces an image or a video of so many bytes.
///
/// # Errors
/// `ProfileRequired`, `TooManyRequests`, `IdempotencyMismatch`.
pub async fn announce(ctx: &Context, declared: MediaType, bytes: u64) -> Result<Done<Announcement>, Error> {
    let bucket = bucket(ctx)?;
    let (media, done) = run(ctx, Announce { declared, bytes }).await?.split();
    let upload = bucket.upload_url(&media.id, (declared, bytes), UPLOAD_LIFE, ctx.now)?;
    let Done { replayed, notifications, .. } = done;
    Ok(Done { replayed, ..Done::new(Announcement { media, upload }, notifications) })
}

impl Operation for Announce {
    type Output = Media;
    type Beside = ();

    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<Media>, Error> {
        let (own, buckets) = tokio::join!(ctx.store.profile(&ctx.caller), load_buckets(ctx));
        registered(own?)?;
        let media = Media {
            id: MediaId::from_random(random::bytes().map_err(Error::Internal)?),
            owner: ctx.caller.clone(),
            declared: self.declared,
            bytes: self.bytes,
            created_at: ctx.now,
            state: MediaState::Waiting,
            sent_with: None,
        };
        let mut writes = Writes::announce(&media)?;
        writes.take(&ctx.caller, ctx.rates.take(Limit::Uploads, &buckets, 1, ctx.now)?);
        let reference = Reference::Media { media_id: media.id.clone() };
        Ok(Step::write(media, writes).refer(reference))
    }

    async fn replay(&self, ctx: &Context, reference: Reference) -> Result<Media, Error> {
        let Reference::Media { media_id } = reference else { return Err(Refusal::IdempotencyMismatch.into()) };
        Ok(ctx.store.media(&media_id).await?.ok_or(Refusal::NotFound)?)
    }
}

/// Which object of an image or a video is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    Whole,
    Thumbnail,
}

impl Word for Variant {
    const WORDS: &'static [(&'static str, Self)] = &[("whole", Self::Whole), ("thumbnail", Self::Thumbnail)];
}

/// Where the caller fetches an image or a video: a member of the thread it was sent in, who sees its message at this moment; before it is
/// sent, its owner. `reveals` is whether they want to see also what they hide.
///
/// # Errors
/// `NotFound`; to its owner `MediaNotReady`, `MediaRefused`.
pub async fn fetch_media(ctx: &Context, id: &MediaId, (variant, reveals): (Variant, bool)) -> Result<SignedUrl, Error> {
    let media = ctx.store.media(id).await?.ok_or(Refusal::NotFound)?;
    let checked = match media.state {
        MediaState::Abandoned => return Err(Refusal::NotFound.into()),
        _ if media.sent_with.is_none() && media.owner != ctx.caller => return Err(Refusal::NotFound.into()),
        MediaState::Waiting => return Err(Refusal::MediaNotReady.into()),
        MediaState::Refused(why) => return Err(Refusal::MediaRefused(why).into()),
        MediaState::Ready(checked) => checked,
    };
    if let Some((thread_id, seq)) = media.sent_with {
        let (thread, message) = history::message(ctx, &thread_id, seq).await?;
        let reader = thread.member(&ctx.caller).ok_or(Refusal::NotFound)?;
        let shown = reveals || !thread.hides(reader, &message.author_id, seq);
        if !shown || !message.attachments().iter().any(|attachment| attachment.media_id == *id) {
            return Err(Refusal::NotFound.into());
        }
    }
    let (key, content_type) = match variant {
        Variant::Whole => (ObjectKey::media(id), checked.content_type),
        Variant::Thumbnail if checked.thumbnail => (ObjectKey::thumbnail(id), THUMBNAIL_TYPE),
        Variant::Thumbnail => return Err(Refusal::NotFound.into()),
    };
    Ok(bucket(ctx)?.download_url(&key, content_type.as_str(), DOWNLOAD_LIFE, ctx.now)?)
}

fn bucket(ctx: &Context) -> Result<&Bucket, Error> {
    ctx.bucket.as_ref().ok_or_else(|| Error::Internal("the function has no bucket".to_owned()))
}

/// Looks after what is due by `now`: what was not sent within a day, and what was sent with a message that was deleted since. An
/// interrupted run leaves the rest to the next one.
///
/// # Errors
/// Those of the table and of the bucket.
pub async fn sweep_media(store: &Store, bucket: &Bucket, now: Timestamp) -> Result<(), Error> {
    for _ in 0..PAGES {
        let page = store.due_media(now).await?;
        if page.is_empty() {
            break;
        }
        for due in page {
            // What was sent in time stays, unless its message was deleted.
            let abandoned =
                store.abandon(&due.id).await? || store.media(&due.id).await?.is_none_or(|media| media.is_abandoned());
            if abandoned {
                bucket.delete_all(&due.id, now).await?;
                store.forget_media(&due.id).await?;
            }
            store.looked_after(&due).await?;
        }
    }
    Ok(())
}

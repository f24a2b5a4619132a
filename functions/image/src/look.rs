//! Looking at one upload: what it is, what is left of it, and a thumbnail. An interrupted look is repeated as a whole.

use media_check::{Kind, Picture, Refusal, Step, Survey, VideoPlan, thumbnail};
use shared::domain::media::{Checked, Media, MediaId, MediaState, THUMBNAIL_TYPE};
use shared::domain::time::Timestamp;
use shared::domain::word::Word;
use shared::lambda::Job;
use shared::objects::{Body, Bucket, Found, ObjectError, ObjectKey, Part};
use shared::service::Error;
use shared::store::Store;
use tokio::sync::mpsc;

/// How much of a video passes at a time.
const PART_BYTES: u64 = 4 * 1024 * 1024;

/// Why there is nothing to note.
enum Stopped {
    Refused(Refusal),
    /// The upload is gone, or another one now: S3 tells of that one too.
    Gone,
    Failed(ObjectError),
}

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ObjectError> for Stopped {
    fn from(error: ObjectError) -> Self {
        Self::Failed(error)
    }
}

/// What a look at an upload needs.
struct Look<'a> {
    store: &'a Store,
    bucket: &'a Bucket,
    now: Timestamp,
}

/// Looks at an upload, and notes what came of it.
///
/// # Errors
/// Those of the table and of the bucket.
pub(crate) async fn look_at(job: &Job, id: &MediaId) -> Result<(), Error> {
    let look = &Look { store: &job.store, bucket: job.bucket()?, now: job.now };
    let media = look.store.media(id).await?;
    if let Some(media) = media.filter(|media| media.state == MediaState::Waiting) {
        let looked_at = match check(look, &media).await {
            Ok(checked) => Ok(checked),
            Err(Stopped::Refused(refusal)) => Err(refusal.to_string()),
            Err(Stopped::Gone) => return Ok(()),
            Err(Stopped::Failed(error)) => return Err(error.into()),
        };
        if !look.store.note_checked(id, &looked_at).await? {
            // Nobody waits for it any more; or another process was faster, and has stored the same.
            forget_abandoned(look, id).await?;
        }
    }
    Ok(look.bucket.delete(&ObjectKey::upload(id), look.now).await?)
}

/// Takes away what was stored of an upload that nobody sends any more.
async fn forget_abandoned(look: &Look<'_>, id: &MediaId) -> Result<(), Error> {
    if look.store.media(id).await?.is_none_or(|media| media.is_abandoned()) {
        look.bucket.delete_all(id, look.now).await?;
    }
    Ok(())
}

async fn check(look: &Look<'_>, media: &Media) -> Result<Checked, Stopped> {
    let kind = Kind::declared(media.declared.as_str()).ok_or(Refusal::NotSupported)?;
    if kind.is_video() { look_at_video(look, media, kind).await } else { look_at_picture(look, media, kind).await }
}

async fn look_at_picture(look: &Look<'_>, media: &Media, kind: Kind) -> Result<Checked, Stopped> {
    let upload = look.bucket.get(&ObjectKey::upload(&media.id), 0..media.bytes, None, look.now).await?;
    let Found { bytes, length, .. } = upload.ok_or(Stopped::Gone)?;
    if length != media.bytes {
        return Err(Refusal::TooLarge.into());
    }
    let picture = Picture::clean(kind, bytes)?;
    let small = thumbnail(&picture)?;
    let (width, height) = (picture.width(), picture.height());
    let bytes = picture.into_bytes();
    let checked = Checked {
        content_type: media.declared,
        bytes: bytes.len() as u64,
        width,
        height,
        duration_ms: None,
        thumbnail: true,
    };
    let small = Body::Bytes(small.bytes);
    look.bucket.put(&ObjectKey::thumbnail(&media.id), THUMBNAIL_TYPE.as_str(), small, look.now).await?;
    look.bucket.put(&ObjectKey::media(&media.id), media.declared.as_str(), Body::Bytes(bytes), look.now).await?;
    Ok(checked)
}

async fn look_at_video(look: &Look<'_>, media: &Media, kind: Kind) -> Result<Checked, Stopped> {
    let mut survey = Survey::new(kind, media.bytes)?;
    let mut same = None;
    let plan = loop {
        match survey.step()? {
            Step::Done(plan) => break plan,
            Step::Read(range) => {
                let upload = look.bucket.get(&ObjectKey::upload(&media.id), range, same.as_deref(), look.now).await?;
                let Found { bytes, e_tag, length } = upload.ok_or(Stopped::Gone)?;
                if length != media.bytes {
                    return Err(Refusal::TooLarge.into());
                }
                same.get_or_insert(e_tag);
                survey.give(bytes);
            }
        }
    };
    let same = same.ok_or(Refusal::NotSupported)?;
    let checked = Checked {
        content_type: media.declared,
        bytes: media.bytes,
        width: plan.width(),
        height: plan.height(),
        duration_ms: plan.duration_ms(),
        thumbnail: false,
    };
    let (sender, parts) = mpsc::channel(1);
    let (key, content_type) = (ObjectKey::media(&media.id), media.declared.as_str());
    let put = look.bucket.put(&key, content_type, Body::Parts(media.bytes, parts), look.now);
    let (stored, ()) = tokio::join!(put, hand_over(look, media, (&same, &plan), sender));
    stored?;
    Ok(checked)
}

/// Hands over the cleaned parts of a video, one after the other. A part that is missing ends the copy with an error, so that nothing is
/// stored.
async fn hand_over(look: &Look<'_>, media: &Media, (same, plan): (&str, &VideoPlan), parts: mpsc::Sender<Part>) {
    let key = ObjectKey::upload(&media.id);
    let mut at = 0;
    while at < media.bytes {
        let range = at..media.bytes.min(at + PART_BYTES);
        let found = look.bucket.get(&key, range, Some(same), look.now).await;
        let part = match found {
            Ok(Some(Found { mut bytes, .. })) => {
                plan.apply(at, &mut bytes);
                at += bytes.len() as u64;
                Ok(bytes)
            }
            Ok(None) => Err(ObjectError("the upload is gone".to_owned())),
            Err(error) => Err(error),
        };
        let failed = part.is_err();
        // Nobody takes it where the other side failed.
        if parts.send(part).await.is_err() || failed {
            break;
        }
    }
}

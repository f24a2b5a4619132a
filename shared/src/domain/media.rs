//! Images and videos (rule 21): what a user announces, what is known of it once somebody has looked at the bytes, and where it was sent.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{Seq, ThreadId, UserId};
use super::invalid::Invalid;
use super::limits::{MAX_IMAGE_BYTES, MAX_VIDEO_BYTES};
use super::refusal::{MediaFault, Refusal};
use super::time::Timestamp;
use super::word::Word;

const PREFIX: &str = "med_";
/// Letters and digits behind the prefix: 128 bits.
const DIGITS: usize = 26;

/// The id of an image or a video. It is also its name in the bucket, so nothing but letters and digits is in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MediaId(String);

impl MediaId {
    /// An id of 16 random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(format!("{PREFIX}{}", data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MediaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for MediaId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let digits = text.strip_prefix(PREFIX).unwrap_or_default();
        let fits = digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if fits { Ok(Self(text)) } else { Err(Invalid::new("must be the id of an image or a video")) }
    }
}

impl From<MediaId> for String {
    fn from(id: MediaId) -> Self {
        id.0
    }
}

/// What can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediaType {
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/webp")]
    WebP,
    #[serde(rename = "image/gif")]
    Gif,
    #[serde(rename = "video/mp4")]
    Mp4,
    #[serde(rename = "video/webm")]
    WebM,
}

impl Word for MediaType {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("image/jpeg", Self::Jpeg),
        ("image/png", Self::Png),
        ("image/webp", Self::WebP),
        ("image/gif", Self::Gif),
        ("video/mp4", Self::Mp4),
        ("video/webm", Self::WebM),
    ];
}

impl MediaType {
    /// Whether it is a video.
    #[must_use]
    pub fn is_video(self) -> bool {
        matches!(self, Self::Mp4 | Self::WebM)
    }

    /// The most bytes that one may have.
    #[must_use]
    pub fn max_bytes(self) -> u64 {
        if self.is_video() { MAX_VIDEO_BYTES } else { MAX_IMAGE_BYTES }
    }
}

/// What thumbnails are, whatever they are of.
pub const THUMBNAIL_TYPE: MediaType = MediaType::Jpeg;

/// What is known of an image or a video once somebody has looked at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    pub content_type: MediaType,
    /// The bytes that are left of it.
    pub bytes: u64,
    /// As displayed.
    pub width: u32,
    pub height: u32,
    /// Of a video, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Whether it has a thumbnail: images have.
    pub thumbnail: bool,
}

/// An image or a video as a message has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    #[serde(rename = "id")]
    pub media_id: MediaId,
    #[serde(flatten)]
    pub checked: Checked,
}

/// How far an upload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaState {
    /// Nothing was uploaded, or nobody has looked at it yet.
    Waiting,
    Ready(Checked),
    /// It is not what may be sent. The sentence is safe to show.
    Refused(String),
    /// It was never sent, or with a message that is deleted, and is about to be erased.
    Abandoned,
}

/// An image or a video of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    pub id: MediaId,
    pub owner: UserId,
    /// What the owner announced.
    pub declared: MediaType,
    pub bytes: u64,
    pub created_at: Timestamp,
    pub state: MediaState,
    /// The message that it was sent with. It is sent once.
    pub sent_with: Option<(ThreadId, Seq)>,
}

impl Media {
    /// Whether nobody sends it any more, or the message that it was sent with is deleted.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.state == MediaState::Abandoned
    }
}

/// What `author` attaches, in the order in which they name it; `found` are those that exist.
///
/// # Errors
/// [`Refusal::Media`] with the place of the first that cannot be attached: not theirs, not ready, or sent before.
pub fn attachments(author: &UserId, named: &[MediaId], found: &[Media]) -> Result<Vec<Attachment>, Refusal> {
    let attach = |(place, id): (usize, &MediaId)| {
        let refuse = |fault| Err(Refusal::Media(place, fault));
        let own = found.iter().find(|media| media.id == *id && media.owner == *author);
        match own {
            None | Some(Media { state: MediaState::Abandoned, .. }) => refuse(MediaFault::Unknown),
            Some(Media { sent_with: Some(_), .. }) => refuse(MediaFault::SentBefore),
            Some(Media { state: MediaState::Ready(checked), .. }) => {
                Ok(Attachment { media_id: id.clone(), checked: checked.clone() })
            }
            Some(Media { state: MediaState::Waiting, .. }) => refuse(MediaFault::NotReady),
            Some(Media { state: MediaState::Refused(_), .. }) => refuse(MediaFault::Refused),
        }
    };
    named.iter().enumerate().map(attach).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> UserId {
        UserId::try_from(text.to_owned()).unwrap()
    }

    fn checked() -> Checked {
        Checked { content_type: MediaType::Png, bytes: 9, width: 3, height: 2, duration_ms: None, thumbnail: true }
    }

    fn media(number: u8, state: MediaState) -> Media {
        Media {
            id: MediaId::from_random([number; 16]),
            owner: user("ann"),
            declared: MediaType::Png,
            bytes: 10,
            created_at: Timestamp::from_ms(0).unwrap(),
            state,
            sent_with: None,
        }
    }

    #[test]
    fn rule_21_an_id_is_a_name_without_surprises() {
        let id = MediaId::from_random([7; 16]);
        assert_eq!(MediaId::try_from(id.as_str().to_owned()), Ok(id));
        for bad in [
            "",
            "med_",
            "med_../../secret0000000000000",
            "med_ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "usr_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(MediaId::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn rule_21_only_ones_own_that_is_ready_and_was_not_sent_is_attached() {
        let sent = (ThreadId::from_random([0; 17]), Seq::try_from(2).unwrap());
        let found = [
            media(1, MediaState::Ready(checked())),
            media(2, MediaState::Waiting),
            media(3, MediaState::Refused("no".to_owned())),
            Media { owner: user("bob"), ..media(4, MediaState::Ready(checked())) },
            Media { sent_with: Some(sent), ..media(5, MediaState::Ready(checked())) },
            media(6, MediaState::Abandoned),
        ];
        let id = |number: u8| MediaId::from_random([number; 16]);
        let attach = |number: u8| attachments(&user("ann"), &[id(1), id(number)], &found);
        let only = attachments(&user("ann"), &[id(1)], &found).unwrap();
        assert_eq!(only, [Attachment { media_id: id(1), checked: checked() }]);
        for (number, fault) in [
            (2, MediaFault::NotReady),
            (3, MediaFault::Refused),
            (4, MediaFault::Unknown),
            (5, MediaFault::SentBefore),
            (6, MediaFault::Unknown),
            (9, MediaFault::Unknown),
        ] {
            assert_eq!(attach(number), Err(Refusal::Media(1, fault)), "{number}");
        }
    }
}

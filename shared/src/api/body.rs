//! Bodies and frames as clients send them. A member that a body does not have is an error with a pointer to it, so that a typo
//! is not silently nothing.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::object::Object;
use super::problem::Problem;
use crate::domain::details::Preferences;
use crate::domain::edit::Edit;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::invalid::Invalid;
use crate::domain::limits::{MAX_ATTACHMENTS, MAX_MEMBERS};
use crate::domain::media::{MediaId, MediaType};
use crate::domain::member::Role;
use crate::domain::message::{MessageContent, MessageText};
use crate::domain::profile::{AvatarUrl, ContactPolicy, DisplayName, PublicProfile, SettingsChange, Username};
use crate::domain::room::Room;
use crate::domain::time::Timestamp;
use crate::domain::title::Title;
use crate::domain::word::{self, Word};
use crate::service::GroupDraft;

/// `PUT /me`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileBody {
    pub username: Username,
    pub display_name: DisplayName,
    pub avatar_url: Option<AvatarUrl>,
}

impl From<ProfileBody> for PublicProfile {
    fn from(body: ProfileBody) -> Self {
        let ProfileBody { username, display_name, avatar_url } = body;
        Self { username, display_name, avatar_url }
    }
}

/// `PATCH /settings`: what is left out stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SettingsBody {
    #[serde(deserialize_with = "present")]
    pub contact_policy: Option<ContactPolicy>,
    #[serde(deserialize_with = "present")]
    pub read_receipts: Option<bool>,
    #[serde(deserialize_with = "present")]
    pub typing_indicators: Option<bool>,
}

impl From<SettingsBody> for SettingsChange {
    fn from(body: SettingsBody) -> Self {
        let SettingsBody { contact_policy, read_receipts, typing_indicators } = body;
        Self { contact_policy, read_receipts, typing_indicators }
    }
}

/// The kind of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadKind {
    Direct,
    Group,
}

impl Word for ThreadKind {
    const WORDS: &'static [(&'static str, Self)] = &[("direct", Self::Direct), ("group", Self::Group)];
}

impl<'de> Deserialize<'de> for ThreadKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word::deserialize(deserializer)
    }
}

/// `POST /threads`, as much of it as says how to read the rest: an [`OpenThreadBody`] or a [`CreateGroupBody`].
#[derive(Debug, Deserialize)]
pub struct ThreadBody {
    pub kind: ThreadKind,
}

/// `POST /threads` with `"kind": "direct"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenThreadBody {
    #[serde(rename = "kind")]
    _kind: ThreadKind,
    pub user_id: UserId,
    message: Option<Object<MessageBody>>,
}

impl OpenThreadBody {
    /// Where the message stands in the body.
    pub const MESSAGE: &str = "/message";

    /// The draft that comes with it.
    ///
    /// # Errors
    /// As [`MessageBody::draft`].
    pub fn draft(&mut self) -> Result<Option<MessageContent>, Problem> {
        draft_within(self.message.take())
    }
}

/// `POST /threads` with `"kind": "group"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateGroupBody {
    #[serde(rename = "kind")]
    _kind: ThreadKind,
    user_ids: Vec<UserId>,
    title: Option<Title>,
    room: Option<Object<Room>>,
    message: Option<Object<MessageBody>>,
}

impl CreateGroupBody {
    /// The group that it asks for.
    ///
    /// # Errors
    /// As [`MessageBody::draft`].
    pub fn draft(self) -> Result<GroupDraft, Problem> {
        let Self { user_ids, title, room, message, .. } = self;
        let message = draft_within(message)?;
        Ok(GroupDraft { user_ids, title, room: room.map(|Object(room)| room), message })
    }
}

fn draft_within(message: Option<Object<MessageBody>>) -> Result<Option<MessageContent>, Problem> {
    let draft = message.map(|Object(message)| message.first()).transpose();
    draft.map_err(|problem| problem.within(OpenThreadBody::MESSAGE))
}

/// `POST /threads/{thread_id}/messages`, and the message that comes with a new thread.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageBody {
    /// Optional where there are attachments.
    #[serde(default, deserialize_with = "caption")]
    text: Option<MessageText>,
    reply_to: Option<Seq>,
    #[serde(default)]
    mentions: Vec<UserId>,
    /// Ids of images and videos; none with a new thread.
    #[serde(default)]
    attachments: Vec<MediaId>,
}

impl MessageBody {
    /// The draft, each mentioned user once, and the images and videos to attach.
    ///
    /// # Errors
    /// `invalid-request` for more mentions than a thread has members, too many attachments or one twice, or neither text nor attachment.
    pub fn draft(self) -> Result<(MessageContent, Vec<MediaId>), Problem> {
        let Self { text, reply_to, mentions, attachments } = self;
        if attachments.len() > MAX_ATTACHMENTS {
            return Err(Problem::invalid("/attachments", format!("must be at most {MAX_ATTACHMENTS}")));
        }
        if let Some(twice) = (1..attachments.len()).find(|place| attachments[..*place].contains(&attachments[*place])) {
            return Err(Problem::invalid(format!("/attachments/{twice}"), "must not be there twice"));
        }
        let text = text.or_else(|| (!attachments.is_empty()).then(MessageText::none));
        let text = text.ok_or_else(|| Problem::invalid("/text", "must not be empty"))?;
        Ok((MessageContent { text, reply_to, mentions: mentioned(mentions)?, attachments: Vec::new() }, attachments))
    }

    /// The draft of a message that comes with a new thread.
    fn first(self) -> Result<MessageContent, Problem> {
        let (content, attachments) = self.draft()?;
        if attachments.is_empty() {
            Ok(content)
        } else {
            Err(Problem::invalid("/attachments", "must be an empty list: attach once the thread is open"))
        }
    }
}

/// `PATCH /threads/{thread_id}/messages/{seq}`: mentions that are left out stay as they are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditBody {
    text: MessageText,
    #[serde(default, deserialize_with = "present")]
    mentions: Option<Vec<UserId>>,
}

impl EditBody {
    /// The edit, each mentioned user once.
    ///
    /// # Errors
    /// As [`MessageBody::draft`].
    pub fn edit(self) -> Result<Edit, Problem> {
        let Self { text, mentions } = self;
        Ok(Edit { text, mentions: mentions.map(mentioned).transpose()? })
    }
}

/// The users whom a message mentions, each once.
fn mentioned(mut mentions: Vec<UserId>) -> Result<Vec<UserId>, Problem> {
    if mentions.len() > MAX_MEMBERS {
        return Err(Problem::invalid("/mentions", format!("must be at most {MAX_MEMBERS}")));
    }
    mentions.sort();
    mentions.dedup();
    Ok(mentions)
}

/// `POST /media`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaBody {
    content_type: String,
    bytes: u64,
}

impl MediaBody {
    /// What is to be uploaded.
    ///
    /// # Errors
    /// `unsupported-media` for other types than those of rule 21; `invalid-request` for no bytes, or more than the type may have.
    pub fn announced(self) -> Result<(MediaType, u64), Problem> {
        let Self { content_type, bytes } = self;
        let content_type = MediaType::parse(&content_type);
        let content_type = content_type.map_err(|known| Problem::UnsupportedMedia(format!("content_type {known}.")))?;
        let most = content_type.max_bytes();
        if !(1..=most).contains(&bytes) {
            return Err(Problem::invalid("/bytes", format!("must be 1–{most} for this type")));
        }
        Ok((content_type, bytes))
    }
}

/// A text that may be empty: then there is none.
fn caption<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<MessageText>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() { Ok(None) } else { text.try_into().map(Some).map_err(D::Error::custom) }
}

/// `PUT /threads/{thread_id}/read`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadBody {
    pub seq: Seq,
}

/// `PATCH /threads/{thread_id}`: `null` takes the title away.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameBody {
    #[serde(deserialize_with = "nullable")]
    pub title: Option<Title>,
}

/// `PUT /threads/{thread_id}/preferences`: both replace what was there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreferencesBody {
    #[serde(deserialize_with = "nullable")]
    muted_until: Option<Until>,
    pinned: bool,
}

impl From<PreferencesBody> for Preferences {
    fn from(body: PreferencesBody) -> Self {
        Self { muted_until: body.muted_until.map(|Until(at)| at), pinned: body.pinned }
    }
}

/// A time as clients write it: RFC 3339.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Until(Timestamp);

impl TryFrom<String> for Until {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Timestamp::parse(&text).map(Self)
    }
}

/// `POST /threads/{thread_id}/members`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddMembersBody {
    pub user_ids: Vec<UserId>,
}

/// `PATCH /threads/{thread_id}/members/{user_id}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleBody {
    pub role: Role,
}

/// `PUT /threads/{thread_id}/members/me/notice`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeBody {
    pub decision: Decision,
}

/// What a member decides who shares a group with somebody they block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Stay,
    Leave,
}

impl Word for Decision {
    const WORDS: &'static [(&'static str, Self)] = &[("stay", Self::Stay), ("leave", Self::Leave)];
}

impl<'de> Deserialize<'de> for Decision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word::deserialize(deserializer)
    }
}

/// The frame `{"action":"ping"}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PingFrame {
    #[serde(rename = "action")]
    _action: String,
}

/// The frame `{"action":"typing","thread_id"}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypingFrame {
    #[serde(rename = "action")]
    _action: String,
    pub thread_id: ThreadId,
}

/// A member that is there has a value: `null` stands for none of the choices.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A member that has to be there, and may be `null`: without a default of its own, serde refuses a body that lacks it.
fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

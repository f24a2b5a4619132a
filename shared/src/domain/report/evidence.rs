//! What a report keeps: copies, so that nothing that happens later changes it.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Seq, UserId};
use crate::domain::media::Attachment;
use crate::domain::profile::{Profile, PublicProfile};
use crate::domain::reactions::ReactionCount;
use crate::domain::time::Timestamp;

/// What a report keeps of its subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The reported user, or the author of the reported message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<ReportedUser>,
    /// The thread, if the reporter was in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ReportedThread>,
    /// The reported message with those around it, or the last ones of a reported thread; oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<ReportedMessage>,
}

/// A user's public profile as it was. The texts were checked when the user wrote them, and rules that come later do not matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedUser {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub avatar_url: Option<String>,
}

impl From<Profile> for ReportedUser {
    fn from(profile: Profile) -> Self {
        let PublicProfile { username, display_name, avatar_url } = profile.public;
        Self {
            id: profile.id,
            username: username.into(),
            display_name: display_name.into(),
            avatar_url: avatar_url.map(String::from),
        }
    }
}

/// A thread as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedThread {
    pub title: Option<String>,
    /// Longest-standing first.
    pub member_ids: Vec<UserId>,
}

/// A message as the reporter saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedMessage {
    pub seq: Seq,
    pub author_id: UserId,
    pub created_at: Timestamp,
    /// `None` where it was hidden or deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// What they are, and not the images and videos themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<ReactionCount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    #[serde(default)]
    pub hidden: bool,
}

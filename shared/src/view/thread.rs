//! Threads and their members.

use std::collections::HashMap;

use serde::Serialize;

use super::message::MessageView;
use super::user::UserView;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::member::{Mailbox, Member, Role};
use crate::domain::profile::Profile;
use crate::domain::read;
use crate::domain::thread::{Kind, Thread};
use crate::domain::time::{Timestamp, rfc3339};

/// The profiles of those whom a view names.
pub type People = HashMap<UserId, Profile>;

/// A member of a thread.
#[derive(Debug, Serialize)]
pub struct MemberView {
    user: UserView,
    role: Role,
    #[serde(serialize_with = "rfc3339")]
    joined_at: Timestamp,
    /// How far they have read; `null` where that is not the viewer's to know.
    read_seq: Option<Seq>,
}

impl MemberView {
    /// The members of `thread` as `viewer` sees them, the longest-standing first. `None` where `people` lacks one.
    #[must_use]
    pub fn all(thread: &Thread, viewer: &UserId, people: &People) -> Option<Vec<Self>> {
        let viewer_shows = people.get(viewer)?.settings.read_receipts;
        let view = |member: &Member| {
            let profile = people.get(&member.user_id)?;
            let own = member.user_id == *viewer;
            let shown = own || read::shows(member, profile.settings.read_receipts, viewer_shows);
            Some(Self {
                user: profile.clone().into(),
                role: member.role,
                joined_at: member.joined_at,
                read_seq: shown.then_some(member.mark.seq),
            })
        };
        thread.members.iter().map(view).collect()
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum KindView {
    Direct,
}

/// A thread as one of its members sees it.
#[derive(Debug, Serialize)]
pub struct ThreadView {
    id: ThreadId,
    kind: KindView,
    title: Option<()>,
    room: Option<()>,
    members: Vec<MemberView>,
    r#box: Mailbox,
    last_seq: Seq,
    last_message: Option<MessageView>,
    unread: u64,
    notice: Option<()>,
    muted_until: Option<()>,
    pinned: bool,
    created_by: UserId,
    #[serde(serialize_with = "rfc3339")]
    created_at: Timestamp,
    #[serde(serialize_with = "rfc3339")]
    updated_at: Timestamp,
}

impl ThreadView {
    /// The view of `thread` for `viewer`; `None` if they are not in it, or `people` lacks a member.
    #[must_use]
    pub fn new(thread: &Thread, viewer: &UserId, people: &People) -> Option<Self> {
        let own = thread.member(viewer)?;
        Some(Self {
            id: thread.id.clone(),
            kind: match thread.kind {
                Kind::Direct { .. } => KindView::Direct,
            },
            title: None,
            room: None,
            members: MemberView::all(thread, viewer, people)?,
            r#box: own.standing.shown_in(),
            last_seq: thread.last_seq,
            last_message: thread.last_message.as_ref().map(|last| MessageView::preview(&thread.id, last)),
            unread: own.unread(&thread.tally),
            notice: None,
            muted_until: None,
            pinned: false,
            created_by: thread.created_by.clone(),
            created_at: thread.created_at,
            updated_at: thread.active_at,
        })
    }
}

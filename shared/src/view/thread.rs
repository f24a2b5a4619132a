//! Threads and their members.

use std::collections::HashMap;

use serde::Serialize;

use super::message::MessageView;
use super::user::UserView;
use crate::domain::about::{About, Preferences, Room, Title};
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::member::{Mailbox, Member, Role};
use crate::domain::profile::{Card, Profile};
use crate::domain::read;
use crate::domain::thread::Thread;
use crate::domain::time::{Timestamp, rfc3339};

/// The profiles of those whom a view names.
pub type People = HashMap<UserId, Profile>;

/// What groups of a list show of themselves.
pub type Abouts = HashMap<ThreadId, About>;

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
    pub fn all(thread: &Thread, viewer: &UserId, about: &About, people: &People) -> Option<Vec<Self>> {
        let viewer_shows = people.get(viewer)?.settings.read_receipts;
        let view = |member: &Member| {
            let profile = people.get(&member.user_id)?;
            let own = member.user_id == *viewer;
            let shown = own || read::shows(member, profile.settings.read_receipts, viewer_shows);
            Some(Self::new(member, profile.card.clone(), about, shown))
        };
        thread.members.iter().map(view).collect()
    }

    /// The members of a group as a list of threads shows them: the copies that the group has of them, and no read marks but
    /// the viewer's, since who shows theirs is not among the copies.
    #[must_use]
    pub fn copies(thread: &Thread, viewer: &UserId, about: &About) -> Vec<Self> {
        // Whoever came in some milliseconds ago may be in one item and not yet in the other.
        let view = |member: &Member| {
            let card = about.people.get(&member.user_id)?.card.clone();
            Some(Self::new(member, card, about, member.user_id == *viewer))
        };
        thread.members.iter().filter_map(view).collect()
    }

    fn new(member: &Member, card: Card, about: &About, shows_mark: bool) -> Self {
        Self {
            user: UserView::new(member.user_id.clone(), card),
            role: member.role,
            joined_at: about.joined_at(&member.user_id),
            read_seq: shows_mark.then_some(member.mark.seq),
        }
    }
}

/// What is left to decide about blocked people in a group (rule 12).
#[derive(Debug, Serialize)]
struct NoticeView {
    blocked_user_ids: Vec<UserId>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum KindView {
    Direct,
    Group,
}

/// A thread as one of its members sees it.
#[derive(Debug, Serialize)]
pub struct ThreadView {
    id: ThreadId,
    kind: KindView,
    title: Option<Title>,
    room: Option<Room>,
    members: Vec<MemberView>,
    r#box: Mailbox,
    last_seq: Seq,
    last_message: Option<MessageView>,
    unread: u64,
    notice: Option<NoticeView>,
    #[serde(flatten)]
    preferences: Preferences,
    created_by: UserId,
    #[serde(serialize_with = "rfc3339")]
    created_at: Timestamp,
    #[serde(serialize_with = "rfc3339")]
    updated_at: Timestamp,
}

impl ThreadView {
    /// The view of `thread` for `viewer`, with these of its members; `None` if they are not in it.
    #[must_use]
    pub fn new(thread: &Thread, viewer: &UserId, about: &About, members: Vec<MemberView>) -> Option<Self> {
        let own = thread.member(viewer)?;
        let blocked_user_ids = thread.noticed(own);
        // What was said before they joined is none of theirs (rule 11).
        let last_message = thread.last_message.as_ref().filter(|last| own.sees(last.seq));
        Some(Self {
            id: thread.id.clone(),
            kind: if thread.is_group() { KindView::Group } else { KindView::Direct },
            title: about.title.clone(),
            room: about.room.clone(),
            members,
            r#box: own.standing.shown_in(),
            last_seq: thread.last_seq,
            last_message: last_message.map(|last| MessageView::preview(own, thread, last)),
            unread: thread.unread(own),
            notice: (!blocked_user_ids.is_empty()).then_some(NoticeView { blocked_user_ids }),
            preferences: about.preferences.get(viewer).copied().unwrap_or_default(),
            created_by: about.created_by.clone(),
            created_at: about.created_at,
            updated_at: thread.active_at,
        })
    }
}

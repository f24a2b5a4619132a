//! Threads and their members.

use serde::Serialize;

use super::message::MessageView;
use super::problem::Problem;
use super::user::UserView;
use crate::domain::details::{DetailsByThread, Preferences, ThreadDetails};
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::mailbox::Mailbox;
use crate::domain::member::{Member, Role};
use crate::domain::profile::{Profiles, PublicProfile};
use crate::domain::room::Room;
use crate::domain::roster::ListedMember;
use crate::domain::thread::{Kind, Thread};
use crate::domain::time::{Timestamp, optional_rfc3339, rfc3339};
use crate::domain::title::Title;
use crate::service::{Marked, Roster, ShownThread};

/// A member of a thread.
#[derive(Debug, Serialize)]
pub struct MemberView {
    user: UserView,
    role: Role,
    #[serde(serialize_with = "rfc3339")]
    joined_at: Timestamp,
    /// How far they have read; `null` where the viewer may not know.
    read_seq: Option<Seq>,
}

impl MemberView {
    /// The members of a thread as their viewer sees them.
    ///
    /// # Errors
    /// `internal` if a member has no profile: nobody becomes a member without one.
    pub fn all(roster: Roster) -> Result<Vec<Self>, Problem> {
        let Roster { members, mut profiles } = roster;
        let view = |member: ListedMember| {
            let profile = profiles.remove(&member.user_id);
            let missing = || Problem::Internal("a member has no profile".to_owned());
            Ok(Self::new(member, profile.ok_or_else(missing)?.public))
        };
        members.into_iter().map(view).collect()
    }

    /// The members of a group as a list of threads shows them: by the snapshots that the group has of them, and without read
    /// marks but the viewer's, because the snapshots do not tell who shows theirs.
    #[must_use]
    pub fn of_snapshots(thread: &Thread, viewer: &UserId, details: &ThreadDetails) -> Vec<Self> {
        thread.members.iter().filter_map(|member| Self::of_snapshot(member, viewer, details)).collect()
    }

    /// One member of a group by their snapshot; `None` if there is none: somebody who joined some milliseconds ago may be in
    /// one item and not yet in the other.
    #[must_use]
    pub fn of_snapshot(member: &Member, viewer: &UserId, details: &ThreadDetails) -> Option<Self> {
        let public = details.snapshots.get(&member.user_id)?.public.clone();
        let own_mark = (member.user_id == *viewer).then_some(member.mark.seq);
        Some(Self::new(ListedMember::new(member, details, own_mark), public))
    }

    fn new(member: ListedMember, public: PublicProfile) -> Self {
        let ListedMember { user_id, role, joined_at, read_seq } = member;
        Self { user: UserView::new(user_id, public), role, joined_at, read_seq }
    }
}

/// What is left to decide about blocked members of a group (rule 12).
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

/// What a member chose for a thread.
#[derive(Debug, Serialize)]
pub struct PreferencesView {
    #[serde(serialize_with = "optional_rfc3339")]
    muted_until: Option<Timestamp>,
    pinned: bool,
}

impl From<Preferences> for PreferencesView {
    fn from(preferences: Preferences) -> Self {
        let Preferences { muted_until, pinned } = preferences;
        Self { muted_until, pinned }
    }
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
    preferences: PreferencesView,
    created_by: UserId,
    #[serde(serialize_with = "rfc3339")]
    created_at: Timestamp,
    #[serde(serialize_with = "rfc3339")]
    updated_at: Timestamp,
}

impl ThreadView {
    /// The view of one thread.
    ///
    /// # Errors
    /// `not-found` unless `viewer` is a member, and as [`MemberView::all`].
    pub fn of(shown: ShownThread, viewer: &UserId) -> Result<Self, Problem> {
        let members = MemberView::all(shown.roster)?;
        Self::new(&shown.thread, viewer, &shown.details, members).ok_or(Problem::NotFound)
    }

    /// The view of a group by the snapshots that it has of its members.
    ///
    /// # Errors
    /// `not-found` unless `viewer` is a member.
    pub fn of_snapshots(thread: &Thread, viewer: &UserId, details: &ThreadDetails) -> Result<Self, Problem> {
        let members = MemberView::of_snapshots(thread, viewer, details);
        Self::new(thread, viewer, details, members).ok_or(Problem::NotFound)
    }

    fn new(thread: &Thread, viewer: &UserId, details: &ThreadDetails, members: Vec<MemberView>) -> Option<Self> {
        let own = thread.member(viewer)?;
        let blocked_user_ids = thread.undecided(own);
        // A message from before they joined is none of theirs (rule 11).
        let last_message = thread.last_message.as_ref().filter(|last| own.sees(last.seq));
        Some(Self {
            id: thread.id.clone(),
            kind: if thread.is_group() { KindView::Group } else { KindView::Direct },
            title: details.title.clone(),
            room: details.room.clone(),
            members,
            r#box: own.standing.shown_in(),
            last_seq: thread.last_seq,
            last_message: last_message.map(|last| MessageView::preview(own, thread, last)),
            unread: thread.unread(own),
            notice: (!blocked_user_ids.is_empty()).then_some(NoticeView { blocked_user_ids }),
            preferences: details.preferences.get(viewer).copied().unwrap_or_default().into(),
            created_by: details.created_by.clone(),
            created_at: details.created_at,
            updated_at: thread.active_at,
        })
    }
}

/// Threads in a list as `viewer` sees them: groups with the snapshots of their members, direct threads with the profiles of the
/// two. A group whose details are missing has ended meanwhile, and is left out.
///
/// # Errors
/// As [`ThreadView::of`].
pub fn thread_views(
    threads: impl IntoIterator<Item = Thread>,
    viewer: &UserId,
    details: &DetailsByThread,
    profiles: &Profiles,
) -> Result<Vec<ThreadView>, Problem> {
    let mut views = Vec::new();
    for thread in threads {
        match &thread.kind {
            Kind::Direct { details, .. } => {
                let both = thread.member_ids().into_iter();
                let profiles = both
                    .filter_map(|user_id| profiles.get_key_value(&user_id))
                    .map(|(id, one)| (id.clone(), one.clone()));
                let (details, profiles) = (details.clone(), profiles.collect());
                let shown = ShownThread::new(thread, details, profiles, viewer)?;
                views.push(ThreadView::of(shown, viewer)?);
            }
            Kind::Group { .. } => {
                if let Some(details) = details.get(&thread.id) {
                    views.push(ThreadView::of_snapshots(&thread, viewer, details)?);
                }
            }
        }
    }
    Ok(views)
}

/// The response to a moved read mark.
#[derive(Debug, Serialize)]
pub struct ReadMarkView {
    read_seq: Seq,
    unread: u64,
}

impl From<Marked> for ReadMarkView {
    fn from(marked: Marked) -> Self {
        Self { read_seq: marked.read_seq, unread: marked.unread }
    }
}

/// The response to a block: a page of the groups that the two share (rule 12).
#[derive(Debug, Serialize)]
pub struct BlockedView {
    pub groups: Vec<ThreadView>,
    /// The cursor of the next page, for another `PUT`; `null` on the last one.
    pub next_cursor: Option<String>,
}

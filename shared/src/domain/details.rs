//! The details of a thread: title, room, creator, snapshots of its members, and their preferences. No decision rests on them.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::ids::{ThreadId, UserId};
use super::log::{Change, Entry, EntryContent};
use super::profile::{Profile, PublicProfile};
use super::revision::Revision;
use super::room::Room;
use super::time::{self, Timestamp};
use super::title::Title;

/// A member's own settings for a thread. Nobody else sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Preferences {
    /// Until when the thread is muted; `None` if it is not.
    #[serde(serialize_with = "time::optional_rfc3339")]
    pub muted_until: Option<Timestamp>,
    /// Whether clients list the thread on top.
    pub pinned: bool,
}

/// A copy of a member's public profile in the details of a group. With it, a page of groups does not read every member's
/// profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberSnapshot {
    pub public: PublicProfile,
    /// The revision of the profile that was copied. An older copy never replaces a newer one.
    pub revision: Revision,
    pub joined_at: Timestamp,
}

impl MemberSnapshot {
    /// The snapshot of a user who joins at `joined_at`.
    #[must_use]
    pub fn new(profile: &Profile, joined_at: Timestamp) -> Self {
        Self { public: profile.public.clone(), revision: profile.revision, joined_at }
    }
}

/// The details of a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadDetails {
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub title: Option<Title>,
    /// The room that a group accompanies.
    pub room: Option<Room>,
    /// Empty in a direct thread: its two profiles are read themselves.
    pub snapshots: BTreeMap<UserId, MemberSnapshot>,
    pub preferences: BTreeMap<UserId, Preferences>,
}

/// Details by thread id.
pub type DetailsByThread = HashMap<ThreadId, ThreadDetails>;

impl ThreadDetails {
    /// The details of a new thread without title, room and snapshots.
    #[must_use]
    pub fn new(created_by: &UserId, created_at: Timestamp) -> Self {
        Self {
            created_by: created_by.clone(),
            created_at,
            title: None,
            room: None,
            snapshots: BTreeMap::new(),
            preferences: BTreeMap::new(),
        }
    }

    /// When `user` joined the thread. Both members of a direct thread joined when it was opened.
    #[must_use]
    pub fn joined_at(&self, user: &UserId) -> Timestamp {
        self.snapshots.get(user).map_or(self.created_at, |snapshot| snapshot.joined_at)
    }

    /// The details after these entries of the log. `joined` are the members whom the entries added.
    #[must_use]
    pub fn after(&self, entries: &[Entry], joined: &BTreeMap<UserId, MemberSnapshot>) -> Self {
        let mut next = self.clone();
        next.snapshots.extend(joined.clone());
        for entry in entries {
            match &entry.content {
                EntryContent::Change(Change::MemberRemoved { user_id } | Change::MemberLeft { user_id }) => {
                    next.snapshots.remove(user_id);
                    next.preferences.remove(user_id);
                }
                EntryContent::Change(Change::ThreadRenamed { title }) => next.title.clone_from(title),
                EntryContent::Change(
                    Change::ThreadCreated { .. } | Change::MemberAdded { .. } | Change::RoleChanged { .. },
                )
                | EntryContent::Message(_)
                | EntryContent::Edited(_)
                | EntryContent::Deleted(_)
                | EntryContent::Reacted { .. }
                | EntryContent::Pinned { .. } => {}
            }
        }
        next
    }
}

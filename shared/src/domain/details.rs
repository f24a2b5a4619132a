//! What a thread shows and decides nothing by: its title, its room, its creator, and snapshots of its members.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::ids::{ThreadId, UserId};
use super::log::{Change, Entry, EntryContent};
use super::profile::{Profile, PublicProfile};
use super::revision::Revision;
use super::room::Room;
use super::time::{self, Timestamp};
use super::title::Title;

/// What a member chose for a thread; theirs alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Preferences {
    /// Until when nothing in it should make a sound; `None`: it may.
    #[serde(serialize_with = "time::optional_rfc3339")]
    pub muted_until: Option<Timestamp>,
    /// Whether clients keep it on top.
    pub pinned: bool,
}

/// A member of a group as the group remembers them: a copy, so that a page of groups need not read every member's profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberSnapshot {
    /// What they show.
    pub public: PublicProfile,
    /// Which state of their profile that is: an older one never replaces a newer one.
    pub revision: Revision,
    /// Since when they are in it.
    pub joined_at: Timestamp,
}

impl MemberSnapshot {
    /// Somebody who joins at `joined_at`.
    #[must_use]
    pub fn new(profile: &Profile, joined_at: Timestamp) -> Self {
        Self { public: profile.public.clone(), revision: profile.revision, joined_at }
    }
}

/// What a thread shows of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadDetails {
    /// Who opened it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// A group's title.
    pub title: Option<Title>,
    /// The room it accompanies.
    pub room: Option<Room>,
    /// The members of a group. A direct thread has none here: its two are read themselves.
    pub snapshots: BTreeMap<UserId, MemberSnapshot>,
    /// What members chose.
    pub preferences: BTreeMap<UserId, Preferences>,
}

/// Details by group.
pub type DetailsByThread = HashMap<ThreadId, ThreadDetails>;

impl ThreadDetails {
    /// What a thread without title and room has at its beginning.
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

    /// Since when `user` is in the thread; in a direct thread both are from its beginning.
    #[must_use]
    pub fn joined_at(&self, user: &UserId) -> Timestamp {
        self.snapshots.get(user).map_or(self.created_at, |snapshot| snapshot.joined_at)
    }

    /// The same after these entries of the log; `joined` are those whom they brought in.
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
                | EntryContent::Message(_) => {}
            }
        }
        next
    }
}

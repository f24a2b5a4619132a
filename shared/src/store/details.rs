//! The details of a group, in an item beside its head. Every message pays for the size of the head; the details are paid for
//! only where they are shown or changed.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::access::Store;
use super::convert::{self, ITEM_VERSION};
use super::error::{Condition, StoreError};
use super::keys;
use super::preferences::{self, PreferencesRecord};
use super::table::Read;
use super::update::{Update, number, text};
use super::write::Write;
use crate::domain::details::{DetailsByThread, MemberSnapshot, Preferences, ThreadDetails};
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::log::{Change, Entry, EntryContent};
use crate::domain::profile::{Profile, PublicProfile};
use crate::domain::revision::Revision;
use crate::domain::room::Room;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::domain::title::Title;

/// `THREAD#t` / `DETAILS`.
#[derive(Debug, Serialize, Deserialize)]
struct DetailsRecord {
    v: u8,
    by: UserId,
    created: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "Title::stored")]
    title: Option<Title>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "Room::stored")]
    room: Option<Room>,
    snapshots: BTreeMap<UserId, SnapshotRecord>,
    prefs: PreferencesRecord,
}

/// A copy of a member's public profile, the revision it was taken from, and when they joined.
#[derive(Debug, Serialize, Deserialize)]
struct SnapshotRecord {
    profile: PublicProfile,
    rev: u64,
    joined: Timestamp,
}

fn snapshot_record(snapshot: &MemberSnapshot) -> SnapshotRecord {
    let MemberSnapshot { public, revision, joined_at } = snapshot.clone();
    SnapshotRecord { profile: public, rev: revision.0, joined: joined_at }
}

impl From<DetailsRecord> for ThreadDetails {
    fn from(record: DetailsRecord) -> Self {
        let snapshot = |SnapshotRecord { profile, rev, joined }| MemberSnapshot {
            public: profile,
            revision: Revision(rev),
            joined_at: joined,
        };
        Self {
            created_by: record.by,
            created_at: record.created,
            title: record.title,
            room: record.room,
            snapshots: record.snapshots.into_iter().map(|(user, record)| (user, snapshot(record))).collect(),
            preferences: preferences::parse(record.prefs),
        }
    }
}

/// The write that stores the details of a new group.
pub(super) fn create(thread: &ThreadId, details: &ThreadDetails) -> Result<Write, StoreError> {
    let record = DetailsRecord {
        v: ITEM_VERSION,
        by: details.created_by.clone(),
        created: details.created_at,
        title: details.title.clone(),
        room: details.room.clone(),
        snapshots: details.snapshots.iter().map(|(user, snapshot)| (user.clone(), snapshot_record(snapshot))).collect(),
        prefs: preferences::records(details),
    };
    Ok(Write::put(keys::details(thread), convert::item(&record)?))
}

/// The write that brings `entries` of the log into the details; `joined` are the members whom they add. It is made from the
/// entries and not from two states, so that it does not matter how old the details are that were read.
pub(super) fn change(
    thread: &Thread,
    entries: &[Entry],
    joined: &BTreeMap<UserId, MemberSnapshot>,
) -> Result<Option<Write>, StoreError> {
    let key = keys::details(&thread.id);
    if thread.members.is_empty() {
        return Ok(Some(Write::delete(key)));
    }
    let mut update = Update::new(key);
    for (user, snapshot) in joined {
        update.set(&["snapshots", user.as_str()], convert::value(snapshot_record(snapshot))?);
    }
    for entry in entries {
        match &entry.content {
            EntryContent::Change(Change::MemberRemoved { user_id } | Change::MemberLeft { user_id }) => {
                update.remove(&["snapshots", user_id.as_str()]).remove(&["prefs", user_id.as_str()]);
            }
            EntryContent::Change(Change::ThreadRenamed { title: Some(title) }) => {
                update.set(&["title"], text(title.clone()));
            }
            EntryContent::Change(Change::ThreadRenamed { title: None }) => {
                update.remove(&["title"]);
            }
            EntryContent::Change(_)
            | EntryContent::Message(_)
            | EntryContent::Edited(_)
            | EntryContent::Deleted(_)
            | EntryContent::Reacted { .. }
            | EntryContent::Pinned { .. } => {}
        }
    }
    Ok((!update.is_empty()).then(|| update.build()))
}

impl Store {
    /// The details of these groups. They may be some milliseconds late, but none that exists is missing.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn details_of(&self, threads: &[ThreadId]) -> Result<DetailsByThread, StoreError> {
        let wanted: Vec<_> = threads.iter().map(keys::details).collect();
        let mut details = HashMap::with_capacity(wanted.len());
        for item in self.table.batch_get_complete(&wanted).await? {
            let key = convert::key_of(&item)?;
            let corrupt = || StoreError::Corrupt { key: key.clone(), reason: "not in a thread's partition".to_owned() };
            let thread = keys::thread_of(&key.pk).ok_or_else(corrupt)?;
            details.insert(thread, convert::record::<DetailsRecord>(item)?.into());
        }
        Ok(details)
    }

    /// The details of a group as they are now.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn details(&self, thread: &ThreadId) -> Result<Option<ThreadDetails>, StoreError> {
        let item = self.table.get(&keys::details(thread), Read::Consistent).await?;
        Ok(item.map(convert::record::<DetailsRecord>).transpose()?.map(ThreadDetails::from))
    }

    /// Stores the preferences of `user` for a thread; `false` if they are not a member any more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn set_preferences(&self, thread: &Thread, user: &UserId, own: Preferences) -> Result<bool, StoreError> {
        // Nobody leaves a direct thread, and its details are in its head. The details of a group list its members.
        let mut update = if thread.is_group() {
            let mut update = Update::new(keys::details(&thread.id));
            update.require_exists(&["snapshots", user.as_str()]);
            update
        } else {
            let mut update = Update::new(keys::head(&thread.id));
            update.require_exists(&["kind"]);
            update
        };
        update.set(&["prefs", user.as_str()], convert::value(preferences::record(own))?);
        self.unless_failed(update.only_if(Condition::Details), Condition::Details).await
    }

    /// Updates the snapshot of a member in a group, if they are a member and the snapshot is older than `profile`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn refresh_snapshot(&self, thread: &ThreadId, profile: &Profile) -> Result<(), StoreError> {
        let user = profile.id.as_str();
        let mut update = Update::new(keys::details(thread));
        let (known, new) = (update.path(&["snapshots", user, "rev"]), update.value(number(profile.revision.0)));
        update
            .set(&["snapshots", user, "profile"], convert::value(&profile.public)?)
            .set(&["snapshots", user, "rev"], number(profile.revision.0))
            .require(format!("{known} < {new}"));
        self.unless_failed(update.only_if(Condition::Details), Condition::Details).await.map(|_| ())
    }
}

//! Groups: a head, its details, and a pointer in the partition of each user who is in it.

use std::collections::{BTreeMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;

use super::access::Store;
use super::convert::{self, ITEM_VERSION};
use super::error::{Condition, StoreError};
use super::item::Item;
use super::page::Page;
use super::table::{Query, Read};
use super::thread::transition_writes;
use super::update::{Update, number};
use super::write::{Write, Writes};
use super::{details, entry, head, keys, mailbox};
use crate::domain::details::{MemberSnapshot, ThreadDetails};
use crate::domain::group::Stay;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::log::{Change, EntryContent};
use crate::domain::mailbox::{MailboxEntry, MailboxPosition};
use crate::domain::revision::Revision;
use crate::domain::room::RoomId;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::domain::transition::{NewThread, Transition};

/// A user who joins a group.
#[derive(Debug, Clone)]
pub struct NewMember {
    pub snapshot: MemberSnapshot,
    /// The revision of their profile when it was read. The blocks, follows and groups of the decision are read after it. So
    /// the decision is stored only if the revision is still current.
    pub revision: Revision,
}

/// The users who join a group, by id.
pub type NewMembers = BTreeMap<UserId, NewMember>;

/// Groups that one query of [`Store::groups`] reads, at most: some 90 KiB of keys.
const GROUPS_AT_ONCE: usize = 1_000;

/// The writes that turn the pointers to `before` into those to `after`.
pub(super) fn pointer_writes(before: Option<&Thread>, after: &Thread, room: Option<&RoomId>) -> Vec<Write> {
    let id = &after.id;
    let members = |thread: &Thread| thread.member_ids().into_iter().collect::<HashSet<_>>();
    let (had, have) = (before.map(members).unwrap_or_default(), members(after));
    let keys = |user: &UserId| {
        let room = room.map(|room| keys::room(user, room, id));
        [keys::group(user, id)].into_iter().chain(room).collect::<Vec<_>>()
    };
    let gone = had.difference(&have).flat_map(keys).map(Write::delete);
    let new = have.difference(&had).flat_map(keys).map(|key| Write::put(key, Item::new()));
    gone.chain(new).collect()
}

/// The snapshots of users who join.
#[must_use]
pub fn snapshots(new_members: &NewMembers) -> BTreeMap<UserId, MemberSnapshot> {
    new_members.iter().map(|(user, new)| (user.clone(), new.snapshot.clone())).collect()
}

fn revision_writes(writes: &mut Writes, new_members: &NewMembers) {
    for (user, new) in new_members {
        writes.user(user).require(new.revision).raise();
    }
}

impl Writes {
    /// Stores a new group. `new_members` are the users whom its creator adds. Fails with [`Condition::UserUnchanged`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] if something cannot be stored at all.
    pub fn create_group(
        created: &NewThread,
        details: &ThreadDetails,
        new_members: &NewMembers,
    ) -> Result<Self, StoreError> {
        let NewThread { thread, entries } = created;
        let mut writes = Self::none();
        revision_writes(&mut writes, new_members);
        // The creator's snapshot must be of the current profile. A profile stored later finds the group and updates the
        // snapshot.
        if let Some(creator) = details.snapshots.get(&details.created_by) {
            writes.user(&details.created_by).require(creator.revision);
        }
        writes.count_memberships(None, thread);
        let head = Write::put(keys::head(&thread.id), head::item(thread)?);
        writes.extend([head.only_if(Condition::Head, "attribute_not_exists(pk)")]);
        writes.extend([details::create(&thread.id, details)?]);
        writes.extend(entry::append(&thread.id, entries)?);
        writes.extend(mailbox::writes(&thread.id, &[], &thread.mailbox_listings())?);
        writes.extend(pointer_writes(None, thread, details.room.as_ref().map(|room| &room.id)));
        Ok(writes)
    }

    /// Stores a transition of a group: members, roles, title. `stay` is that of the user whom it takes out of the group. Fails with
    /// [`Condition::Head`], [`Condition::UserUnchanged`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] if something cannot be stored at all.
    pub fn change_group(
        transition: &Transition,
        room: Option<&RoomId>,
        new_members: &NewMembers,
        stay: Option<&Stay>,
    ) -> Result<Self, StoreError> {
        let Transition { before, after, entries } = transition;
        let mut writes = transition_writes(transition)?;
        writes.extend(details::change(after, entries, &snapshots(new_members))?);
        writes.extend(pointer_writes(Some(before), after, room));
        revision_writes(&mut writes, new_members);
        for entry in entries {
            let gone = match &entry.content {
                EntryContent::Change(Change::MemberLeft { user_id }) => keys::left(&after.id, user_id),
                EntryContent::Change(Change::MemberRemoved { user_id }) => keys::removed(&after.id, user_id),
                _ => continue,
            };
            writes.extend(stay.map(|stay| stay_write(gone, stay)));
        }
        Ok(writes)
    }
}

/// `THREAD#t` / `LEFT#u`, `REMOVED#u`.
#[derive(Debug, Deserialize)]
struct StayRecord {
    /// An earlier release did not store where it was.
    #[serde(default)]
    seq: Seq,
    #[serde(default)]
    declined: Option<Timestamp>,
    #[serde(default)]
    used: u64,
    #[serde(default)]
    accepted: bool,
    #[serde(default)]
    from: Option<Seq>,
    #[serde(default)]
    at: Option<Timestamp>,
}

fn stay_write(key: keys::Key, stay: &Stay) -> Write {
    let Stay { ended, accepted, declined, used, from, at } = *stay;
    let mut trace = Update::new(key);
    trace
        .set(&["v"], number(ITEM_VERSION))
        .set(&["seq"], number(ended))
        .set(&["used"], number(used))
        .set(&["accepted"], AttributeValue::Bool(accepted));
    match declined {
        Some(at) => trace.set(&["declined"], number(at.ms())),
        None => trace.remove(&["declined"]),
    };
    if let Some((from, at)) = from.zip(at) {
        trace.set(&["from"], number(from)).set(&["at"], number(at.ms()));
    }
    trace.build()
}

/// The stay in an item.
pub(super) fn parse_stay(item: Item) -> Result<Stay, StoreError> {
    let StayRecord { seq, declined, used, accepted, from, at } = convert::record(item)?;
    Ok(Stay { ended: seq, accepted, declined, used, from, at })
}

/// How a user was in a group before.
#[derive(Debug, Clone, Copy, Default)]
pub struct FormerMember {
    /// They left it at least once, and were not always removed.
    pub left: bool,
    /// They have not accepted it since they left it.
    pub left_for_good: bool,
    left_last: bool,
    /// Their last stay; `None` if there was none. They may have come back since.
    pub last_stay: Option<Stay>,
}

impl FormerMember {
    pub(super) fn add(&mut self, left: bool, stay: Stay) {
        self.left |= left;
        if self.last_stay.is_none_or(|last| last.ended < stay.ended) {
            self.last_stay = Some(stay);
            // Of two departures the later one counts.
            self.left_last = left;
        }
        self.left_for_good = self.left && (self.left_last || self.last_stay.is_some_and(|last| !last.accepted));
    }
}

impl Store {
    /// How a user was in a group before.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn former_member(&self, thread: &ThreadId, user: &UserId) -> Result<FormerMember, StoreError> {
        let left = keys::left(thread, user);
        let mut former = FormerMember::default();
        for item in self.table.batch_get(&[left.clone(), keys::removed(thread, user)], Read::Consistent).await? {
            former.add(convert::key_of(&item)? == left, parse_stay(item)?);
        }
        Ok(former)
    }

    /// The ids of a user's groups, in order: not more than a user can have.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn groups(&self, user: &UserId) -> Result<Vec<ThreadId>, StoreError> {
        let mut groups: Vec<ThreadId> = Vec::new();
        loop {
            let page = self.groups_behind(user, groups.last(), GROUPS_AT_ONCE).await?;
            groups.extend(page.items);
            if !page.more {
                return Ok(groups);
            }
        }
    }

    /// A page of the ids of a user's groups, in order, behind `after`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn groups_behind(
        &self,
        user: &UserId,
        after: Option<&ThreadId>,
        limit: usize,
    ) -> Result<Page<ThreadId>, StoreError> {
        let after = after.map(|after| keys::group(user, after));
        let range = keys::groups(user);
        let query = Query { range, newest_first: false, after, limit, read: Read::Consistent };
        let page = self.table.query(&query).await?;
        let group = |item: &Item| {
            let key = convert::key_of(item)?;
            let group = keys::group_thread(&key.sk);
            group.ok_or(StoreError::Corrupt { key, reason: "not a group's key".to_owned() })
        };
        Ok(Page { items: page.items.iter().map(group).collect::<Result<_, _>>()?, more: page.more_after.is_some() })
    }

    /// A page of a user's threads of a room, behind `after`. They are not ordered by time, so all have the same time in their
    /// positions.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn room_entries(
        &self,
        user: &UserId,
        room: &RoomId,
        after: Option<&MailboxPosition>,
        limit: usize,
    ) -> Result<Page<MailboxEntry>, StoreError> {
        let after = after.map(|position| keys::room(user, room, &position.thread_id));
        let range = keys::room_threads(user, room);
        let query = Query { range, newest_first: false, after, limit, read: Read::Consistent };
        let page = self.table.query(&query).await?;
        let entries = page.items.iter().map(|item| {
            let key = convert::key_of(item)?;
            let thread_id = keys::room_thread(room, &key.sk);
            let thread_id = thread_id.ok_or(StoreError::Corrupt { key, reason: "not a room's key".to_owned() })?;
            let position = MailboxPosition { bumped_at: Timestamp::LAST, thread_id };
            Ok(MailboxEntry { position, peer_id: None })
        });
        Ok(Page { items: entries.collect::<Result<_, _>>()?, more: page.more_after.is_some() })
    }
}

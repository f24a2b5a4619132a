//! Groups: a head, what they show of themselves, and a mark with each user who is in them.

use std::collections::{BTreeMap, HashSet};

use super::error::{Guard, StoreError};
use super::head;
use super::listing::BoxEntry;
use super::once::{OnceRecord, once_write};
use super::table::{Item, Query, Read};
use super::thread::change_writes;
use super::write::Write;
use super::{ITEM_VERSION, Store, about, convert, keys, listing, log};
use crate::domain::about::{About, Person, RoomId};
use crate::domain::group::Changed;
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::inbox::BoxPlace;
use crate::domain::log::{Change, What};
use crate::domain::profile::Profile;
use crate::domain::thread::{Revision, Thread};
use crate::domain::time::Timestamp;

/// Somebody who is brought into a group.
#[derive(Debug, Clone)]
pub struct Joiner {
    /// How the group will remember them.
    pub person: Person,
    /// The state of their profile when it was read. Blocks, follows and groups that the decision rests on were read after it,
    /// so it is stored only while that state holds.
    pub revision: Revision,
}

/// Those who are brought into a group.
pub type Joiners = BTreeMap<UserId, Joiner>;

/// The groups a page of [`Store::groups`] has at most: some 90 KiB of keys.
const GROUPS_AT_ONCE: usize = 1_000;

/// Leaves everything that was decided about a user on an older state of their profile lost.
pub(super) fn tie_write(user: &UserId, seen: Revision) -> Write {
    Write::update(keys::profile(user), "ADD rev :one")
        .only_if(Guard::Ties, "rev = :seen")
        .number(":one", &1)
        .number(":seen", &seen.0)
}

/// Those with whom a group leaves a mark: its members, and who is gone and hidden by one of them.
fn marked(thread: &Thread) -> HashSet<&UserId> {
    let here = thread.members.iter().map(|member| &member.user_id);
    here.chain(thread.departed().iter().map(|gone| &gone.user_id)).collect()
}

/// The writes that turn the marks that `before` left with its users into those of `after`.
pub(super) fn mark_writes(before: Option<&Thread>, after: &Thread, room: Option<&RoomId>) -> Vec<Write> {
    let id = &after.id;
    let (had, have) = (before.map(marked).unwrap_or_default(), marked(after));
    let gone = had.difference(&have).map(|user| Write::delete(keys::group(user, id)));
    let new = have.difference(&had).map(|user| Write::put(keys::group(user, id), Item::new()));
    let mut writes: Vec<Write> = gone.chain(new).collect();
    if let Some(room) = room {
        let members = |thread: &Thread| thread.member_ids().into_iter().collect::<HashSet<_>>();
        let (had, have) = (before.map(members).unwrap_or_default(), members(after));
        writes.extend(had.difference(&have).map(|user| Write::delete(keys::room(user, room, id))));
        writes.extend(have.difference(&had).map(|user| Write::put(keys::room(user, room, id), Item::new())));
    }
    writes
}

fn people(joiners: &Joiners) -> BTreeMap<UserId, Person> {
    joiners.iter().map(|(user, joiner)| (user.clone(), joiner.person.clone())).collect()
}

impl Store {
    /// Stores a new group, all or nothing. `joiners` are those whom its creator brings in.
    ///
    /// # Errors
    /// [`Guard::Once`] if the request was carried out before, [`Guard::Ties`] if something changed about a joiner.
    pub async fn create_group(
        &self,
        created: &Changed,
        about: &About,
        joiners: &Joiners,
        once: &OnceRecord,
    ) -> Result<(), StoreError> {
        let thread = &created.thread;
        let mut writes = vec![once_write(once)?];
        writes.extend(joiners.iter().map(|(user, joiner)| tie_write(user, joiner.revision)));
        // The copy of the creator's card is made of the profile as it is: a later one will find the group, and change it there.
        if let Some(founder) = about.people.get(&about.created_by) {
            let profile = Write::check(keys::profile(&about.created_by)).only_if(Guard::Ties, "rev = :seen");
            writes.push(profile.number(":seen", &founder.revision.0));
        }
        writes.push(
            Write::put(keys::head(&thread.id), head::item(thread)?).only_if(Guard::Head, "attribute_not_exists(pk)"),
        );
        writes.push(about::create(&thread.id, about)?);
        writes.extend(log::writes(&thread.id, &created.entries)?);
        writes.extend(listing::writes(&thread.id, &[], &thread.listings())?);
        writes.extend(mark_writes(None, thread, about.room.as_ref().map(|room| &room.id)));
        self.table.transact(writes).await
    }

    /// Brings a group from `before` to what was decided, all or nothing.
    ///
    /// # Errors
    /// [`Guard::Once`] if the request was carried out before, [`Guard::Head`] if the group is not `before` any more,
    /// [`Guard::Ties`] if something changed about a joiner.
    pub async fn change_group(
        &self,
        before: &Thread,
        changed: &Changed,
        room: Option<&RoomId>,
        joiners: &Joiners,
        once: Option<&OnceRecord>,
    ) -> Result<(), StoreError> {
        let Changed { thread: after, entries } = changed;
        let mut writes = once.map(once_write).transpose()?.into_iter().collect::<Vec<_>>();
        writes.extend(change_writes(before, after, entries)?);
        writes.extend(about::change(after, entries, &people(joiners))?);
        writes.extend(mark_writes(Some(before), after, room));
        writes.extend(joiners.iter().map(|(user, joiner)| tie_write(user, joiner.revision)));
        for entry in entries {
            if let What::Change(Change::MemberLeft { user_id }) = &entry.what {
                let left = keys::left(&after.id, user_id);
                writes.push(Write::update(left, "SET v = :v").number(":v", &ITEM_VERSION));
            }
        }
        self.table.transact(writes).await
    }

    /// The ids of a user's groups, those included that they left and where somebody still hides them.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn groups(&self, user: &UserId) -> Result<Vec<ThreadId>, StoreError> {
        let mut groups = Vec::new();
        let mut after = None;
        loop {
            let range = keys::groups(user);
            let query = Query { range, newest_first: false, after, limit: GROUPS_AT_ONCE, read: Read::Consistent };
            let page = self.table.query(&query).await?;
            for item in page.items {
                let key = convert::key_of(&item)?;
                let group = keys::group_thread(&key.sk);
                groups.push(group.ok_or(StoreError::Corrupt { key, reason: "not a group's key".to_owned() })?);
            }
            after = page.more_after;
            if after.is_none() {
                return Ok(groups);
            }
        }
    }

    /// The groups that both users are in, or one of them is and hides the other who is gone; as they are now.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn shared_groups(&self, one: &UserId, other: &UserId) -> Result<Vec<Thread>, StoreError> {
        let (ones, others) = tokio::try_join!(self.groups(one), self.groups(other))?;
        let others: HashSet<ThreadId> = others.into_iter().collect();
        let shared: Vec<ThreadId> = ones.into_iter().filter(|group| others.contains(group)).collect();
        let mut groups: Vec<Thread> = self.present_threads(&shared).await?.into_values().collect();
        groups.sort_by(|one, other| (other.active_at, &one.id).cmp(&(one.active_at, &other.id)));
        Ok(groups)
    }

    /// A user's threads of a room behind `after`, at most `limit`, and whether there are more. They stand in no order of time,
    /// so all have the same place in it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn room_entries(
        &self,
        user: &UserId,
        room: &RoomId,
        after: Option<&BoxPlace>,
        limit: usize,
    ) -> Result<(Vec<BoxEntry>, bool), StoreError> {
        let after = after.map(|place| keys::room(user, room, &place.thread_id));
        let range = keys::room_threads(user, room);
        let query = Query { range, newest_first: false, after, limit, read: Read::Consistent };
        let page = self.table.query(&query).await?;
        let entries = page.items.iter().map(|item| {
            let key = convert::key_of(item)?;
            let thread_id = keys::room_thread(room, &key.sk);
            let thread_id = thread_id.ok_or(StoreError::Corrupt { key, reason: "not a room's key".to_owned() })?;
            Ok(BoxEntry { place: BoxPlace { bumped_at: Timestamp::LAST, thread_id }, peer_id: None })
        });
        Ok((entries.collect::<Result<_, _>>()?, page.more_after.is_some()))
    }
}

/// A user's card is also in the groups they are in; this says which state of it is not everywhere yet.
impl Store {
    /// Brings a user's card into the copies of all their groups; what is left undone is done by the next attempt.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn spread_card(&self, profile: &Profile) -> Result<(), StoreError> {
        use futures_util::stream::{self, StreamExt, TryStreamExt};

        /// Enough to hide the time each takes, few enough not to be throttled.
        const GROUPS_AT_A_TIME: usize = 8;
        let groups = self.groups(&profile.id).await?;
        let refreshed = groups.iter().map(|group| self.refresh_person(group, profile)).collect::<Vec<_>>();
        stream::iter(refreshed).buffer_unordered(GROUPS_AT_A_TIME).try_collect::<()>().await?;
        self.card_is_spread(profile).await
    }
}

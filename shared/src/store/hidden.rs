//! Hidden stays that the head has no room for, in an item for each member who hides them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::access::Store;
use super::convert::{self, ITEM_VERSION};
use super::error::StoreError;
use super::keys::{self, Key};
use super::table::Read;
use super::write::Write;
use crate::domain::counts::Slot;
use crate::domain::hidden::{HiddenStay, HiddenStays};
use crate::domain::ids::{Seq, UserId};
use crate::domain::member::Member;
use crate::domain::thread::Thread;

/// `THREAD#t` / `HIDDEN#u`.
#[derive(Debug, Serialize, Deserialize)]
struct HiddenRecord {
    v: u8,
    stays: Vec<StayRecord>,
}

/// The user, their first and last entry, their slot, and the messages from it before and at the end.
#[derive(Debug, Serialize, Deserialize)]
struct StayRecord(UserId, Seq, Seq, Slot, u64, u64);

impl StayRecord {
    fn of(stay: &HiddenStay) -> Self {
        let HiddenStay { user_id, joined, left, slot, sent } = stay.clone();
        Self(user_id, joined, left, slot, sent.0, sent.1)
    }

    fn parse(self) -> HiddenStay {
        let Self(user_id, joined, left, slot, start, end) = self;
        // An item that makes no sense hides less, and breaks nothing.
        HiddenStay { user_id, joined, left, slot, sent: (start, end.max(start)) }
    }
}

/// The writes that turn the items of `before` into those of `after`.
pub(super) fn writes(before: &Thread, after: &Thread) -> Result<Vec<Write>, StoreError> {
    let stays = |thread: &Thread, user: &UserId| {
        thread.member(user).map(|member| member.hidden_stays.clone()).unwrap_or_default()
    };
    let users = before.members.iter().map(|member| &member.user_id);
    let changed = users.filter_map(|user| {
        let (had, has) = (stays(before, user), stays(after, user));
        (had != has).then(|| (keys::hidden(&after.id, user), has))
    });
    let write = |(key, has): (Key, HiddenStays)| match has {
        HiddenStays::Known(stays) if !stays.is_empty() => {
            let record = HiddenRecord { v: ITEM_VERSION, stays: stays.iter().map(StayRecord::of).collect() };
            Ok(Write::put(key, convert::item(&record)?))
        }
        _ => Ok(Write::delete(key)),
    };
    changed.map(write).collect()
}

impl Store {
    /// Reads the hidden stays of those of the members of `threads` for whom `wanted` holds, where the head says that there are any.
    /// A block that changes at the same time raises the revision of the head, so that no decision rests on them.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn read_hidden_stays(
        &self,
        threads: Vec<&mut Thread>,
        wanted: impl Fn(&Member) -> bool,
    ) -> Result<(), StoreError> {
        let unknown = |member: &&mut Member| member.hidden_stays.are_stored() && wanted(member);
        let mut members: HashMap<Key, &mut Member> = HashMap::new();
        for thread in threads {
            let id = thread.id.clone();
            let unknown = thread.members.iter_mut().filter(unknown);
            members.extend(unknown.map(|member| (keys::hidden(&id, &member.user_id), member)));
        }
        let keys: Vec<Key> = members.keys().cloned().collect();
        // One is the most common by far.
        let items = match keys.as_slice() {
            [key] => self.table.get(key, Read::Consistent).await?.into_iter().collect(),
            keys => self.table.batch_get(keys, Read::Consistent).await?,
        };
        for item in items {
            let key = convert::key_of(&item)?;
            let HiddenRecord { stays, .. } = convert::record(item)?;
            if let Some(member) = members.remove(&key) {
                member.hidden_stays = HiddenStays::Known(stays.into_iter().map(StayRecord::parse).collect());
            }
        }
        Ok(())
    }
}

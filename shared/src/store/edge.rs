//! Follows and blocks (rule 3), and all that ties two users together.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::error::{Guard, StoreError};
use super::group::{mark_writes, tie_write};
use super::head::Head;
use super::keys::Edge;
use super::table::{Query, Read};
use super::thread::change_writes;
use super::write::Write;
use super::{ITEM_VERSION, Store, convert, keys, profile};
use crate::domain::ids::{Pair, ThreadId, UserId};
use crate::domain::profile::Profile;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;

/// `USER#u` / `FOLLOW#v`, `BLOCK#v`.
#[derive(Debug, Serialize, Deserialize)]
struct EdgeRecord {
    v: u8,
    created_at: Timestamp,
}

/// Two users, seen from the first of them.
#[derive(Debug)]
pub struct Between {
    /// The one who looks; `None` until they registered.
    pub own: Option<Profile>,
    /// The one they look at; `None` if there is no such user.
    pub other: Option<Profile>,
    /// The one who looks follows the other.
    pub following: bool,
    /// The other follows the one who looks.
    pub followed: bool,
    /// Their direct thread, or its empty place. It also says who blocks whom: it is what opening and sending depend on.
    pub head: Head,
}

/// What a follow does to the direct thread with the one who is followed.
#[derive(Debug, Clone, Copy)]
pub enum OnFollow<'a> {
    /// There is none, and the follow is stored only while that holds: one that is opened at the same time has to see it.
    Absent,
    /// It is in the follower's inbox already.
    Stays,
    /// A request waits in it, and is accepted.
    Accepts {
        /// The thread as it was read.
        before: &'a Thread,
        /// The thread afterwards.
        after: &'a Thread,
    },
}

impl Store {
    /// Everything between two users, in one consistent call.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn between(&self, own: &UserId, other: &UserId, pair: &Pair) -> Result<Between, StoreError> {
        let wanted = [
            keys::profile(own),
            keys::profile(other),
            keys::edge(Edge::Follow, own, other),
            keys::edge(Edge::Follow, other, own),
            keys::head(&ThreadId::direct(pair)),
        ];
        let mut items = HashMap::new();
        for item in self.table.batch_get(&wanted, Read::Consistent).await? {
            items.insert(convert::key_of(&item)?, item);
        }
        let [own, other, following, followed, head] = wanted.map(|key| items.remove(&key));
        Ok(Between {
            own: own.map(profile::parse).transpose()?,
            other: other.map(profile::parse).transpose()?,
            following: following.is_some(),
            followed: followed.is_some(),
            head: Head::parse(head)?,
        })
    }

    /// Makes `from` follow `to`, whom they must not block. `thread` is what becomes of their direct thread, `groups` are those
    /// that it accepts, before and after.
    ///
    /// # Errors
    /// [`Guard::Unblocked`] if `from` blocks `to`, [`Guard::Head`] if a thread changed meanwhile, [`Guard::Ties`] if something
    /// else did about `from`.
    pub async fn follow(
        &self,
        (from, to): (&Profile, &UserId),
        pair: &Pair,
        thread: OnFollow<'_>,
        groups: &[(Thread, Thread)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let unblocked =
            Write::check(keys::edge(Edge::Block, &from.id, to)).only_if(Guard::Unblocked, "attribute_not_exists(pk)");
        let ties = tie_write(&from.id, from.revision);
        let mut writes = vec![unblocked, edge_write(Edge::Follow, &from.id, to, now)?, ties];
        match thread {
            OnFollow::Stays => {}
            OnFollow::Absent => {
                let head = Write::check(keys::head(&ThreadId::direct(pair)));
                writes.push(head.only_if(Guard::Head, "attribute_not_exists(kind)"));
            }
            OnFollow::Accepts { before, after } => writes.extend(change_writes(before, after, &[])?),
        }
        writes.extend(group_writes(groups)?);
        self.table.transact(writes).await
    }

    /// Ends that `from` follows `to`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn unfollow(&self, from: &UserId, to: &UserId) -> Result<(), StoreError> {
        self.table.write(Write::delete(keys::edge(Edge::Follow, from, to))).await.map(|_| ())
    }

    /// Makes `from` block `to`, which also ends that they follow them. The block is written into the head of their direct
    /// thread in the same transaction (whether there is one yet or not), so that no message stored later can have missed it,
    /// and into the `groups` that both are in, before and after. Nobody brings one of the two into a group meanwhile unseen.
    ///
    /// # Errors
    /// [`Guard::Head`] if a group changed, [`Guard::Ties`] if something else did about one of the two.
    pub async fn block(
        &self,
        (from, to): (&Profile, &Profile),
        pair: &Pair,
        groups: &[(Thread, Thread)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let head = Write::update(keys::head(&ThreadId::direct(pair)), "ADD blocks :from, rev :one SET v = :v")
            .number(":v", &ITEM_VERSION);
        let mut writes = vec![
            edge_write(Edge::Block, &from.id, &to.id, now)?,
            Write::delete(keys::edge(Edge::Follow, &from.id, &to.id)),
            by_one(head, &from.id),
            tie_write(&from.id, from.revision),
            tie_write(&to.id, to.revision),
        ];
        writes.extend(group_writes(groups)?);
        self.table.transact(writes).await
    }

    /// Ends that `from` blocks `to`, also in the `groups` that hide it, before and after; nothing else comes back.
    ///
    /// # Errors
    /// [`Guard::Blocked`] if they do not block them, [`Guard::Head`], [`Guard::Ties`] as in [`Store::block`].
    pub async fn unblock(
        &self,
        (from, to): (&Profile, &Profile),
        pair: &Pair,
        groups: &[(Thread, Thread)],
    ) -> Result<(), StoreError> {
        let head = Write::update(keys::head(&ThreadId::direct(pair)), "DELETE blocks :from ADD rev :one");
        let edge = keys::edge(Edge::Block, &from.id, &to.id);
        let mut writes = vec![
            Write::delete(edge).only_if(Guard::Blocked, "attribute_exists(pk)"),
            by_one(head, &from.id),
            tie_write(&from.id, from.revision),
            tie_write(&to.id, to.revision),
        ];
        writes.extend(group_writes(groups)?);
        self.table.transact(writes).await
    }

    /// Changes what the blocks of one member mean in `groups`, before and after.
    ///
    /// # Errors
    /// [`Guard::Head`] if one of them changed meanwhile.
    pub async fn change_hidden(&self, groups: &[(Thread, Thread)]) -> Result<(), StoreError> {
        self.table.transact(group_writes(groups)?).await
    }

    /// The users that `from`'s edges lead to, in the order of their ids, behind `after`; at most `limit`, and whether there
    /// are more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn edge_targets(
        &self,
        edge: Edge,
        from: &UserId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<(Vec<UserId>, bool), StoreError> {
        let range = keys::edges(edge, from);
        let after = after.map(|after| keys::edge(edge, from, after));
        let query = Query { range, newest_first: false, after, limit: limit + 1, read: Read::Consistent };
        let page = self.table.query(&query).await?;
        let mut targets = Vec::with_capacity(page.items.len());
        for item in &page.items {
            let key = convert::key_of(item)?;
            let target = keys::edge_target(edge, &key.sk);
            targets.push(target.ok_or(StoreError::Corrupt { key, reason: "not an edge's key".to_owned() })?);
        }
        let more = targets.len() > limit || page.more_after.is_some();
        targets.truncate(limit);
        Ok((targets, more))
    }
}

fn edge_write(edge: Edge, from: &UserId, to: &UserId, now: Timestamp) -> Result<Write, StoreError> {
    Ok(Write::put(keys::edge(edge, from, to), convert::item(&EdgeRecord { v: ITEM_VERSION, created_at: now })?))
}

/// The writes that bring groups from what they were to what they are to be; nothing of it is in their logs.
fn group_writes(groups: &[(Thread, Thread)]) -> Result<Vec<Write>, StoreError> {
    let mut writes = Vec::new();
    for (before, after) in groups {
        writes.extend(change_writes(before, after, &[])?);
        writes.extend(mark_writes(Some(before), after, None));
    }
    Ok(writes)
}

fn by_one(head: Write, from: &UserId) -> Write {
    head.value(":from", AttributeValue::Ss(vec![from.as_str().to_owned()])).number(":one", &1)
}

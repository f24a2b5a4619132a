//! Follows and blocks (rule 3), and the context of two users.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::access::Store;
use super::convert::{self, HEAD_VERSION, ITEM_VERSION};
use super::error::{Condition, StoreError};
use super::head::Head;
use super::keys::{self, Edge};
use super::page::Page;
use super::table::{Query, Read};
use super::thread::{changed_head, moved_listings, transition_writes};
use super::update::{Update, number};
use super::write::{Write, Writes};
use super::{profile, rest};
use crate::domain::ids::{Pair, ThreadId, UserId};
use crate::domain::profile::Profile;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::domain::transition::Transition;

/// `USER#u` / `FOLLOW#v`, `BLOCK#v`.
#[derive(Debug, Serialize, Deserialize)]
struct EdgeRecord {
    v: u8,
    created_at: Timestamp,
}

/// Two users and the follows and blocks between them, seen from the first.
#[derive(Debug)]
pub struct PairContext {
    /// The first user; `None` until they registered.
    pub own: Option<Profile>,
    /// The other user; `None` if there is no such user.
    pub other: Option<Profile>,
    /// The first user follows the other.
    pub following: bool,
    /// The other user follows the first.
    pub followed: bool,
    /// The head of their direct thread. It also has the blocks between the two.
    pub head: Head,
}

/// What a follow does to the direct thread with the followed user.
#[derive(Debug, Clone, Copy)]
pub enum OnFollow<'a> {
    /// There is none. The follow is stored on that condition: a thread that is opened at the same time has to see it.
    Absent,
    /// It is in the follower's inbox already.
    Stays,
    /// It is a message request, and is accepted.
    Accepts(&'a Transition),
}

/// What a block does to the direct thread with the blocked user.
#[derive(Debug, Clone, Copy)]
pub enum OnBlock<'a> {
    /// There is none. The block is stored on that condition: a request that comes at the same time has to be declined.
    Absent,
    /// The blocker accepted it, for good.
    Stays,
    /// The blocker declined it. The block is stored on the condition that it has not come back as a request.
    Rests(&'a Thread),
    /// It is a message request to the blocker, and is declined.
    Declines(&'a Transition),
}

/// The two users of a follow or a block, as they were read.
#[derive(Debug, Clone, Copy)]
pub struct EdgeEnds<'a> {
    pub from: &'a Profile,
    pub to: &'a Profile,
    pub pair: &'a Pair,
}

impl Writes {
    /// Makes `from` follow `to`, whom they must not block. `thread` is what happens to their direct thread, `groups` are the
    /// groups that the follow accepts. Fails with [`Condition::Unblocked`], [`Condition::Head`], [`Condition::Members`],
    /// [`Condition::UserUnchanged`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] if something cannot be stored at all.
    pub fn follow(
        ends: EdgeEnds<'_>,
        thread: OnFollow<'_>,
        groups: &[Transition],
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let EdgeEnds { from, to, pair } = ends;
        let unblocked = Write::check(keys::edge(Edge::Block, &from.id, &to.id));
        let mut writes = Self::all(vec![
            unblocked.only_if(Condition::Unblocked, "attribute_not_exists(pk)"),
            edge_write(Edge::Follow, ends, now)?,
        ]);
        writes.user(&from.id).require(from.revision).raise();
        match thread {
            OnFollow::Stays => {}
            OnFollow::Absent => {
                let head = Write::check(keys::head(&ThreadId::direct(pair)));
                writes.extend([head.only_if(Condition::Head, "attribute_not_exists(kind)")]);
            }
            OnFollow::Accepts(transition) => writes.join(transition_writes(transition)?),
        }
        writes.join(group_writes(groups)?);
        Ok(writes)
    }

    /// Makes `from` block `to`, and deletes the follow from `from` to `to`. The same transaction writes the block into the
    /// head of their direct thread, opened or not, and into the `groups` that both are in. So no later message can miss the
    /// block. It also raises the revisions of both profiles, so that a group to which one of them is added at the same time
    /// cannot miss it either. `thread` is what happens to their direct thread. Fails with [`Condition::Members`],
    /// [`Condition::UserUnchanged`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] if something cannot be stored at all.
    pub fn block(
        ends: EdgeEnds<'_>,
        thread: OnBlock<'_>,
        groups: &[Transition],
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let EdgeEnds { from, to, pair } = ends;
        let mut writes = Self::all(vec![
            edge_write(Edge::Block, ends, now)?,
            Write::delete(keys::edge(Edge::Follow, &from.id, &to.id)),
        ]);
        writes.next_revisions(ends);
        let mut head = match thread {
            OnBlock::Declines(declined) => changed_head(declined)?,
            OnBlock::Absent | OnBlock::Stays | OnBlock::Rests(_) => {
                let mut head = Update::new(keys::head(&ThreadId::direct(pair)));
                head.add("rev", number(1)).set_if_absent("v", number(HEAD_VERSION));
                head
            }
        };
        head.add("blocks", one_of(from));
        // A group that the block declines rests the blocked user too (rule 7).
        if groups.iter().any(|group| rest::declines(group, &from.id)) {
            head.set(&[&rest::attribute(&from.id)], number(now.ms()));
        }
        let members = Condition::Members;
        writes.extend([match thread {
            OnBlock::Absent => head.build().only_if(members, "attribute_not_exists(kind)"),
            OnBlock::Stays => head.build(),
            OnBlock::Rests(thread) => head.build().only_if(members, "rev = :seen").number(":seen", &thread.revision.0),
            OnBlock::Declines(_) => head.only_if(members),
        }]);
        if let OnBlock::Declines(declined) = thread {
            writes.extend(moved_listings(declined)?);
        }
        writes.join(group_writes(groups)?);
        Ok(writes)
    }

    /// Deletes the block from `from` to `to`, also in the `groups` that hide `to`. No follow comes back. Fails with
    /// [`Condition::Blocked`], [`Condition::Members`], [`Condition::UserUnchanged`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] if something cannot be stored at all.
    pub fn unblock(ends: EdgeEnds<'_>, groups: &[Transition]) -> Result<Self, StoreError> {
        let EdgeEnds { from, to, pair } = ends;
        let mut head = Update::new(keys::head(&ThreadId::direct(pair)));
        head.delete("blocks", one_of(from)).add("rev", number(1));
        let edge = Write::delete(keys::edge(Edge::Block, &from.id, &to.id));
        let mut writes = Self::all(vec![edge.only_if(Condition::Blocked, "attribute_exists(pk)"), head.build()]);
        writes.next_revisions(ends);
        writes.join(group_writes(groups)?);
        Ok(writes)
    }

    /// Raises the revisions of both users, so that a group to which one of them is added at the same time cannot miss the change.
    fn next_revisions(&mut self, ends: EdgeEnds<'_>) {
        for profile in [ends.from, ends.to] {
            self.user(&profile.id).require(profile.revision).raise();
        }
    }

    /// Stores what a block or an unblock changes in further `groups`. Fails with [`Condition::Members`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] if something cannot be stored at all.
    pub fn change_hidden(groups: &[Transition]) -> Result<Self, StoreError> {
        group_writes(groups)
    }
}

impl Store {
    /// Two users and the follows and blocks between them, in one consistent call.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn pair_context(&self, own: &UserId, other: &UserId, pair: &Pair) -> Result<PairContext, StoreError> {
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
        Ok(PairContext {
            own: own.map(profile::parse).transpose()?,
            other: other.map(profile::parse).transpose()?,
            following: following.is_some(),
            followed: followed.is_some(),
            head: Head::parse(head)?,
        })
    }

    /// Deletes the follow from `from` to `to`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn unfollow(&self, from: &UserId, to: &UserId) -> Result<(), StoreError> {
        self.table.write(Write::delete(keys::edge(Edge::Follow, from, to))).await.map(|_| ())
    }

    /// A page of the users whom `from` follows or blocks, in the order of their ids, behind `after`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn edge_targets(
        &self,
        edge: Edge,
        from: &UserId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<Page<UserId>, StoreError> {
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
        Ok(Page::of(targets, limit, page.more_after.is_some()))
    }
}

fn edge_write(edge: Edge, ends: EdgeEnds<'_>, now: Timestamp) -> Result<Write, StoreError> {
    let record = EdgeRecord { v: ITEM_VERSION, created_at: now };
    Ok(Write::put(keys::edge(edge, &ends.from.id, &ends.to.id), convert::item(&record)?))
}

/// The writes of transitions of groups without entries.
fn group_writes(groups: &[Transition]) -> Result<Writes, StoreError> {
    let mut writes = Writes::none();
    for transition in groups {
        writes.join(transition_writes(transition)?);
    }
    Ok(writes)
}

fn one_of(user: &Profile) -> AttributeValue {
    AttributeValue::Ss(vec![user.id.as_str().to_owned()])
}

//! Creating a group, and bringing users into it.

use std::collections::{BTreeMap, HashSet};

use super::{Changed, Draft, GroupRefusal, moderator};
use crate::domain::about::Title;
use crate::domain::contact::{Refusal, Ties};
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::limits::MAX_MEMBERS;
use crate::domain::log::Change;
use crate::domain::member::{Invitation, Member, ReadMark, Role, Standing};
use crate::domain::tally::{Slot, Slots, Tally};
use crate::domain::thread::{Kind, Revision, Thread};
use crate::domain::time::Timestamp;

/// Who blocks whom among some users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks(HashSet<(UserId, UserId)>);

impl Blocks {
    /// These blocks, each as who blocks and who is blocked.
    pub fn new(blocks: impl IntoIterator<Item = (UserId, UserId)>) -> Self {
        Self(blocks.into_iter().collect())
    }

    /// Whether `who` blocks `whom`.
    #[must_use]
    pub fn has(&self, who: &UserId, whom: &UserId) -> bool {
        self.0.contains(&(who.clone(), whom.clone()))
    }
}

/// Somebody to be brought in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// Who.
    pub user_id: UserId,
    /// What stands between them and whoever brings them in.
    pub ties: Ties,
    /// They left this group before: whoever adds them, it is a request (rule 8).
    pub left_before: bool,
}

impl Newcomer {
    fn standing(&self) -> Result<Standing, Refusal> {
        let standing = self.ties.standing()?;
        Ok(if self.left_before { Standing::Pending } else { standing })
    }
}

/// Why users were not brought in; then none of them was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddRefusal {
    /// About the one who wants to.
    Actor(GroupRefusal),
    /// They would be more than 15: `group-full`.
    Full,
    /// These cannot be reached, and nobody is told why: `contact-closed`.
    ContactClosed(Vec<UserId>),
    /// These the actor blocks themself: `you-block-them`.
    YouBlockThem(Vec<UserId>),
}

/// A new group of `creator`, its moderator, and `newcomers` (rule 9).
///
/// # Errors
/// An [`AddRefusal`].
pub fn create(
    id: ThreadId,
    creator: &UserId,
    newcomers: &[Newcomer],
    blocks: &Blocks,
    title: Option<Title>,
    now: Timestamp,
) -> Result<Changed, AddRefusal> {
    let standings = standings(newcomers, 1)?;
    let founder = Member {
        user_id: creator.clone(),
        role: Role::Moderator,
        slot: Slot::FIRST,
        start: 0,
        joined_seq: Seq::ONE,
        standing: Standing::Accepted,
        invitation: Invitation::default(),
        mark: ReadMark::default(),
        hides: Slots::NONE,
        notice: Slots::NONE,
    };
    let nothing = Thread {
        id,
        kind: Kind::Group { departed: Vec::new() },
        last_seq: Seq::ZERO,
        active_at: now,
        bumped_at: now,
        tally: Tally::default(),
        last_message: None,
        members: vec![founder],
        revision: Revision::default(),
    };
    let mut draft = Draft::of(&nothing, creator, now);
    join(draft.thread(), Slot::FIRST, &standings, blocks);
    let user_ids = draft.thread().member_ids();
    draft.log(Change::ThreadCreated { user_ids, title });
    Ok(draft.done())
}

/// Whether `actor` may bring users into the group at all: to be asked before anything is looked up about those users.
///
/// # Errors
/// A [`GroupRefusal`].
pub fn may_add(thread: &Thread, actor: &UserId) -> Result<(), GroupRefusal> {
    moderator(thread, actor).map(|_| ())
}

/// The group after `actor` brought in those of `newcomers` who are not in it; `None` if all of them are.
///
/// # Errors
/// An [`AddRefusal`].
pub fn add(
    thread: &Thread,
    actor: &UserId,
    newcomers: &[Newcomer],
    blocks: &Blocks,
    now: Timestamp,
) -> Result<Option<Changed>, AddRefusal> {
    let inviter = moderator(thread, actor).map_err(AddRefusal::Actor)?.slot;
    let new: Vec<_> = newcomers.iter().filter(|new| thread.member(&new.user_id).is_none()).cloned().collect();
    if new.is_empty() {
        return Ok(None);
    }
    let standings = standings(&new, thread.members.len())?;
    let mut draft = Draft::of(thread, actor, now);
    join(draft.thread(), inviter, &standings, blocks);
    draft.log(Change::MemberAdded { user_ids: new.into_iter().map(|new| new.user_id).collect() });
    Ok(Some(draft.done()))
}

/// How the group will stand with each of the newcomers; all or none.
fn standings(newcomers: &[Newcomer], present: usize) -> Result<Vec<(UserId, Standing)>, AddRefusal> {
    if present + newcomers.len() > MAX_MEMBERS {
        return Err(AddRefusal::Full);
    }
    let mut refused: BTreeMap<bool, Vec<UserId>> = BTreeMap::new();
    let mut standings = Vec::with_capacity(newcomers.len());
    for new in newcomers {
        match new.standing() {
            Ok(standing) => standings.push((new.user_id.clone(), standing)),
            Err(refusal) => refused.entry(refusal == Refusal::ContactClosed).or_default().push(new.user_id.clone()),
        }
    }
    let closed = refused.contains_key(&true);
    let all: Vec<UserId> = newcomers
        .iter()
        .map(|new| new.user_id.clone())
        .filter(|user_id| refused.values().any(|refused| refused.contains(user_id)))
        .collect();
    match (closed, all.is_empty()) {
        (_, true) => Ok(standings),
        // One answer names everybody: whom the caller blocks they know.
        (true, false) => Err(AddRefusal::ContactClosed(all)),
        (false, false) => Err(AddRefusal::YouBlockThem(all)),
    }
}

/// Puts users into the group. Their first entry is the next one.
fn join(thread: &mut Thread, inviter: Slot, users: &[(UserId, Standing)], blocks: &Blocks) {
    for (user_id, standing) in users {
        let (slot, start) = take_place(thread);
        let said_before = if standing.is_accepted() { 0 } else { thread.tally.total() };
        let by = (!standing.is_accepted()).then_some(inviter);
        for member in thread.members.iter_mut().filter(|member| blocks.has(&member.user_id, user_id)) {
            member.hides = member.hides.with(slot);
            member.notice = member.notice.with(slot);
        }
        let blocked = thread.members.iter().filter(|member| blocks.has(user_id, &member.user_id));
        let hides = blocked.fold(Slots::NONE, |hides, member| hides.with(member.slot));
        let mut member = Member {
            user_id: user_id.clone(),
            role: Role::Member,
            slot,
            start,
            joined_seq: thread.last_seq.next(),
            standing: *standing,
            invitation: Invitation { by, said_before },
            mark: ReadMark::default(),
            hides,
            notice: hides,
        };
        member.mark = ReadMark { seq: thread.last_seq, heard: thread.heard(&member, &thread.tally) };
        thread.members.push(member);
    }
    // The longest-standing first; of those who come together, in the order of their places.
    thread.members.sort_by_key(|member| (member.joined_seq, member.slot));
}

/// The lowest free place in the tally, and what was said from it before. One that is kept for somebody gone stays theirs, also if
/// they are the one who joins: whoever hides what they said then goes on doing so, and nobody else begins to.
fn take_place(thread: &Thread) -> (Slot, u64) {
    let taken = |slot: &Slot| {
        thread.members.iter().any(|member| member.slot == *slot)
            || thread.departed().iter().any(|gone| gone.slot == *slot)
    };
    // There is always one: see `leave`, which keeps no more of the departed than there is room for.
    let slot = Slot::all().find(|slot| !taken(slot)).unwrap_or(Slot::FIRST);
    (slot, thread.tally.of(slot))
}

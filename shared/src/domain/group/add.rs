//! Creating a group, and adding members.

use std::collections::HashSet;

use super::moderator::moderator;
use super::stay::Stay;
use crate::domain::contact::{ContactContext, ContactRefusal};
use crate::domain::counts::{MessageCounts, Slot, Slots};
use crate::domain::deletions::Deletions;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::limits::MAX_MEMBERS;
use crate::domain::log::Change;
use crate::domain::member::{Invitation, Member, ReadMark, Role, Standing, rests};
use crate::domain::memberships::Memberships;
use crate::domain::pins::Pins;
use crate::domain::refusal::Refusal;
use crate::domain::revision::Revision;
use crate::domain::tail::Tail;
use crate::domain::thread::{Kind, Thread};
use crate::domain::time::Timestamp;
use crate::domain::title::Title;
use crate::domain::transition::{NewThread, Transition};

/// The blocks among some users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks(HashSet<(UserId, UserId)>);

impl Blocks {
    /// The set of these blocks, each as the blocker and the blocked user.
    pub fn new(blocks: impl IntoIterator<Item = (UserId, UserId)>) -> Self {
        Self(blocks.into_iter().collect())
    }

    /// Whether `user` blocks `other`.
    #[must_use]
    pub fn has(&self, user: &UserId, other: &UserId) -> bool {
        self.0.contains(&(user.clone(), other.clone()))
    }
}

/// A user who is to be added to a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub user_id: UserId,
    /// Between the actor and this user.
    pub contact: ContactContext,
    /// They left this group before. It is then a message request, also if they follow the actor (rule 8).
    pub left_before: bool,
    /// Their last stay in this group.
    pub last_stay: Option<Stay>,
    /// The groups they are in.
    pub memberships: Memberships,
}

impl Candidate {
    /// A user who was never in the group, nor in others.
    #[must_use]
    pub fn new(user_id: UserId, contact: ContactContext) -> Self {
        Self { user_id, contact, left_before: false, last_stay: None, memberships: Memberships::default() }
    }

    fn standing(&self, now: Timestamp) -> Result<Standing, ContactRefusal> {
        let standing = match self.contact.standing(now)? {
            Standing::Accepted if self.left_before => Standing::pending(now),
            standing => standing,
        };
        // A group that they declined rests, whoever adds them (rule 7).
        let declined = self.last_stay.and_then(|stay| stay.declined).filter(|at| rests(*at, now));
        let declined = declined.max(standing.declined_at());
        let standing = declined.map_or(standing, |at| Standing::Resting { at });
        // It reads like a closed policy, because how many others write to somebody is nobody's business.
        if self.memberships.has_room_for(standing) { Ok(standing) } else { Err(ContactRefusal::Closed) }
    }
}

/// A user who joins a group, and how it stands with them.
struct Joining {
    user_id: UserId,
    standing: Standing,
    /// Messages that count against the message request from the start.
    used: u64,
}

/// The users whom a client wants to add, without duplicates.
///
/// # Errors
/// `InvitesOneself`, `InvitesNobody`; `GroupFull` if no group could hold them.
pub fn invitees(actor: &UserId, named: &[UserId]) -> Result<Vec<UserId>, Refusal> {
    let mut invitees: Vec<UserId> = Vec::new();
    for user_id in named {
        if user_id == actor {
            return Err(Refusal::InvitesOneself);
        }
        if !invitees.contains(user_id) {
            invitees.push(user_id.clone());
        }
        // The actor is a member too.
        if invitees.len() >= MAX_MEMBERS {
            return Err(Refusal::GroupFull);
        }
    }
    if invitees.is_empty() { Err(Refusal::InvitesNobody) } else { Ok(invitees) }
}

/// A group to be created.
#[derive(Debug, Clone)]
pub struct NewGroup<'a> {
    pub id: ThreadId,
    pub creator: &'a UserId,
    pub title: Option<Title>,
    pub now: Timestamp,
}

/// A new group of `candidates` and its creator, who is its moderator (rule 9).
///
/// # Errors
/// `GroupFull`, `ContactClosed`, `YouBlockThem`.
pub fn create(group: NewGroup<'_>, candidates: &[Candidate], blocks: &Blocks) -> Result<NewThread, Refusal> {
    let NewGroup { id, creator, title, now } = group;
    let joining = joining(candidates, 1, now)?;
    let founder =
        Member { role: Role::Moderator, ..Member::new(creator.clone(), Slot::FIRST, Seq::ONE, Standing::Accepted) };
    let nothing = Thread {
        id,
        kind: Kind::Group { departed: Vec::new() },
        last_seq: Seq::ZERO,
        last_entry_at: now,
        active_at: now,
        bumped_at: now,
        counts: MessageCounts::default(),
        deletions: Deletions::default(),
        pins: Pins::default(),
        last_message: None,
        members: vec![founder],
        revision: Revision::default(),
        tail: Tail::default(),
    };
    let mut builder = Transition::logged(&nothing, creator, now);
    join(builder.thread(), Slot::FIRST, &joining, blocks);
    let user_ids = builder.thread().member_ids();
    builder.log(Change::ThreadCreated { user_ids, title });
    Ok(builder.build_new())
}

/// Whether `actor` may add users at all. It is checked before anything about those users is read.
///
/// # Errors
/// `NotFound`, `ModeratorsOnly`.
pub fn may_add(thread: &Thread, actor: &UserId) -> Result<(), Refusal> {
    moderator(thread, actor).map(|_| ())
}

/// `actor` adds those of `candidates` who are not members; `None` if all of them are.
///
/// # Errors
/// `NotFound`, `ModeratorsOnly`, `GroupFull`, `ContactClosed`, `YouBlockThem`.
pub fn add(
    thread: &Thread,
    actor: &UserId,
    candidates: &[Candidate],
    blocks: &Blocks,
    now: Timestamp,
) -> Result<Option<Transition>, Refusal> {
    let inviter = moderator(thread, actor)?.slot;
    let new: Vec<_> = candidates.iter().filter(|new| thread.member(&new.user_id).is_none()).cloned().collect();
    if new.is_empty() {
        return Ok(None);
    }
    // The times of a log never go back.
    let joining = joining(&new, thread.members.len(), now.max(thread.last_entry_at))?;
    let mut builder = Transition::logged(thread, actor, now);
    join(builder.thread(), inviter, &joining, blocks);
    builder.log(Change::MemberAdded { user_ids: new.into_iter().map(|new| new.user_id).collect() });
    Ok(Some(builder.build()))
}

/// The candidates and how the group stands with each; an error if one of them cannot be added.
fn joining(candidates: &[Candidate], present: usize, now: Timestamp) -> Result<Vec<Joining>, Refusal> {
    if present + candidates.len() > MAX_MEMBERS {
        return Err(Refusal::GroupFull);
    }
    let mut joining = Vec::with_capacity(candidates.len());
    let (mut refused, mut closed) = (Vec::new(), false);
    for candidate in candidates {
        let user_id = candidate.user_id.clone();
        match candidate.standing(now) {
            Ok(standing) => {
                let used = candidate.last_stay.map_or(0, |stay| stay.used);
                joining.push(Joining { user_id, standing, used });
            }
            Err(refusal) => {
                closed |= refusal == ContactRefusal::Closed;
                refused.push(user_id);
            }
        }
    }
    match (refused.is_empty(), closed) {
        (true, _) => Ok(joining),
        // One refusal names all of them. The actor knows which of them they block.
        (false, true) => Err(Refusal::ContactClosed(refused)),
        (false, false) => Err(Refusal::YouBlockThem(refused)),
    }
}

/// Adds users to the group. The next entry of the log is their first.
fn join(thread: &mut Thread, inviter: Slot, users: &[Joining], blocks: &Blocks) {
    for Joining { user_id, standing, used } in users {
        let (slot, slot_start) = free_slot(thread);
        for member in thread.members.iter_mut().filter(|member| blocks.has(&member.user_id, user_id)) {
            member.hides = member.hides.with(slot);
            member.notice = member.notice.with(slot);
        }
        let blocked = thread.members.iter().filter(|member| blocks.has(user_id, &member.user_id));
        let hides = blocked.fold(Slots::NONE, |hides, member| hides.with(member.slot));
        let invitation = if standing.is_accepted() {
            Invitation::default()
        } else {
            Invitation { by: Some(inviter), messages_before: thread.counts.total().saturating_sub(*used) }
        };
        let mut member = Member {
            slot_start,
            invitation,
            hides,
            notice: hides,
            ..Member::new(user_id.clone(), slot, thread.last_seq.next(), *standing)
        };
        member.mark = ReadMark { seq: thread.last_seq, counted: thread.counted(&member, &thread.counts) };
        thread.members.push(member);
    }
    // Longest-standing first; members who were added together by their slots.
    thread.members.sort_by_key(|member| (member.joined_seq, member.slot));
}

/// The lowest free slot, and the messages that were sent from it before. A departed member keeps their slot while a member
/// hides them. If they join again they get another slot: hidden messages stay hidden, and no others become hidden.
fn free_slot(thread: &Thread) -> (Slot, u64) {
    let taken = |slot: &Slot| {
        thread.members.iter().any(|member| member.slot == *slot)
            || thread.departed().iter().any(|gone| gone.slot == *slot)
    };
    // There is always one, because `leave` limits the departed members.
    let slot = Slot::all().find(|slot| !taken(slot)).unwrap_or(Slot::FIRST);
    (slot, thread.counts.of(slot))
}

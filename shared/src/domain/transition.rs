//! Transitions: a thread before and after a decision, and the entries that its log gets.

use super::ids::{Seq, UserId};
use super::log::{Change, Entry, EntryContent};
use super::mailbox::MailboxListing;
use super::member::Role;
use super::thread::Thread;
use super::time::Timestamp;

/// A thread before and after a decision. It is stored on the condition that the thread is still as it was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    pub before: Thread,
    pub after: Thread,
    /// The entries that the log gets, in order.
    pub entries: Vec<Entry>,
}

/// A thread that does not exist yet, and the first entries of its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewThread {
    pub thread: Thread,
    pub entries: Vec<Entry>,
}

/// A thread that moves in mailboxes: its entries before and after, of all members whose entry moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    pub from: Vec<MailboxListing>,
    pub to: Vec<MailboxListing>,
}

impl Transition {
    /// What moves in mailboxes; `None` if the thread keeps its position.
    #[must_use]
    pub fn moving(&self) -> Option<Moving> {
        if self.before.bumped_at == self.after.bumped_at {
            return None;
        }
        let (mut from, mut to) = (self.before.mailbox_listings(), self.after.mailbox_listings());
        let stays: Vec<MailboxListing> = from.iter().filter(|listing| to.contains(listing)).cloned().collect();
        from.retain(|listing| !stays.contains(listing));
        to.retain(|listing| !stays.contains(listing));
        Some(Moving { from, to })
    }

    /// A transition without an entry in the log. `change` is applied to a copy of `before` that has the next revision.
    #[must_use]
    pub fn unlogged(before: &Thread, change: impl FnOnce(&mut Thread)) -> Self {
        let mut after = before.clone();
        after.revision = before.revision.next();
        change(&mut after);
        Self { before: before.clone(), after, entries: Vec::new() }
    }

    /// Begins a transition of `before` by `actor` at `now` that has entries. The times of a log never go back.
    pub(super) fn logged<'a>(before: &Thread, actor: &'a UserId, now: Timestamp) -> TransitionBuilder<'a> {
        let mut builder = Self::quiet(before, actor, now);
        let after = builder.thread();
        after.active_at = after.last_entry_at;
        after.bumped_at = before.bumped_at(after.active_at);
        builder
    }

    /// As [`Transition::logged`], where the entries are no activity: the thread keeps its place in lists.
    pub(super) fn quiet<'a>(before: &Thread, actor: &'a UserId, now: Timestamp) -> TransitionBuilder<'a> {
        let mut after = before.clone();
        after.revision = before.revision.next();
        after.last_entry_at = now.max(before.last_entry_at);
        after.tail = before.tail.settled();
        TransitionBuilder { actor, transition: Self { before: before.clone(), after, entries: Vec::new() } }
    }
}

/// Builds a transition with entries. Every entry takes the next place of the log.
pub(super) struct TransitionBuilder<'a> {
    actor: &'a UserId,
    transition: Transition,
}

impl TransitionBuilder<'_> {
    /// The thread after the transition.
    pub(super) fn thread(&mut self) -> &mut Thread {
        &mut self.transition.after
    }

    /// Adds an entry to the log.
    pub(super) fn log(&mut self, content: impl Into<EntryContent>) {
        let thread = &mut self.transition.after;
        thread.last_seq = thread.last_seq.next();
        let (seq, at): (Seq, Timestamp) = (thread.last_seq, thread.last_entry_at);
        let content = content.into();
        self.transition.entries.push(Entry { seq, at, actor_id: self.actor.clone(), content });
    }

    /// Gives `user` a role, and logs it.
    pub(super) fn set_role(&mut self, user: &UserId, role: Role) {
        for member in self.thread().members.iter_mut().filter(|member| member.user_id == *user) {
            member.role = role;
        }
        self.log(Change::RoleChanged { user_id: user.clone(), role });
    }

    /// Makes the longest-standing member other than `except` a moderator if the group has none (rule 10). It does not matter
    /// whether that member has accepted the group, because others must not learn it (rule 7).
    pub(super) fn ensure_moderator(&mut self, except: &UserId) {
        let thread = &self.transition.after;
        if thread.members.iter().any(|member| member.role == Role::Moderator) {
            return;
        }
        let successor = thread.others(except).next().map(|member| member.user_id.clone());
        if let Some(successor) = successor {
            self.set_role(&successor, Role::Moderator);
        }
    }

    pub(super) fn build(self) -> Transition {
        self.transition
    }

    /// The result for a thread that did not exist before.
    pub(super) fn build_new(self) -> NewThread {
        NewThread { thread: self.transition.after, entries: self.transition.entries }
    }
}

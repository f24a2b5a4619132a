//! Groups: who is in them, and who runs them (rules 8–12).

mod add;
mod leave;
mod role;
#[cfg(test)]
mod tests;

pub use add::{AddRefusal, Blocks, Newcomer, add, create, may_add};
pub use leave::{leave, remove};
pub use role::{rename, set_role};

use super::ids::UserId;
use super::log::{Change, Entry, What};
use super::member::{Member, Role};
use super::thread::Thread;
use super::time::Timestamp;

/// A group after something was done to it, and what the log says about that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The group afterwards.
    pub thread: Thread,
    /// The entries of its log, in order.
    pub entries: Vec<Entry>,
}

/// Why something was not done to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupRefusal {
    /// The actor, or the user it is about, is not in it: `not-found`.
    NotAMember,
    /// Only a moderator may, and in a direct thread there is none: `forbidden`.
    Forbidden,
    /// It is about the only member, who stays its moderator: `conflict`.
    OnlyMember,
}

/// The group's member `actor`, who has to be a moderator.
fn moderator<'a>(thread: &'a Thread, actor: &UserId) -> Result<&'a Member, GroupRefusal> {
    let member = thread.member(actor).ok_or(GroupRefusal::NotAMember)?;
    if member.role == Role::Moderator { Ok(member) } else { Err(GroupRefusal::Forbidden) }
}

/// A change of a group in the making: every entry takes the next place, at a time that never goes back.
struct Draft<'a> {
    actor: &'a UserId,
    changed: Changed,
}

impl<'a> Draft<'a> {
    fn of(thread: &Thread, actor: &'a UserId, now: Timestamp) -> Self {
        let mut next = thread.clone();
        next.revision = thread.revision.next();
        next.active_at = now.max(thread.active_at);
        next.bumped_at = thread.bumped_at(next.active_at);
        Self { actor, changed: Changed { thread: next, entries: Vec::new() } }
    }

    fn thread(&mut self) -> &mut Thread {
        &mut self.changed.thread
    }

    fn log(&mut self, change: Change) {
        let thread = &mut self.changed.thread;
        thread.last_seq = thread.last_seq.next();
        let (seq, at) = (thread.last_seq, thread.active_at);
        self.changed.entries.push(Entry { seq, at, actor_id: self.actor.clone(), what: What::Change(change) });
    }

    /// Gives `user` a role; the log says so.
    fn promote(&mut self, user: &UserId, role: Role) {
        for member in self.thread().members.iter_mut().filter(|member| member.user_id == *user) {
            member.role = role;
        }
        self.log(Change::RoleChanged { user_id: user.clone(), role });
    }

    /// A group is never without a moderator: if there is none, the longest-standing member but `but` becomes one. Whether
    /// they have accepted the group makes no difference, for that is nobody's to know (rules 7, 10).
    fn succeed(&mut self, but: &UserId) {
        let thread = &self.changed.thread;
        if thread.members.iter().any(|member| member.role == Role::Moderator) {
            return;
        }
        let heir = thread.others(but).next().map(|member| member.user_id.clone());
        if let Some(heir) = heir {
            self.promote(&heir, Role::Moderator);
        }
    }

    fn done(self) -> Changed {
        self.changed
    }
}

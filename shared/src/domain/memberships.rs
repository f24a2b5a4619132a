//! How many groups a user is in, and how many of them wait: nothing grows without bound with what others do (rules 8, 9).

use super::ids::UserId;
use super::limits::{MAX_MEMBERSHIPS, MAX_WAITING_GROUPS};
use super::member::{Member, Standing};
use super::thread::Thread;

/// The groups of a user, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memberships {
    /// Groups they are a member of.
    pub all: u64,
    /// Those among them that are message requests to them. What they declined does not wait.
    pub waiting: u64,
}

impl Memberships {
    /// Whether the user can be in another group that stands so with them.
    #[must_use]
    pub fn has_room_for(self, standing: Standing) -> bool {
        self.all < MAX_MEMBERSHIPS && (!waits(standing) || self.can_wait())
    }

    /// Whether another group can wait to be accepted.
    #[must_use]
    pub fn can_wait(self) -> bool {
        self.waiting < MAX_WAITING_GROUPS
    }
}

/// How a transition changes the [`Memberships`] of one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MembershipChange {
    pub all: i64,
    pub waiting: i64,
}

/// What becomes of the memberships of users when `before`, a group or nothing, becomes `after`. Those who see no change are left
/// out, and so is a direct thread: two users have one of them, and it is neither counted nor bounded.
pub fn changes<'a>(
    before: Option<&'a Thread>,
    after: &'a Thread,
) -> impl Iterator<Item = (&'a UserId, MembershipChange)> {
    let was = move |user: &UserId| before.and_then(|before| before.member(user));
    let is = |user: &UserId| after.member(user);
    let gone =
        before.into_iter().flat_map(|before| &before.members).filter(move |member| is(&member.user_id).is_none());
    let users = after.members.iter().chain(gone).filter(|_| after.is_group()).map(|member| &member.user_id);
    let change = move |user: &'a UserId| {
        let (was, is) = (counted(was(user)), counted(is(user)));
        (user, MembershipChange { all: is.all - was.all, waiting: is.waiting - was.waiting })
    };
    users.map(change).filter(|(_, change)| *change != MembershipChange::default())
}

fn counted(member: Option<&Member>) -> MembershipChange {
    MembershipChange {
        all: i64::from(member.is_some()),
        waiting: i64::from(member.is_some_and(|member| waits(member.standing))),
    }
}

fn waits(standing: Standing) -> bool {
    standing.is_pending()
}

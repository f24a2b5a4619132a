//! What a transition changes in the [`Memberships`](super::memberships::Memberships) of users.

use super::ids::UserId;
use super::member::Member;
use super::memberships::waits;
use super::thread::Thread;

/// How a transition changes the memberships of one user.
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

//! A thread for one of its members.

use crate::app::App;
use crate::domain::contact::Ties;
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::profile::Profile;
use crate::domain::thread::Thread;
use crate::http::Problem;
use crate::store::Head;
use crate::view::{MemberView, People, ThreadView};

/// The thread, if `caller` is in it.
///
/// # Errors
/// `not-found` if it does not exist, or they are not: nobody can tell the two apart.
pub async fn thread_of(app: &App, caller: &UserId, thread_id: &ThreadId) -> Result<Thread, Problem> {
    let thread = app.store.thread(thread_id).await?;
    thread.filter(|thread| thread.member(caller).is_some()).ok_or(Problem::NotFound)
}

/// What decides about contact from `actor` to `other`: who blocks whom is in the head of their thread, opened or not.
#[must_use]
pub fn ties(head: &Head, actor: &UserId, other: &Profile, followed: bool) -> Ties {
    Ties {
        blocking: head.is_blocked_by(actor),
        blocked: head.is_blocked_by(&other.id),
        followed,
        policy: other.settings.contact_policy,
    }
}

/// The profiles of a thread's members.
///
/// # Errors
/// Those of the table.
pub async fn people_of(app: &App, thread: &Thread) -> Result<People, Problem> {
    Ok(app.store.profiles(&thread.member_ids()).await?)
}

/// The thread as `viewer`, one of its members, sees it.
///
/// # Errors
/// `internal` if a member has no profile: they cannot have become one without.
pub fn thread_view(thread: &Thread, viewer: &UserId, people: &People) -> Result<ThreadView, Problem> {
    ThreadView::new(thread, viewer, people).ok_or_else(|| profile_lost(thread))
}

/// Its members as `viewer`, one of them, sees them.
///
/// # Errors
/// As [`thread_view`].
pub fn members_view(thread: &Thread, viewer: &UserId, people: &People) -> Result<Vec<MemberView>, Problem> {
    MemberView::all(thread, viewer, people).ok_or_else(|| profile_lost(thread))
}

fn profile_lost(thread: &Thread) -> Problem {
    Problem::Internal(format!("a member of thread {} has no profile", thread.id))
}

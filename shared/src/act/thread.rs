//! A thread for one of its members.

use crate::app::App;
use crate::domain::about::About;
use crate::domain::contact::Ties;
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::profile::Profile;
use crate::domain::thread::{Kind, Thread};
use crate::http::Problem;
use crate::store::Head;
use crate::view::{Abouts, MemberView, People, ThreadView};

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

/// What a thread shows of itself.
///
/// # Errors
/// `not-found` if the group has ended meanwhile; those of the table.
pub async fn about_of(app: &App, thread: &Thread) -> Result<About, Problem> {
    match &thread.kind {
        Kind::Direct { about, .. } => Ok(about.clone()),
        Kind::Group { .. } => app.store.about(&thread.id).await?.ok_or(Problem::NotFound),
    }
}

/// What a thread shows of itself, and the profiles of its members as they are now: a read mark must not be shown once its owner
/// has said so.
///
/// # Errors
/// Those of the table.
pub async fn looks_of(app: &App, thread: &Thread) -> Result<(About, People), Problem> {
    let member_ids = thread.member_ids();
    let people = async { app.store.present_profiles(&member_ids).await.map_err(Problem::from) };
    tokio::try_join!(about_of(app, thread), people)
}

/// The thread as `viewer`, one of its members, sees it.
///
/// # Errors
/// `internal` if a member has no profile: they cannot have become one without.
pub fn thread_view(thread: &Thread, viewer: &UserId, about: &About, people: &People) -> Result<ThreadView, Problem> {
    let members = members_view(thread, viewer, about, people)?;
    ThreadView::new(thread, viewer, about, members).ok_or(Problem::NotFound)
}

/// Its members as `viewer`, one of them, sees them.
///
/// # Errors
/// As [`thread_view`].
pub fn members_view(
    thread: &Thread,
    viewer: &UserId,
    about: &About,
    people: &People,
) -> Result<Vec<MemberView>, Problem> {
    let lost = || Problem::Internal(format!("a member of thread {} has no profile", thread.id));
    MemberView::all(thread, viewer, about, people).ok_or_else(lost)
}

/// Threads in a list, as `viewer` sees them: of groups the copies of their members, from `abouts`; of direct threads the two
/// themselves, from `people`. One that is not in `abouts` has ended meanwhile, and is left out.
///
/// # Errors
/// As [`thread_view`].
pub fn rows(
    threads: impl Iterator<Item = Thread>,
    viewer: &UserId,
    abouts: &Abouts,
    people: &People,
) -> Result<Vec<ThreadView>, Problem> {
    let mut rows = Vec::new();
    for thread in threads {
        match &thread.kind {
            Kind::Direct { about, .. } => rows.push(thread_view(&thread, viewer, about, people)?),
            Kind::Group { .. } => {
                let about = abouts.get(&thread.id);
                let members = about.map(|about| MemberView::copies(&thread, viewer, about));
                rows.extend(
                    about.zip(members).and_then(|(about, members)| ThreadView::new(&thread, viewer, about, members)),
                );
            }
        }
    }
    Ok(rows)
}

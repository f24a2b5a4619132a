//! Changing a group, and finding out what decides about those who are brought into one.

use super::announce::group_changed;
use super::thread::thread_of;
use crate::app::App;
use crate::domain::about::{About, Person};
use crate::domain::contact::Ties;
use crate::domain::group::{Blocks, Changed, Newcomer};
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::limits::MAX_MEMBERS;
use crate::domain::profile::Profile;
use crate::domain::thread::Thread;
use crate::http::{Field, Problem};
use crate::push::Delivery;
use crate::store::{Company, Guard, Joiner, Joiners};
use crate::view::People;

/// A group after it was changed, or found to be as it should be.
#[derive(Debug)]
pub struct Done {
    /// The group.
    pub thread: Thread,
    /// What it shows of itself.
    pub about: About,
    /// Who hears of it.
    pub deliveries: Vec<Delivery>,
}

/// Does to a group what `decide` says, nothing if that is `None`; decides again as long as others are faster.
///
/// # Errors
/// `not-found` unless `caller` is in it; those of `decide` and of the table.
pub async fn change_group(
    app: &App,
    caller: &UserId,
    thread_id: &ThreadId,
    decide: impl Fn(&Thread, &About) -> Result<Option<Changed>, Problem>,
) -> Result<Done, Problem> {
    let mut pauses = app.store.table().pauses();
    loop {
        let about = async { app.store.about(thread_id).await.map_err(Problem::from) };
        let (thread, about) = tokio::try_join!(thread_of(app, caller, thread_id), about)?;
        // A direct thread's stands in its head, and nothing of this can be done to it.
        let about = about.ok_or(if thread.is_group() { Problem::NotFound } else { Problem::Forbidden })?;
        // Read beside each other, what it shows may be older than the head: somebody came in between.
        let shown = thread.members.iter().all(|member| about.people.contains_key(&member.user_id));
        if !shown && pauses.pause_after_loss().await {
            continue;
        }
        let Some(changed) = decide(&thread, &about)? else {
            return Ok(Done { thread, about, deliveries: Vec::new() });
        };
        let room = about.room.as_ref().map(|room| &room.id);
        match app.store.change_group(&thread, &changed, room, &Joiners::new(), None).await {
            Ok(()) => {
                let deliveries = group_changed(Some(&thread), &changed, caller);
                let about = about.after(&changed.entries, &std::collections::BTreeMap::new());
                return Ok(Done { thread: changed.thread, about, deliveries });
            }
            Err(error) if error.lost(Guard::Head) && pauses.pause_after_loss().await => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The users whom a body names to be brought in, each once.
///
/// # Errors
/// `invalid-request` if the caller is among them or there is none; `group-full` if no group could hold them.
pub fn wanted(caller: &UserId, user_ids: &[UserId]) -> Result<Vec<UserId>, Problem> {
    let mut wanted: Vec<UserId> = Vec::new();
    for user_id in user_ids {
        if user_id == caller {
            return Err(Problem::invalid("/user_ids", "must not hold yourself"));
        }
        if !wanted.contains(user_id) {
            wanted.push(user_id.clone());
        }
        // The caller is in it too.
        if wanted.len() >= MAX_MEMBERS {
            return Err(Problem::GroupFull);
        }
    }
    if wanted.is_empty() { Err(Problem::invalid("/user_ids", "must hold at least one user")) } else { Ok(wanted) }
}

/// Demands that all whom a body names are registered.
///
/// # Errors
/// `invalid-request` pointing at each who is not.
pub fn known(named: &[UserId], people: &People) -> Result<(), Problem> {
    let unknown = named.iter().enumerate().filter(|(_, user_id)| !people.contains_key(user_id));
    let field = |(index, _)| Field { pointer: format!("/user_ids/{index}"), detail: "no such user".to_owned() };
    let fields: Vec<Field> = unknown.map(field).collect();
    if fields.is_empty() { Ok(()) } else { Err(Problem::InvalidRequest(fields)) }
}

/// Users to be brought into a group, with all that decides about them.
#[derive(Debug)]
pub struct Gathered {
    /// They.
    pub newcomers: Vec<Newcomer>,
    /// Blocks between any of them and anyone they would be with.
    pub blocks: Blocks,
}

/// Finds out what decides about bringing `new` users in to those `present` in `thread`; `people` are the new ones' profiles, read
/// before.
///
/// # Errors
/// Those of the table.
pub async fn gather(
    app: &App,
    thread: Option<&ThreadId>,
    actor: &UserId,
    present: &[UserId],
    new: &[UserId],
    people: &People,
) -> Result<Gathered, Problem> {
    let Company { blocks, followers, left } = app.store.company(thread, actor, present, new).await?;
    let newcomers = new.iter().filter_map(|user_id| people.get(user_id)).map(|profile| Newcomer {
        user_id: profile.id.clone(),
        ties: Ties {
            blocking: blocks.has(actor, &profile.id),
            blocked: blocks.has(&profile.id, actor),
            followed: followers.contains(&profile.id),
            policy: profile.settings.contact_policy,
        },
        left_before: left.contains(&profile.id),
    });
    let newcomers = newcomers.collect();
    Ok(Gathered { newcomers, blocks })
}

impl Gathered {
    /// They as the store wants them, once `changed` has brought them in.
    #[must_use]
    pub fn joiners(&self, changed: &Changed, people: &People) -> Joiners {
        let profiles = self.newcomers.iter().filter_map(|new| people.get(&new.user_id));
        let joiner = |profile: &Profile| {
            let person = Person::new(profile, changed.thread.active_at);
            (profile.id.clone(), Joiner { person, revision: profile.revision })
        };
        profiles.map(joiner).collect()
    }
}

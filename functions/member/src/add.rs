//! `POST /threads/{thread_id}/members`.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::act::{
    Gathered, gather, group_changed, known, looks_of, members_view, outcome_of, replay, replay_or, wanted,
};
use shared::app::App;
use shared::domain::about::{About, Person};
use shared::domain::group::{self, Changed};
use shared::domain::idempotency::Once;
use shared::domain::ids::{ThreadId, UserId};
use shared::domain::thread::Thread;
use shared::domain::time::Timestamp;
use shared::http::{Problem, Reply, Request};
use shared::push::Fanout;
use shared::store::{Guard, Joiners, StoreError};
use shared::view::{ListView, People};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    user_ids: Vec<UserId>,
}

/// What decides about bringing users in, read after their profiles and the group.
struct Scene {
    thread: Thread,
    about: About,
    people: People,
    gathered: Gathered,
}

/// Brings users into a group, all or none, and answers its members (rules 5, 8–12). Those who are in it already stay as they are.
///
/// # Errors
/// `not-found`, `forbidden` unless a moderator does it, `invalid-request` for unknown users, `contact-closed`,
/// `you-block-them`, `group-full`, `idempotency-mismatch`.
pub(crate) async fn add(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let Body { user_ids } = request.json()?;
    let once = request.once()?;
    let once = once.as_ref();
    let now = request.now();

    if let Some(reply) = replay(app, &caller, once, now).await? {
        return Ok(reply);
    }
    let mut pauses = app.store.table().pauses();
    loop {
        let (scene, changed) = match decide(app, &caller, &thread_id, &user_ids, now).await {
            Ok(decided) => decided,
            Err(problem) => return replay_or(app, &caller, once, now, problem).await,
        };
        let joiners = changed.as_ref().map(|changed| scene.gathered.joiners(changed, &scene.people));
        let reply = answer(&scene, changed.as_ref(), joiners.as_ref(), &caller)?;
        match store(app, &scene, changed.as_ref().zip(joiners.as_ref()), &reply, &caller, once, now).await {
            Ok(()) => {
                let deliveries = changed.map(|changed| group_changed(Some(&scene.thread), &changed, &caller));
                let deliveries = deliveries.unwrap_or_default();
                return Ok(reply.then_push(Fanout { deliveries, connections: None }));
            }
            Err(error) if error.lost(Guard::Once) => return replay_or(app, &caller, once, now, error.into()).await,
            // Others changed the group, or something about those who are to come: look again.
            Err(error) if (error.lost(Guard::Head) || error.lost(Guard::Ties)) && pauses.pause_after_loss().await => {}
            Err(error) => return Err(error.into()),
        }
    }
}

async fn decide(
    app: &App,
    caller: &UserId,
    thread_id: &ThreadId,
    user_ids: &[UserId],
    now: Timestamp,
) -> Result<(Scene, Option<Changed>), Problem> {
    let wanted = wanted(caller, user_ids);
    // Profiles before what is read below: see `Joiner`. However many are named, no more are read than a group could take.
    let profiles = app.store.present_profiles(wanted.as_deref().unwrap_or_default());
    let (thread, newcomers) = tokio::try_join!(app.store.thread(thread_id), profiles)?;
    let thread = thread.ok_or(Problem::NotFound)?;
    // Who may not add learns nothing about those they name.
    group::may_add(&thread, caller)?;
    let wanted = wanted?;
    known(user_ids, &newcomers)?;
    let new: Vec<UserId> = wanted.into_iter().filter(|user_id| thread.member(user_id).is_none()).collect();

    let member_ids = thread.member_ids();
    let gathered = gather(app, Some(thread_id), caller, &member_ids, &new, &newcomers);
    let (gathered, (about, mut people)) = tokio::try_join!(gathered, looks_of(app, &thread))?;
    people.extend(newcomers);
    let changed = group::add(&thread, caller, &gathered.newcomers, &gathered.blocks, now)?;
    Ok((Scene { thread, about, people, gathered }, changed))
}

fn answer(
    scene: &Scene,
    changed: Option<&Changed>,
    joiners: Option<&Joiners>,
    caller: &UserId,
) -> Result<Reply, Problem> {
    let joined: BTreeMap<UserId, Person> =
        joiners.into_iter().flatten().map(|(user_id, joiner)| (user_id.clone(), joiner.person.clone())).collect();
    let about = scene.about.after(&[], &joined);
    let thread = changed.map_or(&scene.thread, |changed| &changed.thread);
    let items = members_view(thread, caller, &about, &scene.people)?;
    Ok(Reply::ok(&ListView { items, next_cursor: None }))
}

async fn store(
    app: &App,
    scene: &Scene,
    changed: Option<(&Changed, &Joiners)>,
    reply: &Reply,
    caller: &UserId,
    once: Option<&Once>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let record = once.map(|once| outcome_of(caller, once, reply, now));
    match (changed, &record) {
        (Some((changed, joiners)), record) => {
            let room = scene.about.room.as_ref().map(|room| &room.id);
            app.store.change_group(&scene.thread, changed, room, joiners, record.as_ref()).await
        }
        (None, Some(record)) => app.store.save_once(record).await,
        (None, None) => Ok(()),
    }
}

//! `POST /threads` with `"kind": "group"`.

use serde::Deserialize;
use shared::act::{
    DraftBody, events_of, gather, group_changed, known, outcome_of, replay, replay_or, thread_view, wanted,
};
use shared::app::App;
use shared::domain::about::{About, Person, Room, Title};
use shared::domain::group::{self, Changed};
use shared::domain::ids::{ThreadId, UserId};
use shared::domain::message::Draft;
use shared::domain::send::{Sending, send};
use shared::domain::time::Timestamp;
use shared::http::{Object, Problem, Reply, Request};
use shared::push::Fanout;
use shared::random;
use shared::store::{Guard, Joiners};
use shared::view::People;

use crate::create::{Kind, MESSAGE, first_message};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(rename = "kind")]
    _kind: Kind,
    user_ids: Vec<UserId>,
    title: Option<Title>,
    room: Option<Object<Room>>,
    message: Option<Object<DraftBody>>,
}

/// What the caller asked for.
struct Wish {
    caller: UserId,
    /// As they came.
    named: Vec<UserId>,
    /// Each once.
    user_ids: Vec<UserId>,
    title: Option<Title>,
    room: Option<Room>,
    draft: Option<Draft>,
    now: Timestamp,
}

/// A group before it is stored.
struct Creation {
    /// The group with all entries of its log, a message among them.
    created: Changed,
    /// The message.
    sending: Option<Sending>,
    about: About,
    joiners: Joiners,
    people: People,
}

/// Creates a group of the caller, who runs it, and others, all or none (rules 5, 8, 9, 12); with a `message`, sends it there in
/// the same write. Exactly once for its `Idempotency-Key`.
///
/// # Errors
/// `contact-closed`, `you-block-them`, `group-full`, `invalid-request`, `idempotency-mismatch`.
pub(crate) async fn create(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let Body { user_ids, title, room, message, .. } = request.json()?;
    let draft = first_message(message)?;
    let room = room.map(|Object(room)| room);
    let wanted = wanted(&caller, &user_ids)?;
    let once = request.required_once()?;
    let now = request.now();

    if let Some(reply) = replay(app, &caller, Some(&once), now).await? {
        return Ok(reply);
    }
    let wish = Wish { caller, named: user_ids, user_ids: wanted, title, room, draft, now };
    let caller = &wish.caller;
    let mut pauses = app.store.table().pauses();
    loop {
        let creation = match decide(app, &wish).await {
            Ok(creation) => creation,
            Err(problem) => return replay_or(app, caller, Some(&once), now, problem).await,
        };
        let Creation { created, about, joiners, people, .. } = &creation;
        let reply = Reply::created(&thread_view(&created.thread, caller, about, people)?);
        let record = outcome_of(caller, &once, &reply, now);
        match app.store.create_group(created, about, joiners, &record).await {
            Ok(()) => {
                return Ok(reply.sent(creation.sending.is_some()).then_push(announced(&creation, caller)));
            }
            Err(error) if error.lost(Guard::Once) => {
                return replay_or(app, caller, Some(&once), now, error.into()).await;
            }
            // Something changed about those who are to come: look again.
            Err(error) if error.lost(Guard::Ties) && pauses.pause_after_loss().await => {}
            Err(error) => return Err(error.into()),
        }
    }
}

async fn decide(app: &App, wish: &Wish) -> Result<Creation, Problem> {
    let Wish { caller, named, user_ids, title, room, draft, now } = wish;
    let everyone: Vec<UserId> = std::iter::once(caller).chain(user_ids).cloned().collect();
    // Profiles before what is read below: see `Joiner`.
    let people = app.store.present_profiles(&everyone).await?;
    let own = people.get(caller).ok_or(Problem::ProfileRequired)?;
    known(named, &people)?;
    let gathered = gather(app, None, caller, std::slice::from_ref(caller), user_ids, &people).await?;

    let id = ThreadId::from_random(random::bytes().map_err(Problem::Internal)?);
    let created = group::create(id, caller, &gathered.newcomers, &gathered.blocks, title.clone(), *now)?;
    let joiners = gathered.joiners(&created, &people);
    let mut about = About { title: title.clone(), room: room.clone(), ..About::new(caller, *now) };
    about.people = joiners.iter().map(|(user_id, joiner)| (user_id.clone(), joiner.person.clone())).collect();
    about.people.insert(caller.clone(), Person::new(own, *now));

    let sending = draft.as_ref().map(|draft| send(&created.thread, caller, draft, None, *now)).transpose();
    let sending = sending.map_err(|refusal| Problem::send(refusal, None).within(MESSAGE))?;
    let created = match &sending {
        None => created,
        Some(sending) => {
            let entries = created.entries.into_iter().chain([sending.entry()]).collect();
            Changed { thread: sending.thread.clone(), entries }
        }
    };
    Ok(Creation { created, sending, about, joiners, people })
}

/// The group first, then what was said in it.
fn announced(creation: &Creation, caller: &UserId) -> Fanout {
    let Creation { created, sending, .. } = creation;
    let entries = created.entries.first().cloned().into_iter().collect();
    let founded = Changed { thread: created.thread.clone(), entries };
    let mut deliveries = group_changed(None, &founded, caller);
    deliveries.extend(sending.as_ref().map(events_of).unwrap_or_default());
    Fanout { deliveries, connections: None }
}

//! `POST /threads` with `"kind": "direct"`.

use serde::Deserialize;
use shared::act::{
    DraftBody, about_of, events_of, logged, outcome_of, replay, replay_or, requested, thread_view, ties,
};
use shared::app::App;
use shared::domain::ids::{Pair, Seq, ThreadId, UserId};
use shared::domain::log::Entry;
use shared::domain::member::Standing;
use shared::domain::message::Draft;
use shared::domain::open::open as begin;
use shared::domain::send::{Sending, send};
use shared::domain::thread::Thread;
use shared::domain::time::Timestamp;
use shared::http::{Object, Problem, Reply, Request};
use shared::push::Fanout;
use shared::store::{Between, Guard, Head, OnceRecord, StoreError, Vacancy};
use shared::view::People;

use crate::create::{Kind, MESSAGE, first_message};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(rename = "kind")]
    _kind: Kind,
    user_id: UserId,
    message: Option<Object<DraftBody>>,
}

/// What the caller asked for.
struct Wish {
    caller: UserId,
    other: UserId,
    pair: Pair,
    thread_id: ThreadId,
    draft: Option<Draft>,
    /// The place of the message that the draft answers, if it is there.
    answered: Option<Seq>,
    now: Timestamp,
}

/// What it leads to, before it is stored.
struct Opening {
    /// The thread that was there, or its empty place.
    before: Result<Thread, Vacancy>,
    /// The thread afterwards.
    after: Thread,
    /// Whether the other follows the caller: an empty place is taken only while that holds.
    followed: bool,
    /// What comes into its log.
    entries: Vec<Entry>,
    /// The message among them.
    sending: Option<Sending>,
    /// The two, for the answer.
    people: People,
}

/// Opens the direct thread with a user, or answers the one there is; with a `message`, sends it there in the same write.
///
/// # Errors
/// `contact-closed`, `you-block-them`, `not-found` for an unknown user, `request-pending`, `invalid-request`,
/// `idempotency-mismatch`.
pub(crate) async fn open(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let Body { user_id: other, message, .. } = request.json()?;
    let draft = first_message(message)?;
    let once = if draft.is_some() { Some(request.required_once()?) } else { request.once()? };
    let once = once.as_ref();
    let pair = Pair::new(&caller, &other).ok_or_else(|| Problem::invalid("/user_id", "must not be yourself"))?;
    let thread_id = ThreadId::direct(&pair);
    let now = request.now();

    let between = async { app.store.between(&caller, &other, &pair).await.map_err(Problem::from) };
    let answered = answered(app, &thread_id, draft.as_ref());
    let (replayed, mut between, answered) = tokio::try_join!(replay(app, &caller, once, now), between, answered)?;
    if let Some(reply) = replayed {
        return Ok(reply);
    }
    let wish = Wish { caller, other, pair, thread_id, draft, answered, now };
    let caller = &wish.caller;
    let mut pauses = app.store.table().pauses();
    loop {
        let opening = match decide(&wish, between) {
            Ok(opening) => opening,
            Err(problem) => return replay_or(app, caller, once, now, problem).await,
        };
        let about = about_of(app, &opening.after).await?;
        let view = thread_view(&opening.after, caller, &about, &opening.people)?;
        let reply = Reply::json(if opening.before.is_ok() { 200 } else { 201 }, &view);
        let record = once.map(|once| outcome_of(caller, once, &reply, now));
        match store(app, &opening, record.as_ref()).await {
            Ok(()) => return Ok(announce(reply.sent(opening.sending.is_some()), &opening, caller, now)),
            Err(error) if error.lost(Guard::Once) => return replay_or(app, caller, once, now, error.into()).await,
            Err(error)
                if (error.lost(Guard::Head) || error.lost(Guard::Followed)) && pauses.pause_after_loss().await =>
            {
                between = app.store.between(caller, &wish.other, &wish.pair).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The place of the message that a draft answers, if it is there.
async fn answered(app: &App, thread: &ThreadId, draft: Option<&Draft>) -> Result<Option<Seq>, Problem> {
    match draft.and_then(|draft| draft.reply_to) {
        None => Ok(None),
        Some(seq) => Ok(app.store.message(thread, seq).await?.map(|message| message.seq)),
    }
}

fn decide(wish: &Wish, between: Between) -> Result<Opening, Problem> {
    let Wish { caller, thread_id, draft, answered, now, .. } = wish;
    let Between { own, other, followed, head, .. } = between;
    let own = own.ok_or(Problem::ProfileRequired)?;
    let peer = other.ok_or(Problem::NotFound)?;
    let ties = ties(&head, caller, &peer, followed);
    let (before, thread, mut entries) = match head {
        Head::Thread(thread) => (Ok((*thread).clone()), *thread, Vec::new()),
        Head::Vacant(vacancy) => {
            let standing = ties.standing().map_err(|refusal| Problem::contact(refusal, &peer.id))?;
            let revision = vacancy.revision.unwrap_or_default();
            let (thread, created) = begin(thread_id.clone(), caller, &peer.id, standing, revision, *now);
            (Err(vacancy), thread, vec![created])
        }
    };
    let sending = draft.as_ref().map(|draft| send(&thread, caller, draft, *answered, *now)).transpose();
    let sending = sending.map_err(|refusal| Problem::send(refusal, Some(&peer.id)).within(MESSAGE))?;
    entries.extend(sending.as_ref().map(Sending::entry));
    let after = sending.as_ref().map_or(thread, |sending| sending.thread.clone());
    let people = People::from([(caller.clone(), own), (peer.id.clone(), peer)]);
    Ok(Opening { before, after, followed, entries, sending, people })
}

async fn store(app: &App, opening: &Opening, once: Option<&OnceRecord>) -> Result<(), StoreError> {
    let Opening { before, after, followed, entries, .. } = opening;
    match (before, once) {
        (Err(vacancy), once) => app.store.create_thread(vacancy, *followed, after, entries, once).await,
        (Ok(before), once) if !entries.is_empty() => app.store.change_thread(before, after, entries, once).await,
        (Ok(_), Some(once)) => app.store.save_once(once).await,
        (Ok(_), None) => Ok(()),
    }
}

/// Tells everyone of the thread if it is new, and of the message.
fn announce(reply: Reply, opening: &Opening, caller: &UserId, now: Timestamp) -> Reply {
    let thread = &opening.after;
    let mut deliveries = Vec::new();
    if opening.before.is_err() {
        deliveries.extend(opening.entries.first().into_iter().flat_map(|created| logged(thread, created)));
        let pending = thread.members.iter().filter(|member| member.standing == Standing::Pending);
        let pending: Vec<UserId> = pending.map(|member| member.user_id.clone()).collect();
        if !pending.is_empty() {
            deliveries.push(requested(thread, caller, now, pending));
        }
    }
    deliveries.extend(opening.sending.as_ref().map(events_of).unwrap_or_default());
    if deliveries.is_empty() { reply } else { reply.then_push(Fanout { deliveries, connections: None }) }
}

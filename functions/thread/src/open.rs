//! `POST /threads`.

use serde::Deserialize;
use serde_json::json;
use shared::act::{DraftBody, events_of, outcome_of, replay, replay_after, thread_view};
use shared::app::App;
use shared::domain::contact::Ties;
use shared::domain::ids::{Pair, Seq, ThreadId, UserId};
use shared::domain::log::Entry;
use shared::domain::member::Standing;
use shared::domain::message::Draft;
use shared::domain::open::open as begin;
use shared::domain::profile::Profile;
use shared::domain::send::{Sending, send};
use shared::domain::thread::Thread;
use shared::domain::time::Timestamp;
use shared::http::{Problem, Reply, Request};
use shared::push::{Delivery, Fanout};
use shared::store::{Guard, Head, OnceRecord, StoreError, Vacancy};
use shared::view::{People, Signal, entry, signal};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(rename = "kind")]
    _kind: Kind,
    user_id: UserId,
    message: Option<DraftBody>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Direct,
}

/// What opening leads to, before it is stored.
struct Opening {
    /// The thread that was there.
    before: Result<Thread, Vacancy>,
    /// The thread afterwards.
    after: Thread,
    /// What comes into its log.
    entries: Vec<Entry>,
    /// The message among them.
    sending: Option<Sending>,
}

/// Opens the direct thread with a user, or answers the one there is; with a `message`, sends it there in the same write.
///
/// # Errors
/// `contact-closed`, `you-block-them`, `not-found` for an unknown user, `request-pending`, `invalid-request`,
/// `idempotency-mismatch`.
pub(crate) async fn open(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let Body { user_id: other, message, .. } = request.json()?;
    let draft = message.map(DraftBody::draft).transpose()?;
    let once = if draft.is_some() { Some(request.required_once()?) } else { request.once()? };
    let pair = Pair::new(&caller, &other).ok_or_else(|| Problem::invalid("/user_id", "must not be yourself"))?;
    let thread_id = ThreadId::direct(&pair);
    let now = request.now();

    let replayed = replay(app, &caller, once.as_ref(), now);
    let between = async { app.store.between(&caller, &other, &pair).await.map_err(Problem::from) };
    let (replayed, between) = tokio::try_join!(replayed, between)?;
    if let Some(reply) = replayed {
        return Ok(reply);
    }
    let own = between.own.ok_or(Problem::ProfileRequired)?;
    let peer = between.other.ok_or(Problem::NotFound)?;
    let answered = answered(app, &thread_id, draft.as_ref()).await?;
    let people = People::from([(caller.clone(), own), (other.clone(), peer.clone())]);

    let mut head = between.head;
    let mut pauses = app.store.table().pauses();
    loop {
        let opening = decide(head, &thread_id, &caller, &peer, between.followed, draft.as_ref(), answered, now)?;
        let view = thread_view(&opening.after, &caller, &people)?;
        let reply = Reply::json(if opening.before.is_ok() { 200 } else { 201 }, &view);
        let record = once.as_ref().map(|once| outcome_of(&caller, once, &reply, now));
        match store(app, &opening, record.as_ref()).await {
            Ok(()) => return Ok(announce(reply, &opening)),
            Err(error) if error.lost(Guard::Once) => {
                return replay_after(app, &caller, once.as_ref(), now, error).await;
            }
            Err(error) => head = app.store.head_after(error, &thread_id, &mut pauses).await?,
        }
    }
}

/// The place of the message that the draft answers, if it is there.
async fn answered(app: &App, thread: &ThreadId, draft: Option<&Draft>) -> Result<Option<Seq>, Problem> {
    match draft.and_then(|draft| draft.reply_to) {
        None => Ok(None),
        Some(seq) => Ok(app.store.message(thread, seq).await?.map(|message| message.seq)),
    }
}

#[expect(clippy::too_many_arguments, reason = "everything a decision rests on, and each of another type")]
fn decide(
    head: Head,
    thread_id: &ThreadId,
    caller: &UserId,
    peer: &Profile,
    followed: bool,
    draft: Option<&Draft>,
    answered: Option<Seq>,
    now: Timestamp,
) -> Result<Opening, Problem> {
    let ties = Ties {
        blocking: head.is_blocked_by(caller),
        blocked: head.is_blocked_by(&peer.id),
        followed,
        policy: peer.settings.contact_policy,
    };
    let (before, thread, mut entries) = match head {
        Head::Thread(thread) => (Ok((*thread).clone()), *thread, Vec::new()),
        Head::Vacant(vacancy) => {
            let standing = ties.standing().map_err(|refusal| Problem::contact(refusal, &peer.id))?;
            let revision = vacancy.revision.unwrap_or_default();
            let (thread, created) = begin(thread_id.clone(), caller, &peer.id, standing, revision, now);
            (Err(vacancy), thread, vec![created])
        }
    };
    let sending = draft.map(|draft| send(&thread, caller, draft, answered, now)).transpose();
    let sending = sending.map_err(|refusal| Problem::send(refusal, Some(&peer.id)))?;
    entries.extend(sending.as_ref().map(Sending::entry));
    let after = sending.as_ref().map_or(thread, |sending| sending.thread.clone());
    Ok(Opening { before, after, entries, sending })
}

async fn store(app: &App, opening: &Opening, once: Option<&OnceRecord>) -> Result<(), StoreError> {
    let Opening { before, after, entries, .. } = opening;
    match (before, once) {
        (Err(vacancy), once) => app.store.create_thread(vacancy, after, entries, once).await,
        (Ok(before), once) if !entries.is_empty() => app.store.change_thread(before, after, entries, once).await,
        (Ok(_), Some(once)) => app.store.save_once(once).await,
        (Ok(_), None) => Ok(()),
    }
}

/// Tells everyone of the thread if it is new, and of the message.
fn announce(reply: Reply, opening: &Opening) -> Reply {
    let thread = &opening.after;
    let mut deliveries = Vec::new();
    if opening.before.is_err() {
        deliveries.extend(
            opening.entries.first().map(|created| Delivery::new(&entry(&thread.id, created), thread.audience())),
        );
        let pending = thread.members.iter().filter(|member| member.standing == Standing::Pending);
        let pending: Vec<UserId> = pending.map(|member| member.user_id.clone()).collect();
        if !pending.is_empty() {
            let event = signal(
                Signal::RequestReceived,
                Some(&thread.id),
                Some(&thread.created_by),
                thread.created_at,
                json!({}),
            );
            deliveries.push(Delivery::new(&event, pending));
        }
    }
    deliveries.extend(opening.sending.as_ref().map(events_of).unwrap_or_default());
    if deliveries.is_empty() { reply } else { reply.then_push(Fanout { deliveries, connections: None }) }
}

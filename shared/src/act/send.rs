//! Sending a message: one read, a decision, one transaction, and the events of it.

use std::time::Duration;

use serde::Deserialize;

use super::announce::{accepted, logged, requested};
use crate::app::App;
use crate::domain::idempotency::Once;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::limits::MAX_MEMBERS;
use crate::domain::message::{Draft, Message, MessageText};
use crate::domain::send::{Sending, send as decide};
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::http::{Problem, Reply};
use crate::push::{Delivery, Fanout};
use crate::store::{Connection, Guard, OnceRecord, Outcome, Used};
use crate::view::MessageView;

/// A message as a client hands it in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftBody {
    text: MessageText,
    reply_to: Option<Seq>,
    #[serde(default)]
    mentions: Vec<UserId>,
    /// None can be sent yet; an empty list is what clients send that know of them.
    #[serde(default, rename = "attachments")]
    _attachments: [(); 0],
}

impl DraftBody {
    /// The draft, each mentioned user once.
    ///
    /// # Errors
    /// `invalid-request` for more mentions than a thread has members.
    pub fn draft(self) -> Result<Draft, Problem> {
        let Self { text, reply_to, mut mentions, .. } = self;
        if mentions.len() > MAX_MEMBERS {
            return Err(Problem::invalid("/mentions", format!("must be at most {MAX_MEMBERS}")));
        }
        mentions.sort();
        mentions.dedup();
        Ok(Draft { text, reply_to, mentions })
    }
}

/// Sends `draft` as `author`, exactly once for its key, and answers the message.
///
/// # Errors
/// `not-found`, `contact-closed`, `you-block-them`, `request-pending`, `invalid-request`, `idempotency-mismatch`,
/// `unavailable`; nothing was stored then, but for an `unavailable` whose outcome the same key finds out.
pub async fn send(
    app: &App,
    author: &UserId,
    thread_id: &ThreadId,
    draft: Draft,
    once: Once,
    now: Timestamp,
) -> Result<Reply, Problem> {
    let context = app.store.send_context(thread_id, author, &once.key, draft.reply_to, now).await?;
    if let Some(used) = context.used {
        return replay(&used, &once, author, thread_id, &draft);
    }
    let mut thread = context.thread.ok_or(Problem::NotFound)?;
    let mut pauses = app.store.table().pauses();
    let mut first_attempt = true;
    let error = loop {
        let sending = match decide(&thread, author, &draft, context.answered, now) {
            Ok(sending) => sending,
            Err(refusal) => break refused(refusal, &thread, author),
        };
        let message = &sending.logged.message;
        let outcome = Outcome::Sent { seq: message.seq, at: message.created_at };
        let record = OnceRecord { user_id: author.clone(), once: once.clone(), outcome, now };
        let entries = [sending.entry()];
        let store = app.store.change_thread(&thread, &sending.thread, &entries, Some(&record));
        // Only where it is likely to be the one that counts: a later attempt leaves the reading to the fan-out.
        let connections = async { if first_attempt { connections(app, &sending, now).await } else { None } };
        let (stored, connections) = tokio::join!(store, connections);
        first_attempt = false;
        match stored {
            Ok(()) => {
                let view = MessageView::whole(thread_id, message);
                let fanout = Fanout { deliveries: events_of(&sending), connections };
                return Ok(Reply::created(&view).sent(true).then_push(fanout));
            }
            Err(error) if error.lost(Guard::Once) => break error.into(),
            Err(error) => {
                let head = app.store.head_after(error, thread_id, &mut pauses).await?;
                thread = head.thread().ok_or(Problem::NotFound)?;
            }
        }
    };
    // The same request may have been carried out meanwhile, in an attempt whose answer was lost; and what refuses this one
    // may be just that. Then the first answer counts.
    match app.store.used(author, &once.key, now).await? {
        Some(used) => replay(&used, &once, author, thread_id, &draft),
        None => Err(error),
    }
}

/// The connections of those who hear of the message, read beside the transaction. Pushing is no part of storing: where they
/// take long or cannot be read, the fan-out asks again once the answer is out.
async fn connections(app: &App, sending: &Sending, now: Timestamp) -> Option<Vec<Connection>> {
    /// Longer than a transaction commonly takes.
    const PATIENCE: Duration = Duration::from_millis(50);
    let audience = sending.thread.audience();
    tokio::time::timeout(PATIENCE, app.store.connections(&audience, now)).await.ok()?.ok()
}

fn refused(refusal: crate::domain::send::SendRefusal, thread: &Thread, author: &UserId) -> Problem {
    let other = thread.others(author).next().map(|other| &other.user_id);
    Problem::send(refusal, other)
}

/// What everyone hears of a message that was stored.
#[must_use]
pub fn events_of(sending: &Sending) -> Vec<Delivery> {
    let thread = &sending.thread;
    let message = &sending.logged.message;
    let mut deliveries = Vec::new();
    if sending.accepts {
        deliveries.push(accepted(thread, &message.author_id, message.created_at));
    }
    if !sending.returned_to.is_empty() {
        deliveries.push(requested(thread, &message.author_id, message.created_at, sending.returned_to.clone()));
    }
    deliveries.extend(logged(thread, &sending.entry()));
    deliveries
}

/// The first answer again: made of the request, which is the same, and the place and time the message got.
fn replay(used: &Used, once: &Once, author: &UserId, thread_id: &ThreadId, draft: &Draft) -> Result<Reply, Problem> {
    match used.outcome {
        Outcome::Sent { seq, at } if used.fingerprint == once.fingerprint => {
            let Draft { text, reply_to, mentions } = draft.clone();
            let message = Message { seq, author_id: author.clone(), created_at: at, text, reply_to, mentions };
            Ok(Reply::created(&MessageView::whole(thread_id, &message)).replayed())
        }
        _ => Err(Problem::IdempotencyMismatch),
    }
}

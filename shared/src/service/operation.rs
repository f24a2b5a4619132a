//! The one loop of every operation that writes: read, decide, write on a condition, and decide again on what a failed
//! condition brought back. Replays of repeated requests and backoff are here and nowhere else.

use std::pin::Pin;
use std::time::Duration;

use super::context::Context;
use super::error::Error;
use super::settle::Unsettled;
use crate::delivery::Notification;
use crate::domain::connection::Connection;
use crate::domain::idempotency::Fingerprint;
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::store::{Backoff, Condition, EarlierUse, Head, IdempotencyRecord, StoreError, Stored, Writes};

/// How long messages to a thread wait for a writer who lost several races: longer than it commonly takes to read and decide once
/// more. The turn only makes that likely to succeed; nothing depends on it.
const TURN: Duration = Duration::from_millis(300);

/// An operation that writes.
pub(super) trait Operation: Send + Sync {
    /// What the caller gets.
    type Output: Send + Sync;
    /// What is read beside the write, for the notifications.
    type Beside: Default + Send;

    /// Reads what the decision rests on, and decides. `head` is the head of the thread where it is known already: read with
    /// the record of the key, or brought back by a failed condition.
    fn step(
        &mut self,
        ctx: &Context,
        head: Option<Head>,
    ) -> impl Future<Output = Result<Step<Self::Output>, Error>> + Send;

    /// Reads something beside the write of a step that writes; `attempt` counts from 0.
    fn beside(
        &self,
        _ctx: &Context,
        _output: &Self::Output,
        _attempt: u32,
    ) -> impl Future<Output = Result<Self::Beside, Error>> + Send {
        async { Ok(Self::Beside::default()) }
    }

    /// The output of the same request when it was carried out before, made of what its record refers to.
    fn replay(
        &self,
        _ctx: &Context,
        _reference: Reference,
    ) -> impl Future<Output = Result<Self::Output, Error>> + Send {
        // Another kind of request left the record, and the path is part of the fingerprint.
        async { Err(Refusal::IdempotencyMismatch.into()) }
    }
}

/// What one decision leads to.
#[derive(Debug)]
pub(super) struct Step<T> {
    pub(super) output: T,
    pub(super) writes: Writes,
    /// What a repeat of the request refers to.
    pub(super) reference: Option<Reference>,
    pub(super) notifications: Vec<Notification>,
    /// Whether there is more to do than one write takes: then another step follows.
    pub(super) more: bool,
    /// Whether an earlier request with the same key did it.
    pub(super) replayed: bool,
}

impl<T> Step<T> {
    /// Nothing is to be written.
    pub(super) fn unchanged(output: T) -> Self {
        Self::write(output, Writes::none())
    }

    /// These writes, and nobody else hears of them.
    pub(super) fn write(output: T, writes: Writes) -> Self {
        Self { output, writes, reference: None, notifications: Vec::new(), more: false, replayed: false }
    }

    /// An earlier request with the same key did it.
    pub(super) fn replayed(output: T) -> Self {
        Self { replayed: true, ..Self::unchanged(output) }
    }

    pub(super) fn refer(self, reference: Reference) -> Self {
        Self { reference: Some(reference), ..self }
    }

    pub(super) fn notify(self, notifications: Vec<Notification>) -> Self {
        Self { notifications, ..self }
    }
}

/// An operation that was carried out.
#[derive(Debug)]
pub struct Done<T> {
    pub output: T,
    /// Whether an earlier request with the same key did it.
    pub replayed: bool,
    pub notifications: Vec<Notification>,
    /// The connections of all recipients, if they were read already.
    pub connections: Option<Vec<Connection>>,
    /// A message that is to become an item, once the response is out.
    pub unsettled: Option<Unsettled>,
}

impl<T> Done<T> {
    pub(super) fn new(output: T, notifications: Vec<Notification>) -> Self {
        Self { output, replayed: false, notifications, connections: None, unsettled: None }
    }

    /// The same with another output.
    fn with<U>(self, output: U) -> Done<U> {
        let Self { replayed, notifications, connections, unsettled, .. } = self;
        Done { output, replayed, notifications, connections, unsettled }
    }

    /// The output, and the rest.
    pub fn split(self) -> (T, Done<()>) {
        let Self { output, replayed, notifications, connections, unsettled } = self;
        (output, Done { output: (), replayed, notifications, connections, unsettled })
    }
}

/// As [`Done`], with what only the operation itself needs.
pub(super) struct Committed<O: Operation> {
    pub(super) done: Done<O::Output>,
    pub(super) beside: O::Beside,
    /// The head as the write left it, where the head was all that was written.
    pub(super) stored: Option<Stored>,
}

/// What is known when an operation begins.
pub(super) enum Start {
    Unread,
    /// The head and the record of the key, read in one call.
    Read {
        head: Head,
        earlier: Option<EarlierUse>,
    },
}

/// Carries out an operation, exactly once for its key.
pub(super) async fn run<O: Operation>(ctx: &Context, operation: O) -> Result<Done<O::Output>, Error> {
    run_from(ctx, operation, Start::Unread).await.map(|committed| committed.done)
}

/// As [`run`], from what is known already.
pub(super) async fn run_from<O: Operation>(ctx: &Context, operation: O, start: Start) -> Result<Committed<O>, Error> {
    let mut running = Running { operation, output: None, beside: O::Beside::default() };
    let (done, stored) = repeat_until_stored(ctx, &mut running, start).await?;
    let output = running.output.ok_or_else(|| Error::Internal("an operation without an output".to_owned()))?;
    Ok(Committed { done: done.with(output), beside: running.beside, stored })
}

/// An operation, and what came of its last step.
struct Running<O: Operation> {
    operation: O,
    output: Option<O::Output>,
    beside: O::Beside,
}

type Stepping<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// An operation as the loop sees it: whatever it leads to stays with it. So there is one loop in a function, and not one for each of
/// its operations.
trait Steps: Send {
    fn step<'a>(&'a mut self, ctx: &'a Context, head: Option<Head>) -> Stepping<'a, Step<()>>;
    fn beside<'a>(&'a mut self, ctx: &'a Context, attempt: u32) -> Stepping<'a, ()>;
    fn replay<'a>(&'a mut self, ctx: &'a Context, reference: Reference) -> Stepping<'a, ()>;
}

impl<O: Operation> Steps for Running<O> {
    fn step<'a>(&'a mut self, ctx: &'a Context, head: Option<Head>) -> Stepping<'a, Step<()>> {
        Box::pin(async move {
            let Step { output, writes, reference, notifications, more, replayed } =
                self.operation.step(ctx, head).await?;
            (self.output, self.beside) = (Some(output), O::Beside::default());
            Ok(Step { output: (), writes, reference, notifications, more, replayed })
        })
    }

    fn beside<'a>(&'a mut self, ctx: &'a Context, attempt: u32) -> Stepping<'a, ()> {
        Box::pin(async move {
            if let Some(output) = &self.output {
                self.beside = self.operation.beside(ctx, output, attempt).await?;
            }
            Ok(())
        })
    }

    fn replay<'a>(&'a mut self, ctx: &'a Context, reference: Reference) -> Stepping<'a, ()> {
        Box::pin(async move {
            self.output = Some(self.operation.replay(ctx, reference).await?);
            Ok(())
        })
    }
}

/// How the loop ended: an output is with the operation.
type Ended = (Done<()>, Option<Stored>);

async fn repeat_until_stored(ctx: &Context, operation: &mut dyn Steps, start: Start) -> Result<Ended, Error> {
    // Steps store nothing: the first one runs beside the look for an earlier use of the key.
    let (earlier, mut step) = match start {
        Start::Unread => tokio::join!(earlier_use(ctx), operation.step(ctx, None)),
        Start::Read { head, earlier: None } => (Ok(None), operation.step(ctx, Some(head)).await),
        Start::Read { earlier: Some(earlier), .. } => return replay(ctx, operation, earlier).await,
    };
    if let Some(earlier) = earlier? {
        return replay(ctx, operation, earlier).await;
    }
    let mut backoff = ctx.store.table().backoff();
    let mut notifications = Vec::new();
    let mut attempt = 0;
    loop {
        let decided = match step {
            Ok(step) => step,
            Err(error) => return replay_or(ctx, operation, error).await,
        };
        let Step { writes, reference, notifications: new, more, replayed, .. } = decided;
        let record = record(ctx, reference);
        let idle = writes.is_empty();
        let beside = async { if idle { Ok(()) } else { operation.beside(ctx, attempt).await } };
        let (stored, beside) = tokio::join!(ctx.store.commit(writes, record.as_ref()), beside);
        let head = match stored {
            Ok(after) => {
                notifications.extend(new);
                if !more {
                    beside?;
                    return Ok((Done { replayed, ..Done::new((), notifications) }, after));
                }
                None
            }
            Err(error) if error.failed(Condition::KeyUnused) => return replay_or(ctx, operation, error.into()).await,
            Err(error) => resume(ctx, error, &mut backoff).await?,
        };
        attempt += 1;
        step = operation.step(ctx, head).await;
    }
}

/// The record that binds the key to what the request leads to.
fn record(ctx: &Context, reference: Option<Reference>) -> Option<IdempotencyRecord> {
    let (key, reference) = ctx.key.clone().zip(reference)?;
    Some(IdempotencyRecord { user_id: ctx.caller.clone(), key, reference, now: ctx.now })
}

async fn earlier_use(ctx: &Context) -> Result<Option<EarlierUse>, Error> {
    match &ctx.key {
        None => Ok(None),
        Some(key) => Ok(ctx.store.earlier_use(&ctx.caller, &key.key, ctx.now).await?),
    }
}

/// Demands that this request is the one that its key came with before.
pub(super) fn require_repeat(ctx: &Context, earlier: &Fingerprint) -> Result<(), Refusal> {
    let repeats = ctx.key.as_ref().is_some_and(|key| key.fingerprint.repeats(earlier));
    if repeats { Ok(()) } else { Err(Refusal::IdempotencyMismatch) }
}

async fn replay(ctx: &Context, operation: &mut dyn Steps, earlier: EarlierUse) -> Result<Ended, Error> {
    require_repeat(ctx, &earlier.fingerprint)?;
    operation.replay(ctx, earlier.reference).await?;
    Ok((Done { replayed: true, ..Done::new((), Vec::new()) }, None))
}

/// The earlier response where there is one by now, else `error`. The same request may have been carried out meanwhile, sent
/// twice at once or in an attempt whose response was lost; and what refuses it now may be just that.
async fn replay_or(ctx: &Context, operation: &mut dyn Steps, error: Error) -> Result<Ended, Error> {
    match earlier_use(ctx).await? {
        Some(earlier) => replay(ctx, operation, earlier).await,
        None => Err(error),
    }
}

/// Waits until it makes sense to decide again after `error`, and returns the head if it is known. The first lost race brings the
/// present head along, so that the repeat costs no read. Messages do not exclude each other, so one that could not be appended
/// is decided again at once as well. Who loses the end of the log a second time takes the turn of the thread: short messages wait
/// for it then. Everybody else pauses.
async fn resume(ctx: &Context, error: StoreError, backoff: &mut Backoff) -> Result<Option<Head>, Error> {
    if !error.is_lost_race() {
        return Err(error.into());
    }
    let head = Head::of_failed_condition(&error)?;
    if error.failed(Condition::Append) || backoff.is_first_lost_race() {
        return Ok(head);
    }
    if error.failed(Condition::Head)
        && let Some(Head::Thread(thread)) = head
    {
        let now = backoff.now(ctx.now);
        let taken = ctx.store.take_turn(&thread.id, now, now.plus(TURN)).await?;
        if taken.is_some() {
            return Ok(taken);
        }
    }
    if backoff.pause_after_lost_race().await { Ok(None) } else { Err(error.into()) }
}

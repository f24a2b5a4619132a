//! Accepting and declining a message request (rule 7).

use super::context::Context;
use super::error::Error;
use super::invite::inviting_pair;
use super::load::{ShownThread, load_details_and_profiles, load_thread_of_then, thread_at};
use super::notify;
use super::operation::{Done, Operation, Step, run};
use crate::domain::ids::ThreadId;
use crate::domain::message_request;
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::store::{Declined, Head, Writes};

struct Accept<'a>(&'a ThreadId);

struct Decline<'a>(&'a ThreadId);

/// Takes a thread into the caller's inbox. The sender learns of it by what follows: receipts, typing, replies.
///
/// # Errors
/// `NotFound`, `IdempotencyMismatch`.
pub async fn accept(ctx: &Context, thread_id: &ThreadId) -> Result<Done<ShownThread>, Error> {
    run(ctx, Accept(thread_id)).await
}

/// Takes a thread out of the caller's mailboxes. Nobody learns of it but their own devices.
///
/// # Errors
/// `NotFound`, `AlreadyAccepted`, `IdempotencyMismatch`.
pub async fn decline(ctx: &Context, thread_id: &ThreadId) -> Result<Done<()>, Error> {
    run(ctx, Decline(thread_id)).await
}

impl Operation for Accept<'_> {
    type Output = ShownThread;
    type Beside = ();

    async fn step(&mut self, ctx: &Context, head: Option<Head>) -> Result<Step<ShownThread>, Error> {
        let thread = thread_at(ctx, head, self.0).await?;
        let transition = message_request::accept(&thread, &ctx.caller)?;
        let (writes, after) = match transition {
            None => (None, thread),
            Some(transition) => {
                let mut writes = Writes::change_thread(&transition)?;
                // Who accepts what they declined wants to hear of its sender again.
                let declined = thread.member(&ctx.caller).is_some_and(|own| own.standing.declined_at().is_some());
                if declined {
                    writes.end_rest(&ctx.caller, inviting_pair(ctx, &thread).await?.as_ref());
                }
                (Some(writes), transition.after)
            }
        };
        let shown = load_details_and_profiles(ctx, after).await?;
        let reference = shown.reference(false);
        let Some(writes) = writes else { return Ok(Step::unchanged(shown).refer(reference)) };
        let notification = notify::accepted(&shown.thread, &ctx.caller, ctx.now);
        Ok(Step::write(shown, writes).refer(reference).notify(vec![notification]))
    }

    async fn replay(&self, ctx: &Context, reference: Reference) -> Result<ShownThread, Error> {
        load_thread_of_then(ctx, reference).await.map(|(shown, _)| shown)
    }
}

impl Operation for Decline<'_> {
    type Output = ();
    type Beside = ();

    async fn step(&mut self, ctx: &Context, head: Option<Head>) -> Result<Step<()>, Error> {
        let thread = thread_at(ctx, head, self.0).await?;
        let transition = message_request::decline(&thread, &ctx.caller, ctx.now)?;
        let reference = Reference::Declined { thread_id: thread.id.clone() };
        let Some(transition) = transition else { return Ok(Step::unchanged(()).refer(reference)) };
        // What came declined was on no device.
        let listed = thread.member(&ctx.caller).is_some_and(|own| own.listed_in().is_some());
        let notification = listed.then(|| notify::declined(&thread, &ctx.caller, ctx.now));
        let pair = inviting_pair(ctx, &thread).await?;
        let declined = Declined { by: &ctx.caller, pair: pair.as_ref(), at: ctx.now };
        let mut writes = Writes::change_thread(&transition)?;
        writes.rest(declined);
        Ok(Step::write((), writes).refer(reference).notify(notification.into_iter().collect()))
    }

    async fn replay(&self, _ctx: &Context, reference: Reference) -> Result<(), Error> {
        match reference {
            Reference::Declined { .. } => Ok(()),
            _ => Err(Refusal::IdempotencyMismatch.into()),
        }
    }
}

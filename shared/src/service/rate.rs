//! Taking from what a user can do only so often.

use super::context::Context;
use crate::domain::rate::Limit;
use crate::domain::refusal::Refusal;

/// Takes one from a bucket of the caller. A bucket that cannot be changed refuses nothing.
///
/// # Errors
/// `TooManyRequests`.
pub(super) async fn take(ctx: &Context, limit: Limit) -> Result<(), Refusal> {
    let Some(rate) = ctx.rates.of(limit) else { return Ok(()) };
    match ctx.store.take_one(&ctx.caller, limit, rate, ctx.now).await {
        Ok(Some(wait)) => Err(Refusal::TooManyRequests(wait)),
        Ok(None) | Err(_) => Ok(()),
    }
}

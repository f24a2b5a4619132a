//! Searching for users.

use super::context::Context;
use super::error::Error;
use super::load::{load_buckets, registered};
use crate::domain::profile::{Username, UsernamePrefix};
use crate::domain::rate::Limit;
use crate::store::{FoundUser, Page};

/// How often a bucket is read again because something else took from it. Who searches that often at once is let through.
const ATTEMPTS: u32 = 3;

/// A page of the users whose username begins with `prefix`, in the order of their usernames, behind `after` (rule 2).
///
/// # Errors
/// `ProfileRequired`, `TooManyRequests`.
pub async fn search_users(
    ctx: &Context,
    prefix: &UsernamePrefix,
    after: Option<&Username>,
    limit: usize,
) -> Result<Page<FoundUser>, Error> {
    let found = ctx.store.search(prefix, after, limit);
    let (own, found, taken) = tokio::join!(ctx.store.profile(&ctx.caller), found, take(ctx, Limit::Searches));
    registered(own?)?;
    taken?;
    Ok(found?)
}

/// Takes one from a bucket of the caller. A bucket that cannot be read or changed refuses nothing.
async fn take(ctx: &Context, limit: Limit) -> Result<(), Error> {
    for _ in 0..ATTEMPTS {
        let buckets = load_buckets(ctx).await;
        let Some(taken) = ctx.rates.take(limit, &buckets, 1, ctx.now)? else { break };
        if !matches!(ctx.store.take(&ctx.caller, taken).await, Ok(false)) {
            break;
        }
    }
    Ok(())
}

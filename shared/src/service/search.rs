//! Searching for users.

use super::context::Context;
use super::error::Error;
use super::load::registered;
use super::rate::take;
use crate::domain::profile::{Username, UsernamePrefix};
use crate::domain::rate::Limit;
use crate::store::{FoundUser, Page};

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

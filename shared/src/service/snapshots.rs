//! Bringing a new public profile into the groups of a user. `PUT /me` does not wait for it: a queue has it, and a function of its own
//! goes through the groups.

use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::context::Context;
use super::error::Error;
use crate::domain::limits::REQUEST_OVER;
use crate::domain::profile::Profile;
use crate::domain::time::Timestamp;
use crate::domain::work::{SnapshotWork, Worked};
use crate::store::Store;

/// How long the work waits: longer than the profile commonly takes to be stored, which comes after the message.
const DELAY: Duration = Duration::from_secs(1);
/// Groups after which the progress is noted.
const GROUPS_AT_ONCE: usize = 100;
/// Enough to hide the latency of each update, few enough not to be throttled.
const GROUPS_AT_A_TIME: usize = 8;

/// Asks for the snapshots of the caller to be brought up to the profile `after`, where they are going to be older.
///
/// # Errors
/// [`Error::Queue`] if the queue did not take it. Then the profile must not be stored.
pub(super) async fn ask_for_snapshots(ctx: &Context, after: &Profile) -> Result<(), Error> {
    let Some(stale) = &after.stale_snapshots else { return Ok(()) };
    ctx.ask_for(&SnapshotWork { user_id: ctx.caller.clone(), revision: stale.revision }, DELAY).await
}

/// Brings the public profile of a user into the groups that show an older one. A repeat goes on where an interrupted attempt stopped.
/// `asked_at` is when the work was asked for, `now` the present.
///
/// # Errors
/// Those of the table. What was done stays done.
pub async fn refresh_snapshots(
    store: Store,
    work: SnapshotWork,
    asked_at: Timestamp,
    now: Timestamp,
) -> Result<Worked, Error> {
    loop {
        let Some(profile) = store.profile(&work.user_id).await? else { return Ok(Worked::Done) };
        // The request may be about to store the profile; if it never did, there is nothing to do.
        if profile.revision < work.revision && now < asked_at.plus(REQUEST_OVER) {
            return Ok(Worked::Again);
        }
        let Some(stale) = &profile.stale_snapshots else { return Ok(Worked::Done) };
        let page = store.groups_behind(&profile.id, stale.done.as_ref(), GROUPS_AT_ONCE).await?;
        let refreshed = page.items.iter().map(|group| store.refresh_snapshot(group, &profile)).collect::<Vec<_>>();
        stream::iter(refreshed).buffer_unordered(GROUPS_AT_A_TIME).try_collect::<()>().await?;
        // The profile is read again, for each page and at the end: it may have changed meanwhile, and then all begins anew.
        let done = if page.more { page.items.last() } else { None };
        store.note_snapshots(&profile, done).await?;
    }
}

//! `GET /me/blocked`, `PUT` and `DELETE /me/blocked/{user_id}`.

use std::collections::HashMap;

use serde::Serialize;
use shared::act::{blocked_present, rows};
use shared::app::App;
use shared::domain::block::{hide, needs_marked, unhide};
use shared::domain::ids::{ThreadId, UserId};
use shared::domain::limits::MAX_GROUPS_AT_ONCE;
use shared::domain::profile::Profile;
use shared::domain::tally::Tally;
use shared::domain::thread::Thread;
use shared::http::{Problem, Reply, Request};
use shared::push::{Delivery, Fanout};
use shared::store::{Edge, Guard, StoreError};
use shared::view::ThreadView;

use crate::edges;

/// Answers whom the caller blocks, in the order of their ids.
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn list(app: &App, request: &Request) -> Result<Reply, Problem> {
    edges::list(app, request, Edge::Block).await
}

/// The groups that the blocker shares with the blocked, for the decision to stay or leave (rule 12).
#[derive(Debug, Serialize)]
struct Blocked {
    groups: Vec<ThreadView>,
}

/// Groups before and after a block of one of their members by another.
type Hidden = Vec<(Thread, Thread)>;

/// Blocks a user, and answers the groups both are in. Once this is answered, no message of either is stored in their direct
/// thread any more (rule 6), and what the blocked one says in a group reaches the caller collapsed (rule 12).
///
/// # Errors
/// `not-found`, `invalid-request` for oneself.
pub(crate) async fn set(app: &App, request: &Request) -> Result<Reply, Problem> {
    let (caller, user_id, pair) = edges::pair(request)?;
    let now = request.now();

    let mut deliveries: Vec<Delivery> = Vec::new();
    let mut pauses = app.store.table().pauses();
    let (groups, abouts) = loop {
        let between = app.store.between(&caller, &user_id, &pair).await?;
        let own = between.own.ok_or(Problem::ProfileRequired)?;
        let other = between.other.ok_or(Problem::NotFound)?;
        let (groups, changed, more) = changed(app, (&own, &other), hide).await?;
        // Before the write: nothing that is read after it could keep the caller's other devices from hearing of it.
        let ids: Vec<ThreadId> = groups.iter().map(|group| group.id.clone()).collect();
        let abouts = app.store.abouts(&ids).await?;
        if between.head.is_blocked_by(&caller) && changed.is_empty() {
            break (groups, abouts);
        }
        match app.store.block((&own, &other), &pair, &changed, now).await {
            Ok(()) => {
                for (before, after) in &changed {
                    deliveries.extend(blocked_present(Some(before), after, now));
                }
                // They share more groups than one write takes: the block holds, and the next round marks the rest.
                if !more {
                    break (with(groups, changed), abouts);
                }
            }
            Err(error) if retries(&error) && pauses.pause_after_loss().await => {}
            Err(error) => return Err(error.into()),
        }
    };
    // Groups of both, not those that one of them is gone from.
    let both = |group: &Thread| group.member(&caller).is_some() && group.member(&user_id).is_some();
    let groups = rows(groups.into_iter().filter(both), &caller, &abouts, &HashMap::new())?;
    let reply = Reply::ok(&Blocked { groups });
    Ok(reply.then_push(Fanout { deliveries, connections: None }))
}

/// Ends blocking a user, known or not; what they said in groups is shown again, nothing else comes back (rule 3).
///
/// # Errors
/// `invalid-request` for oneself.
pub(crate) async fn delete(app: &App, request: &Request) -> Result<Reply, Problem> {
    let (caller, user_id, pair) = edges::pair(request)?;

    let mut pauses = app.store.table().pauses();
    loop {
        let between = app.store.between(&caller, &user_id, &pair).await?;
        let own = between.own.ok_or(Problem::ProfileRequired)?;
        let Some(other) = between.other.filter(|_| between.head.is_blocked_by(&caller)) else {
            return Ok(Reply::nothing());
        };
        let (_, changed, more) = changed(app, (&own, &other), unhide).await?;
        let stored = if more {
            app.store.change_hidden(&changed).await
        } else {
            app.store.unblock((&own, &other), &pair, &changed).await
        };
        match stored {
            // The block ends with the last of the groups, so that a repeat finds what an interrupted attempt left.
            Ok(()) if more => {}
            Ok(()) => return Ok(Reply::nothing()),
            Err(error) if retries(&error) && pauses.pause_after_loss().await => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether somebody else was faster, so that another look is worth it.
fn retries(error: &StoreError) -> bool {
    [Guard::Head, Guard::Ties, Guard::Blocked].into_iter().any(|guard| error.lost(guard))
}

/// The groups the two share; what `change` (hiding, or ending that) makes of as many of them as one write takes; and whether
/// there are more to change.
async fn changed(
    app: &App,
    (own, other): (&Profile, &Profile),
    change: impl Fn(&Thread, &UserId, &UserId, Option<&Tally>) -> Option<Thread>,
) -> Result<(Vec<Thread>, Hidden, bool), Problem> {
    let groups = app.store.shared_groups(&own.id, &other.id).await?;
    let mut concerned: Vec<&Thread> =
        groups.iter().filter(|group| change(group, &own.id, &other.id, None).is_some()).collect();
    let more = concerned.len() > MAX_GROUPS_AT_ONCE;
    concerned.truncate(MAX_GROUPS_AT_ONCE);
    let tallies = concerned.iter().map(|group| async {
        if !needs_marked(group, &own.id) {
            return Ok(None);
        }
        let mark = group.member(&own.id).map(|member| member.mark.seq).unwrap_or_default();
        app.store.tally_at(&group.id, mark).await
    });
    let tallies = futures_util::future::try_join_all(tallies).await?;
    let changed = concerned.into_iter().zip(tallies).filter_map(|(group, tally)| {
        let after = change(group, &own.id, &other.id, tally.as_ref())?;
        Some((group.clone(), after))
    });
    let changed = changed.collect();
    Ok((groups, changed, more))
}

/// The groups with those that changed as they are now.
fn with(groups: Vec<Thread>, changed: Hidden) -> Vec<Thread> {
    let mut changed: HashMap<ThreadId, Thread> =
        changed.into_iter().map(|(_, after)| (after.id.clone(), after)).collect();
    groups.into_iter().map(|group| changed.remove(&group.id).unwrap_or(group)).collect()
}

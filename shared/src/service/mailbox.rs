//! A page of a mailbox or of a room: an inbox by its last activity, message requests in the order in which they came.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::context::Context;
use super::error::Error;
use super::load::know_hidden;
use crate::domain::details::DetailsByThread;
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::inbox::{Place, candidates, is_astray, page, reach};
use crate::domain::limits::{MAX_PUT_RIGHT, MAX_ROOM_WINDOW};
use crate::domain::mailbox::{Activity, Mailbox, MailboxEntry, MailboxPosition, room_page};
use crate::domain::profile::Profiles;
use crate::domain::refusal::Refusal;
use crate::domain::room::RoomId;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::store::Page;

/// Which page of which mailbox.
#[derive(Debug)]
pub struct MailboxQuery {
    pub mailbox: Mailbox,
    /// Only threads of this room.
    pub room: Option<RoomId>,
    pub position: PagePosition,
    pub limit: usize,
}

/// Where a page begins: behind `start`. In a room `shown` is the last that was shown; in a mailbox `ahead` has what was shown of the
/// entries behind `start`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagePosition {
    start: Option<MailboxPosition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<Activity>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ahead: Vec<ThreadId>,
}

/// A page of threads, and what a list shows of them.
#[derive(Debug)]
pub struct MailboxPage {
    pub threads: Vec<Thread>,
    /// Of the groups.
    pub details: DetailsByThread,
    /// Of the caller, and of the other members of direct threads.
    pub profiles: Profiles,
    /// Where the next page begins.
    pub next: Option<PagePosition>,
}

/// How long a page waits for entries to be put right. What is not done then is done by the next page.
const PATIENCE: Duration = Duration::from_millis(500);

/// Reads a page of the caller's mailbox.
///
/// # Errors
/// `ProfileRequired`.
pub async fn mailbox_page(ctx: &Context, query: MailboxQuery) -> Result<MailboxPage, Error> {
    let MailboxQuery { mailbox, room, position, limit } = query;
    let PagePosition { start, shown: last_shown, ahead } = position;
    let place = Place { start, ahead };
    let (start, user) = (place.start.as_ref(), &ctx.caller);
    let Page { items: entries, more } = match &room {
        None => ctx.store.mailbox_entries(user, mailbox, start, reach(mailbox, limit)).await?,
        Some(room) => ctx.store.room_entries(user, room, start, MAX_ROOM_WINDOW).await?,
    };
    let looked_at = match room {
        None => candidates(mailbox, &entries, &place, limit),
        Some(_) => entries.iter().collect(),
    };
    let ids: Vec<ThreadId> = looked_at.iter().map(|entry| entry.position.thread_id.clone()).collect();
    let heads = async { Ok::<_, Error>(ctx.store.threads(&ids).await?) };
    // Where no more is looked at than is shown, names are read beside the heads: one call less in a row.
    let (mut threads, names) = if looked_at.len() <= limit {
        let (threads, names) = tokio::try_join!(heads, load_names(ctx, &looked_at))?;
        (threads, Some(names))
    } else {
        (heads.await?, None)
    };

    let healed = match room {
        None => put_right(ctx, mailbox, &looked_at, &threads).await,
        Some(_) => HashMap::new(),
    };
    let listed = |entry: &MailboxEntry| {
        let thread = threads.get(&entry.position.thread_id)?;
        let listing = thread.listing_of(user).filter(|listing| listing.mailbox == mailbox)?;
        // Requests are in the order of their entries.
        let by_entry = room.is_none() && mailbox == Mailbox::Requests;
        let active_at = if by_entry { entry.position.bumped_at } else { thread.active_at };
        Some((listing, Activity { active_at, thread_id: thread.id.clone() }))
    };
    let (shown, next) = if room.is_some() {
        let open = looked_at.iter().filter_map(|entry| Some(listed(entry)?.1)).collect();
        let (shown, left) = room_page(open, last_shown.as_ref(), limit);
        let next = match (left, more) {
            (true, _) => Some(PagePosition { start: place.start, shown: shown.last().cloned(), ahead: Vec::new() }),
            (false, true) => {
                let start = entries.last().map(|entry| entry.position.clone());
                Some(PagePosition { start, ..PagePosition::default() })
            }
            (false, false) => None,
        };
        (shown.into_iter().map(|activity| activity.thread_id).collect(), next)
    } else {
        // The thread is listed further up: it is on an earlier page, or will be on this one. Where it was missing there, or moved up
        // while the page is the first, it is shown all the same: nobody else leads to it, or it is found twice and shown once.
        let passed_over = |listed_at: Timestamp, entry: &MailboxEntry| {
            let MailboxPosition { bumped_at, thread_id } = &entry.position;
            listed_at > *bumped_at && healed.get(thread_id).map_or(place.start.is_some(), |was_missing| !was_missing)
        };
        let open = looked_at.iter().filter_map(|entry| {
            let (listing, activity) = listed(entry)?;
            (!passed_over(listing.bumped_at, entry)).then_some(activity)
        });
        let open = open.collect();
        let (shown, next) = page((&entries, more), place, &ids, open, limit);
        (shown, next.map(|Place { start, ahead }| PagePosition { start, ahead, shown: None }))
    };
    let Names { details, profiles } = if let Some(names) = names {
        names
    } else {
        let of_shown = looked_at.into_iter().filter(|entry| shown.contains(&entry.position.thread_id));
        load_names(ctx, &of_shown.collect::<Vec<_>>()).await?
    };
    let in_order = shown.iter().filter_map(|thread_id: &ThreadId| threads.remove(thread_id));
    let mut threads: Vec<Thread> = in_order.collect();
    know_hidden(ctx, &mut threads).await?;
    Ok(MailboxPage { threads, details, profiles, next })
}

/// What a list shows of threads beside their heads.
struct Names {
    details: DetailsByThread,
    profiles: Profiles,
}

/// Reads the names that a list shows. Only direct threads have a peer, and only groups an item of details.
async fn load_names(ctx: &Context, entries: &[&MailboxEntry]) -> Result<Names, Error> {
    let groups = entries.iter().filter(|entry| entry.peer_id.is_none());
    let groups: Vec<ThreadId> = groups.map(|entry| entry.position.thread_id.clone()).collect();
    let peers = entries.iter().filter_map(|entry| entry.peer_id.clone());
    let users: Vec<UserId> = peers.chain([ctx.caller.clone()]).collect();
    let (details, profiles) = tokio::try_join!(ctx.store.details_of(&groups), ctx.store.profiles(&users))?;
    if !profiles.contains_key(&ctx.caller) {
        return Err(Refusal::ProfileRequired.into());
    }
    Ok(Names { details, profiles })
}

/// Puts entries right that were left behind by processes that died, as far as there is time, and returns their threads: whether each
/// was missing where it is listed, or may have been. `threads` are as they were read, some milliseconds late: what is taken away is
/// decided on what is there now.
async fn put_right(
    ctx: &Context,
    mailbox: Mailbox,
    entries: &[&MailboxEntry],
    threads: &HashMap<ThreadId, Thread>,
) -> HashMap<ThreadId, bool> {
    let left_behind = |threads: &HashMap<ThreadId, Thread>, entry: &MailboxEntry| {
        let MailboxPosition { bumped_at, thread_id } = &entry.position;
        threads.get(thread_id).is_some_and(|thread| is_astray(thread, &ctx.caller, mailbox, *bumped_at, ctx.now))
    };
    let astray = entries.iter().copied().filter(|entry| left_behind(threads, entry));
    let mut astray: Vec<&MailboxEntry> = astray.collect();
    // Where it is not found out, a thread is shown: twice is better than never.
    let mut missing: HashMap<ThreadId, bool> =
        astray.iter().map(|entry| (entry.position.thread_id.clone(), true)).collect();
    astray.truncate(MAX_PUT_RIGHT);
    if astray.is_empty() {
        return missing;
    }
    let healing = async {
        let ids: Vec<ThreadId> = astray.iter().map(|entry| entry.position.thread_id.clone()).collect();
        let Ok(present) = ctx.store.present_threads(&ids).await else { return HashMap::new() };
        let still_astray = astray.iter().filter(|entry| left_behind(&present, entry));
        let healed = still_astray.filter_map(|entry| {
            let MailboxPosition { bumped_at, thread_id } = &entry.position;
            let thread = present.get(thread_id)?;
            Some(async move {
                let was_missing = ctx.store.put_right(&ctx.caller, mailbox, *bumped_at, thread).await.ok()?;
                Some((thread_id.clone(), was_missing))
            })
        });
        let mut threads: HashMap<ThreadId, bool> = HashMap::new();
        for (thread_id, was_missing) in join_all(healed).await.into_iter().flatten() {
            *threads.entry(thread_id).or_default() |= was_missing;
        }
        threads
    };
    missing.extend(tokio::time::timeout(PATIENCE, healing).await.unwrap_or_default());
    missing
}

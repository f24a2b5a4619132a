//! A page of a mailbox, newest activity first.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::error::Error;
use super::load::know_hidden;
use crate::domain::details::DetailsByThread;
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::limits::MAX_MAILBOX_WINDOW;
use crate::domain::mailbox::{Activity, Mailbox, MailboxPosition, page, window};
use crate::domain::profile::Profiles;
use crate::domain::refusal::Refusal;
use crate::domain::room::RoomId;
use crate::domain::thread::Thread;
use crate::store::{MailboxEntry, Page};

/// Which page of which mailbox.
#[derive(Debug)]
pub struct MailboxQuery {
    pub mailbox: Mailbox,
    /// Only threads of this room.
    pub room: Option<RoomId>,
    pub position: PagePosition,
    pub limit: usize,
}

/// Where a page begins: the window behind `start`, and in it what comes behind `shown`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagePosition {
    start: Option<MailboxPosition>,
    shown: Option<Activity>,
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

/// Reads a page of the caller's mailbox.
///
/// # Errors
/// `ProfileRequired`.
pub async fn mailbox_page(ctx: &Context, query: MailboxQuery) -> Result<MailboxPage, Error> {
    let MailboxQuery { mailbox, room, position, limit } = query;
    let PagePosition { start, shown } = position;
    let found = match &room {
        None => ctx.store.mailbox_entries(&ctx.caller, mailbox, start.as_ref(), MAX_MAILBOX_WINDOW).await?,
        Some(room) => ctx.store.room_entries(&ctx.caller, room, start.as_ref(), MAX_MAILBOX_WINDOW).await?,
    };
    let Page { items: mut entries, mut more } = found;
    let positions: Vec<MailboxPosition> = entries.iter().map(|entry| entry.position.clone()).collect();
    let window = window(&positions, limit);
    more |= window < entries.len();
    entries.truncate(window);

    let Loaded { mut threads, details, profiles } = load(ctx, &entries).await?;
    let first_page = start.is_none() && shown.is_none();
    let listed = entries.iter().filter_map(|entry| {
        let thread = threads.get(&entry.position.thread_id)?;
        is_listed(ctx, entry, thread, mailbox, first_page).then(|| activity(thread))
    });
    let (shown_now, left) = page(listed.collect(), shown.as_ref(), limit);
    let next = match (left, more) {
        (true, _) => Some(PagePosition { start, shown: shown_now.last().cloned() }),
        (false, true) => Some(PagePosition { start: entries.last().map(|entry| entry.position.clone()), shown: None }),
        (false, false) => None,
    };
    let threads = shown_now.iter().filter_map(|activity| threads.remove(&activity.thread_id)).collect();
    Ok(MailboxPage { threads, details, profiles, next })
}

struct Loaded {
    threads: HashMap<ThreadId, Thread>,
    details: DetailsByThread,
    profiles: Profiles,
}

/// Reads the heads of some entries, and what a list shows of them. Only direct threads have a peer, and only groups an item of
/// details.
async fn load(ctx: &Context, entries: &[MailboxEntry]) -> Result<Loaded, Error> {
    let (groups, direct): (Vec<&MailboxEntry>, Vec<&MailboxEntry>) =
        entries.iter().partition(|entry| entry.peer_id.is_none());
    let ids =
        |entries: &[&MailboxEntry]| entries.iter().map(|entry| entry.position.thread_id.clone()).collect::<Vec<_>>();
    let (group_ids, all_ids) = (ids(&groups), [ids(&groups), ids(&direct)].concat());
    let peers = direct.iter().filter_map(|entry| entry.peer_id.clone());
    let user_ids: Vec<UserId> = peers.chain([ctx.caller.clone()]).collect();
    let threads = ctx.store.threads(&all_ids);
    let (details, profiles) = (ctx.store.details_of(&group_ids), ctx.store.profiles(&user_ids));
    let (threads, details, profiles) = tokio::try_join!(threads, details, profiles)?;
    let mut threads = threads;
    know_hidden(ctx, threads.values_mut()).await?;
    if !profiles.contains_key(&ctx.caller) {
        return Err(Refusal::ProfileRequired.into());
    }
    Ok(Loaded { threads, details, profiles })
}

/// Whether a thread is still listed where the mailbox had it when it was read. It may have left the mailbox meanwhile; or it got
/// the first message of a day and moved up: then it belongs to an earlier page, but for the first page, which it leads.
fn is_listed(ctx: &Context, entry: &MailboxEntry, thread: &Thread, mailbox: Mailbox, first_page: bool) -> bool {
    let listed = thread.member(&ctx.caller).is_some_and(|member| member.listed_in() == Some(mailbox));
    listed && (first_page || thread.bumped_at <= entry.position.bumped_at)
}

fn activity(thread: &Thread) -> Activity {
    Activity { active_at: thread.active_at, thread_id: thread.id.clone() }
}

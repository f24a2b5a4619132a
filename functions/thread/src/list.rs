//! `GET /threads`: a page of a box.

use serde::{Deserialize, Serialize};
use shared::act::rows;
use shared::app::App;
use shared::domain::about::RoomId;
use shared::domain::ids::UserId;
use shared::domain::inbox::{Activity, BoxPlace, page, window};
use shared::domain::limits::MAX_INBOX_WINDOW;
use shared::domain::member::Mailbox;
use shared::domain::thread::Thread;
use shared::http::{Problem, Reply, Request};
use shared::store::{BoxEntry, Cursor};
use shared::view::ListView;

/// Where a page begins: the window behind `start`, and in it what comes behind `shown`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    start: Option<BoxPlace>,
    shown: Option<Activity>,
}

/// Answers the caller's threads in a box, those of a room alone if one is named (rule 13), newest activity first.
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn list(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let mailbox = request.query("box", |text| match text {
        "inbox" => Ok(Mailbox::Inbox),
        "requests" => Ok(Mailbox::Requests),
        _ => Err("must be inbox or requests".to_owned()),
    })?;
    let mailbox = mailbox.unwrap_or(Mailbox::Inbox);
    let room: Option<RoomId> =
        request.query("room_id", |text| RoomId::try_from(text.to_owned()).map_err(|invalid| invalid.to_string()))?;
    let limit = request.limit()?.get();
    let name = list_name(mailbox, room.as_ref());
    let Place { start, shown } = request.cursor(&name)?.unwrap_or_default();

    let (mut entries, mut more) = match &room {
        None => app.store.box_entries(&caller, mailbox, start.as_ref(), MAX_INBOX_WINDOW).await?,
        Some(room) => app.store.room_entries(&caller, room, start.as_ref(), MAX_INBOX_WINDOW).await?,
    };
    let places: Vec<BoxPlace> = entries.iter().map(|entry| entry.place.clone()).collect();
    let window = window(&places, limit);
    more |= window < entries.len();
    entries.truncate(window);

    // Only direct threads have a peer, and only groups an item about them.
    let of = |group: bool| {
        let wanted = entries.iter().filter(|entry| entry.peer_id.is_none() == group);
        wanted.map(|entry| entry.place.thread_id.clone()).collect::<Vec<_>>()
    };
    let (groups, ids) = (of(true), [of(true), of(false)].concat());
    let mut names: Vec<UserId> = entries.iter().filter_map(|entry| entry.peer_id.clone()).collect();
    names.push(caller.clone());
    let (threads, abouts, people) = (app.store.threads(&ids), app.store.abouts(&groups), app.store.profiles(&names));
    let (mut threads, abouts, people) = tokio::try_join!(threads, abouts, people)?;
    if !people.contains_key(&caller) {
        return Err(Problem::ProfileRequired);
    }

    let first_page = start.is_none() && shown.is_none();
    let standing_here = entries.iter().filter_map(|entry| {
        let thread = threads.get(&entry.place.thread_id)?;
        stands(entry, thread, &caller, mailbox, first_page).then(|| activity(thread))
    });
    let (shown_now, left) = page(standing_here.collect(), shown.as_ref(), limit);
    let next = match (left, more) {
        (true, _) => Some(Place { start, shown: shown_now.last().cloned() }),
        (false, true) => Some(Place { start: entries.last().map(|entry| entry.place.clone()), shown: None }),
        (false, false) => None,
    };
    let threads = shown_now.iter().filter_map(|activity| threads.remove(&activity.thread_id));
    let items = rows(threads, &caller, &abouts, &people)?;
    Ok(Reply::ok(&ListView { items, next_cursor: next.map(|next| Cursor::new(&name, &next).into_text()) }))
}

/// What a cursor is good for.
fn list_name(mailbox: Mailbox, room: Option<&RoomId>) -> String {
    let mailbox = match mailbox {
        Mailbox::Inbox => "inbox",
        Mailbox::Requests => "requests",
    };
    room.map_or(mailbox.to_owned(), |room| format!("{mailbox}:{}", room.as_str()))
}

/// Whether a thread still stands where the box had it when it was read. It may have left the box meanwhile; or it got the
/// first message of a day and moved up: then an earlier page is its place, but for the first page, which it leads.
fn stands(entry: &BoxEntry, thread: &Thread, caller: &UserId, mailbox: Mailbox, first_page: bool) -> bool {
    let listed = thread.member(caller).is_some_and(|member| member.standing.listed_in() == Some(mailbox));
    listed && (first_page || thread.bumped_at <= entry.place.bumped_at)
}

fn activity(thread: &Thread) -> Activity {
    Activity { active_at: thread.active_at, thread_id: thread.id.clone() }
}

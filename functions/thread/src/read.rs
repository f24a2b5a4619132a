//! `PUT /threads/{thread_id}/read`.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::app::App;
use shared::domain::ids::{Seq, ThreadId, UserId};
use shared::domain::member::Member;
use shared::domain::read;
use shared::domain::thread::Thread;
use shared::http::{Problem, Reply, Request};
use shared::push::{Delivery, Fanout};
use shared::store::Moved;
use shared::view::{People, Signal, signal};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    seq: Seq,
}

#[derive(Debug, Serialize)]
struct Marked {
    read_seq: Seq,
    unread: u64,
}

/// Moves the caller's read mark forward to `seq` and answers where it is (rule 19).
///
/// # Errors
/// `not-found`, `invalid-request`.
pub(crate) async fn read(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let thread_id: ThreadId = request.path("thread_id")?;
    let Body { seq } = request.json()?;

    // The tally is needed only where the mark stays behind the last message; read beside the head, it costs no time.
    let (thread, tally) = tokio::try_join!(app.store.thread(&thread_id), app.store.tally_at(&thread_id, seq))?;
    let mut thread = thread.ok_or(Problem::NotFound)?;
    let mut pauses = app.store.table().pauses();
    loop {
        let own = thread.member(&caller).ok_or(Problem::NotFound)?;
        let Some(mark) = read::mark(&thread, &caller, seq, tally.as_ref())? else {
            return Ok(marked(&thread, own));
        };
        let members = thread.member_ids();
        let moving = app.store.move_mark(&thread, &caller, mark);
        let (moved, people) = tokio::try_join!(moving, app.store.present_profiles(&members))?;
        match moved {
            Moved::Forward(now) => {
                let own = now.member(&caller).ok_or(Problem::NotFound)?;
                let deliveries = announced(&now, own, &people, request);
                return Ok(marked(&now, own).then_push(Fanout { deliveries, connections: None }));
            }
            // Another device was further already: it has told everyone.
            Moved::Stays(now) => return Ok(marked(&now, now.member(&caller).ok_or(Problem::NotFound)?)),
            // What counts as read hangs on who is here and who is hidden, and that has changed.
            Moved::Stale(head) => thread = head.thread().ok_or(Problem::NotFound)?,
        }
        if !pauses.pause_after_loss().await {
            return Err(Problem::Unavailable("the thread keeps changing".to_owned()));
        }
    }
}

fn marked(thread: &Thread, own: &Member) -> Reply {
    Reply::ok(&Marked { read_seq: own.mark.seq, unread: thread.unread(own) })
}

/// The caller's own devices hear of it with what is left unread; of the others, those whom the mark is shown to, while no
/// block stands between them.
fn announced(thread: &Thread, own: &Member, people: &People, request: &Request) -> Vec<Delivery> {
    let shows = |user: &UserId| people.get(user).is_some_and(|profile| profile.settings.read_receipts);
    let event = |data| signal(Signal::ReadMoved, Some(&thread.id), Some(&own.user_id), request.now(), data);
    let mine = json!({"user_id": own.user_id, "read_seq": own.mark.seq, "unread": thread.unread(own)});
    let theirs = json!({"user_id": own.user_id, "read_seq": own.mark.seq});
    let told = thread
        .others(&own.user_id)
        .filter(|other| read::shows(own, shows(&own.user_id), shows(&other.user_id)))
        .filter(|other| other.standing.listed_in().is_some() && !thread.is_blocked())
        .map(|other| other.user_id.clone());
    vec![Delivery::new(&event(mine), vec![own.user_id.clone()]), Delivery::new(&event(theirs), told.collect())]
}

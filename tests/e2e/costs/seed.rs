//! Threads of days gone by. No client can make a thread of yesterday, so this writes them with the product's own store; what
//! tests demand is still asked of the API alone.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::{StreamExt, TryStreamExt, stream};
use shared::domain::ids::{Pair, ThreadId, UserId};
use shared::domain::member::Standing;
use shared::domain::message::MessageContent;
use shared::domain::open::{Opening, open};
use shared::domain::profile::{Profile, PublicProfile};
use shared::domain::revision::Revision;
use shared::domain::send::send;
use shared::domain::thread::Thread;
use shared::domain::time::Timestamp;
use shared::domain::transition::NewThread;
use shared::store::{AbsentHead, Store, StoreError, Table, Writes};
use shared::trace::Trace;
use tests::{Stack, User, engine, unique};

/// Writers at work at the same time.
const WRITERS: usize = 4;
pub(crate) const DAY: Duration = Duration::from_hours(24);
pub(crate) const HOUR: Duration = Duration::from_hours(1);
const MINUTE: Duration = Duration::from_mins(1);
/// The newest threads of many, whose authors have a profile: tests look at no others.
const NAMED: usize = 2_000;

/// Gives `user` so many direct threads of one message each, `per_day` on every day back from yesterday.
pub(crate) async fn inbox(stack: &Stack, user: &User, threads: u32, per_day: u32) {
    let age = |number: u32| ago(DAY * (1 + number / per_day) + MINUTE * (number % per_day));
    let times: Vec<Times> = (0..threads).map(|number| Times { opened: age(number), active: age(number) }).collect();
    write(stack, user, &times, |_| Standing::Accepted).await;
}

/// When a thread was opened, and when it was active last.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    opened: Timestamp,
    active: Timestamp,
}

/// When threads were active, as clients see it, newest first.
pub(crate) fn activity(times: &[Times]) -> Vec<String> {
    newest_first(times.iter().map(|times| times.active))
}

/// When threads were opened, as clients see it, newest first.
pub(crate) fn openings(times: &[Times]) -> Vec<String> {
    newest_first(times.iter().map(|times| times.opened))
}

fn newest_first(times: impl Iterator<Item = Timestamp>) -> Vec<String> {
    let mut texts: Vec<String> = times.map(Timestamp::rfc3339).collect();
    texts.sort_unstable();
    texts.reverse();
    texts
}

/// The times of so many threads, evenly over this time until a moment ago, newest first. Each was active once more, within some
/// minutes: so they were not opened in the order of their activity.
pub(crate) fn evenly(threads: u32, over: Duration) -> Vec<Times> {
    let begin = ago(Duration::ZERO);
    let back = |age: Duration| {
        let ms = begin.ms() - i64::try_from(age.as_millis()).expect("it is no long time");
        Timestamp::from_ms(ms).expect("it is later than 1970")
    };
    let times = |number: u32| {
        let opened = 10 * MINUTE + over * number / threads;
        let (seconds, ms) = (u64::from(number * 7_919 % 350), u64::from(number % 97));
        let later = Duration::from_secs(seconds) + Duration::from_millis(ms);
        Times { opened: back(opened), active: back(opened.saturating_sub(later)) }
    };
    (0..threads).map(times).collect()
}

/// Gives `user` direct threads of these times in the inbox.
pub(crate) async fn threads(stack: &Stack, user: &User, times: &[Times]) {
    write(stack, user, times, |_| Standing::Accepted).await;
}

/// Gives `user` message requests that came at these times, each with one more message later.
pub(crate) async fn requests(stack: &Stack, user: &User, times: &[Times]) {
    write(stack, user, times, Standing::pending).await;
}

async fn write(stack: &Stack, user: &User, times: &[Times], standing: fn(Timestamp) -> Standing) {
    let (trace, give_up_at) = (Arc::new(Trace::default()), Instant::now() + Duration::from_mins(10));
    let store = &Store::new(Table::new(engine::client(stack), stack.table_name().into(), trace, give_up_at.into()));
    stream::iter(times.iter().enumerate())
        .map(|(number, times)| thread(store, &user.id, *times, standing(times.opened), number < NAMED))
        .buffer_unordered(WRITERS)
        .try_collect::<Vec<()>>()
        .await
        .expect("the threads are written");
}

/// A thread with a user who wrote to `recipient`.
async fn thread(
    store: &Store,
    recipient: &str,
    times: Times,
    standing: Standing,
    named: bool,
) -> Result<(), StoreError> {
    let Times { opened: at, active } = times;
    let name = unique("seed");
    let id = |text: &str| UserId::try_from(text.to_owned()).unwrap();
    let (author, recipient) = (id(&format!("seeded-{name}")), id(recipient));
    let username = name.clone().try_into().unwrap();
    let public = PublicProfile { username, display_name: name.try_into().unwrap(), avatar_url: None };
    if named {
        let profile = Profile::with_public(&author, None, public, at);
        store.commit(Writes::save_profile(None, &profile)?, None).await?;
    }
    let thread_id = ThreadId::direct(&Pair::new(&author, &recipient).unwrap());
    let opening = Opening { actor: &author, recipient: &recipient, standing, declined: None };
    let opened = open(thread_id, opening, Revision::default(), at);
    let text = "how have you been?".to_owned().try_into().unwrap();
    let draft = MessageContent { text, reply_to: None, mentions: vec![], attachments: vec![] };
    let say = |thread: &Thread, at| send(thread, &author, &draft, None, at).expect("a friend may write").transition;
    let sent = say(&opened.thread, at);
    let entries = [opened.entries, sent.entries].concat();
    let new = NewThread { thread: sent.after, entries };
    store.commit(Writes::open_thread(&new, &AbsentHead::default(), false)?, None).await?;
    if active > at {
        store.commit(Writes::change_thread(&say(&new.thread, active))?, None).await?;
    }
    Ok(())
}

fn ago(age: Duration) -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    Timestamp::EPOCH.plus(now.saturating_sub(age))
}

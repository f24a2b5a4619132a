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
use shared::domain::time::Timestamp;
use shared::domain::transition::NewThread;
use shared::store::{AbsentHead, Store, StoreError, Table, Writes};
use shared::trace::Trace;
use tests::{Stack, User, engine, unique};

/// Writers at work at the same time.
const WRITERS: usize = 4;
const DAY: Duration = Duration::from_hours(24);
const MINUTE: Duration = Duration::from_mins(1);

/// Gives `user` so many direct threads of one message each, `per_day` on every day back from yesterday.
pub(crate) async fn inbox(stack: &Stack, user: &User, threads: u32, per_day: u32) {
    let (trace, give_up_at) = (Arc::new(Trace::default()), Instant::now() + Duration::from_mins(5));
    let store = &Store::new(Table::new(engine::client(stack), stack.table_name().into(), trace, give_up_at.into()));
    stream::iter(0..threads)
        .map(|number| {
            let age = DAY * (1 + number / per_day) + MINUTE * (number % per_day);
            thread(store, &user.id, ago(age))
        })
        .buffer_unordered(WRITERS)
        .try_collect::<Vec<()>>()
        .await
        .expect("the threads are written");
}

/// A user who wrote to `recipient`, and was followed by them, at `at`.
async fn thread(store: &Store, recipient: &str, at: Timestamp) -> Result<(), StoreError> {
    let name = unique("seed");
    let id = |text: &str| UserId::try_from(text.to_owned()).unwrap();
    let (author, recipient) = (id(&format!("seeded-{name}")), id(recipient));
    let username = name.clone().try_into().unwrap();
    let public = PublicProfile { username, display_name: name.try_into().unwrap(), avatar_url: None };
    let profile = Profile::with_public(&author, None, public, at);
    store.commit(Writes::save_profile(None, &profile)?, None).await?;
    let thread_id = ThreadId::direct(&Pair::new(&author, &recipient).unwrap());
    let opening = Opening { actor: &author, recipient: &recipient, standing: Standing::Accepted };
    let opened = open(thread_id, opening, Revision::default(), at);
    let text = "how have you been?".to_owned().try_into().unwrap();
    let draft = MessageContent { text, reply_to: None, mentions: vec![] };
    let sent = send(&opened.thread, &author, &draft, None, at).expect("a friend may write").transition;
    let entries = [opened.entries, sent.entries].concat();
    let new = NewThread { thread: sent.after, entries };
    store.commit(Writes::open_thread(&new, &AbsentHead::default(), false)?, None).await.map(|_| ())
}

fn ago(age: Duration) -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    Timestamp::EPOCH.plus(now.saturating_sub(age))
}

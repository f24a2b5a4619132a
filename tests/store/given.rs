//! What store tests begin with.

use std::time::Duration;

use shared::domain::ids::{Pair, ThreadId, UserId};
use shared::domain::log::Entry;
use shared::domain::member::Standing;
use shared::domain::message::Draft;
use shared::domain::open::open;
use shared::domain::profile::{Card, Profile};
use shared::domain::send::{Sending, send};
use shared::domain::thread::{Revision, Thread};
use shared::domain::time::Timestamp;
use shared::store::{OnFollow, Store, StoreError, Vacancy};
use tests::unique;

/// A day in the past, the same for all tests: the store is told the time.
pub(crate) fn noon() -> Timestamp {
    Timestamp::from_ms(1_700_000_000_000).unwrap()
}

/// So many milliseconds after [`noon`].
pub(crate) fn later(ms: u64) -> Timestamp {
    noon().plus(Duration::from_millis(ms))
}

/// A user id that no other test has.
pub(crate) fn user(name: &str) -> UserId {
    UserId::try_from(unique(name)).unwrap()
}

/// A card of this name.
pub(crate) fn card(username: &str) -> Card {
    Card {
        username: username.to_owned().try_into().unwrap(),
        display_name: username.to_owned().try_into().unwrap(),
        avatar_url: None,
    }
}

/// The two users as a pair, and the id of their thread.
pub(crate) fn pair(one: &UserId, other: &UserId) -> (Pair, ThreadId) {
    let pair = Pair::new(one, other).unwrap();
    let id = ThreadId::direct(&pair);
    (pair, id)
}

/// A thread of two new users that is not stored yet.
pub(crate) fn opening(standing: Standing) -> (Thread, Entry) {
    let (ann, bob) = (user("ann"), user("bob"));
    let (_, id) = pair(&ann, &bob);
    open(id, &ann, &bob, standing, Revision::default(), noon())
}

/// A stored thread of two new users; the first of them opened it.
pub(crate) async fn thread(store: &Store, standing: Standing) -> Thread {
    let (thread, created) = opening(standing);
    store.create_thread(&Vacancy::default(), false, &thread, &[created], None).await.unwrap();
    thread
}

/// A message that the `author`-th member of `thread` sends at `now`, decided but not stored.
pub(crate) fn message(thread: &Thread, author: usize, text: &str, now: Timestamp) -> Sending {
    let draft = Draft { text: text.to_owned().try_into().unwrap(), reply_to: None, mentions: vec![] };
    send(thread, &thread.members[author].user_id, &draft, None, now).unwrap()
}

/// Sends and stores a message; the thread afterwards.
pub(crate) async fn sent(store: &Store, thread: &Thread, author: usize, text: &str, now: Timestamp) -> Thread {
    let sending = message(thread, author, text, now);
    store.change_thread(thread, &sending.thread, &[sending.entry()], None).await.unwrap();
    sending.thread
}

/// The profile of a user, who registers if they have not done so.
pub(crate) async fn profile(store: &Store, user: &UserId) -> Profile {
    match store.profile(user).await.unwrap() {
        Some(profile) => profile,
        None => store.save_card(user, None, &card(user.as_str()), noon()).await.unwrap(),
    }
}

/// Lets a user follow another, as things stand now.
pub(crate) async fn follow(
    store: &Store,
    from: &UserId,
    to: &UserId,
    thread: OnFollow<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    store.follow((&profile(store, from).await, to), &pair(from, to).0, thread, &[], now).await
}

/// Lets a user block another, as things stand now.
pub(crate) async fn block(store: &Store, from: &UserId, to: &UserId, now: Timestamp) -> Result<(), StoreError> {
    let (own, other) = (profile(store, from).await, profile(store, to).await);
    store.block((&own, &other), &pair(from, to).0, &[], now).await
}

/// Lets a user unblock another, as things stand now.
pub(crate) async fn unblock(store: &Store, from: &UserId, to: &UserId) -> Result<(), StoreError> {
    let (own, other) = (profile(store, from).await, profile(store, to).await);
    store.unblock((&own, &other), &pair(from, to).0, &[]).await
}

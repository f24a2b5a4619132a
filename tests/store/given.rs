//! What store tests begin with.

use std::time::Duration;

use shared::domain::ids::{Pair, ThreadId, UserId};
use shared::domain::member::Standing;
use shared::domain::message::MessageContent;
use shared::domain::open::{Opening, open};
use shared::domain::profile::{Profile, PublicProfile};
use shared::domain::revision::Revision;
use shared::domain::send::{Sending, send};
use shared::domain::thread::Thread;
use shared::domain::time::Timestamp;
use shared::domain::transition::{NewThread, Transition};
use shared::store::{AbsentHead, EdgeEnds, Head, OnBlock, OnFollow, Store, StoreError, Writes};
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

/// A public profile of this name.
pub(crate) fn public(username: &str) -> PublicProfile {
    PublicProfile {
        username: username.to_owned().try_into().unwrap(),
        display_name: username.to_owned().try_into().unwrap(),
        avatar_url: None,
    }
}

/// Stores writes; the head afterwards, where that was the only write.
pub(crate) async fn commit(store: &Store, writes: Writes) -> Result<Option<Head>, StoreError> {
    Ok(store.commit(writes, None).await?.map(|stored| stored.head))
}

/// Stores a transition of a thread.
pub(crate) async fn change(store: &Store, transition: &Transition) -> Result<Option<Head>, StoreError> {
    commit(store, Writes::change_thread(transition)?).await
}

/// Stores a new thread where there is none.
pub(crate) async fn create(store: &Store, new: &NewThread) -> Result<Option<Head>, StoreError> {
    commit(store, Writes::open_thread(new, &AbsentHead::default(), false)?).await
}

/// Gives a user a public profile, on the profile that was read before.
pub(crate) async fn save(
    store: &Store,
    user: &UserId,
    before: Option<&Profile>,
    public: PublicProfile,
    now: Timestamp,
) -> Result<Profile, StoreError> {
    let after = Profile::with_public(user, before, public, now);
    commit(store, Writes::save_profile(before, &after)?).await.map(|_| after)
}

/// The two users as a pair, and the id of their thread.
pub(crate) fn pair(one: &UserId, other: &UserId) -> (Pair, ThreadId) {
    let pair = Pair::new(one, other).unwrap();
    let id = ThreadId::direct(&pair);
    (pair, id)
}

/// A thread of two new users that is not stored yet.
pub(crate) fn opening(standing: Standing) -> NewThread {
    let (ann, bob) = (user("ann"), user("bob"));
    let (_, id) = pair(&ann, &bob);
    open(id, Opening { actor: &ann, recipient: &bob, standing, declined: None }, Revision::default(), noon())
}

/// A stored thread of two new users; the first of them opened it.
pub(crate) async fn thread(store: &Store, standing: Standing) -> Thread {
    let new = opening(standing);
    create(store, &new).await.unwrap();
    new.thread
}

/// A message that the `author`-th member of `thread` sends at `now`, decided but not stored.
pub(crate) fn message(thread: &Thread, author: usize, text: &str, now: Timestamp) -> Sending {
    let draft = MessageContent {
        text: text.to_owned().try_into().unwrap(),
        reply_to: None,
        mentions: vec![],
        attachments: vec![],
    };
    send(thread, &thread.members[author].user_id, &draft, None, now).unwrap()
}

/// Sends and stores a message; the thread afterwards.
pub(crate) async fn sent(store: &Store, thread: &Thread, author: usize, text: &str, now: Timestamp) -> Thread {
    let sending = message(thread, author, text, now);
    change(store, &sending.transition).await.unwrap();
    sending.transition.after
}

/// The profile of a user, who registers if they have not done so.
pub(crate) async fn profile(store: &Store, user: &UserId) -> Profile {
    match store.profile(user).await.unwrap() {
        Some(profile) => profile,
        None => save(store, user, None, public(&unique("given")), noon()).await.unwrap(),
    }
}

/// The two ends of an edge, as things stand now.
struct Ends(Profile, Profile, Pair);

impl Ends {
    async fn of(store: &Store, from: &UserId, to: &UserId) -> Self {
        Self(profile(store, from).await, profile(store, to).await, pair(from, to).0)
    }

    fn as_ends(&self) -> EdgeEnds<'_> {
        EdgeEnds { from: &self.0, to: &self.1, pair: &self.2 }
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
    let ends = Ends::of(store, from, to).await;
    commit(store, Writes::follow(ends.as_ends(), thread, &[], now)?).await.map(|_| ())
}

/// Lets a user block another, as things stand now.
pub(crate) async fn block(store: &Store, from: &UserId, to: &UserId, now: Timestamp) -> Result<(), StoreError> {
    let ends = Ends::of(store, from, to).await;
    commit(store, Writes::block(ends.as_ends(), OnBlock::Stays, &[], now)?).await.map(|_| ())
}

/// Lets a user unblock another, as things stand now.
pub(crate) async fn unblock(store: &Store, from: &UserId, to: &UserId) -> Result<(), StoreError> {
    let ends = Ends::of(store, from, to).await;
    commit(store, Writes::unblock(ends.as_ends(), &[])?).await.map(|_| ())
}

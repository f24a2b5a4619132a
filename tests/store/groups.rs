//! Groups: what is counted under a block, and whose card is copied.

use shared::domain::about::{About, Person};
use shared::domain::block::hide;
use shared::domain::contact::Ties;
use shared::domain::group::{Blocks, Changed, Newcomer, create};
use shared::domain::idempotency::{Fingerprint, IdempotencyKey, Once};
use shared::domain::ids::{ThreadId, UserId};
use shared::domain::profile::{ContactPolicy, Profile};
use shared::domain::read::mark;
use shared::domain::thread::Thread;
use shared::store::{Guard, Joiner, Joiners, Moved, OnceRecord, Outcome, Store, StoreError};
use tests::{Stack, fresh_key};

use crate::engine::store;
use crate::given::{card, later, noon, profile, sent, user};

/// A group of these two that is not stored yet.
fn founding(ann: &Profile, bob: &Profile) -> Changed {
    let mut id = [0; 17];
    id.copy_from_slice(&ann.id.as_str().bytes().rev().chain([b'0'; 17]).take(17).collect::<Vec<_>>());
    let ties = Ties { blocking: false, blocked: false, followed: true, policy: ContactPolicy::Everyone };
    let newcomer = Newcomer { user_id: bob.id.clone(), ties, left_before: false };
    create(ThreadId::from_random(id), &ann.id, &[newcomer], &Blocks::default(), None, noon()).unwrap()
}

async fn stored(store: &Store, created: &Changed, ann: &Profile, bob: &Profile) -> Result<(), StoreError> {
    let mut about = About::new(&ann.id, noon());
    let person = |profile| Person::new(profile, noon());
    about.people = [(ann.id.clone(), person(ann)), (bob.id.clone(), person(bob))].into();
    let joiners = Joiners::from([(bob.id.clone(), Joiner { person: person(bob), revision: bob.revision })]);
    let key = IdempotencyKey::try_from(fresh_key()).unwrap();
    let once = Once { key, fingerprint: Fingerprint::of("POST", "/threads", serde_json::Value::Null) };
    let outcome = Outcome::Answered { status: 201, body: None };
    let once = OnceRecord { user_id: ann.id.clone(), once, outcome, now: noon() };
    store.create_group(created, &about, &joiners, &once).await
}

/// A stored group of two new users.
async fn group(store: &Store) -> (Thread, UserId, UserId) {
    let (ann, bob) = (profile(store, &user("ann")).await, profile(store, &user("bob")).await);
    let created = founding(&ann, &bob);
    stored(store, &created, &ann, &bob).await.unwrap();
    (created.thread, ann.id, bob.id)
}

#[tokio::test]
async fn rule_19_a_block_counts_for_the_mark_that_it_looked_at_or_not_at_all() {
    let stack = Stack::shared();
    let store = store(&stack);
    let (thread, ann, bob) = group(&store).await;
    let before = sent(&store, &thread, 1, "from whom will be blocked", later(1)).await;
    let hidden = hide(&before, &ann, &bob, None).unwrap();
    // Another device reads the message in between.
    let mark = mark(&before, &ann, before.last_seq, None).unwrap().unwrap();
    let Moved::Forward(read) = store.move_mark(&before, &ann, mark).await.unwrap() else { panic!("it moves") };
    let lost = store.change_hidden(&[(before, hidden)]).await;
    assert!(lost.unwrap_err().lost(Guard::Head));
    // Decided again on what is there now, everything fits: nothing is unread, before and after the next message.
    let again = hide(&read, &ann, &bob, None).unwrap();
    store.change_hidden(&[(read, again.clone())]).await.unwrap();
    let said = sent(&store, &again, 1, "hidden", later(2)).await;
    assert_eq!(said.unread(said.member(&ann).unwrap()), 0);
}

#[tokio::test]
async fn a_group_is_founded_with_the_card_that_its_founder_has_then() {
    let stack = Stack::shared();
    let store = store(&stack);
    let (ann, bob) = (profile(&store, &user("ann")).await, profile(&store, &user("bob")).await);
    store.save_card(&ann.id, Some(&ann), &card(&tests::unique("anna")), noon()).await.unwrap();
    let created = founding(&ann, &bob);
    assert!(stored(&store, &created, &ann, &bob).await.unwrap_err().lost(Guard::Ties));
}

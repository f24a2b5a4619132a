//! Groups: what is counted under a block, and of whose profile a copy is kept.

use shared::domain::block::hide;
use shared::domain::contact::ContactContext;
use shared::domain::details::{MemberSnapshot, ThreadDetails};
use shared::domain::group::{Blocks, Candidate, NewGroup, create};
use shared::domain::ids::{ThreadId, UserId};
use shared::domain::profile::{ContactPolicy, Profile};
use shared::domain::read::mark;
use shared::domain::thread::Thread;
use shared::domain::transition::NewThread;
use shared::store::{Condition, Head, NewMember, NewMembers, Store, StoreError, Writes};
use tests::Stack;

use crate::engine::store;
use crate::given::{commit, later, noon, profile, public, save, sent, user};

/// A group of these two that is not stored yet.
fn founding(ann: &Profile, bob: &Profile) -> NewThread {
    let mut id = [0; 17];
    id.copy_from_slice(&ann.id.as_str().bytes().rev().chain([b'0'; 17]).take(17).collect::<Vec<_>>());
    let contact = ContactContext {
        blocking: false,
        blocked: false,
        followed: true,
        policy: ContactPolicy::Everyone,
        rests: None,
    };
    let candidate = Candidate::new(bob.id.clone(), contact);
    let group = NewGroup { id: ThreadId::from_random(id), creator: &ann.id, title: None, now: noon() };
    create(group, &[candidate], &Blocks::default()).unwrap()
}

async fn stored(store: &Store, created: &NewThread, ann: &Profile, bob: &Profile) -> Result<(), StoreError> {
    let mut details = ThreadDetails::new(&ann.id, noon());
    let snapshot = |profile| MemberSnapshot::new(profile, noon());
    details.snapshots = [(ann.id.clone(), snapshot(ann)), (bob.id.clone(), snapshot(bob))].into();
    let new_member = NewMember { snapshot: snapshot(bob), revision: bob.revision };
    let new_members = NewMembers::from([(bob.id.clone(), new_member)]);
    commit(store, Writes::create_group(created, &details, &new_members)?).await.map(|_| ())
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
    let hidden = hide(&before, &ann, &bob, None, later(2)).unwrap();
    // Another device reads the message in between.
    let mark = mark(&before, &ann, before.last_seq, None).unwrap().unwrap();
    let moved = commit(&store, Writes::move_mark(&before, &ann, mark)).await.unwrap();
    let read = moved.and_then(Head::thread).expect("it moves");
    let lost = commit(&store, Writes::change_hidden(&[hidden]).unwrap()).await;
    assert!(lost.unwrap_err().failed(Condition::Members));
    // Decided again on what is there now, everything fits: nothing is unread, before and after the next message.
    let again = hide(&read, &ann, &bob, None, later(2)).unwrap();
    commit(&store, Writes::change_hidden(std::slice::from_ref(&again)).unwrap()).await.unwrap();
    let said = sent(&store, &again.after, 1, "hidden", later(2)).await;
    assert_eq!(said.unread(said.member(&ann).unwrap()), 0);
}

#[tokio::test]
async fn a_group_is_founded_with_the_card_that_its_founder_has_then() {
    let stack = Stack::shared();
    let store = store(&stack);
    let (ann, bob) = (profile(&store, &user("ann")).await, profile(&store, &user("bob")).await);
    save(&store, &ann.id, Some(&ann), public(&tests::unique("anna")), noon()).await.unwrap();
    let created = founding(&ann, &bob);
    assert!(stored(&store, &created, &ann, &bob).await.unwrap_err().failed(Condition::UserUnchanged));
}

//! Follows and blocks, and what hangs on them.

use std::collections::BTreeSet;

use shared::domain::member::Standing;
use shared::domain::open::{Opening, open};
use shared::domain::profile::Profile;
use shared::domain::revision::Revision;
use shared::store::{Condition, Edge, EdgeEnds, Head, OnFollow, Page, Writes};
use tests::Stack;

use crate::engine::store;
use crate::given::{
    block, change, commit, create, follow, later, message, noon, pair, public, save, sent, thread, unblock, user,
};

#[tokio::test]
async fn rule_06_a_block_refuses_what_was_decided_before_it() {
    let stack = Stack::shared();
    let store = store(&stack);
    let thread = thread(&store, Standing::Accepted).await;
    let (ann, bob) = (&thread.members[0].user_id, &thread.members[1].user_id);
    let in_flight = message(&thread, 0, "hello", later(1));
    block(&store, bob, ann, later(1)).await.unwrap();

    let error = change(&store, &in_flight.transition).await.unwrap_err();
    assert!(error.failed(Condition::Head));
    let now = Head::of_failed_condition(&error).unwrap().unwrap();
    assert!(now.is_blocked_by(bob) && !now.is_blocked_by(ann));

    unblock(&store, bob, ann).await.unwrap();
    let free = store.thread(&thread.id).await.unwrap().unwrap();
    assert!(!free.is_blocked_by(bob));
    sent(&store, &free, 0, "hello again", later(2)).await;
}

#[tokio::test]
async fn rule_06_a_block_refuses_an_opening_that_was_decided_before_it() {
    let stack = Stack::shared();
    let store = store(&stack);
    let (ann, bob) = (user("ann"), user("bob"));
    let (pair, id) = pair(&ann, &bob);
    let opening = Opening { actor: &ann, recipient: &bob, standing: Standing::pending(later(0)), declined: None };
    let decided = |revision| open(id.clone(), opening, revision, noon());
    let new = decided(Revision::default());
    block(&store, &bob, &ann, later(1)).await.unwrap();
    let error = create(&store, &new).await.unwrap_err();
    let Some(Head::Absent(absent)) = Head::of_failed_condition(&error).unwrap() else { panic!("no thread was opened") };
    assert_eq!(absent.blocks, BTreeSet::from([bob.clone()]));

    // Unblocked, the place is free again, for who has seen it as it is.
    unblock(&store, &bob, &ann).await.unwrap();
    let between = store.pair_context(&ann, &bob, &pair).await.unwrap();
    let Head::Absent(now) = between.head else { panic!("no thread was opened") };
    assert!(now.blocks.is_empty());
    let new = decided(now.revision.unwrap());
    let stale = commit(&store, Writes::open_thread(&new, &absent, false).unwrap()).await.unwrap_err();
    assert!(stale.failed(Condition::Head));
    commit(&store, Writes::open_thread(&new, &now, false).unwrap()).await.unwrap();
    assert_eq!(store.thread(&id).await.unwrap(), Some(new.thread));
}

#[tokio::test]
async fn rule_03_blocking_ends_the_blockers_own_follow_alone() {
    let stack = Stack::shared();
    let store = store(&stack);
    let (ann, bob) = (user("ann"), user("bob"));
    let (pair, _) = pair(&ann, &bob);
    for (from, to) in [(&ann, &bob), (&bob, &ann)] {
        follow(&store, from, to, OnFollow::Absent, noon()).await.unwrap();
        follow(&store, from, to, OnFollow::Absent, noon()).await.unwrap();
    }
    block(&store, &ann, &bob, later(1)).await.unwrap();
    block(&store, &ann, &bob, later(2)).await.unwrap();
    let between = store.pair_context(&ann, &bob, &pair).await.unwrap();
    assert!(!between.following && between.followed);
    assert!(follow(&store, &ann, &bob, OnFollow::Absent, noon()).await.unwrap_err().failed(Condition::Unblocked));

    unblock(&store, &ann, &bob).await.unwrap();
    assert!(unblock(&store, &ann, &bob).await.unwrap_err().failed(Condition::Blocked));
    assert!(!store.pair_context(&ann, &bob, &pair).await.unwrap().following, "unblocking restores nothing");
}

#[tokio::test]
async fn between_two_users_everything_is_read_from_the_side_of_the_first() {
    let stack = Stack::shared();
    let store = store(&stack);
    let (ann, bob) = (user("ann"), user("bob"));
    let (pair, _) = pair(&ann, &bob);
    // The other has a profile only in the decision: nobody follows somebody who does not exist, but a read must say so.
    let own = save(&store, &ann, None, public(ann.as_str()), noon()).await.unwrap();
    let other = Profile::with_public(&bob, None, public(bob.as_str()), noon());
    let ends = EdgeEnds { from: &own, to: &other, pair: &pair };
    commit(&store, Writes::follow(ends, OnFollow::Absent, &[], noon()).unwrap()).await.unwrap();
    let from_ann = store.pair_context(&ann, &bob, &pair).await.unwrap();
    assert!(from_ann.own.is_some() && from_ann.other.is_none() && from_ann.following && !from_ann.followed);
    let from_bob = store.pair_context(&bob, &ann, &pair).await.unwrap();
    assert!(from_bob.own.is_none() && from_bob.other.is_some() && !from_bob.following && from_bob.followed);
}

#[tokio::test]
async fn edges_are_listed_in_pages_and_kinds_do_not_mix() {
    let stack = Stack::shared();
    let store = store(&stack);
    let ann = user("ann");
    // Ids that begin with the first and the last character there can be.
    let mut others: Vec<_> = ["!", "m", "~"].iter().map(|first| user(&format!("{first}bob"))).collect();
    others.sort();
    for other in &others {
        follow(&store, &ann, other, OnFollow::Absent, noon()).await.unwrap();
    }
    block(&store, &ann, &user("eve"), noon()).await.unwrap();
    let first = store.edge_targets(Edge::Follow, &ann, None, 2).await.unwrap();
    assert_eq!((first.items.as_slice(), first.more), (&others[..2], true));
    let rest = store.edge_targets(Edge::Follow, &ann, first.items.last(), 2).await.unwrap();
    assert_eq!((rest.items.as_slice(), rest.more), (&others[2..], false));
    assert_eq!(store.edge_targets(Edge::Follow, &ann, None, 3).await.unwrap(), Page { items: others, more: false });
}

#[tokio::test]
async fn rule_07_a_follow_hangs_on_there_being_no_thread_yet() {
    let stack = Stack::shared();
    let store = store(&stack);
    let thread = thread(&store, Standing::pending(later(0))).await;
    let (ann, bob) = (&thread.members[0].user_id, &thread.members[1].user_id);
    let overtaken = follow(&store, bob, ann, OnFollow::Absent, later(1)).await.unwrap_err();
    assert!(overtaken.failed(Condition::Head));
    assert!(!store.pair_context(bob, ann, &pair(ann, bob).0).await.unwrap().following, "nothing of it was stored");
}

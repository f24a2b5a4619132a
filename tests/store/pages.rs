//! Boxes: where a thread stands in them, and how they are read.

use std::time::Duration;

use shared::domain::limits::DIRECT_INBOX_SPAN;
use shared::domain::mailbox::Mailbox;
use shared::domain::member::Standing;
use shared::domain::message_request::{accept, decline};
use shared::store::{Condition, Head, Store};
use tests::Stack;

use crate::engine::store;
use crate::given::{change, later, noon, sent, thread};
use crate::given_tail::{add, appending};

/// The places of a user's threads in a box.
async fn places(store: &Store, user: &shared::domain::ids::UserId, mailbox: Mailbox) -> Vec<i64> {
    let page = store.mailbox_entries(user, mailbox, None, 100).await.unwrap();
    assert!(!page.more);
    page.items.iter().map(|entry| entry.position.bumped_at.ms() - noon().ms()).collect()
}

#[tokio::test]
async fn rule_14_a_thread_moves_to_the_top_with_the_first_message_behind_its_span() {
    let stack = Stack::shared();
    let store = store(&stack);
    let opened = thread(&store, Standing::Accepted).await;
    let span = noon().plus(DIRECT_INBOX_SPAN);
    let within = sent(&store, &opened, 0, "within", later(1)).await;
    let behind = sent(&store, &within, 1, "behind", span).await;
    sent(&store, &behind, 1, "and again", span.plus(Duration::from_secs(1))).await;
    for member in &opened.members {
        let moved = DIRECT_INBOX_SPAN.as_millis();
        assert_eq!(places(&store, &member.user_id, Mailbox::Inbox).await, [i64::try_from(moved).unwrap()]);
    }
}

#[tokio::test]
async fn rule_14_of_two_appends_that_move_a_thread_one_does_and_it_is_listed_once() {
    let stack = Stack::shared();
    let store = store(&stack);
    let opened = thread(&store, Standing::Accepted).await;
    let late = noon().plus(Duration::from_hours(1));
    let first = appending(&opened, 0, "first", late);
    let second = appending(&opened, 1, "second", late.plus(Duration::from_millis(1)));
    for append in [&first, &second] {
        assert!(append.alone);
        store.place(&opened.id, &append.transition.moving().unwrap().to).await.unwrap();
    }
    let stored = add(&store, &first, late).await.unwrap().head.thread().unwrap();
    assert_eq!(stored.bumped_at, late);
    let lost = add(&store, &second, late).await.unwrap_err();
    assert!(lost.failed(Condition::Append));
    let Some(Head::Thread(present)) = Head::of_failed_condition(&lost).unwrap() else { panic!("{lost}") };
    let again = appending(&present, 1, "second", late.plus(Duration::from_millis(1)));
    assert!(again.transition.moving().is_none() && again.alone);
    add(&store, &again, late).await.unwrap();
    store.displace(&opened.id, &first.transition.moving().unwrap().from).await.unwrap();
    store.displace(&opened.id, &second.transition.moving().unwrap().to).await.unwrap();
    for member in &opened.members {
        assert_eq!(places(&store, &member.user_id, Mailbox::Inbox).await, [3_600_000]);
    }
}

#[tokio::test]
async fn rule_14_what_is_left_behind_is_put_where_the_thread_is_listed_and_then_taken_away() {
    let stack = Stack::shared();
    let store = store(&stack);
    let opened = thread(&store, Standing::Accepted).await;
    let late = noon().plus(Duration::from_hours(1));
    // The process dies right after its append.
    let moved = add(&store, &appending(&opened, 0, "moves", late), late).await.unwrap().head.thread().unwrap();
    let (ann, bob) = (&opened.members[0].user_id, &opened.members[1].user_id);
    for (user, was_missing) in [(ann, true), (ann, false), (bob, true)] {
        assert_eq!(store.put_right(user, Mailbox::Inbox, noon(), &moved).await.unwrap(), was_missing);
        assert_eq!(places(&store, user, Mailbox::Inbox).await, [3_600_000]);
    }
    // Where it is not listed any more, it is only taken away.
    let mut declined = moved.clone();
    declined.members[1].standing = Standing::Declined { at: late };
    assert!(!store.put_right(bob, Mailbox::Inbox, late, &declined).await.unwrap());
    assert!(places(&store, bob, Mailbox::Inbox).await.is_empty());
}

#[tokio::test]
async fn rule_07_an_answered_request_changes_its_box() {
    let stack = Stack::shared();
    let store = store(&stack);
    let request = thread(&store, Standing::pending(later(0))).await;
    let bob = &request.members[1].user_id;
    assert_eq!(places(&store, bob, Mailbox::Requests).await, [0]);
    let declined = decline(&request, bob, later(1)).unwrap().unwrap();
    change(&store, &declined).await.unwrap();
    assert!(places(&store, bob, Mailbox::Requests).await.is_empty());
    assert_eq!(places(&store, &request.members[0].user_id, Mailbox::Inbox).await, [0], "the sender sees no difference");

    let back_at = noon().plus(Duration::from_hours(25));
    let back = sent(&store, &declined.after, 0, "still there?", back_at).await;
    assert_eq!(places(&store, bob, Mailbox::Requests).await, [25 * 3_600_000]);
    let accepted = accept(&back, bob).unwrap().unwrap();
    change(&store, &accepted).await.unwrap();
    assert!(places(&store, bob, Mailbox::Requests).await.is_empty());
    assert_eq!(places(&store, bob, Mailbox::Inbox).await, [25 * 3_600_000]);
}

#[tokio::test]
async fn a_box_is_read_on_behind_any_entry() {
    let stack = Stack::shared();
    let store = store(&stack);
    let request = thread(&store, Standing::Accepted).await;
    let ann = &request.members[0].user_id;
    let entries = store.mailbox_entries(ann, Mailbox::Inbox, None, 1).await.unwrap().items;
    assert_eq!(entries[0].peer_id.as_ref(), Some(&request.members[1].user_id));
    assert_eq!(entries[0].position.thread_id, request.id);
    let rest = store.mailbox_entries(ann, Mailbox::Inbox, Some(&entries[0].position), 1).await.unwrap();
    assert!(rest.items.is_empty());
}

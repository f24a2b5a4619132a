//! Boxes: where a thread stands in them, and how they are read.

use std::time::Duration;

use shared::domain::mailbox::Mailbox;
use shared::domain::member::Standing;
use shared::domain::message_request::{accept, decline};
use shared::store::Store;
use tests::Stack;

use crate::engine::store;
use crate::given::{change, later, noon, sent, thread};

/// The places of a user's threads in a box.
async fn places(store: &Store, user: &shared::domain::ids::UserId, mailbox: Mailbox) -> Vec<i64> {
    let page = store.mailbox_entries(user, mailbox, None, 100).await.unwrap();
    assert!(!page.more);
    page.items.iter().map(|entry| entry.position.bumped_at.ms() - noon().ms()).collect()
}

#[tokio::test]
async fn a_thread_moves_to_the_top_with_the_first_message_of_a_day() {
    let stack = Stack::shared();
    let store = store(&stack);
    let opened = thread(&store, Standing::Accepted).await;
    let same_day = sent(&store, &opened, 0, "today", later(1)).await;
    let day = Duration::from_hours(24);
    let next_day = sent(&store, &same_day, 1, "tomorrow", noon().plus(day)).await;
    sent(&store, &next_day, 1, "and again", noon().plus(day + Duration::from_secs(1))).await;
    for member in &opened.members {
        assert_eq!(places(&store, &member.user_id, Mailbox::Inbox).await, [86_400_000], "one entry, and moved once");
    }
}

#[tokio::test]
async fn rule_07_an_answered_request_changes_its_box() {
    let stack = Stack::shared();
    let store = store(&stack);
    let request = thread(&store, Standing::Pending).await;
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

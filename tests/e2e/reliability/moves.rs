//! A message that moves its thread in inboxes, when a process dies at any of its calls, an answer is lost, or others are at the same
//! thread: every list shows it once, and in the end every inbox has one entry of it.

use std::time::Duration;

use tests::{DatabaseFault, Fault, Group, Pair, Stack, User};

use crate::aging::{age, in_place, leave_behind, places};

/// Longer than a thread keeps its place.
const LONG: Duration = Duration::from_hours(2);
/// Longer than what was left behind might be somebody's who is still at work.
const LEFT_BEHIND: Duration = Duration::from_mins(2);

/// A pair whose thread moves with the next message, and two threads of the first of them beside it.
async fn moving_pair(stack: &Stack) -> Pair {
    let pair = Pair::new(stack).await;
    for _ in 0..2 {
        let other = stack.user("other").await;
        other.follow(&pair.ann).await;
        pair.ann.open(&other).await;
    }
    age(stack, &pair.thread, &[&pair.ann, &pair.bob], LONG).await;
    pair
}

/// Demands that a user's inbox shows a thread once, on pages of every size.
async fn listed_once(user: &User, thread: &str) {
    for limit in [1, 2, 50] {
        let listed = user.list(&format!("/threads?limit={limit}")).await;
        let times = listed.iter().filter(|listed| listed["id"] == thread).count();
        assert_eq!(times, 1, "on pages of {limit}, of {}", listed.len());
    }
}

/// Sends a message that moves the thread, with a fault at a call of it.
async fn move_with(stack: &Stack, pair: &Pair, fault: DatabaseFault, operation: &str) {
    let fault = Fault::database(fault).function("MessageFunction").operation(operation);
    let armed = stack.inject(fault).await;
    let outcome = pair.ann.sending(&pair.thread, "good morning").outcome().await;
    println!("{operation}: {:?}", outcome.map(|answer| answer.status));
    stack.await_fault(&armed, 1).await;
    stack.clear_faults().await;
}

#[tokio::test]
async fn rule_14_a_process_that_dies_while_it_moves_a_thread_leaves_it_listed_once() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    for operation in ["UpdateItem", "PutItem", "DeleteItem"] {
        for fault in [DatabaseFault::KillBefore, DatabaseFault::KillAfter] {
            let pair = moving_pair(&stack).await;
            move_with(&stack, &pair, fault, operation).await;
            for user in [&pair.ann, &pair.bob] {
                let page = user.get("/threads?limit=50").await;
                let times = page.items().iter().filter(|listed| listed["id"] == pair.thread).count();
                assert_eq!(times, 1, "{fault:?} at {operation}");
            }
            // What is left behind is put right by whoever meets it.
            age(&stack, &pair.thread, &[&pair.ann, &pair.bob], LEFT_BEHIND).await;
            for user in [&pair.ann, &pair.bob] {
                listed_once(user, &pair.thread).await;
            }
            in_place(&stack, &pair.thread, &[&pair.ann, &pair.bob]).await;
            pair.bob.send(&pair.thread, "and to you").await;
            for user in [&pair.ann, &pair.bob] {
                assert_eq!(user.boxed("inbox").await[0], pair.thread);
            }
        }
    }
}

#[tokio::test]
async fn rule_14_an_entry_that_was_never_put_is_found_by_the_old_one_on_every_page() {
    let stack = Stack::own();
    let pair = moving_pair(&stack).await;
    // The head has moved, and the inbox has not.
    leave_behind(&stack, &pair.thread, &pair.ann, LONG).await;
    listed_once(&pair.ann, &pair.thread).await;
    in_place(&stack, &pair.thread, &[&pair.ann, &pair.bob]).await;
}

#[tokio::test]
async fn rule_14_a_lost_answer_moves_a_thread_all_the_same() {
    let stack = Stack::own();
    for operation in ["UpdateItem", "PutItem", "DeleteItem"] {
        let pair = moving_pair(&stack).await;
        let lost = Fault::database(DatabaseFault::AnswerLost).function("MessageFunction").operation(operation);
        let armed = stack.inject(lost).await;
        let sent = pair.ann.sending(&pair.thread, "good morning").await;
        sent.expect(201);
        assert_eq!(pair.bob.boxed("inbox").await, [pair.thread.as_str()], "{operation}");
        stack.finished(&sent).await;
        stack.await_fault(&armed, 1).await;
        stack.clear_faults().await;
        in_place(&stack, &pair.thread, &[&pair.ann, &pair.bob]).await;
        assert_eq!(pair.ann.boxed("inbox").await[0], pair.thread, "{operation}");
    }
}

#[tokio::test]
async fn rule_14_of_two_who_move_a_thread_at_once_one_does() {
    let stack = Stack::own();
    for fault in [DatabaseFault::HoldBefore, DatabaseFault::HoldAfter] {
        let pair = moving_pair(&stack).await;
        let held = stack.hold(Fault::database(fault).function("MessageFunction").operation("UpdateItem")).await;
        let first = tokio::spawn(pair.ann.sending(&pair.thread, "good morning").into_future());
        held.reached().await;
        let second = pair.bob.sending(&pair.thread, "hello").await;
        second.expect(201);
        held.release().await;
        let first = first.await.unwrap();
        first.expect(201);
        for answer in [&first, &second] {
            stack.finished(answer).await;
        }
        in_place(&stack, &pair.thread, &[&pair.ann, &pair.bob]).await;
        assert_eq!(pair.ann.boxed("inbox").await[0], pair.thread);
        assert_eq!(pair.bob.texts(&pair.thread).await.len(), 2);
    }
}

#[tokio::test]
async fn rule_14_who_accepts_or_leaves_while_a_group_moves_has_it_once_or_not_at_all() {
    let stack = Stack::own();
    for fault in [DatabaseFault::HoldBefore, DatabaseFault::HoldAfter] {
        let group = Group::new(&stack).await;
        let dora = stack.user("dora").await;
        group.ann.add(&group.thread, &[&dora]).await;
        age(&stack, &group.thread, &[&group.ann, &group.bob, &group.carl], LONG).await;
        let held = stack.hold(Fault::database(fault).function("MessageFunction").operation("UpdateItem")).await;
        let sending = tokio::spawn(group.ann.sending(&group.thread, "good morning").into_future());
        held.reached().await;
        dora.accept(&group.thread).await;
        group.carl.leave(&group.thread).await;
        held.release().await;
        let sent = sending.await.unwrap();
        sent.expect(201);
        stack.finished(&sent).await;
        for user in [&group.ann, &group.bob, &dora] {
            assert_eq!(user.boxed("inbox").await, [group.thread.as_str()], "{fault:?}");
        }
        assert!(group.carl.boxed("inbox").await.is_empty(), "{fault:?}");
        in_place(&stack, &group.thread, &[&group.ann, &group.bob, &dora]).await;
        let left: Vec<i64> = places(&stack, &group.carl, &group.thread).await;
        assert!(left.is_empty(), "{fault:?}: {left:?}");
    }
}

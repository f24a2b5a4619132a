//! What reading costs while messages are in the tail of the head: never more than once they are items.

use tests::{Answer, DatabaseFault, Fault, Group};

use super::budgets::measured_stack;

/// Every way to read messages of a group, as a member sees them.
const READS: [&str; 7] = [
    "/threads/{id}/messages/4",
    "/threads/{id}/messages",
    "/threads/{id}/messages?limit=2",
    "/threads/{id}/events",
    "/threads/{id}/events?after=3",
    "/threads/{id}",
    "/threads",
];

#[tokio::test]
async fn reading_what_is_in_the_tail_costs_no_more_than_what_is_settled() {
    let Some(stack) = measured_stack() else { return };
    stack.excuse("functions die on purpose");
    let (tail, settled) = (Group::new(&stack).await, Group::new(&stack).await);
    // The same entries: a title settles what came before it, and what comes after it stays in the tail.
    tail.ann.renaming(&tail.thread, "ours").await.expect(200);
    let texts = ["one", "two", "three"];
    for text in texts {
        let dies = Fault::database(DatabaseFault::KillAfter).function("MessageFunction").operation("UpdateItem");
        let armed = stack.inject(dies).await;
        assert!(!matches!(tail.carl.sending(&tail.thread, text).outcome().await, Ok(answer) if answer.status == 201));
        stack.await_fault(&armed, 1).await;
        stack.clear_faults().await;
        // What follows a response would meet the next fault.
        let sent = settled.carl.sending(&settled.thread, text).await;
        sent.expect(201);
        stack.finished(&sent).await;
    }
    settled.ann.renaming(&settled.thread, "ours").await.expect(200);
    assert_eq!(tail.bob.texts(&tail.thread).await, texts);
    assert_eq!(settled.bob.texts(&settled.thread).await, texts);

    for path in READS {
        let read = async |group: &Group| -> Answer { group.bob.get(&path.replace("{id}", &group.thread)).await };
        let (of_tail, of_settled) = (read(&tail).await, read(&settled).await);
        assert_eq!((of_tail.status, of_settled.status), (200, 200), "{path}");
        let (of_tail, of_settled) = (stack.finished(&of_tail).await, stack.finished(&of_settled).await);
        println!("{path}: {} calls, {} RRU in the tail", of_tail.calls.len(), of_tail.rru);
        assert!(of_tail.calls.len() <= of_settled.calls.len(), "{path}: {of_tail:#?} {of_settled:#?}");
        assert!(of_tail.rru <= of_settled.rru, "{path}: {} and {} RRU", of_tail.rru, of_settled.rru);
    }
}

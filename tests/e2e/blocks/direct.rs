//! Blocks hold in direct threads: rule 6.

use serde_json::json;
use tests::{DatabaseFault, Fault, Pair, Stack};

#[tokio::test]
async fn rule_06_after_a_block_neither_stores_a_message_and_both_keep_the_old_ones() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "before").await;
    pair.bob.block(&pair.ann).await;
    pair.ann.sending(&pair.thread, "after").await.problem("contact-closed");
    pair.bob.sending(&pair.thread, "after").await.problem("you-block-them");
    for user in [&pair.ann, &pair.bob] {
        assert_eq!(user.texts(&pair.thread).await, ["before"]);
        assert_eq!(user.thread(&pair.thread).await["last_seq"], 2);
        assert_eq!(user.boxed("inbox").await, [pair.thread.as_str()]);
    }
}

#[tokio::test]
async fn rule_06_a_refused_message_reaches_no_socket() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let mut bobs = pair.bob.connect().await;
    pair.bob.block(&pair.ann).await;
    let refused = pair.ann.sending(&pair.thread, "after").await;
    refused.problem("contact-closed");
    stack.finished(&refused).await;
    bobs.ping().await;
    bobs.assert_no_more("message.created");
}

#[tokio::test]
async fn rule_06_the_thread_opens_again_when_the_last_block_is_gone() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.block(&pair.bob).await;
    pair.bob.block(&pair.ann).await;
    pair.ann.sending(&pair.thread, "one").await.problem("you-block-them");
    pair.ann.unblock(&pair.bob).await;
    pair.ann.sending(&pair.thread, "two").await.problem("contact-closed");
    pair.bob.sending(&pair.thread, "three").await.problem("you-block-them");
    pair.bob.unblock(&pair.ann).await;
    pair.ann.send(&pair.thread, "four").await;
    pair.bob.send(&pair.thread, "five").await;
    assert_eq!(pair.ann.texts(&pair.thread).await, ["four", "five"]);
}

#[tokio::test]
async fn rule_06_a_block_before_the_first_thread_holds_too() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let (opened, ()) = tokio::join!(ann.opening(&bob).into_future(), bob.block(&ann));
    // Whichever came first: afterwards nothing can be said.
    if opened.status == 201 {
        ann.sending(&opened.id(), "hello").await.problem("contact-closed");
    } else {
        opened.problem("contact-closed");
    }
    let body = json!({"kind": "direct", "user_id": bob.id, "message": {"text": "hello"}});
    ann.post("/threads", &body).key(&tests::fresh_key()).await.problem("contact-closed");
}

#[tokio::test]
async fn rule_06_nothing_is_stored_after_the_block_returned_however_many_are_sending() {
    let stack = Stack::shared();
    for _ in 0..3 {
        let pair = Pair::new(&stack).await;
        let sender = |user: &tests::User, name: &'static str| {
            let (user, thread) = (user.clone(), pair.thread.clone());
            tokio::spawn(async move {
                let mut stored = 0_u64;
                loop {
                    let answer = user.sending(&thread, &format!("{name} {stored}")).await;
                    match answer.status {
                        201 => stored += 1,
                        _ => return (stored, answer),
                    }
                }
            })
        };
        let senders = [sender(&pair.ann, "a"), sender(&pair.ann, "b"), sender(&pair.bob, "c")];
        // Only once they are all under way does the block begin.
        tests::wait::until_async("a few messages", async || {
            (pair.ann.thread(&pair.thread).await["last_seq"].as_u64().unwrap() > 6).then_some(())
        })
        .await;
        pair.bob.block(&pair.ann).await;
        let last_seq = pair.bob.thread(&pair.thread).await["last_seq"].as_u64().unwrap();
        let mut stored = 0;
        for (task, code) in senders.into_iter().zip(["contact-closed", "contact-closed", "you-block-them"]) {
            let (count, refusal) = task.await.unwrap();
            refusal.problem(code);
            stored += count;
        }
        assert_eq!(pair.ann.thread(&pair.thread).await["last_seq"], last_seq, "something was stored after the block");
        assert_eq!(stored + 1, last_seq, "what was answered is what is stored, beside the opening");
    }
}

#[tokio::test]
async fn rule_06_a_send_in_flight_is_refused_once_the_block_has_returned() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    // The send has read the head and decided; its write is held back until after the block.
    let held = Fault::database(DatabaseFault::HoldBefore).function("MessageFunction").operation("UpdateItem");
    let held = stack.hold(held).await;
    let sending = tokio::spawn(pair.ann.sending(&pair.thread, "in flight").into_future());
    held.reached().await;
    pair.bob.block(&pair.ann).await;
    assert!(!sending.is_finished(), "the send was meant to be in flight while the block returned");
    held.release().await;
    sending.await.unwrap().problem("contact-closed");
    assert!(pair.ann.history(&pair.thread).await.is_empty());
    assert_eq!(pair.bob.thread(&pair.thread).await["last_seq"], 1);
}

#[tokio::test]
async fn rule_06_a_block_in_flight_lets_an_earlier_send_pass_and_no_later_one() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let held = Fault::database(DatabaseFault::HoldBefore).function("UserFunction").operation("TransactWriteItems");
    let held = stack.hold(held).await;
    let blocking = tokio::spawn(pair.bob.put_empty(&format!("/me/blocked/{}", pair.ann.id)).into_future());
    held.reached().await;
    pair.ann.send(&pair.thread, "just in time").await;
    assert!(!blocking.is_finished(), "the block was meant to be in flight while the send was answered");
    held.release().await;
    blocking.await.unwrap().expect(200);
    pair.ann.sending(&pair.thread, "too late").await.problem("contact-closed");
    assert_eq!(pair.bob.texts(&pair.thread).await, ["just in time"]);
}

#[tokio::test]
async fn rule_19_what_a_blocked_user_said_is_not_unread_while_the_block_stands() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let first = pair.ann.send(&pair.thread, "one").await["seq"].as_u64().unwrap();
    pair.ann.send(&pair.thread, "two").await;
    let unread = async || {
        let listed = pair.bob.get("/threads").await.items()[0]["unread"].clone();
        assert_eq!(pair.bob.thread(&pair.thread).await["unread"], listed);
        listed
    };
    assert_eq!(unread().await, 2);
    pair.bob.block(&pair.ann).await;
    assert_eq!(unread().await, 0);
    assert_eq!(pair.bob.texts(&pair.thread).await, ["one", "two"]);
    // A mark moves as ever, and what follows it counts again when the block is over.
    let read = pair.bob.read(&pair.thread, first).await;
    assert_eq!(read.expect(200)["unread"], 0);
    pair.bob.unblock(&pair.ann).await;
    assert_eq!(unread().await, 1);
}

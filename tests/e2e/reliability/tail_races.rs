//! Requests that meet a message on its way: before its append, in the tail, and while it becomes an item.

use reqwest::Method;
use serde_json::json;
use tests::{Call, DatabaseFault, Fault, Group, Held, Pair, Stack, User, agree, fresh_key, roster};

use super::deaths::die;
use super::settling::{FULL, almost_settled, settle, text};

/// The places between two calls of a send: at which call it is held, and so many of its kind before.
const PLACES: [(DatabaseFault, &str, u32); 6] = [
    (DatabaseFault::HoldBefore, "UpdateItem", 0),
    (DatabaseFault::HoldAfter, "UpdateItem", 0),
    (DatabaseFault::HoldBefore, "PutItem", 0),
    (DatabaseFault::HoldBefore, "PutItem", 1),
    (DatabaseFault::HoldAfter, "Query", 0),
    (DatabaseFault::HoldAfter, "UpdateItem", 1),
];

async fn hold<'a>(stack: &'a Stack, (fault, operation, skip): (DatabaseFault, &str, u32)) -> Held<'a> {
    stack.hold(Fault::database(fault).function("MessageFunction").operation(operation).skip(skip)).await
}

fn writing(author: &User, thread: &str, text: &str) -> Call {
    author.call(Method::POST, &format!("/threads/{thread}/messages")).key(&fresh_key()).json(&json!({"text": text}))
}

#[tokio::test]
async fn rule_15_a_repeat_meets_the_first_attempt_at_every_place() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    for place in PLACES {
        almost_settled(&stack, &pair.ann, &pair.thread).await;
        let mut bobs = pair.bob.connect().await;
        let text = text(&format!("held at {place:?}"), 0);
        let call = writing(&pair.ann, &pair.thread, &text);
        let held = hold(&stack, place).await;
        let first = tokio::spawn(call.clone().into_future());
        held.reached().await;
        let second = call.clone().await;
        held.release().await;
        let first = first.await.unwrap();
        assert_eq!(first.expect(201), second.expect(201), "{place:?}");
        assert!(first.replayed() != second.replayed(), "one of the two is the first: {place:?}");
        for answer in [&first, &second] {
            stack.finished(answer).await;
        }
        bobs.message(&text).await;
        bobs.ping().await;
        bobs.assert_no_more("message.created");
        let texts = agree::check(&pair.bob, &pair.thread).await;
        assert_eq!(texts.iter().filter(|one| **one == text).count(), 1, "{place:?}");
        let third = call.await;
        assert_eq!((third.expect(201), third.replayed()), (&first.json, true), "{place:?}");
    }
}

#[tokio::test]
async fn rule_06_a_block_meets_an_append_at_every_place() {
    let stack = Stack::own();
    for place in PLACES {
        let pair = Pair::new(&stack).await;
        almost_settled(&stack, &pair.ann, &pair.thread).await;
        let before = pair.bob.texts(&pair.thread).await;
        let text = text("in flight", 0);
        let held = hold(&stack, place).await;
        let sending = tokio::spawn(writing(&pair.ann, &pair.thread, &text).into_future());
        held.reached().await;
        pair.bob.block(&pair.ann).await;
        held.release().await;
        let sent = sending.await.unwrap();
        stack.finished(&sent).await;
        let texts = agree::check(&pair.bob, &pair.thread).await;
        if place == PLACES[0] {
            sent.problem("contact-closed");
            assert_eq!(texts, before);
        } else {
            sent.expect(201);
            assert_eq!(texts.len(), before.len() + 1, "{place:?}");
        }
    }
}

#[tokio::test]
async fn rule_11_a_removal_meets_an_append_at_every_place() {
    let stack = Stack::own();
    for place in PLACES {
        let group = Group::new(&stack).await;
        almost_settled(&stack, &group.carl, &group.thread).await;
        let before = group.ann.texts(&group.thread).await;
        let held = hold(&stack, place).await;
        let sending = tokio::spawn(writing(&group.carl, &group.thread, &text("in flight", 0)).into_future());
        held.reached().await;
        group.ann.remove(&group.thread, &group.carl).await;
        held.release().await;
        let sent = sending.await.unwrap();
        stack.finished(&sent).await;
        let texts = agree::check(&group.ann, &group.thread).await;
        roster::check(&group.ann, &group.thread).await;
        if place == PLACES[0] {
            sent.problem("not-found");
            assert_eq!(texts, before);
        } else {
            sent.expect(201);
            assert_eq!(texts.len(), before.len() + 1, "{place:?}");
        }
    }
}

#[tokio::test]
async fn rule_14_a_title_meets_an_append_at_every_place() {
    let stack = Stack::own();
    for place in PLACES {
        let group = Group::new(&stack).await;
        almost_settled(&stack, &group.carl, &group.thread).await;
        let held = hold(&stack, place).await;
        let sending = tokio::spawn(writing(&group.carl, &group.thread, &text("in flight", 0)).into_future());
        held.reached().await;
        group.ann.renaming(&group.thread, "ours").await.expect(200);
        held.release().await;
        let sent = sending.await.unwrap();
        let seq = sent.expect(201)["seq"].as_u64().unwrap();
        stack.finished(&sent).await;
        agree::check(&group.ann, &group.thread).await;
        let last = group.ann.events(&group.thread).await.pop().unwrap();
        let message_last = place == PLACES[0];
        assert_eq!(last["type"] == "message.created", message_last, "{place:?}");
        assert_eq!(last["seq"].as_u64().unwrap(), if message_last { seq } else { seq + 1 }, "{place:?}");
    }
}

#[tokio::test]
async fn rule_14_messages_meet_a_title_at_every_place() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let places = [("Query", 0), ("PutItem", 0), ("PutItem", 1), ("TransactWriteItems", 0)];
    for (operation, skip) in places {
        for fault in [DatabaseFault::HoldBefore, DatabaseFault::HoldAfter] {
            let group = Group::new(&stack).await;
            for number in 0..3 {
                drop(die(&stack, &group.carl, &group.thread, &number.to_string()).await);
            }
            let fault = Fault::database(fault).function("ThreadFunction").operation(operation).skip(skip);
            let held = stack.hold(fault).await;
            let renaming = tokio::spawn(group.ann.renaming(&group.thread, "ours").into_future());
            held.reached().await;
            for number in 3..12 {
                group.bob.send(&group.thread, &number.to_string()).await;
            }
            held.release().await;
            renaming.await.unwrap().expect(200);
            let texts = agree::check(&group.ann, &group.thread).await;
            assert_eq!(texts, (0..12).map(|number| number.to_string()).collect::<Vec<_>>(), "{operation} {skip}");
            let titles = group.ann.events(&group.thread).await;
            assert_eq!(titles.iter().filter(|event| event["type"] == "thread.renamed").count(), 1);
        }
    }
}

#[tokio::test]
async fn rule_15_a_late_item_finds_that_others_made_it() {
    let stack = Stack::own();
    for skip in [0, 1] {
        let pair = Pair::new(&stack).await;
        let held = hold(&stack, (DatabaseFault::HoldBefore, "PutItem", skip)).await;
        let call = pair.ann.sending(&pair.thread, "late");
        let first = call.clone().await;
        held.reached().await;
        for number in 0..2 * FULL {
            pair.bob.send(&pair.thread, &number.to_string()).await;
        }
        let others = agree::check(&pair.bob, &pair.thread).await;
        held.release().await;
        stack.finished(&first).await;
        assert_eq!(agree::check(&pair.bob, &pair.thread).await, others);
        assert_eq!((others.len(), others[0].as_str()), (2 * FULL + 1, "late"));
        let again = call.await;
        assert_eq!((again.expect(201), again.replayed()), (&first.json, true));
    }
}

#[tokio::test]
async fn rule_22_a_message_whose_answer_was_lost_is_pushed_though_others_settled_it_meanwhile() {
    let stack = Stack::own();
    stack.excuse("an answer gets lost");
    let pair = Pair::new(&stack).await;
    let mut bobs = pair.bob.connect().await;
    let update = |fault| Fault::database(fault).function("MessageFunction").operation("UpdateItem");
    stack.inject(update(DatabaseFault::AnswerLost)).await;
    // The next one is the same again.
    let held = stack.hold(update(DatabaseFault::HoldBefore)).await;
    let sending = tokio::spawn(pair.ann.sending(&pair.thread, "answer lost").into_future());
    held.reached().await;
    settle(&pair.bob, &pair.thread).await;
    held.release().await;
    let sent = sending.await.unwrap();
    assert_eq!(sent.expect(201)["seq"], 2);
    stack.finished(&sent).await;
    bobs.message("answer lost").await;
    assert_eq!(agree::check(&pair.bob, &pair.thread).await.len(), 2);
}

#[tokio::test]
async fn rule_19_unread_is_exact_where_a_message_leaves_the_tail_between_the_reads_of_a_mark() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    for operation in ["GetItem", "Query"] {
        for fault in [DatabaseFault::HoldBefore, DatabaseFault::HoldAfter] {
            for seq in [3, 5] {
                let pair = Pair::new(&stack).await;
                for number in 2..=4 {
                    drop(die(&stack, &pair.ann, &pair.thread, &number.to_string()).await);
                }
                // One more, which is an item already.
                pair.ann.send(&pair.thread, "5").await;
                let fault = Fault::database(fault).function("ThreadFunction").operation(operation);
                let held = stack.hold(fault).await;
                let marking = pair.bob.put(&pair.path("/read"), &json!({"seq": seq})).into_future();
                let marking = tokio::spawn(marking);
                held.reached().await;
                settle(&pair.ann, &pair.thread).await;
                held.release().await;
                let marked = marking.await.unwrap();
                let expected = json!({"read_seq": seq, "unread": 6 - seq});
                assert_eq!(marked.expect(200), &expected, "{operation} was held");
                agree::check(&pair.bob, &pair.thread).await;
            }
        }
    }
}

#[tokio::test]
async fn rule_16_a_reply_finds_its_message_in_the_tail_and_while_it_leaves() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let pair = Pair::new(&stack).await;
    let reply = |seq: u64| {
        let body = json!({"text": "a reply", "reply_to": seq});
        pair.bob.post(&pair.path("/messages"), &body).key(&fresh_key())
    };
    drop(die(&stack, &pair.ann, &pair.thread, "2").await);
    assert_eq!(reply(2).await.expect(201)["reply_to"], 2);
    reply(9).await.invalid("/reply_to");
    for first in ["MSG#", "HEAD", "IDEMPOTENCY#"] {
        drop(die(&stack, &pair.ann, &pair.thread, "once more").await);
        let seq = pair.ann.thread(&pair.thread).await["last_seq"].as_u64().unwrap();
        let torn = Fault::database(DatabaseFault::TornAfter(first)).function("MessageFunction");
        let held = stack.hold(torn.operation("BatchGetItem")).await;
        let replying = tokio::spawn(reply(seq).into_future());
        held.reached().await;
        settle(&pair.ann, &pair.thread).await;
        held.release().await;
        assert_eq!(replying.await.unwrap().expect(201)["reply_to"], seq, "{first} was read first");
    }
    agree::check(&pair.ann, &pair.thread).await;
}

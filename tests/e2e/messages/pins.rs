//! `…/messages/{seq}/pin`, `GET /threads/{thread_id}/pins`: rule 32.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Answer, DatabaseFault, Fault, Group, Pair, Stack, ThreadLog, User, fresh_key, shape};

/// The places of the pinned messages that a user sees, the last pinned first.
async fn pinned(user: &User, thread: &str) -> Vec<u64> {
    let messages = user.pins(thread).await;
    messages.iter().for_each(shape::message);
    messages.iter().map(|message| message["seq"].as_u64().unwrap()).collect()
}

/// Sends so many messages, and gives their places.
async fn say(user: &User, thread: &str, count: usize) -> Vec<u64> {
    let mut seqs = Vec::new();
    for number in 0..count {
        seqs.push(user.send(thread, &format!("message {number}")).await["seq"].as_u64().unwrap());
    }
    seqs
}

/// Demands that all of these were answered so.
#[track_caller]
fn all_are(answers: &[Answer], status: u16) {
    for answer in answers {
        answer.expect(status);
    }
}

#[tokio::test]
async fn rule_32_a_pin_is_an_entry_of_the_log_and_no_activity() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let body = json!({"text": "the address", "mentions": [pair.bob.id]});
    pair.ann.post(&pair.path("/messages"), &body).key(&fresh_key()).await.expect(201);
    pair.bob.send(&pair.thread, "thanks").await;
    let before = [pair.ann.thread(&pair.thread).await, pair.bob.thread(&pair.thread).await];
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    pair.bob.pinning(&pair.thread, 2).await.expect(204);
    let message = pair.ann.message(&pair.thread, 2).await;
    for socket in [&mut anns, &mut bobs] {
        let event = socket.next("message.pinned").await;
        shape::event(&event);
        assert_eq!((&event["seq"], &event["actor_id"], &event["data"]), (&json!(4), &json!(pair.bob.id), &message));
    }
    // Either of two, the last pinned first.
    pair.ann.pinning(&pair.thread, 3).await.expect(204);
    for user in [&pair.ann, &pair.bob] {
        assert_eq!(pinned(user, &pair.thread).await, [3, 2]);
        assert_eq!(user.pins(&pair.thread).await[1]["text"], "the address");
    }
    // Whoever pinned it. Once more is the same as once.
    for _ in 0..2 {
        pair.ann.pinning(&pair.thread, 3).await.expect(204);
        pair.ann.unpinning(&pair.thread, 2).await.expect(204);
    }
    let event = bobs.next("message.unpinned").await;
    shape::event(&event);
    assert_eq!((&event["seq"], &event["actor_id"], &event["data"]), (&json!(6), &json!(pair.ann.id), &message));
    bobs.assert_no_more("message.unpinned");
    let mut log = ThreadLog::new(&pair.thread);
    log.absorb(&bobs);
    log.repair(&pair.bob).await;
    log.assert_dense(6);
    let types: Vec<Value> = pair.ann.events(&pair.thread).await.iter().map(|event| event["type"].clone()).collect();
    assert_eq!(types[3..], ["message.pinned", "message.pinned", "message.unpinned"]);
    for (user, before) in [&pair.ann, &pair.bob].into_iter().zip(before) {
        let after = user.thread(&pair.thread).await;
        for name in ["unread", "updated_at", "last_message", "pinned"] {
            assert_eq!(after[name], before[name], "{name}");
        }
    }
    // What is no message is not pinned, and an edit shows in the pin.
    for nothing in [1, 4, 99] {
        pair.ann.pinning(&pair.thread, nothing).await.problem("not-found");
        pair.ann.unpinning(&pair.thread, nothing).await.problem("not-found");
    }
    pair.bob.editing(&pair.thread, 3, "thank you").await.expect(200);
    assert_eq!(pair.ann.pins(&pair.thread).await[0]["text"], "thank you");
}

#[tokio::test]
async fn rule_32_moderators_pin_in_a_group_whatever_the_message() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (ann, bob, carl) = (&group.ann, &group.bob, &group.carl);
    let seq = bob.send(&group.thread, "mine").await["seq"].as_u64().unwrap();
    bob.pinning(&group.thread, seq).await.problem("forbidden");
    ann.pinning(&group.thread, seq).await.expect(204);
    bob.unpinning(&group.thread, seq).await.problem("forbidden");
    bob.pinning(&group.thread, seq).await.problem("forbidden");
    assert_eq!(pinned(carl, &group.thread).await, [seq]);
    ann.promote(&group.thread, carl).await;
    carl.unpinning(&group.thread, seq).await.expect(204);
    assert_eq!(pinned(bob, &group.thread).await, Vec::<u64>::new());
    // A request waits until somebody has accepted it, as for everything that answers.
    let pair = Pair::request(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    pair.ann.pinning(&pair.thread, 2).await.problem("request-pending");
    pair.bob.pinning(&pair.thread, 2).await.problem("request-pending");
    pair.ann.unpinning(&pair.thread, 2).await.expect(204);
    pair.bob.accept(&pair.thread).await;
    pair.bob.pinning(&pair.thread, 2).await.expect(204);
}

#[tokio::test]
async fn rule_32_a_thread_has_ten_and_a_deleted_message_is_none_of_them() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let seqs = say(&pair.ann, &pair.thread, 12).await;
    for seq in &seqs[..10] {
        pair.bob.pinning(&pair.thread, *seq).await.expect(204);
    }
    let last = pair.ann.last_seq(&pair.thread).await;
    pair.ann.pinning(&pair.thread, seqs[10]).await.problem("conflict");
    pair.ann.pinning(&pair.thread, seqs[3]).await.expect(204);
    assert_eq!(pair.ann.last_seq(&pair.thread).await, last, "neither of these is an entry");
    // Deleting one takes its pin with it, and makes room.
    pair.ann.deleting(&pair.thread, seqs[3]).await.expect(204);
    assert_eq!(pinned(&pair.bob, &pair.thread).await.len(), 9);
    pair.ann.pinning(&pair.thread, seqs[3]).await.problem("conflict");
    pair.ann.unpinning(&pair.thread, seqs[3]).await.expect(204);
    assert_eq!(pair.ann.last_seq(&pair.thread).await, last + 1);
    pair.ann.pinning(&pair.thread, seqs[10]).await.expect(204);
    pair.ann.pinning(&pair.thread, seqs[11]).await.problem("conflict");
    pair.ann.unpinning(&pair.thread, seqs[0]).await.expect(204);
    pair.ann.pinning(&pair.thread, seqs[11]).await.expect(204);
    let mut expected: Vec<u64> = [&seqs[1..3], &seqs[4..12]].concat();
    expected.reverse();
    assert_eq!(pinned(&pair.bob, &pair.thread).await, expected);
    // The log tells of the pin as the message is now: without what it said.
    let events = pair.bob.events(&pair.thread).await;
    let told: Vec<&Value> = events.iter().filter(|event| event["data"]["seq"] == seqs[3]).collect();
    let types: Vec<&str> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["message.created", "message.pinned", "message.deleted"]);
    for event in told {
        shape::deleted(&event["data"]);
    }
}

#[tokio::test]
async fn rule_32_who_hides_the_author_sees_the_pin_and_no_text() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (ann, bob, carl) = (&group.ann, &group.bob, &group.carl);
    let secret = bob.send(&group.thread, "a secret").await["seq"].as_u64().unwrap();
    let plain = carl.send(&group.thread, "hello").await["seq"].as_u64().unwrap();
    carl.block(bob).await;
    let mut carls = carl.connect().await;
    ann.pinning(&group.thread, secret).await.expect(204);
    shape::hidden(&carls.next("message.pinned").await["data"]);
    let pins = carl.pins(&group.thread).await;
    shape::hidden(&pins[0]);
    assert_eq!((pins.len(), &pins[0]["seq"]), (1, &json!(secret)));
    let logged = carl.events(&group.thread).await.pop().unwrap();
    shape::hidden(&logged["data"]);
    // Nobody else sees a difference, the blocked one included.
    for user in [ann, bob] {
        assert_eq!(user.pins(&group.thread).await[0]["text"], "a secret");
    }
    // A pin by whom they block shows what another one said.
    ann.promote(&group.thread, bob).await;
    bob.pinning(&group.thread, plain).await.expect(204);
    assert_eq!(carls.next("message.pinned").await["data"]["text"], "hello");
    // It shows again when the block ends.
    carl.unblock(bob).await;
    assert_eq!(carl.pins(&group.thread).await[1]["text"], "a secret");
    // Between two a block refuses both, and both go on seeing what is pinned.
    let pair = Pair::new(&stack).await;
    let seqs = say(&pair.ann, &pair.thread, 2).await;
    pair.ann.pinning(&pair.thread, seqs[0]).await.expect(204);
    pair.ann.block(&pair.bob).await;
    for seq in &seqs {
        pair.bob.pinning(&pair.thread, *seq).await.problem("contact-closed");
        pair.ann.pinning(&pair.thread, *seq).await.problem("you-block-them");
        pair.bob.unpinning(&pair.thread, *seq).await.problem("contact-closed");
        pair.ann.unpinning(&pair.thread, *seq).await.problem("you-block-them");
    }
    for user in [&pair.ann, &pair.bob] {
        assert_eq!(pinned(user, &pair.thread).await, [seqs[0]]);
    }
}

#[tokio::test]
async fn rule_32_who_came_later_or_deleted_the_chat_sees_no_pins_from_before() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let old = group.bob.send(&group.thread, "old").await["seq"].as_u64().unwrap();
    group.ann.pinning(&group.thread, old).await.expect(204);
    let dora = group.join(&stack, "dora").await;
    let new = group.bob.send(&group.thread, "new").await["seq"].as_u64().unwrap();
    group.ann.pinning(&group.thread, new).await.expect(204);
    assert_eq!(pinned(&dora, &group.thread).await, [new]);
    // A pin of what she does not see is told without it, and she cannot take it away.
    group.ann.promote(&group.thread, &dora).await;
    let mut doras = dora.connect().await;
    group.ann.unpinning(&group.thread, old).await.expect(204);
    group.ann.pinning(&group.thread, old).await.expect(204);
    for kind in ["message.unpinned", "message.pinned"] {
        shape::hidden(&doras.next(kind).await["data"]);
    }
    dora.pinning(&group.thread, old).await.problem("not-found");
    dora.unpinning(&group.thread, old).await.problem("not-found");
    // Who deletes the chat for themself.
    group.carl.clearing(&group.thread, "me").await.expect(204);
    assert_eq!(pinned(&group.carl, &group.thread).await, Vec::<u64>::new());
    assert_eq!(pinned(&group.bob, &group.thread).await, [old, new]);
    // What nobody sees any more takes no room.
    let pair = Pair::new(&stack).await;
    for seq in say(&pair.ann, &pair.thread, 10).await {
        pair.ann.pinning(&pair.thread, seq).await.expect(204);
    }
    pair.ann.clearing(&pair.thread, "me").await.expect(204);
    let next = say(&pair.bob, &pair.thread, 1).await[0];
    pair.ann.pinning(&pair.thread, next).await.problem("conflict");
    pair.bob.clearing(&pair.thread, "me").await.expect(204);
    let next = say(&pair.bob, &pair.thread, 1).await[0];
    pair.ann.pinning(&pair.thread, next).await.expect(204);
    for user in [&pair.ann, &pair.bob] {
        assert_eq!(pinned(user, &pair.thread).await, [next]);
    }
}

#[tokio::test]
async fn rule_32_of_twenty_at_once_by_two_ten_succeed() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let seqs = say(&pair.ann, &pair.thread, 20).await;
    let users = [&pair.ann, &pair.bob];
    let pins = seqs.iter().enumerate().map(|(place, seq)| users[place % 2].pinning(&pair.thread, *seq).into_future());
    let sends = (0..4).map(|number| pair.bob.sending(&pair.thread, &format!("beside {number}")).into_future());
    let (pins, sends) = tokio::join!(join_all(pins), join_all(sends));
    all_are(&sends, 201);
    let (done, refused): (Vec<_>, Vec<_>) = pins.iter().partition(|answer| answer.status == 204);
    for answer in &refused {
        answer.problem("conflict");
    }
    assert_eq!((done.len(), refused.len()), (10, 10));
    // The log says which, and in which order.
    let mut log = ThreadLog::new(&pair.thread);
    log.repair(&pair.bob).await;
    log.assert_dense(pair.bob.last_seq(&pair.thread).await);
    let events = pair.bob.events(&pair.thread).await;
    let told = events.iter().filter(|event| event["type"] == "message.pinned").rev();
    let told: Vec<u64> = told.map(|event| event["data"]["seq"].as_u64().unwrap()).collect();
    assert_eq!(told.len(), 10);
    for user in users {
        assert_eq!(pinned(user, &pair.thread).await, told);
    }
    // The same one by both is one entry.
    pair.ann.unpinning(&pair.thread, told[0]).await.expect(204);
    let again = [0, 1, 0, 1].map(|user| users[user].pinning(&pair.thread, told[0]).into_future());
    all_are(&join_all(again).await, 204);
    assert_eq!(pinned(&pair.bob, &pair.thread).await, told);
    assert_eq!(pair.bob.last_seq(&pair.thread).await, events.len() as u64 + 2);
}

#[tokio::test]
async fn rule_32_a_pin_and_a_deletion_that_meet_leave_no_pin() {
    let stack = Stack::own();
    // The pin has read the message, or the whole, when the message is deleted; or both go at once.
    for fault in [DatabaseFault::TornAfter("MSG#"), DatabaseFault::TornAfter("HEAD"), DatabaseFault::HoldBefore] {
        let pair = Pair::new(&stack).await;
        let seq = say(&pair.ann, &pair.thread, 1).await[0];
        stack.finished(&pair.bob.reacting(&pair.thread, seq, "👍").await).await;
        let operation = if matches!(fault, DatabaseFault::HoldBefore) { "TransactWriteItems" } else { "BatchGetItem" };
        let held = stack.hold(Fault::database(fault).function("MessageFunction").operation(operation)).await;
        let pinning = tokio::spawn(pair.bob.pinning(&pair.thread, seq).into_future());
        held.reached().await;
        pair.ann.deleting(&pair.thread, seq).await.expect(204);
        held.release().await;
        pinning.await.unwrap().problem("conflict");
        assert_eq!(pinned(&pair.bob, &pair.thread).await, Vec::<u64>::new());
        let last = pair.bob.events(&pair.thread).await.pop().unwrap();
        assert_eq!(last["type"], "message.deleted");
    }
    for _ in 0..5 {
        let pair = Pair::new(&stack).await;
        let seqs = say(&pair.ann, &pair.thread, 4).await;
        let pins = seqs.iter().map(|seq| pair.bob.pinning(&pair.thread, *seq).into_future());
        let deletes = seqs.iter().map(|seq| pair.ann.deleting(&pair.thread, *seq).into_future());
        let edits = seqs.iter().map(|seq| pair.ann.editing(&pair.thread, *seq, "edited").into_future());
        let (pins, deletes, edits) = tokio::join!(join_all(pins), join_all(deletes), join_all(edits));
        all_are(&deletes, 204);
        for answer in pins.iter().filter(|answer| answer.status != 204).chain(edits.iter().filter(|a| a.status != 200))
        {
            answer.problem("conflict");
        }
        assert_eq!(pinned(&pair.ann, &pair.thread).await, Vec::<u64>::new());
        // Of each message nothing comes behind its deletion.
        let events = pair.ann.events(&pair.thread).await;
        for seq in seqs {
            let last = events.iter().rfind(|event| event["data"]["seq"] == seq).unwrap();
            assert_eq!(last["type"], "message.deleted");
        }
        // And they take no room.
        for seq in say(&pair.bob, &pair.thread, 10).await {
            pair.bob.pinning(&pair.thread, seq).await.expect(204);
        }
    }
}

#[tokio::test]
async fn rule_32_a_pin_whose_answer_is_lost_happens_once() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    for fault in [DatabaseFault::KillBefore, DatabaseFault::KillAfter, DatabaseFault::AnswerLost] {
        for unpins in [false, true] {
            let pair = Pair::new(&stack).await;
            let seq = say(&pair.ann, &pair.thread, 1).await[0];
            if unpins {
                pair.ann.pinning(&pair.thread, seq).await.expect(204);
            }
            let before = pair.ann.last_seq(&pair.thread).await;
            let fault = Fault::database(fault).function("MessageFunction").operation("TransactWriteItems");
            let armed = stack.inject(fault).await;
            let call =
                || if unpins { pair.bob.unpinning(&pair.thread, seq) } else { pair.bob.pinning(&pair.thread, seq) };
            while !matches!(call().outcome().await, Ok(answer) if answer.status == 204) {}
            stack.await_fault(&armed, 1).await;
            stack.clear_faults().await;
            assert_eq!(pair.ann.last_seq(&pair.thread).await, before + 1);
            assert_eq!(pinned(&pair.ann, &pair.thread).await.len(), usize::from(!unpins));
        }
    }
}

#[tokio::test]
async fn rule_32_a_pin_moves_no_thread_in_lists_and_pins_none_for_anybody() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let carl = stack.user("carl").await;
    carl.follow(&pair.ann).await;
    pair.bob.send(&pair.thread, "one").await;
    let other = pair.ann.open(&carl).await;
    pair.ann.send(&other, "hello").await;
    let before = pair.ann.get("/threads").await.items().to_vec();
    pair.bob.pinning(&pair.thread, 2).await.expect(204);
    let after = pair.ann.get("/threads").await.items().to_vec();
    assert_eq!((&after[0], &after[1]["id"]), (&before[0], &before[1]["id"]));
    assert_eq!((&after[1]["pinned"], &after[1]["unread"]), (&json!(false), &json!(1)));
    // The preference of that name is another thing.
    pair.ann.put(&pair.path("/preferences"), &json!({"muted_until": null, "pinned": true})).await.expect(200);
    pair.bob.unpinning(&pair.thread, 2).await.expect(204);
    assert_eq!(pair.ann.thread(&pair.thread).await["pinned"], true);
}

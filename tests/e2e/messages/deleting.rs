//! `DELETE /threads/{thread_id}/messages/{seq}`: rule 17, and what it does to `unread` (rule 19).

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{DatabaseFault, Fault, Group, Pair, Stack, ThreadLog, User, engine, fresh_key, shape};

async fn unread(user: &User, thread: &str) -> u64 {
    user.thread(thread).await["unread"].as_u64().expect("unread is a number")
}

#[tokio::test]
async fn rule_17_a_deleted_message_is_a_tombstone_to_everybody() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "before").await;
    let body = json!({"text": "a secret", "reply_to": 2, "mentions": [pair.bob.id]});
    pair.ann.post(&pair.path("/messages"), &body).key(&fresh_key()).await.expect(201);
    pair.bob.reacting(&pair.thread, 3, "👍").await.expect(200);
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    pair.ann.deleting(&pair.thread, 3).await.expect(204);
    let tombstone = pair.bob.message(&pair.thread, 3).await;
    shape::deleted(&tombstone);
    assert_eq!((&tombstone["author_id"], &tombstone["seq"]), (&json!(pair.ann.id), &json!(3)));
    for socket in [&mut anns, &mut bobs] {
        let event = socket.next("message.deleted").await;
        shape::event(&event);
        assert_eq!((&event["seq"], &event["actor_id"], &event["data"]), (&json!(5), &json!(pair.ann.id), &tombstone));
    }
    for user in [&pair.ann, &pair.bob] {
        let events = user.events(&pair.thread).await;
        events.iter().for_each(shape::event);
        let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
        let expected = ["thread.created", "message.created", "message.created", "reaction.added", "message.deleted"];
        assert_eq!(types, expected);
        assert_eq!((&events[2]["data"], &events[3]["data"]["emoji"]), (&tombstone, &Value::Null));
        let last = user.thread(&pair.thread).await["last_message"].clone();
        assert_eq!(
            (&last["deleted_at"], &last["text"], &last["seq"]),
            (&tombstone["deleted_at"], &Value::Null, &json!(3))
        );
        assert!(user.get(&pair.path("/messages/3/reactions")).await.items().is_empty());
    }
    // Deleting again is the same as once, and nothing else can be done to it.
    pair.ann.deleting(&pair.thread, 3).await.expect(204);
    pair.ann.editing(&pair.thread, 3, "again").await.problem("conflict");
    pair.bob.reacting(&pair.thread, 3, "👍").await.problem("conflict");
    pair.bob.unreacting(&pair.thread, 3, "👍").await.expect(204);
    assert_eq!(pair.bob.last_seq(&pair.thread).await, 5);
    // It can still be replied to, as somebody does who has not seen it go.
    let reply = pair.bob.post(&pair.path("/messages"), &json!({"text": "oh", "reply_to": 3})).key(&fresh_key()).await;
    assert_eq!(reply.expect(201)["reply_to"], 3);
}

#[tokio::test]
async fn rule_17_the_author_deletes_and_a_moderator_does_in_their_group() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let stranger = stack.user("stranger").await;
    pair.ann.send(&pair.thread, "mine").await;
    pair.bob.deleting(&pair.thread, 2).await.problem("forbidden");
    stranger.deleting(&pair.thread, 2).await.problem("not-found");
    for nothing in [1, 3, 99] {
        pair.ann.deleting(&pair.thread, nothing).await.problem("not-found");
    }
    let group = Group::new(&stack).await;
    let seq = group.bob.send(&group.thread, "bobs").await["seq"].as_u64().unwrap();
    group.carl.deleting(&group.thread, seq).await.problem("forbidden");
    group.ann.deleting(&group.thread, seq).await.expect(204);
    shape::deleted(&group.bob.message(&group.thread, seq).await);
    let event = group.bob.events(&group.thread).await.pop().unwrap();
    assert_eq!((&event["type"], &event["actor_id"]), (&json!("message.deleted"), &json!(group.ann.id)));
    // Also that of somebody who left.
    let seq = group.bob.send(&group.thread, "bobs last").await["seq"].as_u64().unwrap();
    group.bob.leave(&group.thread).await;
    group.bob.deleting(&group.thread, seq).await.problem("not-found");
    group.ann.deleting(&group.thread, seq).await.expect(204);
    shape::deleted(&group.carl.message(&group.thread, seq).await);
}

#[tokio::test]
async fn rule_17_neither_a_block_nor_a_waiting_request_keeps_from_deleting() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    pair.ann.send(&pair.thread, "one").await;
    assert_eq!(unread(&pair.bob, &pair.thread).await, 1);
    pair.ann.deleting(&pair.thread, 2).await.expect(204);
    assert_eq!(unread(&pair.bob, &pair.thread).await, 0);
    // What was deleted counts among the three that a request holds.
    pair.ann.send(&pair.thread, "two").await;
    pair.ann.send(&pair.thread, "three").await;
    pair.ann.sending(&pair.thread, "four").await.problem("request-pending");
    pair.bob.block(&pair.ann).await;
    pair.ann.deleting(&pair.thread, 4).await.expect(204);
    shape::deleted(&pair.bob.message(&pair.thread, 4).await);
    assert_eq!(pair.bob.boxed("requests").await, Vec::<String>::new(), "it comes into no box by that");
}

#[tokio::test]
async fn rule_19_a_deleted_message_counts_no_more_wherever_the_mark_is() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (ann, bob, carl) = (&group.ann, &group.bob, &group.carl);
    let first = group.ann.last_seq(&group.thread).await + 1;
    for number in 0..9 {
        let author = [ann, bob, carl][number % 3];
        author.send(&group.thread, &number.to_string()).await;
    }
    // Ann wrote the first, fourth and seventh, bob the second, fifth and eighth, carl the others.
    let mut there: Vec<u64> = (0..9).collect();
    let expected = |there: &[u64], reader: u64, read: u64| {
        there.iter().filter(|number| **number >= read && **number % 3 != reader).count() as u64
    };
    carl.read(&group.thread, first + 2).await.expect(200);
    for (deleted, by) in [(4, bob), (7, ann), (0, ann), (8, carl)] {
        by.deleting(&group.thread, first + deleted).await.expect(204);
        there.retain(|number| *number != deleted);
        for (reader, user, read) in [(0, ann, 0), (1, bob, 0), (2, carl, 3)] {
            assert_eq!(unread(user, &group.thread).await, expected(&there, reader, read), "{reader} after {deleted}");
        }
    }
    // Marks that move through the middle count what is still there behind them.
    for read in 1..=9 {
        for (reader, user) in [(0, ann), (1, bob), (2, carl)] {
            let marked = user.read(&group.thread, first + read - 1).await.expect(200)["unread"].clone();
            let read = if reader == 2 { read.max(3) } else { read };
            assert_eq!(marked, expected(&there, reader, read), "{reader} read {read}");
            assert_eq!(unread(user, &group.thread).await, expected(&there, reader, read));
        }
    }
    let inbox = ann.get("/threads").await.items()[0].clone();
    assert_eq!(inbox["unread"], 0);
}

#[tokio::test]
async fn rule_19_deleting_what_somebody_hides_changes_nothing_for_them() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (ann, bob, carl) = (&group.ann, &group.bob, &group.carl);
    let seq = bob.send(&group.thread, "a secret").await["seq"].as_u64().unwrap();
    ann.send(&group.thread, "hello").await;
    carl.block(bob).await;
    assert_eq!(unread(carl, &group.thread).await, 1);
    let mut carls = carl.connect().await;
    bob.deleting(&group.thread, seq).await.expect(204);
    let event = carls.next("message.deleted").await;
    assert_eq!((&event["data"]["hidden"], &event["data"]["text"]), (&json!(true), &Value::Null));
    assert_eq!(unread(carl, &group.thread).await, 1);
    assert_eq!(unread(ann, &group.thread).await, 0, "it was the only one that ann had not read");
    carl.unblock(bob).await;
    assert_eq!(unread(carl, &group.thread).await, 1);
    carl.read(&group.thread, seq - 1).await;
    assert_eq!(unread(carl, &group.thread).await, 1);
}

#[tokio::test]
async fn rule_17_nothing_of_it_is_left_in_the_table_or_in_repeats() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let call = pair.ann.sending(&pair.thread, "zanzibar");
    let sent = call.clone().await;
    sent.expect(201);
    pair.ann.editing(&pair.thread, 2, "timbuktu").await.expect(200);
    // One is deleted while it is an item, the other in the tail.
    let second = pair.ann.sending(&pair.thread, "samarkand");
    let answer = second.clone().await;
    answer.expect(201);
    for answer in [&sent, &answer] {
        stack.finished(answer).await;
    }
    for seq in [2, 4] {
        pair.ann.deleting(&pair.thread, seq).await.expect(204);
    }
    for (call, seq) in [(call, 2), (second, 4)] {
        let again = call.await;
        shape::deleted(again.expect(201));
        assert_eq!((&again.json["seq"], again.replayed()), (&json!(seq), true));
    }
    pair.ann.editing(&pair.thread, 2, "timbuktu").await.problem("conflict");
    let everything = engine::everything(&stack).await;
    for text in ["zanzibar", "timbuktu", "samarkand"] {
        assert!(!everything.contains(text), "the table has {text}");
    }
}

#[tokio::test]
async fn rule_17_deleting_beside_sends_edits_reactions_and_itself_leaves_one_dense_log() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    for number in 0..4 {
        pair.ann.send(&pair.thread, &number.to_string()).await;
    }
    let deletes = (0..8).map(|number| pair.ann.deleting(&pair.thread, 2 + number % 4).into_future());
    let edits = (0..4).map(|number| pair.ann.editing(&pair.thread, 2 + number, "edited").into_future());
    let reactions = (0..4).map(|number| pair.bob.reacting(&pair.thread, 2 + number, "👍").into_future());
    let sends = (0..6).map(|number| pair.bob.sending(&pair.thread, &number.to_string()).into_future());
    let (deletes, edits, reactions, sends) =
        tokio::join!(join_all(deletes), join_all(edits), join_all(reactions), join_all(sends));
    for (answers, status) in [(&deletes, 204), (&sends, 201)] {
        for answer in answers {
            answer.expect(status);
        }
    }
    for answer in edits.iter().chain(&reactions).filter(|answer| answer.status != 200) {
        answer.problem("conflict");
    }
    let mut log = ThreadLog::new(&pair.thread);
    log.repair(&pair.bob).await;
    log.assert_dense(pair.bob.last_seq(&pair.thread).await);
    let events = pair.bob.events(&pair.thread).await;
    assert_eq!(events.iter().filter(|event| event["type"] == "message.deleted").count(), 4);
    for seq in 2..6 {
        shape::deleted(&pair.bob.message(&pair.thread, seq).await);
    }
    assert_eq!((unread(&pair.bob, &pair.thread).await, unread(&pair.ann, &pair.thread).await), (0, 6));
}

#[tokio::test]
async fn rule_17_a_deletion_whose_answer_is_lost_happens_once() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    for fault in [DatabaseFault::KillBefore, DatabaseFault::KillAfter, DatabaseFault::AnswerLost] {
        let pair = Pair::new(&stack).await;
        pair.ann.send(&pair.thread, "one").await;
        pair.ann.send(&pair.thread, "two").await;
        let fault = Fault::database(fault).function("MessageFunction").operation("TransactWriteItems");
        let armed = stack.inject(fault).await;
        while !matches!(pair.ann.deleting(&pair.thread, 2).outcome().await, Ok(answer) if answer.status == 204) {}
        stack.await_fault(&armed, 1).await;
        stack.clear_faults().await;
        assert_eq!((pair.ann.last_seq(&pair.thread).await, unread(&pair.bob, &pair.thread).await), (4, 1));
    }
}

#[tokio::test]
async fn an_inbox_keeps_its_order_when_something_is_deleted_edited_or_reacted_to() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let carl = stack.user("carl").await;
    carl.follow(&pair.ann).await;
    pair.ann.send(&pair.thread, "one").await;
    pair.ann.send(&pair.thread, "two").await;
    let other = pair.ann.open(&carl).await;
    pair.ann.send(&other, "hello").await;
    let updated = pair.ann.thread(&pair.thread).await["updated_at"].clone();
    let before = pair.ann.boxed("inbox").await;
    assert_eq!(before[0], other);
    pair.ann.editing(&pair.thread, 2, "once").await.expect(200);
    pair.bob.reacting(&pair.thread, 2, "👍").await.expect(200);
    pair.ann.deleting(&pair.thread, 3).await.expect(204);
    assert_eq!(pair.ann.boxed("inbox").await, before);
    assert_eq!(pair.ann.thread(&pair.thread).await["updated_at"], updated);
    // Times still never go back in the log.
    pair.bob.send(&pair.thread, "three").await;
    let events = pair.ann.events(&pair.thread).await;
    assert!(events.is_sorted_by_key(|event| event["at"].as_str().unwrap()));
    assert_eq!(pair.ann.boxed("inbox").await[0], pair.thread);
}

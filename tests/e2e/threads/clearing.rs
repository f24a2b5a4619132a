//! `DELETE /threads/{thread_id}`: a chat deleted for oneself (rule 20).

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{DatabaseFault, Fault, Group, Pair, Stack, User, fresh_key};

/// What a user sees of a thread, in whichever way they ask: the places in its log.
async fn seen(user: &User, thread: &str) -> Vec<u64> {
    let seqs = |entries: Vec<Value>| entries.iter().map(|entry| entry["seq"].as_u64().unwrap()).collect::<Vec<_>>();
    let messages = seqs(user.history(thread).await);
    let events = seqs(user.events(thread).await);
    assert!(messages.iter().all(|seq| events.contains(seq)), "{messages:?} {events:?}");
    let last = user.thread(thread).await["last_message"]["seq"].as_u64();
    assert_eq!(last, messages.last().copied(), "the last message is the last of the history");
    events
}

#[tokio::test]
async fn rule_20_a_chat_deleted_for_oneself_is_in_no_box_and_never_comes_back() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    for text in ["2", "3"] {
        pair.ann.send(&pair.thread, text).await;
    }
    pair.bob.reacting(&pair.thread, 3, "👍").await.expect(200);
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    let deleted = pair.bob.delete(&pair.path("")).await;
    deleted.expect(204);
    let told = bobs.next("thread.deleted").await;
    tests::shape::signal(&told);
    assert_eq!((&told["thread_id"], &told["data"]), (&json!(pair.thread), &json!({"for": "me"})));
    assert!(pair.bob.boxed("inbox").await.is_empty() && pair.bob.boxed("requests").await.is_empty());
    let thread = pair.bob.thread(&pair.thread).await;
    assert_eq!((&thread["unread"], &thread["last_message"]), (&json!(0), &Value::Null));
    assert!(seen(&pair.bob, &pair.thread).await.is_empty());
    for seq in 1..=4 {
        pair.bob.get(&pair.path(&format!("/messages/{seq}"))).await.problem("not-found");
    }
    pair.bob.get(&pair.path("/messages/3/reactions")).await.problem("not-found");
    pair.bob.reacting(&pair.thread, 3, "👍").await.problem("not-found");
    let reply = json!({"text": "to what?", "reply_to": 3});
    pair.bob.post(&pair.path("/messages"), &reply).key(&fresh_key()).await.problem("invalid-request");
    // What is no message does not bring it back.
    pair.ann.reacting(&pair.thread, 2, "🎉").await.expect(200);
    pair.ann.editing(&pair.thread, 2, "two").await.expect(200);
    assert!(pair.bob.boxed("inbox").await.is_empty());
    // A message does, with itself only, and counts.
    let back = pair.ann.send(&pair.thread, "back").await["seq"].as_u64().unwrap();
    bobs.message("back").await;
    assert_eq!(pair.bob.boxed("inbox").await, [pair.thread.as_str()]);
    assert_eq!(pair.bob.thread(&pair.thread).await["unread"], 1);
    assert_eq!(pair.bob.history(&pair.thread).await.len(), 1);
    assert!(seen(&pair.bob, &pair.thread).await.iter().all(|seq| *seq > 4));
    pair.bob.get(&pair.path("/messages/2")).await.problem("not-found");
    // Deleted again, it has nothing either.
    pair.bob.clearing(&pair.thread, "me").await.expect(204);
    pair.bob.clearing(&pair.thread, "me").await.expect(204);
    assert!(seen(&pair.bob, &pair.thread).await.is_empty());
    pair.bob.get(&pair.path(&format!("/messages/{back}"))).await.problem("not-found");
    // The other has it all, and saw nothing of that.
    stack.finished(&deleted).await;
    anns.ping().await;
    anns.assert_no_more("thread.deleted");
    assert_eq!(pair.ann.texts(&pair.thread).await, ["two", "3", "back"]);
}

#[tokio::test]
async fn rule_20_others_see_no_difference() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "read").await;
    pair.bob.read(&pair.thread, 2).await.expect(200);
    pair.ann.send(&pair.thread, "unread").await;
    let before = (pair.ann.thread(&pair.thread).await, pair.ann.get("/threads").await.json.clone());
    let members = pair.ann.members(&pair.thread).await;
    pair.bob.clearing(&pair.thread, "me").await.expect(204);
    assert_eq!((pair.ann.thread(&pair.thread).await, pair.ann.get("/threads").await.json.clone()), before);
    assert_eq!(pair.ann.members(&pair.thread).await, members, "what was deleted was not read");
    assert_eq!(pair.ann.events(&pair.thread).await.len(), 3);
    // What comes after is read as ever.
    let seq = pair.ann.send(&pair.thread, "later").await["seq"].as_u64().unwrap();
    pair.bob.read(&pair.thread, seq).await.expect(200);
    assert_ne!(pair.ann.members(&pair.thread).await, members);
}

#[tokio::test]
async fn rule_20_whoever_one_is_in_a_group() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.bob.send(&group.thread, "one").await;
    for user in [&group.ann, &group.bob, &group.carl] {
        user.clearing(&group.thread, "me").await.expect(204);
        assert!(user.boxed("inbox").await.is_empty() && seen(user, &group.thread).await.is_empty());
    }
    // They are members and moderators as before.
    assert_eq!(group.ann.member_ids(&group.thread).await.len(), 3);
    group.ann.renaming(&group.thread, "still ours").await.expect(200);
    assert!(group.bob.boxed("inbox").await.is_empty());
    group.ann.send(&group.thread, "two").await;
    for user in [&group.ann, &group.bob, &group.carl] {
        assert_eq!((user.texts(&group.thread).await, user.boxed("inbox").await.len()), (vec!["two".to_owned()], 1));
    }
    // Also the last one who is left.
    group.bob.leave(&group.thread).await;
    group.carl.leave(&group.thread).await;
    group.ann.clearing(&group.thread, "me").await.expect(204);
    assert!(group.ann.boxed("inbox").await.is_empty());
    group.ann.send(&group.thread, "alone").await;
    assert_eq!(group.ann.texts(&group.thread).await, ["alone"]);
}

#[tokio::test]
async fn rule_20_a_request_that_is_deleted_is_declined() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    pair.ann.send(&pair.thread, "hello?").await;
    pair.bob.clearing(&pair.thread, "me").await.expect(204);
    pair.bob.clearing(&pair.thread, "me").await.expect(204);
    assert!(pair.bob.boxed("requests").await.is_empty());
    // Nor does the next message bring it back, and the sender sees nothing.
    pair.ann.send(&pair.thread, "hello again").await;
    assert!(pair.bob.boxed("requests").await.is_empty() && pair.bob.boxed("inbox").await.is_empty());
    let (ann, bob) = Pair::strangers(&stack).await;
    let thread = ann.create_group(&[&bob]).await;
    ann.send(&thread, "come in").await;
    bob.clearing(&thread, "me").await.expect(204);
    assert!(bob.boxed("requests").await.is_empty());
    bob.accept(&thread).await;
    assert!(bob.texts(&thread).await.is_empty(), "what was deleted does not come with accepting either");
}

#[tokio::test]
async fn rule_20_a_message_of_somebody_blocked_does_not_bring_it_back() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.bob.block(&group.carl).await;
    group.bob.deciding(&group.thread, "stay").await.expect(204);
    group.bob.clearing(&group.thread, "me").await.expect(204);
    group.carl.send(&group.thread, "hidden").await;
    assert!(group.bob.boxed("inbox").await.is_empty());
    group.ann.send(&group.thread, "shown").await;
    assert_eq!(group.bob.boxed("inbox").await, [group.thread.as_str()]);
}

#[tokio::test]
async fn rule_20_who_is_not_in_it_deletes_nothing() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let stranger = stack.user("stranger").await;
    for whom in ["me", "everyone"] {
        stranger.clearing(&pair.thread, whom).await.problem("not-found");
    }
    pair.ann.clearing(&pair.thread, "all").await.problem("invalid-request");
    pair.ann.clearing(&pair.thread, "everyone").await.problem("forbidden");
    assert_eq!(pair.ann.boxed("inbox").await, [pair.thread.as_str()]);
}

#[tokio::test]
async fn rule_20_deleting_among_messages_loses_none_that_comes_later() {
    let stack = Stack::own();
    for _ in 0..5 {
        let pair = Pair::new(&stack).await;
        let sends = (0..8).map(|number| pair.ann.sending(&pair.thread, &format!("{number}")).into_future());
        let clears = (0..3).map(|_| pair.bob.clearing(&pair.thread, "me").into_future());
        let (sent, cleared) = tokio::join!(join_all(sends), join_all(clears));
        for (answer, status) in sent.iter().map(|sent| (sent, 201)).chain(cleared.iter().map(|done| (done, 204))) {
            answer.expect(status);
        }
        let seen = seen(&pair.bob, &pair.thread).await;
        let thread = pair.bob.thread(&pair.thread).await;
        // All that is left comes after the last deletion, is counted, and has the thread in the inbox.
        assert_eq!(thread["unread"], seen.len());
        assert_eq!(pair.bob.boxed("inbox").await.len(), usize::from(!seen.is_empty()), "{seen:?}");
        let last = pair.ann.last_seq(&pair.thread).await;
        assert!(seen.iter().rev().zip((1..=last).rev()).all(|(seen, seq)| *seen == seq), "{seen:?} of {last}");
    }
}

#[tokio::test]
async fn rule_20_a_message_that_is_stored_meanwhile_is_not_deleted_unseen() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "old").await;
    let held = Fault::database(DatabaseFault::HoldBefore).function("MemberFunction").operation("TransactWriteItems");
    let held = stack.hold(held).await;
    let clearing = tokio::spawn(pair.bob.clearing(&pair.thread, "me").into_future());
    held.reached().await;
    pair.ann.send(&pair.thread, "meanwhile").await;
    held.release().await;
    clearing.await.unwrap().expect(204);
    // It was there when the answer came, so it went with the rest, and the thread with it.
    assert!(seen(&pair.bob, &pair.thread).await.is_empty() && pair.bob.boxed("inbox").await.is_empty());
    pair.ann.send(&pair.thread, "new").await;
    assert_eq!(pair.bob.texts(&pair.thread).await, ["new"]);
}

#[tokio::test]
async fn rule_20_who_dies_while_deleting_repeats_it() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    for fault in [DatabaseFault::KillBefore, DatabaseFault::KillAfter] {
        let pair = Pair::new(&stack).await;
        pair.ann.send(&pair.thread, "secret").await;
        let dies = Fault::database(fault).function("MemberFunction").operation("TransactWriteItems");
        stack.inject(dies).await;
        pair.bob.clearing(&pair.thread, "me").await.expect(500);
        pair.bob.clearing(&pair.thread, "me").await.expect(204);
        assert!(pair.bob.boxed("inbox").await.is_empty() && seen(&pair.bob, &pair.thread).await.is_empty());
        pair.ann.send(&pair.thread, "next").await;
        assert_eq!(pair.bob.texts(&pair.thread).await, ["next"]);
        assert_eq!(pair.bob.boxed("inbox").await, [pair.thread.as_str()]);
    }
}

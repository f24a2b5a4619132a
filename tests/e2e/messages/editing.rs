//! `PATCH /threads/{thread_id}/messages/{seq}`: rule 17.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{DatabaseFault, Fault, Group, Pair, Stack, ThreadLog, engine, shape};

use crate::aging::make_older;

#[tokio::test]
async fn rule_17_an_edit_is_an_entry_of_the_log_and_everybody_sees_the_text_as_it_is() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    let sent = pair.ann.send(&pair.thread, "good nigth").await;
    let unread = pair.bob.thread(&pair.thread).await["unread"].clone();
    let edited = pair.ann.editing(&pair.thread, 2, "good night").await.expect(200).clone();
    shape::message(&edited);
    assert!(edited["edited_at"].is_string());
    let expected = json!({"text": "good night", "edited_at": edited["edited_at"]});
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&edited[name], expected.get(name).unwrap_or(value), "{name}");
    }
    for socket in [&mut anns, &mut bobs] {
        let event = socket.next("message.edited").await;
        shape::event(&event);
        assert_eq!((&event["seq"], &event["actor_id"], &event["data"]), (&json!(3), &json!(pair.ann.id), &edited));
    }
    let events = pair.bob.events(&pair.thread).await;
    let told: Vec<(&Value, &Value)> = events.iter().map(|event| (&event["type"], &event["data"])).collect();
    assert_eq!(told[1..], [(&json!("message.created"), &edited), (&json!("message.edited"), &edited)]);
    assert_eq!(pair.bob.history(&pair.thread).await, std::slice::from_ref(&edited));
    let view = pair.bob.thread(&pair.thread).await;
    assert_eq!((&view["unread"], &view["last_seq"]), (&unread, &json!(3)), "an edit is no message");
    let last = &view["last_message"];
    assert_eq!((&last["text"], &last["edited_at"], &last["seq"]), (&edited["text"], &edited["edited_at"], &json!(2)));
    // The next message is not edited.
    pair.bob.send(&pair.thread, "you too").await;
    assert_eq!(pair.ann.thread(&pair.thread).await["last_message"]["edited_at"], Value::Null);
}

#[tokio::test]
async fn rule_17_doing_it_twice_is_once_and_mentions_stay_unless_they_are_named() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let body = json!({"text": "look", "mentions": [pair.bob.id]});
    pair.ann.post(&pair.path("/messages"), &body).key(&tests::fresh_key()).await.expect(201);
    let first = pair.ann.editing(&pair.thread, 2, " look there ").await.expect(200).clone();
    assert_eq!((&first["text"], &first["mentions"]), (&json!("look there"), &json!([pair.bob.id])));
    assert_eq!(pair.ann.editing(&pair.thread, 2, "look there").await.expect(200), &first);
    assert_eq!(pair.ann.last_seq(&pair.thread).await, 3);
    let none = pair.ann.patch(&pair.path("/messages/2"), &json!({"text": "look there", "mentions": []})).await;
    assert_eq!(none.expect(200)["mentions"], json!([]));
    assert_eq!(pair.ann.last_seq(&pair.thread).await, 4);
}

#[tokio::test]
async fn rule_17_ten_edits_within_a_day_and_no_more() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "0").await;
    for number in 1..=10 {
        pair.ann.editing(&pair.thread, 2, &number.to_string()).await.expect(200);
    }
    pair.ann.editing(&pair.thread, 2, "10").await.expect(200);
    pair.ann.editing(&pair.thread, 2, "11").await.problem("edit-window-closed");
    assert_eq!(pair.bob.texts(&pair.thread).await, ["10"]);
    let old = pair.ann.send(&pair.thread, "old").await["seq"].as_u64().unwrap();
    pair.ann.editing(&pair.thread, old, "older").await.expect(200);
    make_older(&stack, &pair.thread, old, std::time::Duration::from_hours(24)).await;
    pair.ann.editing(&pair.thread, old, "too old").await.problem("edit-window-closed");
}

#[tokio::test]
async fn rule_17_only_the_author_edits_and_a_block_keeps_them_from_it() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let stranger = stack.user("stranger").await;
    pair.ann.send(&pair.thread, "mine").await;
    pair.bob.editing(&pair.thread, 2, "yours").await.problem("forbidden");
    stranger.editing(&pair.thread, 2, "theirs").await.problem("not-found");
    for nothing in [1, 3, 99] {
        pair.ann.editing(&pair.thread, nothing, "nothing").await.problem("not-found");
    }
    for (body, pointer) in [
        (json!({"text": ""}), "/text"),
        (json!({"text": "\u{200b}"}), "/text"),
        (json!({"text": null}), "/text"),
        (json!({}), "/text"),
        (json!({"text": "x", "mentions": [stranger.id]}), "/mentions"),
        (json!({"text": "x", "mentions": null}), "/mentions"),
        (json!({"text": "x", "reply_to": 1}), "/reply_to"),
    ] {
        pair.ann.patch(&pair.path("/messages/2"), &body).await.invalid(pointer);
    }
    pair.bob.block(&pair.ann).await;
    pair.ann.editing(&pair.thread, 2, "again").await.problem("contact-closed");
    pair.bob.unblock(&pair.ann).await;
    pair.ann.block(&pair.bob).await;
    pair.ann.editing(&pair.thread, 2, "again").await.problem("you-block-them");
    assert_eq!(pair.bob.texts(&pair.thread).await, ["mine"]);
}

#[tokio::test]
async fn rule_17_an_edit_tells_nothing_to_who_hides_the_author_or_came_later() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let seq = group.bob.send(&group.thread, "a secret").await["seq"].as_u64().unwrap();
    group.carl.block(&group.bob).await;
    let dora = group.join(&stack, "dora").await;
    let (mut carls, mut doras, mut anns) = tokio::join!(group.carl.connect(), dora.connect(), group.ann.connect());
    group.bob.editing(&group.thread, seq, "another secret").await.expect(200);
    assert_eq!(anns.next("message.edited").await["data"]["text"], "another secret");
    for socket in [&mut carls, &mut doras] {
        let event = socket.next("message.edited").await;
        shape::event(&event);
        assert_eq!((&event["data"]["hidden"], &event["data"]["text"]), (&json!(true), &Value::Null));
    }
    for user in [&group.carl, &dora] {
        let events = user.events(&group.thread).await;
        assert!(!json!(events).to_string().contains("secret"));
        let mut log = ThreadLog::new(&group.thread);
        log.repair(user).await;
    }
    assert_eq!(group.carl.thread(&group.thread).await["unread"], 0);
    dora.get(&group.path(&format!("/messages/{seq}"))).await.problem("not-found");
    // Who left and came back does not see what they said before, and does not edit it.
    group.bob.leave(&group.thread).await;
    group.bob.editing(&group.thread, seq, "gone").await.problem("not-found");
    group.ann.add(&group.thread, &[&group.bob]).await;
    group.bob.editing(&group.thread, seq, "back").await.problem("not-found");
}

#[tokio::test]
async fn rule_17_an_older_text_is_nowhere_any_more() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let call = pair.ann.sending(&pair.thread, "zanzibar");
    let sent = call.clone().await;
    sent.expect(201);
    stack.finished(&sent).await;
    pair.ann.editing(&pair.thread, 2, "elsewhere").await.expect(200);
    let again = call.await;
    assert_eq!((again.expect(201)["text"].as_str(), again.replayed()), (Some("elsewhere"), true));
    assert!(!engine::everything(&stack).await.contains("zanzibar"), "the table has the old text");
}

#[tokio::test]
async fn rule_17_edits_beside_messages_and_each_other_leave_one_dense_log() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "first").await;
    let edits = (0..6).map(|number| pair.ann.editing(&pair.thread, 2, &format!("edit {number}")).into_future());
    let sends = (0..12).map(|number| pair.bob.sending(&pair.thread, &format!("send {number}")).into_future());
    let (edits, sends) = tokio::join!(join_all(edits), join_all(sends));
    for (answers, status) in [(&edits, 200), (&sends, 201)] {
        for answer in answers {
            answer.expect(status);
        }
    }
    let mut log = ThreadLog::new(&pair.thread);
    log.repair(&pair.bob).await;
    log.assert_dense(pair.bob.last_seq(&pair.thread).await);
    let events = pair.bob.events(&pair.thread).await;
    assert_eq!(events.iter().filter(|event| event["type"] == "message.edited").count(), 6);
    let last = pair.bob.history(&pair.thread).await.into_iter().find(|message| message["seq"] == 2).unwrap();
    assert!(events.iter().filter(|event| event["type"] == "message.edited").all(|event| event["data"] == last));
}

#[tokio::test]
async fn rule_17_an_edit_whose_answer_is_lost_happens_once() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    for fault in [DatabaseFault::KillBefore, DatabaseFault::KillAfter, DatabaseFault::AnswerLost] {
        let pair = Pair::new(&stack).await;
        pair.ann.send(&pair.thread, "helo").await;
        let fault = Fault::database(fault).function("MessageFunction").operation("TransactWriteItems");
        let armed = stack.inject(fault).await;
        while !matches!(pair.ann.editing(&pair.thread, 2, "hello").outcome().await, Ok(answer) if answer.status == 200)
        {
        }
        stack.await_fault(&armed, 1).await;
        stack.clear_faults().await;
        assert_eq!(
            (pair.ann.last_seq(&pair.thread).await, pair.bob.texts(&pair.thread).await),
            (3, vec!["hello".to_owned()])
        );
    }
}

#[tokio::test]
async fn rule_17_a_message_request_holds_three_texts_and_not_three_that_change() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    pair.ann.send(&pair.thread, "one").await;
    pair.ann.editing(&pair.thread, 2, "another one").await.problem("request-pending");
    pair.bob.accept(&pair.thread).await;
    pair.ann.editing(&pair.thread, 2, "another one").await.expect(200);
}

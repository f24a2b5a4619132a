//! Who may report what, and what comes of a second report.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Group, Pair, Stack, fresh_key, unique, view};

use super::{of_message, of_thread};

#[tokio::test]
async fn rule_28_whoever_sees_something_reports_it_with_a_reason_and_a_note() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.ann.send(&group.thread, "hello").await;
    let body = json!({
        "kind": "message", "thread_id": group.thread, "seq": 2, "reason": "self_harm", "note": "  he means it \n",
        "user_id": null
    });
    let id = group.bob.reporting(&body).await.expect(201)["id"].as_str().unwrap().to_owned();
    let report = stack.operator().report(&id).await;
    assert_eq!((&report["reason"], &report["note"]), (&json!("self_harm"), &json!("he means it")));
    assert_eq!((&report["kind"], &report["seq"], &report["user_id"]), (&json!("message"), &json!(2), &Value::Null));
    assert_eq!((&report["thread_id"], &report["reporter_id"]), (&json!(group.thread), &json!(group.bob.id)));
    // Nothing is wrong with reporting what one wrote oneself, and a reason and a note are not needed.
    let own = group.ann.reporting(&of_message(&group.thread, 2)).await.id();
    let report = stack.operator().report(&own).await;
    assert_eq!((&report["reason"], &report["note"]), (&json!("other"), &Value::Null));
}

#[tokio::test]
async fn rule_28_a_message_request_is_reported_before_it_is_accepted_and_once_it_was_declined() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    pair.ann.send(&pair.thread, "buy this").await;
    pair.bob.reporting(&of_message(&pair.thread, 2)).await.expect(201);
    pair.bob.decline(&pair.thread).await;
    let id = pair.bob.reporting(&of_thread(&pair.thread)).await.id();
    assert_eq!(stack.operator().report(&id).await["messages"][0]["text"], "buy this");
    assert_eq!(pair.bob.thread(&pair.thread).await["box"], "requests");
}

#[tokio::test]
async fn rule_28_what_somebody_does_not_see_is_not_found() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    for number in 0..3 {
        group.ann.send(&group.thread, &number.to_string()).await;
    }
    let stranger = stack.user("stranger").await;
    for body in [of_message(&group.thread, 2), of_thread(&group.thread)] {
        stranger.reporting(&body).await.problem("not-found");
    }
    // From before they joined; an entry that is no message; what is not there yet.
    let late = group.join(&stack, "late").await;
    group.ann.send(&group.thread, "to all").await;
    for seq in [0, 2, 5, 7, 9_999_999_999] {
        late.reporting(&of_message(&group.thread, seq)).await.problem("not-found");
    }
    late.reporting(&of_message(&group.thread, 6)).await.expect(201);
    // From before they deleted the chat for themself.
    group.bob.clearing(&group.thread, "me").await.expect(204);
    group.bob.reporting(&of_message(&group.thread, 6)).await.problem("not-found");
    let id = group.bob.reporting(&of_thread(&group.thread)).await.id();
    assert_eq!(stack.operator().report(&id).await["messages"], json!([]));
    // A direct thread that was never opened, a group that is over, and nobody.
    let never = format!("thr_{}", "a".repeat(26));
    group.bob.reporting(&of_thread(&never)).await.problem("not-found");
    let unregistered = stack.sign_in(&unique("nobody")).await;
    for user_id in [unregistered.id.as_str(), "usr_nobody"] {
        group.bob.reporting(&json!({"kind": "user", "user_id": user_id})).await.problem("not-found");
    }
    group.ann.clearing(&group.thread, "everyone").await.expect(204);
    group.carl.reporting(&of_message(&group.thread, 2)).await.problem("not-found");
}

#[tokio::test]
async fn rule_28_of_a_user_everybody_reports_what_a_profile_shows_but_nobody_themselves() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let renamed = json!({"username": bob.name, "display_name": "Support", "avatar_url": "https://example.com/a.png"});
    bob.put("/me", &renamed).await.expect(200);
    bob.block(&ann).await;
    let body = json!({"kind": "user", "user_id": bob.id, "reason": "impersonation"});
    let id = ann.reporting(&body).await.id();
    bob.put("/me", &json!({"username": unique("new"), "display_name": "Innocent"})).await.expect(200);
    let report = stack.operator().report(&id).await;
    let kept = json!({
        "id": bob.id, "username": bob.name, "display_name": "Support", "avatar_url": "https://example.com/a.png"
    });
    assert_eq!((&report["user"], &report["user_id"]), (&kept, &json!(bob.id)));
    assert_eq!((&report["thread"], &report["messages"]), (&Value::Null, &json!([])));
    ann.reporting(&json!({"kind": "user", "user_id": ann.id})).await.invalid("/user_id");
}

#[tokio::test]
async fn rule_28_a_second_report_of_the_same_by_the_same_is_the_same() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.ann.send(&group.thread, "hello").await;
    group.ann.send(&group.thread, "again").await;
    let first = json!({"kind": "message", "thread_id": group.thread, "seq": 2, "reason": "spam", "note": "first"});
    let second = json!({"kind": "message", "thread_id": group.thread, "seq": 2, "reason": "hate", "note": "second"});
    let receipt = group.bob.reporting(&first).await.expect(201).clone();
    assert_eq!(group.bob.reporting(&second).await.expect(200), &receipt);
    let id = receipt["id"].as_str().unwrap();
    assert_eq!(stack.operator().report(id).await["note"], "first");
    // That of another user, of another message, of the thread and of its author is another one.
    let mut ids = vec![id.to_owned()];
    ids.push(group.carl.reporting(&first).await.id());
    ids.push(group.bob.reporting(&of_message(&group.thread, 3)).await.id());
    ids.push(group.bob.reporting(&of_thread(&group.thread)).await.id());
    ids.push(group.bob.reporting(&json!({"kind": "user", "user_id": group.ann.id})).await.id());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
    // Also once the reporter sees nothing of it any more.
    group.ann.clearing(&group.thread, "everyone").await.expect(204);
    assert_eq!(group.bob.reporting(&second).await.expect(200), &receipt);
}

#[tokio::test]
async fn rule_15_a_report_with_a_key_is_answered_again_as_it_was() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    let (body, key) = (of_message(&pair.thread, 2), fresh_key());
    let first = pair.bob.reporting(&body).key(&key).await;
    let again = pair.bob.reporting(&body).key(&key).await;
    assert_eq!((again.expect(201), again.replayed()), (first.expect(201), true));
    pair.bob.reporting(&of_thread(&pair.thread)).key(&key).await.problem("idempotency-mismatch");
    // Under another key it is a second report, and answered so each time.
    let other = fresh_key();
    for replayed in [false, true] {
        let second = pair.bob.reporting(&body).key(&other).await;
        assert_eq!((second.expect(200), second.replayed()), (first.expect(201), replayed));
    }
}

#[tokio::test]
async fn rule_28_the_ids_are_those_of_the_kind() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let (thread, user) = (&pair.thread, &pair.bob.id);
    let long = "x".repeat(1_001);
    for (body, pointer) in [
        (json!({}), "/kind"),
        (json!({"kind": "group", "thread_id": thread}), "/kind"),
        (json!({"kind": "user"}), "/user_id"),
        (json!({"kind": "user", "user_id": user, "thread_id": thread}), "/thread_id"),
        (json!({"kind": "user", "user_id": user, "seq": 2}), "/seq"),
        (json!({"kind": "thread"}), "/thread_id"),
        (json!({"kind": "thread", "thread_id": "x"}), "/thread_id"),
        (json!({"kind": "thread", "thread_id": thread, "seq": 2}), "/seq"),
        (json!({"kind": "thread", "thread_id": thread, "user_id": user}), "/user_id"),
        (json!({"kind": "message", "thread_id": thread}), "/seq"),
        (json!({"kind": "message", "seq": 2}), "/thread_id"),
        (json!({"kind": "message", "thread_id": thread, "seq": -1}), "/seq"),
        (json!({"kind": "message", "thread_id": thread, "seq": 2, "user_id": user}), "/user_id"),
        (json!({"kind": "user", "user_id": user, "reason": "boredom"}), "/reason"),
        (json!({"kind": "user", "user_id": user, "note": ""}), "/note"),
        (json!({"kind": "user", "user_id": user, "note": "a\u{0}b"}), "/note"),
        (json!({"kind": "user", "user_id": user, "note": "\u{200b}"}), "/note"),
        (json!({"kind": "user", "user_id": user, "note": long}), "/note"),
        (json!({"kind": "user", "user_id": user, "more": 1}), "/more"),
    ] {
        pair.ann.reporting(&body).await.invalid(pointer);
    }
    let longest = json!({"kind": "user", "user_id": user, "note": "🦌".repeat(1_000)});
    pair.ann.reporting(&longest).await.expect(201);
}

#[tokio::test]
async fn rule_28_nobody_but_operators_learns_of_a_report() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.ann.send(&group.thread, "hello").await;
    let users = [&group.ann, &group.bob, &group.carl];
    let mut sockets = join_all(users.map(tests::User::connect)).await;
    let before = join_all(users.map(|user| view::everything(user, &group.thread))).await;
    group.bob.report(&group.thread, 2).await;
    group.bob.reporting(&of_thread(&group.thread)).await.expect(201);
    let last = group.bob.reporting(&json!({"kind": "user", "user_id": group.ann.id})).await;
    stack.finished(&last).await;
    assert_eq!(join_all(users.map(|user| view::everything(user, &group.thread))).await, before);
    // A frame of before would come before this one.
    group.carl.send(&group.thread, "the next thing").await;
    for socket in &mut sockets {
        assert_eq!(socket.next("message.created").await["seq"], 3);
    }
}

#[tokio::test]
async fn rule_28_blocks_and_policies_make_no_difference() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    pair.bob.send(&pair.thread, "hello yourself").await;
    pair.ann.close().await;
    pair.ann.block(&pair.bob).await;
    for (reporter, other) in [(&pair.ann, &pair.bob), (&pair.bob, &pair.ann)] {
        for body in [of_message(&pair.thread, 2), of_thread(&pair.thread), json!({"kind": "user", "user_id": other.id})]
        {
            let receipt = reporter.reporting(&body).await.expect(201).clone();
            assert_eq!(reporter.reporting(&body).await.expect(200), &receipt);
        }
    }
}

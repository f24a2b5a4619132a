//! Processes that die right after they appended a message: it is in the log, and nobody has made an item of it.

use std::collections::BTreeSet;

use tests::{Call, DatabaseFault, Fault, Group, Pair, Stack, User, agree, roster};

use super::settling::settle;

/// Sends a message whose process dies once the message is appended, and gives the request.
pub(super) async fn die(stack: &Stack, author: &User, thread: &str, text: &str) -> Call {
    let fault = Fault::database(DatabaseFault::KillAfter).function("MessageFunction").operation("UpdateItem");
    let armed = stack.inject(fault).await;
    let call = author.sending(thread, text);
    let outcome = call.clone().outcome().await;
    assert!(!matches!(&outcome, Ok(answer) if answer.status < 500), "{outcome:?}");
    stack.await_fault(&armed, 1).await;
    stack.clear_faults().await;
    call
}

/// Demands that a repeat finds the message at this place.
async fn found(call: &Call, text: &str, seq: u64) {
    let again = call.clone().await;
    assert_eq!((&again.expect(201)["text"], again.json["seq"].as_u64()), (&text.into(), Some(seq)));
    assert!(again.replayed(), "{text} was sent again");
}

#[tokio::test]
async fn rule_15_twenty_processes_in_a_row_die_after_their_append() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let pair = Pair::new(&stack).await;
    let mut calls = Vec::new();
    for number in 0..20 {
        let author = if number % 2 == 0 { &pair.ann } else { &pair.bob };
        calls.push(die(&stack, author, &pair.thread, &number.to_string()).await);
    }
    // The last ones found no room, and may have died while they made some.
    let texts = agree::check(&pair.bob, &pair.thread).await;
    assert!(texts.len() >= 16, "{texts:?}");
    let mut bobs = pair.bob.connect().await;
    for number in 20..40 {
        pair.ann.send(&pair.thread, &number.to_string()).await;
        bobs.message(&number.to_string()).await;
    }
    for call in &calls {
        call.clone().await.expect(201);
    }
    let texts = agree::check(&pair.ann, &pair.thread).await;
    assert_eq!(agree::check(&pair.bob, &pair.thread).await, texts);
    assert_eq!(texts.len(), 40, "{texts:?}");
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), 40, "some are there twice: {texts:?}");
    assert_eq!(texts[..16], (0..16).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn rule_15_a_repeat_finds_the_message_in_the_tail_and_later_by_its_record() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let pair = Pair::new(&stack).await;
    let call = die(&stack, &pair.ann, &pair.thread, "once").await;
    for _ in 0..2 {
        let again = call.clone().await;
        let calls = stack.finished(&again).await.calls;
        assert!(calls.iter().all(|call| call.operation == "BatchGetItem"), "a repeat writes nothing: {calls:?}");
        found(&call, "once", 2).await;
    }
    settle(&pair.bob, &pair.thread).await;
    found(&call, "once", 2).await;
    for number in 0..40 {
        pair.bob.send(&pair.thread, &number.to_string()).await;
    }
    found(&call, "once", 2).await;
    assert_eq!(agree::check(&pair.bob, &pair.thread).await.len(), 42);
}

/// A change of a group that follows on messages whose senders died.
async fn change_after_deaths(stack: &Stack, name: &str, change: impl AsyncFn(&Group)) {
    let group = Group::new(stack).await;
    group.ann.promote(&group.thread, &group.bob).await;
    let mut calls = Vec::new();
    let texts = ["one", "two", "three"];
    for text in texts {
        calls.push(die(stack, &group.carl, &group.thread, text).await);
    }
    change(&group).await;
    assert_eq!(agree::check(&group.ann, &group.thread).await, texts, "after {name}");
    roster::check(&group.ann, &group.thread).await;
    for (call, (text, seq)) in calls.iter().zip(texts.iter().zip(3..)) {
        found(call, text, seq).await;
    }
    group.ann.send(&group.thread, "goes on").await;
    assert_eq!(agree::check(&group.ann, &group.thread).await, ["one", "two", "three", "goes on"], "after {name}");
    roster::check(&group.ann, &group.thread).await;
}

#[tokio::test]
async fn rule_14_a_change_of_a_group_follows_messages_whose_processes_died() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    change_after_deaths(&stack, "a title", async |group| {
        group.ann.renaming(&group.thread, "ours").await.expect(200);
    })
    .await;
    change_after_deaths(&stack, "a role", async |group| group.bob.promote(&group.thread, &group.carl).await).await;
    change_after_deaths(&stack, "an addition", async |group| {
        let dora = group.join(&stack, "dora").await;
        assert!(dora.history(&group.thread).await.is_empty(), "who comes later sees nothing of before");
        assert_eq!(dora.thread(&group.thread).await["unread"], 0);
    })
    .await;
    change_after_deaths(&stack, "a removal", async |group| group.ann.remove(&group.thread, &group.bob).await).await;
    change_after_deaths(&stack, "a departure", async |group| group.bob.leave(&group.thread).await).await;
}

#[tokio::test]
async fn rule_14_messages_stay_when_their_author_goes_before_they_are_settled() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    for removed in [true, false] {
        let group = Group::new(&stack).await;
        let call = die(&stack, &group.carl, &group.thread, "last words").await;
        if removed {
            group.ann.remove(&group.thread, &group.carl).await;
        } else {
            group.carl.leave(&group.thread).await;
        }
        let dora = group.join(&stack, "dora").await;
        dora.send(&group.thread, "from the same slot").await;
        assert_eq!(agree::check(&group.ann, &group.thread).await, ["last words", "from the same slot"]);
        let said = group.bob.history(&group.thread).await;
        assert_eq!((&said[0]["author_id"], &said[1]["author_id"]), (&group.carl.id.into(), &dora.id.into()));
        // Whoever is out learns nothing of the thread, also by a repeat.
        let again = call.await;
        assert!(again.status == 404 || again.replayed(), "{}", again.text());
    }
}

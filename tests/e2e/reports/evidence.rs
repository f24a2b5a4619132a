//! What a report keeps: what its reporter saw, whatever happens later.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Group, Pair, Stack, engine, shape, unique};

use super::{of_message, of_thread, places, texts};

#[tokio::test]
async fn rule_28_a_report_of_a_message_keeps_it_with_five_before_and_five_behind() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    for number in 0..30 {
        pair.ann.send(&pair.thread, &format!("text {number}")).await;
    }
    pair.ann.reacting(&pair.thread, 12, "👍").await.expect(200);
    pair.bob.reacting(&pair.thread, 12, "👍").await.expect(200);
    pair.ann.editing(&pair.thread, 13, "edited").await.expect(200);
    pair.ann.deleting(&pair.thread, 14).await.expect(204);
    let answer = json!({"text": "at the end", "reply_to": 31, "mentions": [pair.ann.id]});
    pair.bob.post(&pair.path("/messages"), &answer).key(&tests::fresh_key()).await.expect(201);
    for (seq, expected) in [
        (12, (7..=17).collect::<Vec<u64>>()),
        (2, (2..=7).collect()),
        (3, (2..=8).collect()),
        (30, (25..=31).chain([36]).collect()),
        (36, (27..=31).chain([36]).collect()),
    ] {
        let seen = pair.bob.history(&pair.thread).await;
        let id = pair.bob.report(&pair.thread, seq).await;
        let report = stack.operator().report(&id).await;
        assert_eq!(places(&report), expected, "{seq}");
        report["messages"].as_array().unwrap().iter().for_each(shape::message);
        // They are what the reporter sees in the history.
        let seen: Vec<&Value> = seen.iter().filter(|one| expected.contains(&one["seq"].as_u64().unwrap())).collect();
        assert_eq!(report["messages"].as_array().unwrap().iter().collect::<Vec<_>>(), seen, "{seq}");
    }
    let report = stack.operator().report(&pair.bob.reporting(&of_message(&pair.thread, 12)).await.id()).await;
    assert_eq!(report["user"]["username"], pair.ann.name);
    let thread = json!({"title": null, "member_ids": [pair.ann.id, pair.bob.id]});
    assert_eq!(report["thread"], thread);
}

#[tokio::test]
async fn rule_28_what_is_edited_deleted_or_erased_later_stays_in_the_report() {
    let stack = Stack::own();
    let group = Group::new(&stack).await;
    group.ann.renaming(&group.thread, "Late night").await.expect(200);
    for number in 0..8 {
        group.ann.send(&group.thread, &format!("text {number}")).await;
    }
    let long = unique("long").repeat(60);
    group.ann.send(&group.thread, &long).await;
    group.carl.reacting(&group.thread, 6, "👍").await.expect(200);
    let ids = [
        group.bob.report(&group.thread, 6).await,
        group.bob.report(&group.thread, 11).await,
        group.bob.reporting(&of_thread(&group.thread)).await.id(),
    ];
    let operator = stack.operator();
    let mut before = Vec::new();
    for id in &ids {
        before.push(operator.report(id).await);
    }
    let all: Vec<Value> = (0..8).map(|number| json!(format!("text {number}"))).collect();
    assert_eq!(texts(&before[0])[..8], all.iter().collect::<Vec<_>>()[..8]);
    assert_eq!(texts(&before[1])[5], &json!(long));
    assert_eq!(places(&before[2]), (7..=11).collect::<Vec<_>>());
    assert_eq!(
        before[2]["thread"],
        json!({"title": "Late night", "member_ids": tests::ids(&[&group.ann, &group.bob, &group.carl])})
    );

    let same = async || {
        for (id, before) in ids.iter().zip(&before) {
            assert_eq!(&operator.report(id).await, before);
        }
    };
    group.ann.editing(&group.thread, 6, "harmless").await.expect(200);
    group.carl.unreacting(&group.thread, 6, "👍").await.expect(204);
    group.ann.deleting(&group.thread, 11).await.expect(204);
    group.ann.put("/me", &json!({"username": unique("ann"), "display_name": "Somebody else"})).await.expect(200);
    group.ann.renaming(&group.thread, Value::Null).await.expect(200);
    same().await;
    group.ann.remove(&group.thread, &group.bob).await;
    same().await;
    group.ann.clearing(&group.thread, "everyone").await.expect(204);
    engine::end_earlier(&stack, &group.thread, Duration::from_secs(20)).await;
    stack.worked_off("ErasureQueue").await;
    same().await;
    // The reporter gets the same report, though the group is gone.
    group.bob.reporting(&of_message(&group.thread, 6)).await.expect(200);
    same().await;
}

#[tokio::test]
async fn rule_28_nothing_from_before_the_reporter_joined_or_deleted_the_chat_is_in_it() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    for number in 0..4 {
        group.ann.send(&group.thread, &format!("before {number}")).await;
    }
    let late = group.join(&stack, "late").await;
    group.ann.send(&group.thread, "one").await;
    group.ann.send(&group.thread, "two").await;
    let id = late.report(&group.thread, 8).await;
    assert_eq!(texts(&stack.operator().report(&id).await), ["one", "two"]);
    group.carl.clearing(&group.thread, "me").await.expect(204);
    group.ann.send(&group.thread, "three").await;
    let id = group.carl.report(&group.thread, 9).await;
    assert_eq!(texts(&stack.operator().report(&id).await), ["three"]);
    let id = group.carl.reporting(&of_thread(&group.thread)).await.id();
    assert_eq!(texts(&stack.operator().report(&id).await), ["three"]);
}

#[tokio::test]
async fn rule_28_messages_that_the_reporter_hides_are_collapsed_but_for_the_reported_one() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    for number in 0..2 {
        group.ann.send(&group.thread, &format!("ann {number}")).await;
        group.carl.send(&group.thread, &format!("carl {number}")).await;
    }
    group.carl.reacting(&group.thread, 2, "👎").await.expect(200);
    group.bob.block(&group.carl).await;
    let operator = stack.operator();
    let hidden = Value::Null;
    // Of one that is not hidden, of one that is, and of the thread.
    let id = group.bob.report(&group.thread, 2).await;
    let report = operator.report(&id).await;
    assert_eq!(texts(&report), [&json!("ann 0"), &hidden, &json!("ann 1"), &hidden]);
    assert_eq!(report["messages"][0]["reactions"], json!([]), "reactions of a blocked member do not show");
    shape::hidden(&report["messages"][1]);
    let id = group.bob.report(&group.thread, 3).await;
    let report = operator.report(&id).await;
    assert_eq!(texts(&report), [&json!("ann 0"), &json!("carl 0"), &json!("ann 1"), &hidden]);
    assert_eq!((&report["messages"][1]["hidden"], &report["user"]["id"]), (&json!(false), &json!(group.carl.id)));
    let id = group.bob.reporting(&of_thread(&group.thread)).await.id();
    assert_eq!(texts(&operator.report(&id).await), [&json!("ann 0"), &hidden, &json!("ann 1"), &hidden]);
    // To the blocked member nothing is hidden.
    let id = group.carl.report(&group.thread, 2).await;
    assert_eq!(texts(&operator.report(&id).await), ["ann 0", "carl 0", "ann 1", "carl 1"]);
}

#[tokio::test]
async fn rule_28_a_deleted_message_is_reported_as_its_reporter_sees_it() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "bad").await;
    pair.ann.send(&pair.thread, "worse").await;
    pair.ann.deleting(&pair.thread, 2).await.expect(204);
    let id = pair.bob.report(&pair.thread, 2).await;
    let report = stack.operator().report(&id).await;
    shape::deleted(&report["messages"][0]);
    assert_eq!(texts(&report), [&Value::Null, &json!("worse")]);
}

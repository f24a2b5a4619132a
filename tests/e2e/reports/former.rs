//! Reports of those who left a group or were removed from it.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Group, Stack, User};

use super::aging::{forget_what_was_seen, left_earlier};
use super::{of_message, of_thread, places, texts};

/// How long somebody who is out may report.
const WEEK: Duration = Duration::from_hours(7 * 24);

/// A group in which three messages were said, a user who was in it for the last two of them, and how they went.
async fn gone(stack: &Stack, how: &str) -> (Group, User) {
    let group = Group::new(stack).await;
    group.ann.send(&group.thread, "before").await;
    let dora = group.join(stack, "dora").await;
    group.ann.send(&group.thread, "one").await;
    group.carl.send(&group.thread, "two").await;
    match how {
        "LEFT" => dora.leave(&group.thread).await,
        _ => group.ann.remove(&group.thread, &dora).await,
    }
    (group, dora)
}

#[tokio::test]
async fn rule_28_who_left_or_was_removed_reports_for_seven_days_what_they_saw() {
    let stack = Stack::shared();
    for how in ["LEFT", "REMOVED"] {
        let (group, dora) = gone(&stack, how).await;
        group.ann.send(&group.thread, "behind their back").await;
        let almost = WEEK.checked_sub(Duration::from_mins(5)).unwrap();
        left_earlier(&stack, how, (&group.thread, &dora), almost).await;
        // The thread does not exist to them, and what they saw of it can be reported.
        dora.get(&group.path("")).await.problem("not-found");
        let id = dora.report(&group.thread, 4).await;
        let report = stack.operator().report(&id).await;
        assert_eq!((texts(&report), places(&report)), (vec![&json!("one"), &json!("two")], vec![4, 5]), "{how}");
        assert_eq!((&report["thread"], &report["user"]["id"]), (&Value::Null, &json!(group.ann.id)));
        let id = dora.reporting(&of_thread(&group.thread)).await.id();
        assert_eq!(texts(&stack.operator().report(&id).await), ["one", "two"]);
        // Nothing from before they came, nor from after they went: the entry that ended their stay is none of a message.
        for seq in [2, 3, 6, 7, 8] {
            dora.reporting(&of_message(&group.thread, seq)).await.problem("not-found");
        }
        left_earlier(&stack, how, (&group.thread, &dora), Duration::from_mins(10)).await;
        dora.reporting(&of_message(&group.thread, 5)).await.problem("not-found");
        // What they reported in time is the same report.
        dora.reporting(&of_message(&group.thread, 4)).await.expect(200);
    }
}

#[tokio::test]
async fn rule_28_what_was_edited_after_the_reporter_went_is_collapsed() {
    let stack = Stack::shared();
    let (group, dora) = gone(&stack, "REMOVED").await;
    group.ann.editing(&group.thread, 4, "never said to dora").await.expect(200);
    group.carl.reacting(&group.thread, 5, "👍").await.expect(200);
    let id = dora.report(&group.thread, 5).await;
    let report = stack.operator().report(&id).await;
    assert_eq!(texts(&report), [&Value::Null, &json!("two")]);
    assert_eq!((&report["messages"][0]["hidden"], &report["messages"][0]["edited_at"]), (&json!(true), &Value::Null));
    assert_eq!(report["messages"][1]["reactions"], json!([]));
    let id = dora.report(&group.thread, 4).await;
    assert_eq!(texts(&stack.operator().report(&id).await), [&Value::Null, &json!("two")]);
    group.ann.deleting(&group.thread, 4).await.expect(204);
    let id = dora.reporting(&of_thread(&group.thread)).await.id();
    let report = stack.operator().report(&id).await;
    assert!(report["messages"][0]["deleted_at"].is_string(), "{report}");
}

#[tokio::test]
async fn rule_28_a_former_member_hides_whom_they_block() {
    let stack = Stack::shared();
    let (group, dora) = gone(&stack, "LEFT").await;
    dora.block(&group.carl).await;
    let operator = stack.operator();
    let id = dora.report(&group.thread, 4).await;
    assert_eq!(texts(&operator.report(&id).await), [&json!("one"), &Value::Null]);
    let id = dora.report(&group.thread, 5).await;
    assert_eq!(texts(&operator.report(&id).await), ["one", "two"], "the reported one is whole");
}

#[tokio::test]
async fn rule_28_who_comes_back_reports_what_they_see_now() {
    let stack = Stack::shared();
    let (group, dora) = gone(&stack, "REMOVED").await;
    group.ann.add(&group.thread, &[&dora]).await;
    group.ann.send(&group.thread, "three").await;
    dora.reporting(&of_message(&group.thread, 4)).await.problem("not-found");
    let id = dora.report(&group.thread, 8).await;
    assert_eq!(texts(&stack.operator().report(&id).await), ["three"]);
    // And of the last stay once it is over.
    dora.leave(&group.thread).await;
    dora.reporting(&of_message(&group.thread, 4)).await.problem("not-found");
    let id = dora.reporting(&of_thread(&group.thread)).await.id();
    assert_eq!(texts(&stack.operator().report(&id).await), ["three"]);
}

#[tokio::test]
async fn rule_28_who_deleted_the_chat_before_they_left_reports_nothing_of_it() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.ann.send(&group.thread, "one").await;
    group.bob.clearing(&group.thread, "me").await.expect(204);
    group.bob.leave(&group.thread).await;
    group.bob.reporting(&of_message(&group.thread, 2)).await.problem("not-found");
}

#[tokio::test]
async fn rule_28_of_a_stay_that_an_earlier_release_ended_nothing_is_known() {
    let stack = Stack::shared();
    let (group, dora) = gone(&stack, "LEFT").await;
    forget_what_was_seen(&stack, "LEFT", (&group.thread, &dora)).await;
    for body in [of_message(&group.thread, 4), of_thread(&group.thread)] {
        dora.reporting(&body).await.problem("not-found");
    }
}

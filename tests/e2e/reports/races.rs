//! A report beside what happens to its subject, and when something breaks in between.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{DatabaseFault, Fault, Pair, Stack, fresh_key};

use super::{of_message, texts};

const FUNCTION: &str = "ReportFunction";

fn fault(fault: DatabaseFault, operation: &str) -> Fault {
    Fault::database(fault).function(FUNCTION).operation(operation)
}

/// Holds a report at a call of the table while its message is changed, and gives the text that the report has in the end.
async fn meeting(stack: &Stack, held: Fault, deletes: bool) -> Value {
    let pair = Pair::new(stack).await;
    pair.ann.send(&pair.thread, "bad").await;
    let held = stack.hold(held).await;
    let reporting = tokio::spawn(pair.bob.reporting(&of_message(&pair.thread, 2)).into_future());
    held.reached().await;
    if deletes {
        pair.ann.deleting(&pair.thread, 2).await.expect(204);
    } else {
        pair.ann.editing(&pair.thread, 2, "harmless").await.expect(200);
    }
    held.release().await;
    let id = reporting.await.unwrap().id();
    let report = stack.operator().report(&id).await;
    let [message] = report["messages"].as_array().unwrap().as_slice() else { panic!("{report}") };
    // As it was at one moment: what it says, and whether it was edited or deleted, belong together.
    match &message["text"] {
        Value::Null => assert!(message["deleted_at"].is_string() && deletes, "{report}"),
        text if text == "bad" => assert!(message["deleted_at"].is_null() && message["edited_at"].is_null(), "{report}"),
        _ => assert!(message["edited_at"].is_string(), "{report}"),
    }
    message["text"].clone()
}

#[tokio::test]
async fn rule_28_a_message_that_is_deleted_at_the_same_time_is_kept_as_it_was_at_one_moment() {
    let stack = Stack::own();
    for (operation, fault_kind, text) in [
        // Before the message is read it is deleted; behind that it is kept.
        ("BatchGetItem", DatabaseFault::HoldBefore, Value::Null),
        ("BatchGetItem", DatabaseFault::HoldAfter, json!("bad")),
        ("Query", DatabaseFault::HoldBefore, json!("bad")),
        ("TransactWriteItems", DatabaseFault::HoldBefore, json!("bad")),
        ("TransactWriteItems", DatabaseFault::HoldAfter, json!("bad")),
    ] {
        assert_eq!(meeting(&stack, fault(fault_kind, operation), true).await, text, "{operation} {fault_kind:?}");
    }
}

#[tokio::test]
async fn rule_28_a_message_that_is_edited_at_the_same_time_is_kept_as_it_was_at_one_moment() {
    let stack = Stack::own();
    for (operation, fault_kind, text) in [
        ("BatchGetItem", DatabaseFault::HoldBefore, "harmless"),
        ("BatchGetItem", DatabaseFault::HoldAfter, "bad"),
        ("TransactWriteItems", DatabaseFault::HoldBefore, "bad"),
    ] {
        assert_eq!(meeting(&stack, fault(fault_kind, operation), false).await, text, "{operation} {fault_kind:?}");
    }
}

#[tokio::test]
async fn rule_28_of_many_reports_of_the_same_at_once_one_is_new() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    let body = of_message(&pair.thread, 2);
    let answers = join_all((0..12).map(|_| pair.bob.reporting(&body).into_future())).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| [200, 201].contains(&answer.status) && answer.json == answers[0].json));
    assert_eq!(stack.operator().reports().await.len(), 1);
    // And of many closings at once all say the same.
    let (id, operator) = (answers[0].id(), stack.operator());
    let closed = join_all((0..12).map(|_| operator.closing(&id).into_future())).await;
    assert!(closed.iter().all(|answer| *answer.expect(200) == closed[0].json));
    assert!(operator.reports().await.is_empty());
}

#[tokio::test]
async fn rule_28_whatever_breaks_a_report_that_is_repeated_is_there_once() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let pair = Pair::new(&stack).await;
    for number in 0..12 {
        pair.ann.send(&pair.thread, &number.to_string()).await;
    }
    let mut seq = 2;
    for operation in ["GetItem", "BatchGetItem", "Query", "TransactWriteItems"] {
        for kind in [DatabaseFault::KillBefore, DatabaseFault::KillAfter] {
            let body = of_message(&pair.thread, seq);
            // Without a key, and with one.
            let key = fresh_key();
            let call = || if seq % 2 == 0 { pair.bob.reporting(&body) } else { pair.bob.reporting(&body).key(&key) };
            let armed = stack.inject(fault(kind, operation)).await;
            let died = call().await;
            stack.await_fault(&armed, 1).await;
            assert_eq!(died.status, 500, "{operation} {kind:?}");
            let stored = operation == "TransactWriteItems" && matches!(kind, DatabaseFault::KillAfter);
            // With a key the repeat gets the first response, without one it is a second report.
            let status = if stored && seq % 2 == 0 { 200 } else { 201 };
            call().await.expect(status);
            seq += 1;
        }
    }
    assert_eq!(stack.operator().reports().await.len(), 8);
}

#[tokio::test]
async fn rule_28_a_report_outlasts_a_table_that_fails_and_responses_that_are_lost() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    for number in 0..8 {
        pair.ann.send(&pair.thread, &number.to_string()).await;
    }
    let operator = stack.operator();
    let transaction = "TransactWriteItems";
    for (seq, kind) in [
        (2, DatabaseFault::Throttle),
        (3, DatabaseFault::TransactionConflict),
        (4, DatabaseFault::TransactionThrottle),
        (5, DatabaseFault::InternalError),
        (6, DatabaseFault::AnswerLost),
    ] {
        stack.inject(fault(kind, transaction)).await;
        let id = pair.bob.report(&pair.thread, seq).await;
        stack.inject(fault(kind, transaction)).await;
        let closed = operator.closing(&id).await.expect(200).clone();
        assert_eq!(operator.closing(&id).await.expect(200), &closed);
    }
    assert!(operator.reports().await.is_empty());
    // The response is lost on its way to the client.
    let (body, key) = (of_message(&pair.thread, 7), fresh_key());
    stack.inject(Fault::answer_lost("POST", "/reports")).await;
    pair.bob.reporting(&body).key(&key).outcome().await.unwrap_err();
    let again = pair.bob.reporting(&body).key(&key).await;
    assert!(again.replayed(), "{}", again.text());
    let report = operator.report(again.expect(201)["id"].as_str().unwrap()).await;
    assert_eq!(texts(&report).len(), 8);
}

#[tokio::test]
async fn rule_28_a_closing_that_dies_is_repeated() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    pair.ann.send(&pair.thread, "again").await;
    let operator = stack.operator();
    for (seq, kind) in [(2, DatabaseFault::KillBefore), (3, DatabaseFault::KillAfter)] {
        let id = pair.bob.report(&pair.thread, seq).await;
        let armed = stack.inject(fault(kind, "TransactWriteItems")).await;
        assert_eq!(operator.closing(&id).await.status, 500);
        stack.await_fault(&armed, 1).await;
        let open = operator.reports().await.len();
        assert_eq!(open, usize::from(matches!(kind, DatabaseFault::KillBefore)), "{kind:?}");
        let closed = operator.closing(&id).await.expect(200).clone();
        assert_eq!(operator.closing(&id).await.expect(200), &closed);
        assert!(operator.reports().await.is_empty());
    }
}

//! Operators read the open reports and close them.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tests::{Pair, Stack, shape};

use super::aging::{closed_earlier, stored};
use super::{of_message, of_thread};

#[tokio::test]
async fn rule_28_open_reports_are_listed_oldest_first_and_each_once() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    for number in 0..150 {
        pair.ann.send(&pair.thread, &format!("text {number}")).await;
    }
    let filing = stream::iter(2..152).map(async |seq| pair.bob.report(&pair.thread, seq).await);
    let mut ids: Vec<String> = filing.buffer_unordered(8).collect().await;
    let operator = stack.operator();
    let reports = operator.reports().await;
    let time = |report: &Value| report["created_at"].as_str().unwrap().to_owned();
    assert!(reports.iter().map(time).collect::<Vec<_>>().is_sorted(), "not the oldest first");
    let mut listed: Vec<String> = reports.iter().map(|report| report["id"].as_str().unwrap().to_owned()).collect();
    let in_order = listed.clone();
    ids.sort();
    listed.sort();
    assert_eq!(listed, ids);
    // However many are asked for, a page has at most 16, and as many as asked for if these are less.
    for (query, items) in [("", 16), ("?limit=100", 16), ("?limit=16", 16), ("?limit=7", 7), ("?limit=1", 1)] {
        assert_eq!(operator.get(&format!("/reports{query}")).await.items().len(), items, "{query}");
    }
    for query in ["?limit=0", "?limit=101", "?limit=x", "?cursor=x"] {
        operator.get(&format!("/reports{query}")).await.problem("invalid-request");
    }
    // In the middle of a walk every second report is closed, and new ones come: the others are shown once.
    let first = operator.get("/reports?limit=10").await;
    for id in in_order.iter().step_by(2) {
        operator.closing(id).await.expect(200);
    }
    let late = pair.ann.report(&pair.thread, 2).await;
    let mut seen: Vec<String> = Vec::new();
    let mut next = first.json["next_cursor"].clone();
    while let Some(cursor) = next.as_str() {
        let page = operator.get(&format!("/reports?limit=10&cursor={cursor}")).await;
        seen.extend(page.items().iter().map(|report| report["id"].as_str().unwrap().to_owned()));
        next = page.json["next_cursor"].clone();
    }
    let open: Vec<String> =
        in_order[10..].iter().enumerate().filter(|(place, _)| place % 2 == 1).map(|(_, id)| id.clone()).collect();
    assert_eq!(seen, open.into_iter().chain([late]).collect::<Vec<_>>());
}

#[tokio::test]
async fn rule_28_closing_twice_is_the_same_as_once_and_says_who_was_first() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    let id = pair.bob.report(&pair.thread, 2).await;
    let operator = stack.operator();
    let closed = operator.closing(&id).await.expect(200).clone();
    assert_eq!((&closed["id"], &closed["closed_by"]), (&json!(id), &json!("arn:aws:iam::123456789012:user/operator")));
    assert!(shape::is_time(closed["closed_at"].as_str().unwrap()));
    assert_eq!(operator.closing(&id).await.expect(200), &closed);
    assert!(operator.reports().await.is_empty());
    assert_eq!(stored(&stack, &id, "closed_by").await.unwrap().as_s().unwrap(), closed["closed_by"].as_str().unwrap());
    for unknown in ["rep_aaaaaaaaaaaaaaaaaaaaaaaaaa", "x", "%23", "rep_"] {
        operator.closing(unknown).await.problem("not-found");
    }
}

#[tokio::test]
async fn rule_28_a_closed_report_stays_closed_and_is_gone_after_thirty_days() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    let operator = stack.operator();
    let (first, second) = (of_message(&pair.thread, 2), of_thread(&pair.thread));
    let id = pair.bob.reporting(&first).await.id();
    let other = pair.bob.reporting(&second).await.id();
    assert!(stored(&stack, &id, "expires_at").await.is_none(), "an open report stays");
    operator.closing(&id).await.expect(200);
    pair.bob.reporting(&first).await.expect(200);
    let month = Duration::from_hours(30 * 24);
    closed_earlier(&stack, &id, month.checked_sub(Duration::from_mins(5)).unwrap()).await;
    pair.bob.reporting(&first).await.expect(200);
    assert_eq!(operator.reports().await.len(), 1, "the other one alone");
    // Its time is over, and the table has not removed it yet.
    closed_earlier(&stack, &id, Duration::from_mins(6)).await;
    operator.closing(&id).await.problem("not-found");
    pair.ann.editing(&pair.thread, 2, "hello again").await.expect(200);
    let anew = pair.bob.reporting(&first).await;
    assert_eq!(anew.expect(201)["id"], id);
    let reports = operator.reports().await;
    let ids: Vec<&str> = reports.iter().map(|report| report["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [other.as_str(), id.as_str()]);
    assert_eq!(reports[1]["messages"][0]["text"], "hello again");
    assert!(stored(&stack, &id, "closed").await.is_none() && stored(&stack, &id, "expires_at").await.is_none());
    operator.closing(&id).await.expect(200);
}

#[tokio::test]
async fn rule_28_a_page_of_long_reports_is_one_response() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    // Characters that JSON writes with a backslash, and JSON within JSON with more of them.
    let long = "\"\\".repeat(2_000);
    for _ in 0..26 {
        pair.ann.send(&pair.thread, &long).await;
    }
    for seq in 7..23 {
        pair.bob.report(&pair.thread, seq).await;
    }
    let page = stack.operator().get("/reports").await;
    assert_eq!(page.items().len(), 16);
    assert!(page.items().iter().all(|report| report["messages"].as_array().unwrap().len() == 11));
}

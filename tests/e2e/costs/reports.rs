//! What reports cost: they are seldom made, and what they keep is paid for by its size.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use tests::{Group, Pair, Stack, User};

use super::budgets::{Budget, measured_stack};

/// Beside the earlier report, the head and the message: those around it, the details of a group, and the profile of the author. Of
/// eleven messages of common length the report has some 3 KiB, which are written in a transaction, as is its entry.
const MESSAGE: Budget = Budget { operation: "report a message", calls: 3, rru: 8.0, wru: 10.0 };
const USER: Budget = Budget { operation: "report a user", calls: 2, rru: 4.0, wru: 6.0 };
const AGAIN: Budget = Budget { operation: "report a message again", calls: 3, rru: 8.0, wru: 0.0 };
/// A query of the entries and 16 reports of some 3 KiB.
const PAGE: Budget = Budget { operation: "page of 16 reports", calls: 2, rru: 18.0, wru: 0.0 };
const CLOSE: Budget = Budget { operation: "close a report", calls: 2, rru: 1.0, wru: 10.0 };

async fn say(author: &User, thread: &str, messages: u32) {
    for number in 0..messages {
        author.send(thread, &format!("{number}: {}", "a message of common length. ".repeat(3))).await;
    }
}

/// The next number from `first` on, each time.
fn from(first: u64) -> impl Fn() -> u64 {
    let next = AtomicU64::new(first);
    move || next.fetch_add(1, Ordering::Relaxed)
}

async fn filed(stack: &Stack) -> Group {
    let group = Group::new(stack).await;
    say(&group.ann, &group.thread, 40).await;
    group
}

#[tokio::test]
async fn a_report_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let group = filed(&stack).await;
    let report = |seq: u64| json!({"kind": "message", "thread_id": group.thread, "seq": seq});
    let next = from(10);
    MESSAGE.check(&stack, async || group.bob.reporting(&report(next())).await).await;
    group.bob.reporting(&report(9)).await.expect(201);
    AGAIN.check(&stack, async || group.bob.reporting(&report(9)).await).await;
    let user = async || {
        let (ann, bob) = Pair::strangers(&stack).await;
        ann.reporting(&json!({"kind": "user", "user_id": bob.id})).await
    };
    USER.check(&stack, user).await;
}

#[tokio::test]
async fn looking_at_reports_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let group = filed(&stack).await;
    let mut ids = Vec::new();
    for seq in 10..35 {
        ids.push(group.bob.report(&group.thread, seq).await);
    }
    let operator = stack.operator();
    let page = async || {
        let answer = operator.get("/reports").await;
        assert_eq!(answer.items().len(), 16);
        answer
    };
    PAGE.check(&stack, page).await;
    let next = from(0);
    let close = async || operator.closing(&ids[usize::try_from(next()).unwrap()]).await;
    CLOSE.check(&stack, close).await;
}

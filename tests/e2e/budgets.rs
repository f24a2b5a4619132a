//! What each operation costs, against the table in the design: calls in a row before the answer, and capacity.

use serde_json::json;
use tests::{Answer, Invocation, Pair, Stack, User, fresh_key};

use crate::seed;

/// The most an operation may take.
struct Budget {
    operation: &'static str,
    calls: u32,
    rru: f64,
    wru: f64,
}

/// The reads of two users' connections, which a send does besides its own.
const CONNECTION_READS: f64 = 2.0;

const SEND: Budget = Budget { operation: "send a text message", calls: 2, rru: 2.0 + CONNECTION_READS, wru: 6.0 };
const OPEN: Budget = Budget { operation: "open a direct thread", calls: 2, rru: f64::INFINITY, wru: 12.0 };
// Beyond the table: one more read, for the key.
const OPEN_WITH_MESSAGE: Budget = Budget { operation: "open with a message", calls: 3, rru: f64::INFINITY, wru: 18.0 };
const INBOX: Budget = Budget { operation: "inbox page of 50", calls: 2, rru: 60.0, wru: 0.0 };
const HISTORY: Budget = Budget { operation: "history page of 50", calls: 2, rru: 16.0, wru: 0.0 };
const READ_MARK: Budget = Budget { operation: "read mark", calls: 2, rru: f64::INFINITY, wru: 1.0 };
const CONNECT: Budget = Budget { operation: "connect", calls: 2, rru: f64::INFINITY, wru: 3.0 };

/// A stack with an engine whose figures follow DynamoDB's rules; none of DynamoDB Local's can be asserted.
fn measured_stack() -> Option<Stack> {
    if std::env::var_os("AWS_ENDPOINT_URL_DYNAMODB").is_some() {
        println!("skipped: only the embedded engine counts capacity as DynamoDB does");
        return None;
    }
    Some(Stack::own())
}

impl Budget {
    #[track_caller]
    fn check(&self, invocation: &Invocation) {
        let Invocation { sequential_calls, rru, wru, rru_after, wru_after, .. } = invocation;
        println!(
            "{:24} {sequential_calls} calls, {rru:5.1} RRU, {wru:4.1} WRU before the answer; {rru_after:4.1} RRU, {wru_after:4.1} WRU after",
            self.operation
        );
        let within = *sequential_calls <= self.calls && rru + rru_after <= self.rru && wru + wru_after <= self.wru;
        assert!(within, "{} is over its budget: {invocation:#?}", self.operation);
    }

    async fn check_answer(&self, stack: &Stack, answer: &Answer) -> Invocation {
        assert!(answer.status < 300, "{} was answered {}", self.operation, answer.text());
        let invocation = stack.finished(answer).await;
        self.check(&invocation);
        invocation
    }
}

#[tokio::test]
async fn a_send_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let pair = Pair::new(&stack).await;
    let _sockets = tokio::join!(pair.ann.connect(), pair.ann.connect(), pair.bob.connect(), pair.bob.connect());
    for text in ["short", "a little longer than that, as messages often are 🦌", &"x".repeat(400)] {
        let answer = pair.ann.sending(&pair.thread, text).await;
        SEND.check_answer(&stack, &answer).await;
    }
    let body = json!({"text": "an answer", "reply_to": 2, "mentions": [pair.ann.id]});
    let answer = pair.bob.post(&pair.path("/messages"), &body).key(&fresh_key()).await;
    // The message that is answered is looked up too.
    Budget { operation: "send an answer", rru: SEND.rru + 1.0, ..SEND }.check_answer(&stack, &answer).await;
}

#[tokio::test]
async fn opening_a_thread_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let (ann, bob) = Pair::strangers(&stack).await;
    OPEN.check_answer(&stack, &ann.opening(&bob).await).await;
    let (carl, dora) = Pair::strangers(&stack).await;
    let body = json!({"kind": "direct", "user_id": dora.id, "message": {"text": "hello"}});
    let answer = carl.post("/threads", &body).key(&fresh_key()).await;
    OPEN_WITH_MESSAGE.check_answer(&stack, &answer).await;
}

#[tokio::test]
async fn a_history_page_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let pair = Pair::new(&stack).await;
    for number in 0..60 {
        pair.ann.send(&pair.thread, &format!("{number}: {}", "a message of common length. ".repeat(3))).await;
    }
    let answer = pair.bob.get(&pair.path("/messages?limit=50")).await;
    assert_eq!(answer.items().len(), 50);
    HISTORY.check_answer(&stack, &answer).await;
}

#[tokio::test]
async fn a_read_mark_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let pair = Pair::new(&stack).await;
    for text in ["two", "three"] {
        pair.ann.send(&pair.thread, text).await;
    }
    // In the middle of the log, at its end, and where it is already.
    for seq in [2, 3, 3] {
        let answer = pair.bob.read(&pair.thread, seq).await;
        READ_MARK.check_answer(&stack, &answer).await;
    }
}

#[tokio::test]
async fn connecting_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let ann = stack.user("ann").await;
    let (_first, _second) = (ann.connect().await, ann.connect().await);
    stack.socket_route_ran("$connect", 2).await;
    for invocation in stack.invocations().await.iter().filter(|invocation| invocation.route_key == "$connect") {
        CONNECT.check(invocation);
    }
}

#[tokio::test]
async fn the_first_message_of_a_day_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let ann = stack.user("ann").await;
    seed::inbox(&stack, &ann, 1, 1).await;
    let thread = ann.get("/threads").await.items()[0]["id"].as_str().unwrap().to_owned();
    let answer = ann.sending(&thread, "good morning").await;
    Budget { operation: "first message of a day", wru: SEND.wru + 2.0 * 4.0, ..SEND }
        .check_answer(&stack, &answer)
        .await;
    let answer = ann.sending(&thread, "and how are you?").await;
    SEND.check_answer(&stack, &answer).await;
}

/// What the first page of `user`'s inbox costs, which must hold `items`.
async fn inbox_page(stack: &Stack, user: &User, items: usize) -> Invocation {
    let answer = user.get("/threads?limit=50").await;
    assert_eq!(answer.items().len(), items);
    INBOX.check_answer(stack, &answer).await
}

#[tokio::test]
async fn an_inbox_page_costs_the_same_with_2000_threads_as_with_200() {
    let Some(stack) = measured_stack() else { return };
    let (few, some, many) = tokio::join!(stack.user("few"), stack.user("some"), stack.user("many"));
    seed::inbox(&stack, &few, 10, 10).await;
    seed::inbox(&stack, &some, 200, 10).await;
    seed::inbox(&stack, &many, 2_000, 10).await;
    let ten = inbox_page(&stack, &few, 10).await;
    let two_hundred = inbox_page(&stack, &some, 50).await;
    let two_thousand = inbox_page(&stack, &many, 50).await;
    assert!(ten.rru <= two_hundred.rru, "{ten:?}");
    let (fewer, more) = (two_hundred.rru, two_thousand.rru);
    assert!((more - fewer).abs() < 1.0, "{fewer} RRU with 200 threads, {more} with 2,000");
    assert_eq!(two_thousand.sequential_calls, two_hundred.sequential_calls);

    // And the pages hold all of them, newest first.
    let threads = many.list("/threads?limit=100").await;
    assert_eq!(threads.len(), 2_000);
    let times: Vec<&str> = threads.iter().map(|thread| thread["updated_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "not newest first");
}

#[tokio::test]
async fn an_inbox_page_of_a_busy_day_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let ann = stack.user("ann").await;
    seed::inbox(&stack, &ann, 50, 50).await;
    inbox_page(&stack, &ann, 50).await;
}

//! What each operation costs, against the table in the design: calls in a row before the answer, and capacity.

use serde_json::json;
use tests::{Answer, DatabaseFault, Fault, HIGH_RATES, Invocation, Pair, Profile, Stack, User, fresh_key, unique};

use super::seed;

/// The most an operation may take.
pub(crate) struct Budget {
    pub(crate) operation: &'static str,
    pub(crate) calls: u32,
    pub(crate) rru: f64,
    pub(crate) wru: f64,
}

/// How many runs an operation has to show its best.
const ATTEMPTS: u32 = 5;

/// How long the table takes for a call while calls in a row are counted: those that were begun together overlap then, however
/// slowly a debug build begins them. Shorter than a send waits for the connections that it reads beside.
const LATENCY_MS: u32 = 15;

/// The reads of two users' connections, which a send does besides its own.
const CONNECTION_READS: f64 = 2.0;

/// What a send reads beside connections: the head, the record of its key and the buckets of its author; where it settles the tail, also
/// the items of that.
pub(crate) const SEND_READS: f64 = 4.0;

/// The most that one send takes. `sends.rs` has what they take in the mean.
pub(crate) const SEND: Budget =
    Budget { operation: "send a text message", calls: 2, rru: SEND_READS + CONNECTION_READS, wru: 6.0 };
const OPEN: Budget = Budget { operation: "open a direct thread", calls: 2, rru: f64::INFINITY, wru: 12.0 };
const OPEN_WITH_MESSAGE: Budget = Budget { operation: "open with a message", calls: 2, rru: f64::INFINITY, wru: 18.0 };
pub(crate) const INBOX: Budget = Budget { operation: "inbox page of 50", calls: 2, rru: 60.0, wru: 0.0 };
const HISTORY: Budget = Budget { operation: "history page of 50", calls: 2, rru: 16.0, wru: 0.0 };
const EDIT: Budget = Budget { operation: "edit a message", calls: 2, rru: 4.0, wru: 6.0 };
const DELETE: Budget = Budget { operation: "delete a message", calls: 2, rru: 4.0, wru: 6.0 };
const REACT: Budget = Budget { operation: "react to a message", calls: 2, rru: 4.0, wru: 6.0 };
const PIN: Budget = Budget { operation: "pin a message", calls: 2, rru: 4.0, wru: 6.0 };
const UNPIN: Budget = Budget { operation: "take a pin away", ..PIN };
const PINS: Budget = Budget { operation: "ten pinned messages", calls: 2, rru: 11.0, wru: 0.0 };
const SEARCH: Budget = Budget { operation: "search page", calls: 2, rru: 45.0, wru: 1.0 };
const READ_MARK: Budget = Budget { operation: "read mark", calls: 2, rru: f64::INFINITY, wru: 1.0 };
const CONNECT: Budget = Budget { operation: "connect", calls: 2, rru: f64::INFINITY, wru: 3.0 };

/// A stack with an engine whose figures follow DynamoDB's rules; none of DynamoDB Local's can be asserted.
pub(crate) fn measured_stack() -> Option<Stack> {
    if std::env::var_os("AWS_ENDPOINT_URL_DYNAMODB").is_some() {
        println!("skipped: only the embedded engine counts capacity as DynamoDB does");
        return None;
    }
    Some(Stack::with(Profile::Debug, &HIGH_RATES))
}

/// Makes every call to the table take its time.
async fn slow_down(stack: &Stack) {
    stack.inject(Fault::database(DatabaseFault::DelayMs(LATENCY_MS)).always()).await;
}

impl Budget {
    /// Asks until one run shows that calls and capacity are few enough. In a new process, or on a busy machine, of two calls that
    /// were begun together one may have to open a connection first and so run after the other, and a read that takes too long is
    /// done again after the response; but two that wait for each other never overlap, and what is always read always costs.
    pub(crate) async fn check(&self, stack: &Stack, ask: impl AsyncFn() -> Answer) -> Invocation {
        slow_down(stack).await;
        for _ in 0..ATTEMPTS {
            let answer = ask().await;
            assert!(answer.status < 300, "{} was answered {}", self.operation, answer.text());
            let invocation = stack.finished(&answer).await;
            if self.fits(&invocation) {
                stack.clear_faults().await;
                return invocation;
            }
        }
        panic!("{} is over its budget each time: see above", self.operation);
    }

    fn fits(&self, invocation: &Invocation) -> bool {
        let Invocation { sequential_calls, rru, wru, rru_after, wru_after, .. } = invocation;
        println!(
            "{:24} {sequential_calls} calls, {rru:5.1} RRU, {wru:4.1} WRU before the answer; {rru_after:4.1} RRU, {wru_after:4.1} WRU after",
            self.operation
        );
        *sequential_calls <= self.calls && rru + rru_after <= self.rru && wru + wru_after <= self.wru
    }
}

#[tokio::test]
async fn a_send_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let pair = Pair::new(&stack).await;
    let _sockets = tokio::join!(pair.ann.connect(), pair.ann.connect(), pair.bob.connect(), pair.bob.connect());
    for text in ["short", "a little longer than that, as messages often are 🦌", &"x".repeat(400)] {
        SEND.check(&stack, async || pair.ann.sending(&pair.thread, text).await).await;
    }
    let body = json!({"text": "an answer", "reply_to": 2, "mentions": [pair.ann.id]});
    let reply = async || pair.bob.post(&pair.path("/messages"), &body).key(&fresh_key()).await;
    // The message that is answered is looked up too.
    Budget { operation: "send an answer", rru: SEND.rru + 1.0, ..SEND }.check(&stack, reply).await;
}

#[tokio::test]
async fn opening_a_thread_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let open = async || {
        let (ann, bob) = Pair::strangers(&stack).await;
        ann.opening(&bob).await
    };
    OPEN.check(&stack, open).await;
    let open_with_message = async || {
        let (ann, bob) = Pair::strangers(&stack).await;
        let body = json!({"kind": "direct", "user_id": bob.id, "message": {"text": "hello"}});
        ann.post("/threads", &body).key(&fresh_key()).await
    };
    OPEN_WITH_MESSAGE.check(&stack, open_with_message).await;
}

#[tokio::test]
async fn a_history_page_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let pair = Pair::new(&stack).await;
    for number in 0..60 {
        pair.ann.send(&pair.thread, &format!("{number}: {}", "a message of common length. ".repeat(3))).await;
    }
    let page = async || {
        let answer = pair.bob.get(&pair.path("/messages?limit=50")).await;
        assert_eq!(answer.items().len(), 50);
        answer
    };
    HISTORY.check(&stack, page).await;
}

#[tokio::test]
async fn an_edit_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let pair = Pair::new(&stack).await;
    let _sockets = tokio::join!(pair.ann.connect(), pair.bob.connect());
    // A message in the tail has to become an item first.
    pair.ann.send(&pair.thread, "helo").await;
    pair.ann.editing(&pair.thread, 2, "hello").await.expect(200);
    EDIT.check(&stack, async || pair.ann.editing(&pair.thread, 2, &unique("hello")).await).await;
}

#[tokio::test]
async fn a_deletion_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let pair = Pair::new(&stack).await;
    let _sockets = tokio::join!(pair.ann.connect(), pair.bob.connect());
    for _ in 0..8 {
        pair.ann.send(&pair.thread, "hello").await;
    }
    // Messages in the tail have to become items first.
    pair.ann.deleting(&pair.thread, 2).await.expect(204);
    let next = std::sync::atomic::AtomicU64::new(3);
    let delete = async || {
        let seq = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        pair.ann.deleting(&pair.thread, seq).await
    };
    DELETE.check(&stack, delete).await;
}

#[tokio::test]
async fn a_reaction_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let pair = Pair::new(&stack).await;
    let _sockets = tokio::join!(pair.ann.connect(), pair.bob.connect());
    pair.ann.send(&pair.thread, "hello").await;
    pair.bob.reacting(&pair.thread, 2, "👍").await.expect(200);
    let emoji = std::sync::Mutex::new(["🔥", "🎉", "💯", "👏", "🤔", "🙈"].iter().cycle());
    let react = async || {
        let next = emoji.lock().unwrap().next().copied().unwrap();
        pair.ann.reacting(&pair.thread, 2, next).await
    };
    REACT.check(&stack, react).await;
}

#[tokio::test]
async fn a_pin_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let pair = Pair::new(&stack).await;
    let _sockets = tokio::join!(pair.ann.connect(), pair.bob.connect());
    for _ in 0..10 {
        pair.ann.send(&pair.thread, "hello").await;
    }
    // Messages in the tail have to become items first.
    pair.ann.pinning(&pair.thread, 2).await.expect(204);
    let next = |from: u64| std::sync::atomic::AtomicU64::new(from);
    let (pinned, unpinned) = (next(3), next(2));
    let taken = |next: &std::sync::atomic::AtomicU64| next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    PIN.check(&stack, async || pair.bob.pinning(&pair.thread, taken(&pinned)).await).await;
    UNPIN.check(&stack, async || pair.bob.unpinning(&pair.thread, taken(&unpinned)).await).await;
    for seq in 2..12 {
        pair.bob.pinning(&pair.thread, seq).await.expect(204);
    }
    let pins = async || {
        let answer = pair.ann.get(&pair.path("/pins")).await;
        assert_eq!(answer.items().len(), 10);
        answer
    };
    PINS.check(&stack, pins).await;
    // What is pinned costs a message nothing.
    SEND.check(&stack, async || pair.ann.sending(&pair.thread, "hello").await).await;
}

#[tokio::test]
async fn a_search_page_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let pair = Pair::new(&stack).await;
    for round in 0..55 {
        let text = |number: u32| format!("{round} {number}: {}", "a message of common length. ".repeat(3));
        let sends = (0..10).map(|number| pair.ann.sending(&pair.thread, &text(number)).into_future());
        futures_util::future::join_all(sends).await.iter().for_each(|answer| assert_eq!(answer.status, 201));
    }
    let page = async || {
        let answer = pair.bob.searching(&pair.thread, "nothing", "").await;
        assert!(answer.items().is_empty() && answer.json["next_cursor"].is_string());
        answer
    };
    SEARCH.check(&stack, page).await;
}

#[tokio::test]
async fn a_read_mark_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    // In the middle of the log, at its end, and where it is already: then nobody's settings but the reader's are read for it.
    let again = Budget { rru: 3.0, wru: 0.0, ..READ_MARK };
    for (what, marks, budget) in [
        ("read mark, in the middle", [2, 3].as_slice(), READ_MARK),
        ("read mark, at the end", &[4], READ_MARK),
        ("read mark, again", &[4, 4], again),
    ] {
        let read = async || {
            let pair = Pair::new(&stack).await;
            for text in ["two", "three", "four"] {
                pair.ann.send(&pair.thread, text).await;
            }
            let (last, before) = marks.split_last().unwrap();
            for seq in before {
                pair.bob.read(&pair.thread, *seq).await.expect(200);
            }
            pair.bob.read(&pair.thread, *last).await
        };
        Budget { operation: what, ..budget }.check(&stack, read).await;
    }
}

#[tokio::test]
async fn connecting_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let ann = stack.user("ann").await;
    slow_down(&stack).await;
    let mut sockets = Vec::new();
    for _ in 0..ATTEMPTS {
        sockets.push(ann.connect().await);
    }
    stack.socket_route_ran("$connect", sockets.len()).await;
    let invocations = stack.invocations().await;
    let connects = invocations.iter().filter(|invocation| invocation.route_key == "$connect");
    let fitting = connects.filter(|invocation| CONNECT.fits(invocation)).count();
    assert!(fitting > 0, "connecting is over its budget each time: see above");
}

#[tokio::test]
async fn a_message_that_moves_its_thread_stays_within_its_budget() {
    let Some(stack) = measured_stack() else { return };
    let good_morning = async || {
        let ann = stack.user("ann").await;
        seed::inbox(&stack, &ann, 1, 1).await;
        let thread = ann.get("/threads").await.items()[0]["id"].as_str().unwrap().to_owned();
        ann.sending(&thread, "good morning").await
    };
    // Of each member one entry is put and one taken away; and the first message of a day settles the tail.
    let budget = Budget { operation: "message that moves", wru: SEND.wru + 2.0 * 2.0, ..SEND };
    let run = budget.check(&stack, good_morning).await;
    let operations: Vec<&str> = run.calls.iter().map(|call| call.operation.as_str()).collect();
    assert!(!operations.contains(&"TransactWriteItems"), "{operations:?}");
}

/// What a page costs where more threads are looked at than are shown: heads come before names then.
pub(crate) const BUSY_INBOX: Budget = Budget { operation: "busy inbox page of 50", calls: 3, ..INBOX };
/// The same where more than a hundred threads were active within the hour.
pub(crate) const CROWDED_INBOX: Budget = Budget { operation: "crowded inbox page of 50", rru: 80.0, ..BUSY_INBOX };

/// What the first page of `user`'s inbox costs, which must hold `items`.
async fn inbox_page(stack: &Stack, user: &User, items: usize) -> Invocation {
    let page = async || {
        let answer = user.get("/threads?limit=50").await;
        assert_eq!(answer.items().len(), items);
        answer
    };
    INBOX.check(stack, page).await
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

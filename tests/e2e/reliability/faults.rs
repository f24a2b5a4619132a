//! The table on a bad day: conflicts and throttling, in passing and without end.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Call, DatabaseFault, Fault, Group, Pair, Socket, Stack, fresh_key};

/// Longer than the gateway waits for any function.
const DEADLINE: Duration = Duration::from_secs(29);

/// What passes when one tries again.
const PASSING: [DatabaseFault; 4] = [
    DatabaseFault::TransactionConflict,
    DatabaseFault::TransactionThrottle,
    DatabaseFault::Throttle,
    DatabaseFault::InternalError,
];

/// Two failures of each kind, at whichever call comes next.
async fn trouble(stack: &Stack) {
    for fault in PASSING {
        let fault = match fault {
            DatabaseFault::TransactionThrottle => Fault::database(fault).operation("TransactWriteItems"),
            any_call => Fault::database(any_call),
        };
        stack.inject(fault.times(2)).await;
    }
}

#[tokio::test]
async fn a_send_rides_out_conflicts_and_throttling() {
    let stack = Stack::own();
    for fault in PASSING {
        // What waits for somebody's consent is stored in a transaction, everything else by one update.
        for (pair, operation) in
            [(Pair::new(&stack).await, "UpdateItem"), (Pair::request(&stack).await, "TransactWriteItems")]
        {
            if matches!(fault, DatabaseFault::TransactionThrottle) && operation == "UpdateItem" {
                continue;
            }
            let armed = Fault::database(fault).function("MessageFunction").operation(operation).times(4);
            let armed = stack.inject(armed).await;
            pair.ann.send(&pair.thread, "hello").await;
            assert_eq!(stack.fired(&armed).await, 4, "{fault:?} at {operation}");
            assert_eq!(pair.bob.texts(&pair.thread).await, ["hello"]);
        }
    }
}

#[tokio::test]
async fn every_route_rides_out_a_conflict_and_throttling_at_any_call() {
    let stack = Stack::own();
    let pair = Pair::request(&stack).await;
    let (carl, dora) = Pair::strangers(&stack).await;
    let group = Group::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    let (ann, bob) = (&pair.ann, &pair.bob);
    let to = |user: &tests::User, edge: &str| format!("/me/{edge}/{}", user.id);
    let with_message = json!({"kind": "direct", "user_id": dora.id, "message": {"text": "hello"}});
    let routes: Vec<(Call, u16)> = vec![
        (ann.put("/me", &json!({"username": ann.name, "display_name": "Ann"})), 200),
        (ann.put("/me", &json!({"username": tests::unique("renamed"), "display_name": "Ann"})), 200),
        (ann.get("/me"), 200),
        (ann.get(&format!("/users/{}", bob.id)), 200),
        (ann.get("/users?username=bob"), 200),
        (carl.put_empty(&to(ann, "following")), 204),
        (carl.get("/me/following"), 200),
        (carl.delete(&to(ann, "following")), 204),
        (carl.put_empty(&to(bob, "blocked")), 200),
        (carl.get("/me/blocked"), 200),
        (carl.delete(&to(bob, "blocked")), 204),
        (ann.get("/settings"), 200),
        (ann.patch("/settings", &json!({"typing_indicators": false})), 200),
        (carl.opening(ann), 201),
        (carl.post("/threads", &with_message).key(&fresh_key()), 201),
        (bob.get("/threads?box=requests"), 200),
        (bob.get(&pair.path("")), 200),
        (bob.get(&pair.path("/members")), 200),
        (bob.get(&pair.path("/messages")), 200),
        (bob.get(&pair.path("/messages/2")), 200),
        (bob.get(&pair.path("/events")), 200),
        (bob.put(&pair.path("/read"), &json!({"seq": 2})), 200),
        (bob.post_empty(&pair.path("/decline")), 204),
        (bob.post_empty(&pair.path("/accept")), 200),
        (bob.sending(&pair.thread, "hello back"), 201),
        (bob.post_empty("/connections"), 201),
        (group.ann.creating_group(&[&group.bob, &dora]), 201),
        (group.ann.adding(&group.thread, &[&dora]), 200),
        (group.ann.setting_role(&group.thread, &group.bob, "moderator"), 200),
        (group.ann.renaming(&group.thread, "ours"), 200),
        (group.ann.put(&group.path("/preferences"), &json!({"muted_until": null, "pinned": true})), 200),
        (group.bob.put_empty(&to(&group.carl, "blocked")), 200),
        (group.bob.deciding(&group.thread, "stay"), 204),
        (group.bob.delete(&to(&group.carl, "blocked")), 204),
        (group.bob.removing(&group.thread, &dora), 204),
        (group.ann.leaving(&group.thread), 204),
        (group.bob.leaving(&group.thread), 204),
    ];
    for (call, status) in routes {
        trouble(&stack).await;
        let answer = call.await;
        assert_eq!(answer.status, status, "{} was answered {}", answer.request, answer.text());
        stack.finished(&answer).await;
        stack.clear_faults().await;
    }
    assert_eq!(bob.texts(&pair.thread).await, ["hello", "hello back"]);
    assert_eq!(group.carl.moderators(&group.thread).await, [group.carl.id.as_str()]);
    // Every change stands in the log once: 6 of others', and carl's succession.
    assert_eq!(group.carl.last_seq(&group.thread).await, 8);
}

#[tokio::test]
async fn a_handshake_rides_out_a_conflict_and_throttling() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let url = pair.bob.ticket().await["url"].as_str().unwrap().to_owned();
    trouble(&stack).await;
    let mut socket = Socket::open(&url).await.unwrap();
    stack.clear_faults().await;
    pair.ann.send(&pair.thread, "hello").await;
    socket.message("hello").await;
}

/// Demands `unavailable`, in time, with a hint when to come back.
async fn unavailable(call: Call) {
    let started = Instant::now();
    let answer = call.await;
    assert!(started.elapsed() < DEADLINE, "it took {:?}", started.elapsed());
    answer.problem("unavailable");
    let seconds: u32 = answer.header("retry-after").expect("unavailable says when to retry").parse().unwrap();
    assert!((1..=120).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn a_send_against_endless_trouble_is_unavailable_and_stores_nothing() {
    for fault in [DatabaseFault::TransactionConflict, DatabaseFault::Throttle] {
        let stack = Stack::own();
        stack.excuse("the table refuses every update");
        let pair = Pair::new(&stack).await;
        stack.inject(Fault::database(fault).function("MessageFunction").operation("UpdateItem").always()).await;
        let call = pair.ann.sending(&pair.thread, "hello");
        unavailable(call.clone()).await;
        assert!(pair.bob.history(&pair.thread).await.is_empty());
        assert_eq!(pair.bob.thread(&pair.thread).await["last_seq"], 1);

        stack.clear_faults().await;
        assert_eq!(call.clone().await.expect(201)["seq"], 2);
        assert!(call.await.replayed());
        assert_eq!(pair.bob.texts(&pair.thread).await, ["hello"]);
    }
}

#[tokio::test]
async fn a_send_against_a_table_that_hangs_is_unavailable_and_stores_nothing() {
    // Twice the time that a function has: without a limit of its own it would be ended without a word.
    const FOREVER_MS: u32 = 20_000;
    let hang = async |operation: &str| {
        let stack = Stack::own();
        stack.excuse("the table does not answer");
        let pair = Pair::new(&stack).await;
        let hanging = Fault::database(DatabaseFault::DelayMs(FOREVER_MS)).function("MessageFunction");
        stack.inject(hanging.operation(operation).always()).await;
        let call = pair.ann.sending(&pair.thread, "hello");
        unavailable(call.clone()).await;
        stack.clear_faults().await;
        assert!(pair.bob.history(&pair.thread).await.is_empty(), "{operation} hung, and something was stored");
        assert_eq!(pair.bob.thread(&pair.thread).await["last_seq"], 1);

        assert_eq!(call.clone().await.expect(201)["seq"], 2);
        assert!(call.await.replayed());
        assert_eq!(pair.bob.texts(&pair.thread).await, ["hello"]);
    };
    tokio::join!(hang("BatchGetItem"), hang("UpdateItem"));
}

#[tokio::test]
async fn a_table_that_is_down_is_unavailable_for_everything() {
    let stack = Stack::own();
    stack.excuse("the table refuses everything");
    let pair = Pair::new(&stack).await;
    stack.inject(Fault::database(DatabaseFault::Throttle).always()).await;
    let calls = [
        pair.ann.get("/me"),
        pair.ann.get("/threads"),
        pair.ann.get("/settings"),
        pair.ann.get(&pair.path("/members")),
        pair.ann.get(&pair.path("/messages")),
        pair.ann.opening(&pair.bob),
        pair.ann.sending(&pair.thread, "hello"),
        pair.ann.post_empty("/connections"),
        pair.ann.put_empty(&format!("/me/blocked/{}", pair.bob.id)),
    ];
    futures_util::future::join_all(calls.map(unavailable)).await;
    stack.clear_faults().await;
    assert_eq!(pair.ann.list("/me/blocked").await, Vec::<Value>::new());
    pair.ann.send(&pair.thread, "back again").await;
}

#[tokio::test]
async fn rule_23_a_failed_look_for_connections_does_not_fail_the_send() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let mut bobs = pair.bob.connect().await;
    // Everything after the transaction belongs to the push.
    let undisturbed = stack.finished(&pair.ann.sending(&pair.thread, "one").await).await;
    bobs.message("one").await;
    let reads = ["BatchGetItem", "GetItem", "Query"]
        .into_iter()
        .filter(|name| undisturbed.calls.iter().any(|call| call.operation == *name));
    for operation in reads {
        let first = u32::from(undisturbed.calls.iter().filter(|call| call.operation == operation).count() > 1);
        if first == 0 {
            continue;
        }
        stack
            .inject(
                Fault::database(DatabaseFault::Throttle)
                    .function("MessageFunction")
                    .operation(operation)
                    .skip(first)
                    .times(3),
            )
            .await;
        pair.ann
            .call(Method::POST, &pair.path("/messages"))
            .key(&fresh_key())
            .json(&json!({"text": operation}))
            .await
            .expect(201);
        stack.clear_faults().await;
    }
    pair.ann.send(&pair.thread, "last").await;
    bobs.message("last").await;
}

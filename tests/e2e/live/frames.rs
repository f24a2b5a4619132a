//! Frames of a client.

use serde_json::Value;
use tests::{Pair, Stack, shape};

#[tokio::test]
async fn a_ping_is_answered_by_a_pong() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let mut socket = ann.connect().await;
    for _ in 0..3 {
        socket.ping().await;
    }
    assert_eq!(socket.seen("pong").len(), 3);
}

#[tokio::test]
async fn anything_else_is_answered_by_a_problem_and_the_socket_stays_open() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let mut socket = ann.connect().await;
    let long = format!(r#"{{"action":"{}"}}"#, "x".repeat(10_000));
    let frames = [
        "hello",
        "{",
        "[]",
        "null",
        "{}",
        r#"{"action":"dance"}"#,
        r#"{"action":"ping","colour":"green"}"#,
        r#"{"action":"typing"}"#,
        r#"{"action":"typing","thread_id":null}"#,
        r#"{"action":"typing","thread_id":"thr_aaaaaaaaaaaaaaaaaaaaaaaaaa","colour":"green"}"#,
        r#"{"action":1}"#,
        r#"{"action":["ping"]}"#,
        r#"{"action":"$connect"}"#,
        r#"{"action":"$disconnect"}"#,
        r#"{"action":"$default"}"#,
        r#"{"action":"PING"}"#,
        "🦌",
        long.as_str(),
    ];
    for frame in frames {
        socket.say(frame).await;
        let event = socket.next("problem").await;
        shape::problem(&event["data"]);
        assert!(event["thread_id"].is_null() && event["seq"].is_null() && event["actor_id"].is_null(), "{event}");
        assert!(shape::is_time(event["at"].as_str().unwrap()), "{event}");
        assert_eq!(event["data"]["status"], 400, "{frame}: {event}");
    }
    socket.ping().await;
    socket.assert_no_more("problem");
}

#[tokio::test]
async fn a_frame_does_not_speak_for_another_connection() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    anns.say("nonsense").await;
    anns.next("problem").await;
    bobs.ping().await;
    bobs.assert_no_more("problem");
    assert_eq!(bobs.all()[0]["seq"], Value::Null);
}

#[tokio::test]
async fn a_frame_that_claims_to_disconnect_leaves_the_connection_registered() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let mut bobs = pair.bob.connect().await;
    bobs.say(r#"{"action":"$disconnect"}"#).await;
    bobs.next("problem").await;
    pair.ann.send(&pair.thread, "still there?").await;
    bobs.message("still there?").await;
}

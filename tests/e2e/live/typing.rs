//! The typing signal: rule 24, as far as rule 7 goes. Each test counts frames, so each has a stack of its own.

use serde_json::{Value, json};
use tests::{Pair, Stack};

#[tokio::test]
async fn rule_24_typing_reaches_the_other_and_nobody_else() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let stranger = stack.user("stranger").await;
    let (mut anns, mut bobs, mut theirs) = tokio::join!(pair.ann.connect(), pair.bob.connect(), stranger.connect());
    anns.typing(&pair.thread).await;
    let typing = bobs.next("typing").await;
    assert_eq!((&typing["thread_id"], &typing["actor_id"]), (&json!(pair.thread), &json!(pair.ann.id)));
    assert_eq!(typing.get("seq").unwrap_or(&Value::Null), &Value::Null);
    stack.socket_route_ran("typing", 1).await;
    theirs.ping().await;
    theirs.assert_no_more("typing");
    assert_eq!(pair.ann.thread(&pair.thread).await["last_seq"], 1, "typing is not stored");
}

#[tokio::test]
async fn rule_07_neither_side_of_a_request_sees_the_other_typing() {
    let stack = Stack::own();
    let pair = Pair::request(&stack).await;
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    bobs.typing(&pair.thread).await;
    anns.typing(&pair.thread).await;
    stack.socket_route_ran("typing", 2).await;
    anns.ping().await;
    anns.assert_no_more("typing");
    bobs.ping().await;
    bobs.assert_no_more("typing");
    pair.bob.post_empty(&pair.path("/accept")).await.expect(200);
    bobs.typing(&pair.thread).await;
    anns.next("typing").await;
    anns.typing(&pair.thread).await;
    bobs.next("typing").await;
}

#[tokio::test]
async fn rule_24_who_switched_it_off_is_not_seen_typing() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    pair.ann.patch("/settings", &json!({"typing_indicators": false})).await.expect(200);
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    anns.typing(&pair.thread).await;
    stack.socket_route_ran("typing", 1).await;
    bobs.ping().await;
    bobs.assert_no_more("typing");
}

#[tokio::test]
async fn rule_06_no_typing_passes_a_block() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    pair.bob.block(&pair.ann).await;
    anns.typing(&pair.thread).await;
    bobs.typing(&pair.thread).await;
    stack.socket_route_ran("typing", 2).await;
    for socket in [&mut anns, &mut bobs] {
        socket.ping().await;
        socket.assert_no_more("typing");
    }
}

#[tokio::test]
async fn a_stranger_cannot_type_into_a_thread() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let stranger = stack.user("stranger").await;
    let (mut bobs, mut theirs) = tokio::join!(pair.bob.connect(), stranger.connect());
    theirs.typing(&pair.thread).await;
    theirs.typing("no-such-thread").await;
    stack.socket_route_ran("typing", 2).await;
    bobs.ping().await;
    bobs.assert_no_more("typing");
    theirs.ping().await;
}

#[tokio::test]
async fn rule_24_of_a_burst_one_frame_passes_and_the_others_cost_no_write() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let other = pair.ann.open(&stack.user("other").await).await;
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    for _ in 0..40 {
        anns.typing(&pair.thread).await;
    }
    stack.socket_route_ran("typing", 40).await;
    bobs.next("typing").await;
    bobs.ping().await;
    bobs.assert_no_more("typing");
    let frames: Vec<_> = stack.invocations().await.into_iter().filter(|frame| frame.route_key == "typing").collect();
    let written: f64 = frames.iter().map(|frame| frame.wru + frame.wru_after).sum();
    assert!(written <= 1.0, "40 frames took {written} write units");
    // Another thread, and another connection, are others.
    anns.typing(&other).await;
    let mut second = pair.ann.connect().await;
    second.typing(&pair.thread).await;
    bobs.next("typing").await;
}

//! A push is a hint: rule 23.

use tests::{DatabaseFault, Fault, Pair, SocketFault, Stack};

/// How often a connection that was just opened is posted to before it counts as gone.
const LOOKS: u64 = 3;

#[tokio::test]
async fn rule_23_a_410_removes_that_connection_and_nothing_else() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let (mut anns, mut first, mut second) = tokio::join!(pair.ann.connect(), pair.bob.connect(), pair.bob.connect());
    let gone = stack.inject(Fault::socket(&stack.connection_id(&first).await, SocketFault::Gone).always()).await;

    let one = pair.ann.sending(&pair.thread, "one").await;
    one.expect(201);
    second.message("one").await;
    anns.message("one").await;
    let invocation = stack.finished(&one).await;
    assert!(invocation.removed(), "the connection was removed: {invocation:?}");
    assert_eq!(stack.fired(&gone).await, LOOKS);

    // From now on it is not posted to any more, even if it could be.
    let two = pair.ann.sending(&pair.thread, "two").await;
    second.message("two").await;
    anns.message("two").await;
    stack.finished(&two).await;
    assert_eq!(stack.fired(&gone).await, LOOKS, "a connection that is gone was posted to again");
    stack.clear_faults().await;
    let three = pair.bob.sending(&pair.thread, "three").await;
    second.message("three").await;
    anns.message("three").await;
    stack.finished(&three).await;
    first.ping().await;
    first.assert_no_more("message.created");
    assert_eq!(pair.bob.texts(&pair.thread).await, ["one", "two", "three"]);
}

#[tokio::test]
async fn rule_23_a_410_of_a_socket_that_is_just_opening_costs_no_event() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let mut bobs = pair.bob.connect().await;
    let id = stack.connection_id(&bobs).await;
    // As API Gateway answers until it has heard that the handshake went well.
    for times in 1..LOOKS {
        let not_yet = Fault::socket(&id, SocketFault::Gone).times(u32::try_from(times).unwrap());
        let not_yet = stack.inject(not_yet).await;
        let text = format!("refused {times} times");
        let sent = pair.ann.sending(&pair.thread, &text).await;
        sent.expect(201);
        bobs.message(&text).await;
        let invocation = stack.finished(&sent).await;
        assert!(!invocation.removed(), "the connection was removed: {invocation:?}");
        assert_eq!(stack.fired(&not_yet).await, times);
    }
    pair.ann.send(&pair.thread, "and it stays").await;
    bobs.message("and it stays").await;
}

#[tokio::test]
async fn rule_23_a_410_of_the_senders_own_connection_removes_no_other() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let (first, mut second, mut bobs) = tokio::join!(pair.ann.connect(), pair.ann.connect(), pair.bob.connect());
    stack.inject(Fault::socket(&stack.connection_id(&first).await, SocketFault::Gone).always()).await;
    for text in ["one", "two"] {
        let sent = pair.ann.sending(&pair.thread, text).await;
        second.message(text).await;
        bobs.message(text).await;
        stack.finished(&sent).await;
    }
    first.assert_no_more("message.created");
}

#[tokio::test]
async fn rule_23_all_connections_gone_at_once_leave_a_user_who_can_come_back() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let mut sockets = Vec::new();
    for _ in 0..4 {
        let socket = pair.bob.connect().await;
        stack.inject(Fault::socket(&stack.connection_id(&socket).await, SocketFault::Gone).always()).await;
        sockets.push(socket);
    }
    let sent = pair.ann.sending(&pair.thread, "one").await;
    sent.expect(201);
    stack.finished(&sent).await;
    let mut back = pair.bob.connect().await;
    let sent = pair.ann.sending(&pair.thread, "two").await;
    back.message("two").await;
    let invocation = stack.finished(&sent).await;
    assert!(!invocation.removed(), "nothing was left to be removed: {invocation:?}");
    for socket in &sockets {
        socket.assert_no_more("message.created");
    }
}

#[tokio::test]
async fn rule_23_any_other_failure_of_a_push_keeps_the_connection() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let (mut first, mut second) = tokio::join!(pair.bob.connect(), pair.bob.connect());
    let id = stack.connection_id(&first).await;
    for fault in [SocketFault::InternalError, SocketFault::LimitExceeded] {
        stack.inject(Fault::socket(&id, fault).always()).await;
        let lost = format!("during {fault:?}");
        let sent = pair.ann.sending(&pair.thread, &lost).await;
        sent.expect(201);
        second.message(&lost).await;
        stack.finished(&sent).await;
        stack.clear_faults().await;
        let after = format!("after {fault:?}");
        pair.ann.send(&pair.thread, &after).await;
        first.message(&after).await;
        second.message(&after).await;
    }
}

#[tokio::test]
async fn rule_23_a_lost_disconnect_is_found_at_the_next_push() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let (first, mut second) = tokio::join!(pair.bob.connect(), pair.bob.connect());
    let lost = stack.inject(Fault::socket(&stack.connection_id(&first).await, SocketFault::LostDisconnect)).await;
    first.close().await;
    stack.await_fault(&lost, 1).await;
    let one = pair.ann.sending(&pair.thread, "one").await;
    one.expect(201);
    second.message("one").await;
    let found = stack.finished(&one).await;
    let two = pair.ann.sending(&pair.thread, "two").await;
    second.message("two").await;
    let clean = stack.finished(&two).await;
    assert!(found.removed(), "the first push removed it: {found:?}");
    assert!(!clean.removed(), "and the second found nothing to remove: {clean:?}");
}

#[tokio::test]
async fn rule_23_a_slow_connection_delays_neither_the_answer_nor_any_other() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let (mut slow, mut quick, mut anns) = tokio::join!(pair.bob.connect(), pair.bob.connect(), pair.ann.connect());
    stack.inject(Fault::socket(&stack.connection_id(&slow).await, SocketFault::DelayMs(2_500)).always()).await;
    for text in ["one", "two", "three"] {
        pair.ann.send(&pair.thread, text).await;
        quick.message(text).await;
        anns.message(text).await;
    }
    assert!(
        slow.seen("message.created").is_empty(),
        "three messages were answered and pushed before the slow one got its first"
    );
    pair.bob.send(&pair.thread, "four").await;
    anns.message("four").await;
    stack.clear_faults().await;
    pair.ann.send(&pair.thread, "five").await;
    slow.message("five").await;
}

#[tokio::test]
async fn rule_23_a_connection_that_never_answers_holds_up_nobody() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let (deaf, mut quick) = tokio::join!(pair.bob.connect(), pair.bob.connect());
    stack.inject(Fault::socket(&stack.connection_id(&deaf).await, SocketFault::DelayMs(60_000)).always()).await;
    let sent = pair.ann.sending(&pair.thread, "one").await;
    sent.expect(201);
    quick.message("one").await;
    // The fan-out gives up on it well before the function's own time is over.
    let invocation = stack.finished(&sent).await;
    assert_eq!(invocation.status, Some(201));
}

#[tokio::test]
async fn rule_23_a_slow_look_for_connections_delays_the_event_and_not_the_answer() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let mut bobs = pair.bob.connect().await;
    pair.ann.send(&pair.thread, "warm").await;
    bobs.message("warm").await;

    // The first read of a send is what it decides by; those after it look for connections.
    let slow = Fault::database(DatabaseFault::HoldBefore).function("MessageFunction").operation("BatchGetItem");
    let slow = stack.hold(slow.skip(1).always()).await;
    let sent = pair.ann.sending(&pair.thread, "slow").await;
    sent.expect(201);
    slow.reached().await;
    bobs.ping().await;
    assert!(bobs.seen("message.created").len() == 1, "the event came before its connections were found");
    slow.release().await;
    bobs.message("slow").await;
    let invocation = stack.finished(&sent).await;
    let found_late = invocation.calls.iter().any(|call| call.operation == "BatchGetItem" && call.after_answer);
    assert!(found_late, "the connections were found before the answer: {invocation:?}");
}

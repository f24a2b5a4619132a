//! A send whose outcome is unknown, at every place where it can become unknown, and then the same key again.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Call, DatabaseFault, Fault, Pair, Stack, User, fresh_key};

/// More attempts than any single fault could need.
const ATTEMPTS: usize = 5;

/// What a client does that hears nothing: the same again, until it hears something that is no failure.
async fn insist(call: &Call) -> Value {
    for _ in 0..ATTEMPTS {
        match call.clone().outcome().await {
            Ok(answer) if answer.status < 500 => return answer.expect(201).clone(),
            Ok(failure) => eprintln!("try again after {}", failure.text()),
            Err(lost) => eprintln!("try again after {lost}"),
        }
    }
    panic!("no answer in {ATTEMPTS} attempts");
}

/// The table calls that the function made for one undisturbed request, before and after its answer.
async fn calls_of(stack: &Stack, call: Call) -> u32 {
    let invocation = stack.finished(&call.await).await;
    u32::try_from(invocation.calls.len()).unwrap()
}

async fn assert_dense(user: &User, thread: &str) {
    let seqs: Vec<u64> = user.events(thread).await.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<u64>>());
}

/// Sends a message for every place of the send path at which `fault` can strike, and finds each message once.
async fn every_place_of_a_send(fault: DatabaseFault) {
    let stack = Stack::own();
    stack.excuse("functions lose answers or die on purpose");
    let pair = Pair::new(&stack).await;
    let places = calls_of(&stack, pair.ann.sending(&pair.thread, "undisturbed")).await;
    let mut expected = vec!["undisturbed".to_owned()];
    for place in 0..places {
        let text = format!("{fault:?} at call {place}");
        let armed = stack.inject(Fault::database(fault).function("MessageFunction").skip(place)).await;
        let body = json!({"text": text});
        let call = pair.ann.call(Method::POST, &pair.path("/messages")).key(&fresh_key()).json(&body);
        let sent = insist(&call).await;
        stack.await_fault(&armed, 1).await;
        stack.clear_faults().await;
        assert_eq!(sent["text"], text);
        assert_eq!(insist(&call).await, sent, "a repeat gives the first response");
        expected.push(text);
        assert_eq!(pair.bob.texts(&pair.thread).await, expected);
    }
    assert_dense(&pair.bob, &pair.thread).await;
    assert!(places >= 2, "a send reads and writes");
}

#[tokio::test]
async fn rule_15_the_gateways_answer_is_lost() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let path = pair.path("/messages");
    let call = pair.ann.post(&path, &json!({"text": "hello"})).key(&fresh_key());
    stack.inject(Fault::answer_lost("POST", &path).times(2)).await;
    call.clone().outcome().await.unwrap_err();
    call.clone().outcome().await.unwrap_err();
    let third = call.await;
    assert_eq!(third.expect(201)["seq"], 2);
    assert!(third.replayed());
    assert_eq!(pair.bob.texts(&pair.thread).await, ["hello"]);
}

#[tokio::test]
async fn rule_15_the_answer_of_any_table_call_is_lost() {
    every_place_of_a_send(DatabaseFault::AnswerLost).await;
}

#[tokio::test]
async fn rule_15_the_function_dies_before_any_table_call() {
    every_place_of_a_send(DatabaseFault::KillBefore).await;
}

#[tokio::test]
async fn rule_15_the_function_dies_after_any_table_call() {
    every_place_of_a_send(DatabaseFault::KillAfter).await;
}

#[tokio::test]
async fn rule_15_the_table_fails_at_any_call() {
    every_place_of_a_send(DatabaseFault::InternalError).await;
}

#[tokio::test]
async fn rule_15_opening_with_a_message_happens_once_wherever_it_is_cut_off() {
    for fault in [DatabaseFault::AnswerLost, DatabaseFault::KillBefore, DatabaseFault::KillAfter] {
        let stack = Stack::own();
        stack.excuse("functions lose answers or die on purpose");
        let open = |ann: &User, bob: &User| {
            let body = json!({"kind": "direct", "user_id": bob.id, "message": {"text": "hello"}});
            ann.post("/threads", &body).key(&fresh_key())
        };
        let (ann, bob) = Pair::strangers(&stack).await;
        let places = calls_of(&stack, open(&ann, &bob)).await;
        for place in 0..places {
            let (ann, bob) = Pair::strangers(&stack).await;
            let armed = stack.inject(Fault::database(fault).function("ThreadFunction").skip(place)).await;
            let call = open(&ann, &bob);
            let thread = insist(&call).await;
            stack.await_fault(&armed, 1).await;
            stack.clear_faults().await;
            assert_eq!(insist(&call).await, thread, "{fault:?} at call {place}");
            let thread = thread["id"].as_str().unwrap();
            assert_eq!(bob.texts(thread).await, ["hello"], "{fault:?} at call {place}");
            assert_eq!(ann.thread(thread).await["last_seq"], 2);
            assert_eq!(bob.boxed("requests").await, [thread]);
        }
    }
}

#[tokio::test]
async fn rule_15_a_request_that_is_cut_off_uses_up_one_of_its_three_messages_once() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let pair = Pair::request(&stack).await;
    for number in 0..3 {
        let fault =
            Fault::database(DatabaseFault::KillAfter).function("MessageFunction").operation("TransactWriteItems");
        let armed = stack.inject(fault).await;
        insist(&pair.ann.sending(&pair.thread, &number.to_string())).await;
        stack.await_fault(&armed, 1).await;
        stack.clear_faults().await;
    }
    pair.ann.sending(&pair.thread, "four").await.problem("request-pending");
    assert_eq!(pair.bob.texts(&pair.thread).await, ["0", "1", "2"]);
}

#[tokio::test]
async fn rule_06_a_block_whose_function_dies_holds_once_it_is_repeated() {
    for fault in [DatabaseFault::KillBefore, DatabaseFault::KillAfter, DatabaseFault::AnswerLost] {
        let stack = Stack::own();
        stack.excuse("functions die on purpose");
        let pair = Pair::new(&stack).await;
        let path = format!("/me/blocked/{}", pair.ann.id);
        let (carl, dora) = Pair::strangers(&stack).await;
        let places = calls_of(&stack, carl.put_empty(&format!("/me/blocked/{}", dora.id))).await;
        for place in 0..places {
            let armed = stack.inject(Fault::database(fault).function("UserFunction").skip(place)).await;
            while !matches!(pair.bob.put_empty(&path).outcome().await, Ok(answer) if answer.status == 200) {}
            stack.await_fault(&armed, 1).await;
            stack.clear_faults().await;
            pair.ann.sending(&pair.thread, "after").await.problem("contact-closed");
            pair.bob.unblock(&pair.ann).await;
        }
        assert!(pair.ann.history(&pair.thread).await.is_empty());
    }
}

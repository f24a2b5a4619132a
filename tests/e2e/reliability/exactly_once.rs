//! A send whose outcome is unknown, at every place where it can become unknown, and then the same key again.

use reqwest::Method;
use serde_json::json;
use tests::{Answer, Call, DatabaseFault, Fault, Group, Pair, Stack, User, agree, fresh_key};

use super::settling::{FULL, settle, text, undisturbed};

/// More attempts than any single fault could need.
const ATTEMPTS: usize = 5;

/// What a client does that hears nothing: the same again, until it hears something that is no failure.
async fn insist(call: &Call) -> Answer {
    for _ in 0..ATTEMPTS {
        match call.clone().outcome().await {
            Ok(answer) if answer.status < 500 => {
                answer.expect(201);
                return answer;
            }
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

/// Sends up to a settled tail, once for every place on this way at which `fault` can strike, and finds each message once. The
/// calls behind the responses are among these places: those that make items, and those that settle.
async fn every_place_of_a_run(fault: DatabaseFault, author: &User, reader: &User, thread: &str, stack: &Stack) {
    let calls = undisturbed(stack, author, thread).await;
    for (operation, least) in [("BatchGetItem", 3), ("UpdateItem", 4), ("PutItem", 6), ("Query", 1)] {
        assert!(calls.iter().filter(|name| *name == operation).count() >= least, "few {operation} in {calls:?}");
    }
    let mut expected = agree::check(reader, thread).await;
    let (path, mut first) = (format!("/threads/{thread}/messages"), None);
    for (place, operation) in calls.iter().enumerate() {
        expected.push(settle(author, thread).await["text"].as_str().unwrap().to_owned());
        let skip = u32::try_from(place).unwrap();
        let armed = stack.inject(Fault::database(fault).function("MessageFunction").skip(skip)).await;
        // Until it has struck, and one more.
        let (mut fired, mut sent) = (0, Vec::new());
        for number in 0..FULL {
            let text = text(&format!("until {fault:?} at call {place}"), number);
            let call = author.call(Method::POST, &path).key(&fresh_key()).json(&json!({"text": text}));
            let answer = insist(&call).await;
            assert_eq!(answer.json["text"], text);
            stack.finished(&answer).await;
            expected.push(text);
            sent.push((call, answer.json));
            if fired > 0 {
                break;
            }
            fired = stack.fired(&armed).await;
        }
        stack.await_fault(&armed, 1).await;
        stack.clear_faults().await;
        for (call, answer) in &sent {
            assert_eq!(&insist(call).await.json, answer, "a repeat gives the first response");
        }
        assert_eq!(reader.texts(thread).await, expected, "{fault:?} at call {place}: {operation}");
        first = first.or(sent.into_iter().next());
    }
    assert_eq!(agree::check(reader, thread).await, expected);
    assert_eq!(agree::check(author, thread).await, expected);
    let (call, sent) = first.unwrap();
    let again = call.await;
    assert_eq!((again.expect(201), again.replayed()), (&sent, true), "the first of all, from its record");
}

async fn between_two(fault: DatabaseFault) {
    let stack = Stack::own();
    stack.excuse("functions lose answers or die on purpose");
    let pair = Pair::new(&stack).await;
    every_place_of_a_run(fault, &pair.ann, &pair.bob, &pair.thread, &stack).await;
}

async fn in_a_group(fault: DatabaseFault) {
    let stack = Stack::own();
    stack.excuse("functions lose answers or die on purpose");
    let group = Group::new(&stack).await;
    every_place_of_a_run(fault, &group.carl, &group.ann, &group.thread, &stack).await;
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
    tokio::join!(between_two(DatabaseFault::AnswerLost), in_a_group(DatabaseFault::AnswerLost));
}

#[tokio::test]
async fn rule_15_the_function_dies_before_any_table_call() {
    tokio::join!(between_two(DatabaseFault::KillBefore), in_a_group(DatabaseFault::KillBefore));
}

#[tokio::test]
async fn rule_15_the_function_dies_after_any_table_call() {
    tokio::join!(between_two(DatabaseFault::KillAfter), in_a_group(DatabaseFault::KillAfter));
}

#[tokio::test]
async fn rule_15_the_table_fails_at_any_call() {
    tokio::join!(between_two(DatabaseFault::InternalError), in_a_group(DatabaseFault::InternalError));
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
            let thread = insist(&call).await.json;
            stack.await_fault(&armed, 1).await;
            stack.clear_faults().await;
            assert_eq!(insist(&call).await.json, thread, "{fault:?} at call {place}");
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

//! A new profile reaches the groups behind the response, whatever dies on the way: rule 1.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::iter;
use reqwest::Client;
use serde_json::{Value, json};
use tests::{DatabaseFault, Fault, Pair, QueueFault, Stack, User};

const QUEUE: &str = "SnapshotsQueue";
const DEAD_LETTERS: &str = "SnapshotsDeadLetters";

/// Groups of `user` with `other`.
async fn groups(user: &User, other: &User, count: usize) -> Vec<String> {
    iter(0..count).map(|_| async { user.create_group(&[other]).await }).buffer_unordered(8).collect().await
}

fn renamed(user: &User, name: &str) -> Value {
    json!({"username": user.name, "display_name": name})
}

/// The name of `user` in each group that `viewer` lists, without repeats.
async fn names(viewer: &User, user: &User) -> Vec<String> {
    let listed = viewer.list("/threads").await;
    let members = listed.iter().flat_map(|thread| thread["members"].as_array().unwrap());
    let own = members.filter(|member| member["user"]["id"] == user.id);
    let mut names: Vec<String> =
        own.map(|member| member["user"]["display_name"].as_str().unwrap().to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[tokio::test]
async fn rule_01_a_new_profile_reaches_every_group_behind_the_response() {
    let stack = Stack::own();
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.follow(&ann).await;
    let made = groups(&ann, &bob, 3).await;
    let answer = ann.put("/me", &renamed(&ann, "Ann the Second")).await;
    assert_eq!(answer.expect(200)["display_name"], "Ann the Second");
    let shown = bob.thread(&made[0]).await;
    let shown = shown["members"].as_array().unwrap().iter().find(|member| member["user"]["id"] == ann.id).unwrap();
    assert_eq!(shown["user"]["display_name"], "Ann the Second", "one thread shows it at once");
    stack.worked_off(QUEUE).await;
    assert_eq!(names(&bob, &ann).await, ["Ann the Second"]);
    // Two at once: the later one stays, in whichever order their messages come.
    let both = ["Third", "Fourth"].map(|name| ann.put("/me", &renamed(&ann, name)).into_future());
    futures_util::future::join_all(both).await.iter().for_each(|answer| drop(answer.expect(200).clone()));
    stack.worked_off(QUEUE).await;
    let name = ann.get("/me").await.json["display_name"].as_str().unwrap().to_owned();
    assert_eq!(names(&bob, &ann).await, [name]);
    assert!(stack.queue(DEAD_LETTERS).await.messages.is_empty());
}

#[tokio::test]
async fn rule_01_the_work_on_many_groups_goes_on_where_it_died() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.follow(&ann).await;
    groups(&ann, &bob, 130).await;
    // It dies among the second hundred.
    let dies =
        Fault::database(DatabaseFault::KillBefore).function("SnapshotsFunction").operation("UpdateItem").skip(110);
    let armed = stack.inject(dies).await;
    ann.put("/me", &renamed(&ann, "Ann of Many Groups")).await.expect(200);
    stack.show(QUEUE).await;
    stack.await_fault(&armed, 1).await;
    stack.worked_off(QUEUE).await;
    assert_eq!(names(&bob, &ann).await, ["Ann of Many Groups"]);
    let ran: Vec<_> = stack.invocations().await.into_iter().filter(|ran| ran.function == "SnapshotsFunction").collect();
    let updates = |ran: &tests::Invocation| ran.calls.iter().filter(|call| call.operation == "UpdateItem").count();
    assert_eq!((ran.len(), updates(&ran[1])), (2, 31), "the second attempt has 30 groups left, and the profile");
}

#[tokio::test]
async fn rule_01_a_profile_that_is_stored_reaches_the_groups_though_the_request_died() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.follow(&ann).await;
    groups(&ann, &bob, 2).await;
    let dies = Fault::database(DatabaseFault::KillAfter).function("UserFunction").operation("TransactWriteItems");
    stack.inject(dies).await;
    ann.put("/me", &renamed(&ann, "Ann After All")).await.expect(500);
    stack.worked_off(QUEUE).await;
    assert_eq!(names(&bob, &ann).await, ["Ann After All"]);
}

#[tokio::test]
async fn rule_01_a_message_that_comes_before_its_profile_waits_for_it() {
    let stack = Stack::own();
    stack.excuse("a message comes too early");
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.follow(&ann).await;
    groups(&ann, &bob, 2).await;
    let held = Fault::database(DatabaseFault::HoldBefore).function("UserFunction").operation("TransactWriteItems");
    let held = stack.hold(held).await;
    let renaming = tokio::spawn(ann.put("/me", &renamed(&ann, "Ann in Time")).into_future());
    held.reached().await;
    stack.show(QUEUE).await;
    stack.delivered(QUEUE, 1).await;
    assert_eq!(stack.queue(QUEUE).await.in_flight, 1, "it comes again");
    held.release().await;
    renaming.await.unwrap().expect(200);
    stack.worked_off(QUEUE).await;
    assert_eq!(names(&bob, &ann).await, ["Ann in Time"]);
}

#[tokio::test]
async fn rule_01_what_cannot_be_queued_is_not_stored() {
    let stack = Stack::own();
    stack.excuse("the queue fails");
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.follow(&ann).await;
    groups(&ann, &bob, 1).await;
    let before = ann.get("/me").await.json.clone();
    stack.inject(Fault::queue(QueueFault::InternalError).always()).await;
    ann.put("/me", &renamed(&ann, "Nobody")).await.problem("unavailable");
    assert_eq!(ann.get("/me").await.json, before);
    stack.clear_faults().await;
    // Once is forgiven, and a lost answer makes two messages of one.
    for fault in [QueueFault::InternalError, QueueFault::Throttle, QueueFault::AnswerLost] {
        let name = format!("Ann with {fault:?}");
        stack.inject(Fault::queue(fault)).await;
        ann.put("/me", &renamed(&ann, &name)).await.expect(200);
        stack.worked_off(QUEUE).await;
        assert_eq!(names(&bob, &ann).await, [name]);
    }
}

#[tokio::test]
async fn what_nobody_can_read_ends_among_the_dead_letters_and_holds_up_nothing() {
    let stack = Stack::own();
    stack.excuse("a message that is none");
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.follow(&ann).await;
    groups(&ann, &bob, 1).await;
    ann.put("/me", &renamed(&ann, "Ann")).await.expect(200);
    send(&stack, "no work").await;
    let dead = async || {
        stack.show(QUEUE).await;
        (!stack.queue(DEAD_LETTERS).await.messages.is_empty()).then_some(())
    };
    tests::wait::within_async(Duration::from_secs(20), "the message to be given up", dead).await;
    stack.drained(QUEUE).await;
    assert_eq!(stack.queue(DEAD_LETTERS).await.messages, ["no work"]);
    assert_eq!(names(&bob, &ann).await, ["Ann"]);
}

/// Sends a message as an operator would.
async fn send(stack: &Stack, body: &str) {
    let key = stack.access_key();
    let scope = "20250101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0";
    let url = format!("{}/123456789012/{}", stack.queues_url(), stack.queue(QUEUE).await.name);
    let body = json!({"QueueUrl": url, "MessageBody": body});
    let request = Client::new().post(stack.queues_url()).header("x-amz-target", "AmazonSQS.SendMessage");
    let request = request.header("authorization", format!("AWS4-HMAC-SHA256 Credential={key}/{scope}"));
    let answer = request.body(body.to_string()).send().await.expect("the queue answers");
    assert_eq!(answer.status(), 200);
}

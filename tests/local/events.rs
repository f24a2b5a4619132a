//! Events of new objects and of the clock, and what becomes of those that a function fails to handle.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Fault, ObjectFault};

use crate::files::{BUCKET, Files, LISTENER};

#[tokio::test]
async fn a_function_hears_of_every_new_object_under_its_prefix() {
    let files = Files::start();
    files.put("in/a%20%2B%C3%A4.txt", "hello").await;
    files.put("out/other", "not this one").await;
    let copied = [("x-amz-copy-source", &*files.target("out/other"))];
    assert_eq!(files.owner(&Method::PUT, "in/b", &copied, b"").await.status, 200);
    let calls = files.stack.caused(BUCKET, 2).await;
    files.stack.handled(LISTENER).await;
    assert_eq!(files.keys().await, ["in/a +ä.txt", "in/b", "out/a +ä.txt", "out/b", "out/other"]);
    assert_eq!(files.owner(&Method::GET, "out/a%20%2B%C3%A4.txt", &[], b"").await.text, "hello");
    let operations: Vec<&str> = calls[0].object_calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!((operations, calls[0].status), (vec!["GetObject", "PutObject"], Some(200)));
}

#[tokio::test]
async fn an_event_comes_again_after_a_failure() {
    let files = Files::start();
    files.stack.excuse("the function fails on purpose");
    for fault in [ObjectFault::InternalError, ObjectFault::KillAfter] {
        let fault = Fault::object(fault).function(LISTENER).operation("GetObject");
        let fault = files.stack.inject(fault).await;
        files.put("in/a", "hello").await;
        files.stack.await_fault(&fault, 1).await;
        files.call_again_after_failure().await;
        files.stack.handled(LISTENER).await;
        assert!(files.keys().await.contains(&"out/a".to_owned()));
        files.owner(&Method::DELETE, "out/a", &[], b"").await;
    }
    assert!(files.stack.queue("Failed").await.messages.is_empty());
}

#[tokio::test]
async fn an_event_that_fails_too_often_goes_to_its_destination() {
    let files = Files::start();
    files.stack.excuse("the function fails on purpose");
    let fault = files.stack.inject(Fault::object(ObjectFault::Throttle).function(LISTENER).always()).await;
    files.put("in/a", "hello").await;
    files.stack.await_fault(&fault, 1).await;
    files.call_again_after_failure().await;
    files.stack.handled(LISTENER).await;
    let queue = files.stack.queue("Failed").await;
    let [message] = queue.messages.as_slice() else { panic!("one event was given up: {queue:?}") };
    let record: Value = serde_json::from_str(message).expect("it is JSON");
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 2);
    let told = &record["requestPayload"]["Records"][0];
    assert_eq!((&told["eventName"], &told["s3"]["object"]["key"]), (&json!("ObjectCreated:Put"), &json!("in/a")));
    assert_eq!(told["s3"]["bucket"]["name"], files.stack.bucket_name());
    assert_eq!((&told["s3"]["object"]["size"], &told["eventSource"]), (&json!(5), &json!("aws:s3")));
    let calls = files.stack.caused(BUCKET, 2).await;
    assert_eq!(calls[0].request_id, calls[1].request_id, "it is the same event");
}

#[tokio::test]
async fn a_queue_can_be_told_too() {
    let files = Files::start();
    files.put("told/a", "hello").await;
    let queue = files.stack.queue("Told").await;
    let [message] = queue.messages.as_slice() else { panic!("one message: {queue:?}") };
    let event: Value = serde_json::from_str(message).expect("it is JSON");
    assert_eq!(event["Records"][0]["s3"]["object"]["key"], "told/a");
    assert_eq!(files.keys().await, ["told/a"]);
}

#[tokio::test]
async fn a_schedule_fires_when_a_test_says_so() {
    let files = Files::start();
    files.stack.fire(LISTENER).await;
    let calls = files.stack.caused("Daily", 1).await;
    assert_eq!(calls[0].status, Some(200));
    files.stack.handled(LISTENER).await;
    assert_eq!(files.owner(&Method::GET, "out/other", &[], b"").await.text, r#"{"sweep":true}"#);
}

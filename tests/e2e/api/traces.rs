//! What goes to X-Ray: a subsegment for each request where the template says so, and nothing otherwise.

use serde_json::{Value, json};
use tests::{Pair, Profile, Stack, wait};

/// The subsegment of a request, once it is there.
async fn trace(stack: &Stack, request_id: &str) -> Value {
    let of_request =
        |traces: Vec<Value>| traces.into_iter().find(|document| document["annotations"]["request_id"] == request_id);
    wait::until_async("a trace", async || of_request(stack.traces().await)).await
}

#[tokio::test]
async fn a_traced_request_tells_its_calls() {
    let stack = Stack::with(Profile::Debug, &["--parameter", "Tracing=on"]);
    let pair = Pair::new(&stack).await;
    let _bobs = pair.bob.connect().await;
    let sent = pair.ann.sending(&pair.thread, "hello").await;
    sent.expect(201);
    let run = stack.finished(&sent).await;

    let document = trace(&stack, sent.request_id()).await;
    let annotations = json!({
        "request_id": sent.request_id(), "route": "POST /threads/{thread_id}/messages", "status": 201,
    });
    assert_eq!(document["annotations"], annotations);
    assert_eq!(stack.log_line(sent.request_id()).await["trace_id"], document["trace_id"]);
    let calls = document["subsegments"].as_array().expect("it has subsegments");
    let mut operations: Vec<&str> = calls.iter().filter_map(|call| call["aws"]["operation"].as_str()).collect();
    operations.sort_unstable();
    let mut expected: Vec<&str> = run.calls.iter().map(|call| call.operation.as_str()).collect();
    expected.push("PostToConnection");
    expected.sort_unstable();
    assert_eq!(operations, expected, "{document}");
    for call in calls {
        let within = |name: &str| call[name].as_f64() >= document["start_time"].as_f64();
        assert!(within("start_time") && within("end_time"), "{document}");
        assert!(call["end_time"].as_f64() <= document["end_time"].as_f64(), "{document}");
        assert!(call["fault"].is_null() && call["error"].is_null(), "{document}");
    }
}

#[tokio::test]
async fn nothing_is_traced_unless_the_template_says_so() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let sent = pair.ann.sending(&pair.thread, "hello").await;
    stack.finished(&sent).await;
    assert_eq!(stack.log_line(sent.request_id()).await["trace_id"], Value::Null);
    assert_eq!(stack.traces().await, Vec::<Value>::new());
}

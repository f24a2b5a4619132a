//! The line that a function logs of each request: found by the id that the client was given, with its cost as metrics, and
//! nothing that anybody said or is called.

use serde_json::{Value, json};
use tests::{Invocation, Pair, Stack};

/// Demands that a line is a log event in CloudWatch's embedded metric format, and gives its metrics: every name that the
/// directive lists is a number at the top of the line.
fn metrics(line: &Value) -> Vec<(String, f64)> {
    let directive = &line["_aws"];
    assert!(directive["Timestamp"].as_i64().is_some_and(|ms| ms > 1_700_000_000_000), "{line}");
    let [set] = &directive["CloudWatchMetrics"].as_array().expect("a directive has sets")[..] else {
        panic!("there is one set: {line}")
    };
    assert_eq!((&set["Namespace"], &set["Dimensions"]), (&json!("Backchannel"), &json!([["Function"]])), "{line}");
    assert!(line["Function"].is_string(), "{line}");
    let definitions = set["Metrics"].as_array().expect("a set has metrics");
    let metric = |definition: &Value| {
        assert_eq!(definition["Unit"], "Count", "{line}");
        let name = definition["Name"].as_str().expect("a metric has a name");
        (name.to_owned(), line[name].as_f64().unwrap_or_else(|| panic!("{name} is no number of {line}")))
    };
    definitions.iter().map(metric).collect()
}

/// Demands that a line tells what the invocation cost.
fn costs(line: &Value, run: &Invocation) {
    let (rru, wru) = (run.rru + run.rru_after, run.wru + run.wru_after);
    assert_eq!((line["rru"].as_f64(), line["wru"].as_f64()), (Some(rru), Some(wru)), "{line}");
    assert_eq!(line["dynamodb_calls"], run.calls.len(), "{line}");
}

#[tokio::test]
async fn a_request_is_one_line_with_the_id_that_its_answer_carries() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let (_anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    let sent = pair.ann.sending(&pair.thread, "a secret between the two").await;
    sent.expect(201);
    let run = stack.finished(&sent).await;
    bobs.message("a secret between the two").await;

    let line = stack.log_line(sent.request_id()).await;
    assert_eq!((&line["level"], &line["status"], &line["replayed"]), (&json!("INFO"), &json!(201), &json!(false)));
    assert_eq!(line["route"], "POST /threads/{thread_id}/messages");
    assert_eq!((&line["pushes"], &line["push_failures"]), (&json!(2), &json!(0)), "{line}");
    costs(&line, &run);
    let metrics = metrics(&line);
    let value = |name: &str| metrics.iter().find(|(metric, _)| metric == name).map(|(_, value)| *value);
    assert_eq!((value("Sends"), value("Pushes")), (Some(1.0), Some(2.0)), "{line}");
    // One message in eight is counted for its rate.
    assert!([Some(3.0), Some(4.0)].contains(&value("WriteUnits")), "{line}");
    assert_eq!((value("Failures"), value("PushFailures")), (None, None), "what is zero is left out: {line}");
    for private in ["secret", &pair.ann.name, &pair.bob.name, &pair.ann.id] {
        assert!(!line.to_string().contains(private), "{private} is in {line}");
    }
}

#[tokio::test]
async fn a_refusal_is_found_by_the_id_in_its_problem() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let refused = ann.get("/threads/nowhere").await;
    let problem = refused.problem("not-found");
    let line = stack.log_line(problem["request_id"].as_str().unwrap()).await;
    assert_eq!((&line["level"], &line["status"], &line["code"]), (&json!("INFO"), &json!(404), &json!("not-found")));

    let mut socket = ann.connect().await;
    socket.say("nonsense").await;
    let frame = socket.next("problem").await;
    let line = stack.log_line(frame["data"]["request_id"].as_str().unwrap()).await;
    assert_eq!((&line["route"], &line["status"]), (&json!("$default"), &json!(400)), "{line}");
}

#[tokio::test]
async fn a_failure_is_an_error_that_says_why_and_is_counted() {
    let stack = Stack::own();
    stack.excuse("the table refuses everything");
    let ann = stack.user("ann").await;
    stack.inject(tests::Fault::database(tests::DatabaseFault::Throttle).function("SettingsFunction").always()).await;
    let failed = ann.get("/settings").await;
    failed.problem("unavailable");
    stack.clear_faults().await;
    let line = stack.log_line(failed.request_id()).await;
    assert_eq!((&line["level"], &line["code"]), (&json!("ERROR"), &json!("unavailable")), "{line}");
    assert_eq!(line["cause"], "the table is over its limits");
    assert!(metrics(&line).contains(&("Failures".to_owned(), 1.0)), "{line}");
}

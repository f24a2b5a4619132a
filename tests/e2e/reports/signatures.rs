//! The routes of operators take signatures of IAM, and nothing else; the other routes take none.

use std::time::{Duration, SystemTime};

use reqwest::Method;
use serde_json::json;
use tests::{Answer, Pair, Stack};

/// Demands that API Gateway itself refused it.
#[track_caller]
fn refused(answer: &Answer, why: &str) {
    assert_eq!((answer.status, &answer.json), (403, &json!({"message": "Forbidden"})), "{why}: {}", answer.text());
}

#[tokio::test]
async fn rule_28_only_who_signs_as_an_operator_reads_and_closes_reports() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    let id = pair.bob.report(&pair.thread, 2).await;
    let closing = format!("/reports/{id}/closed");
    let operator = stack.operator();
    let now = SystemTime::now();
    let minutes = |minutes: u64| Duration::from_mins(minutes);
    let wrong = [
        ("another key", operator.but(|it| it.access_key = "AKIAIOSFODNN7EXAMPLE".to_owned())),
        ("the key of the table", operator.but(|it| it.access_key = stack.access_key())),
        ("another secret", operator.but(|it| it.secret = "wJalrXUtnFEMI".to_owned())),
        ("another region", operator.but(|it| it.region = "eu-central-1".to_owned())),
        ("another service", operator.but(|it| it.service = "dynamodb".to_owned())),
        ("too old", operator.but(|it| it.time = Some(now - minutes(6)))),
        ("too early", operator.but(|it| it.time = Some(now + minutes(6)))),
    ];
    for (why, operator) in &wrong {
        refused(&operator.get("/reports").await, why);
        refused(&operator.closing(&id).await, why);
    }
    let put = |path: &str, signed: (&Method, &str), body: &[u8]| operator.sending((&Method::PUT, path), signed, body);
    refused(&put(&closing, (&Method::PUT, &closing), b"{}").await, "another body");
    refused(&put(&closing, (&Method::GET, &closing), b"").await, "another method");
    refused(&put(&closing, (&Method::PUT, "/reports/rep_x/closed"), b"").await, "another path");
    let get = |path: &str, signed: &str| operator.sending((&Method::GET, path), (&Method::GET, signed), b"");
    refused(&get("/reports?limit=2", "/reports").await, "another query");
    refused(&get("/reports?limit=2", "/reports?limit=3").await, "another query");
    refused(&operator.get("/reports").header("x-amz-target", "x").await, "a header of AWS that is not signed");
    // Tokens of users, and nothing at all.
    for user in [pair.bob.clone(), pair.bob.signed_out()] {
        refused(&user.get("/reports").await, "no signature");
        refused(&user.put_empty(&closing).await, "no signature");
        // What a header says of who is calling is nothing.
        let claim = "arn:aws:iam::123456789012:user/operator";
        refused(&user.get("/reports").header("x-amzn-user-arn", claim).await, "a header");
    }
    assert_eq!(operator.reports().await.len(), 1, "nothing was closed");
    // A little off is no harm, in either direction, and the order of a query is not that of the signature.
    for time in [now - minutes(3), now + minutes(3)] {
        operator.but(|it| it.time = Some(time)).get("/reports").await.expect(200);
    }
    get("/reports?limit=2&x=1", "/reports?x=1&limit=2").await.expect(200);
    operator.closing(&id).await.expect(200);
}

#[tokio::test]
async fn rule_28_a_signature_is_good_for_no_route_of_users() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let operator = stack.operator();
    for (method, path) in [
        (Method::GET, "/me"),
        (Method::GET, "/threads"),
        (Method::GET, "/nothing/here"),
        (Method::POST, "/connections"),
    ] {
        let answer = operator.call(&method, path).await;
        assert_eq!((answer.status, &answer.json["message"]), (401, &json!("Unauthorized")), "{path}");
    }
    let answer = operator.call(&Method::POST, "/reports").json(&json!({"kind": "user", "user_id": ann.id})).await;
    assert_eq!(answer.status, 401);
    // Nor is a user an operator who has both.
    let both = bob.get("/reports");
    let signed = operator.signature(&Method::GET, "/reports", b"");
    let both = signed.iter().fold(both, |call, (name, value)| call.header(name, value));
    refused(&both.await, "a token beside the signature");
}

#[tokio::test]
async fn rule_28_the_key_of_the_operator_is_the_same_after_a_restart() {
    let stack = Stack::own();
    let before = stack.operator();
    stack.kill();
    stack.restart();
    let after = stack.operator();
    assert_eq!((&after.access_key, &after.secret), (&before.access_key, &before.secret));
    after.get("/reports").await.expect(200);
}

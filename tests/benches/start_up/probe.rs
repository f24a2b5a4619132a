//! The request that each function is measured with: one that reads, and changes nothing.

use bytes::Bytes;
use serde_json::{Value, json};
use tests::{Pair, Stack, User};

/// A request, as API Gateway hands it to a function.
pub(crate) struct Probe {
    /// The function's binary.
    pub(crate) function: &'static str,
    /// The route.
    pub(crate) route: &'static str,
    /// Calls of the table that it takes.
    pub(crate) calls: usize,
    /// The event.
    pub(crate) event: Bytes,
}

/// One for each function; the first is what the Node.js function answers too.
pub(crate) async fn all(stack: &Stack) -> Vec<Probe> {
    let pair = Pair::new(stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    // Somebody who is in nothing yet: an empty box is one read.
    let new = stack.user("new").await;
    let thread = pair.thread.as_str();
    let of_thread = |rest: &str| (format!("/threads/{thread}{rest}"), json!({"thread_id": thread, "seq": "2"}));
    let (members, in_thread) = of_thread("/members");
    let (message, _) = of_thread("/messages/2");
    let requests = [
        ("settings", "GET /settings", "/settings".to_owned(), "", json!({}), &pair.ann),
        ("user", "GET /me", "/me".to_owned(), "", json!({}), &pair.ann),
        ("thread", "GET /threads", "/threads".to_owned(), "", json!({}), &new),
        ("member", "GET /threads/{thread_id}/members", members, "", in_thread.clone(), &pair.ann),
        ("message", "GET /threads/{thread_id}/messages/{seq}", message, "", in_thread, &pair.ann),
    ];
    let mut probes = Vec::new();
    for (function, route, path, query, parameters, user) in requests {
        let answer = user.get(&path).await;
        answer.expect(200);
        let calls = stack.finished(&answer).await.calls.len();
        let event = Bytes::from(http(route, &path, query, &parameters, &token(user)).to_string());
        probes.push(Probe { function, route, calls, event });
    }
    // Nobody reported anything: an empty list is one read.
    let (route, path) = ("GET /reports", "/reports");
    let answer = stack.operator().get(path).await;
    assert!(answer.items().is_empty());
    let calls = stack.finished(&answer).await.calls.len();
    let event = Bytes::from(http(route, path, "", &json!({}), &operator()).to_string());
    probes.push(Probe { function: "report", route, calls, event });
    // A frame needs no table.
    let event = Bytes::from(ping().to_string());
    probes.push(Probe { function: "connection", route: "ping", calls: 0, event });
    probes
}

/// An event of the HTTP API, payload format 2.0.
fn http(route: &str, path: &str, query: &str, parameters: &Value, authorizer: &Value) -> Value {
    let (method, _) = route.split_once(' ').expect("a route has a method");
    let host = "abcdefghij.execute-api.us-east-1.amazonaws.com";
    json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": query,
        "headers": {"accept": "*/*", "host": host, "user-agent": "benchmark", "x-forwarded-proto": "https"},
        "pathParameters": parameters,
        "requestContext": {
            "accountId": "123456789012", "apiId": "abcdefghij", "domainName": host, "domainPrefix": "abcdefghij",
            "authorizer": authorizer,
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "benchmark",
            },
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": route, "stage": "$default",
            "time": "26/Nov/2026:12:00:00 +0000", "timeEpoch": 1_795_694_400_000_i64,
        },
        "isBase64Encoded": false,
    })
}

/// What API Gateway found out about a user.
fn token(user: &User) -> Value {
    json!({"jwt": {"claims": {"sub": user.id, "iss": "https://login.example.com/", "aud": "app"}, "scopes": null}})
}

/// What it found out about an operator.
fn operator() -> Value {
    let arn = "arn:aws:iam::123456789012:user/operator";
    json!({"iam": {
        "accessKey": "AKIAIOSFODNN7EXAMPLE", "accountId": "123456789012", "callerId": "AIDAEXAMPLE", "cognitoIdentity": null,
        "principalOrgId": "o-example", "userArn": arn, "userId": "AIDAEXAMPLE",
    }})
}

/// An event of the WebSocket API.
fn ping() -> Value {
    let host = "klmnopqrst.execute-api.us-east-1.amazonaws.com";
    json!({
        "requestContext": {
            "routeKey": "ping", "eventType": "MESSAGE", "connectionId": "Kf2bqd9WywMCEng=", "messageId": "Kf2bqe9WIAMCEng=",
            "connectedAt": 1_795_694_400_000_i64, "requestTimeEpoch": 1_795_694_400_500_i64,
            "requestTime": "26/Nov/2026:12:00:00 +0000", "requestId": "Kf2bqFE9oAMFeVg=",
            "extendedRequestId": "Kf2bqFE9oAMFeVg=", "messageDirection": "IN", "domainName": host, "stage": "dev",
            "apiId": "klmnopqrst", "identity": {"sourceIp": "192.0.2.1"},
        },
        "body": "{\"action\":\"ping\"}", "isBase64Encoded": false,
    })
}

//! Bad input of every kind is answered with a problem document and changes nothing.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Call, Pair, Stack, User, fresh_key};

/// Every route that takes a body, with a body that is right.
fn routes(pair: &Pair) -> Vec<(Method, String, Value)> {
    vec![
        (Method::PUT, "/me".to_owned(), json!({"username": pair.ann.name, "display_name": "Changed"})),
        (Method::PATCH, "/settings".to_owned(), json!({"read_receipts": false})),
        (
            Method::POST,
            "/threads".to_owned(),
            json!({"kind": "direct", "user_id": pair.bob.id, "message": {"text": "x"}}),
        ),
        (Method::PUT, pair.path("/read"), json!({"seq": 2})),
        (Method::POST, pair.path("/messages"), json!({"text": "x"})),
        (Method::POST, "/reports".to_owned(), json!({"kind": "message", "thread_id": pair.thread, "seq": 2})),
    ]
}

fn call(user: &User, route: &(Method, String, Value)) -> Call {
    user.call(route.0.clone(), &route.1).key(&fresh_key())
}

/// Everything that a request of this module could have changed.
async fn everything(pair: &Pair) -> Value {
    let mut all = Vec::new();
    for path in [
        "/me",
        "/settings",
        "/threads",
        "/me/following",
        "/me/blocked",
        "/me/groups",
        &pair.path(""),
        &pair.path("/events"),
    ] {
        all.push(pair.ann.get(path).await.expect(200).clone());
    }
    all.push(pair.bob.get(&pair.path("")).await.expect(200).clone());
    json!(all)
}

async fn scene(stack: &Stack) -> Pair {
    let pair = Pair::new(stack).await;
    pair.bob.send(&pair.thread, "hello").await;
    pair
}

#[tokio::test]
async fn json_that_is_none_is_an_invalid_request() {
    let stack = Stack::shared();
    let pair = scene(&stack).await;
    let before = everything(&pair).await;
    for route in &routes(&pair) {
        let whole = route.2.to_string();
        let bodies: [Vec<u8>; 10] = [
            Vec::new(),
            b" \n ".to_vec(),
            whole.as_bytes()[..whole.len() - 1].to_vec(),
            format!("{whole}{whole}").into_bytes(),
            format!("{whole},").into_bytes(),
            b"\xef\xbb\xbfnot json".to_vec(),
            b"{\"text\":\"\xff\xfe\"}".to_vec(),
            b"{'text':'x'}".to_vec(),
            b"\0\0\0\0".to_vec(),
            "[".repeat(60_000).into_bytes(),
        ];
        for body in bodies {
            call(&pair.ann, route).bytes(body).await.problem("invalid-request");
        }
    }
    assert_eq!(everything(&pair).await, before);
}

#[tokio::test]
async fn json_of_another_shape_is_an_invalid_request() {
    let stack = Stack::shared();
    let pair = scene(&stack).await;
    let before = everything(&pair).await;
    for route in &routes(&pair) {
        for body in [json!(null), json!(true), json!(1), json!("text"), json!([]), json!([route.2])] {
            call(&pair.ann, route).json(&body).await.problem("invalid-request");
        }
        for wrong in [json!([]), json!({}), json!(1.5), json!(-1), json!(1e300)] {
            for name in route.2.as_object().unwrap().keys() {
                let mut body = route.2.clone();
                body[name] = wrong.clone();
                call(&pair.ann, route).json(&body).await.problem("invalid-request");
            }
        }
    }
    assert_eq!(everything(&pair).await, before);
}

#[tokio::test]
async fn a_list_is_no_object_and_an_object_no_word() {
    let stack = Stack::shared();
    let pair = scene(&stack).await;
    let before = everything(&pair).await;
    let stranger = stack.user("stranger").await;
    for (name, wrong) in [
        ("message", json!(["hi", null])),
        ("message", json!(["hi", null, [], []])),
        ("message", json!([])),
        ("kind", json!({"direct": null})),
        ("kind", json!(["direct"])),
        ("user_id", json!({stranger.id.as_str(): null})),
        ("user_id", json!([stranger.id])),
    ] {
        let mut body = json!({"kind": "direct", "user_id": stranger.id, "message": {"text": "hi"}});
        body[name] = wrong;
        pair.ann.post("/threads", &body).key(&fresh_key()).await.invalid(&format!("/{name}"));
    }
    for body in [json!(["hi", null, [], []]), json!(["hi"])] {
        pair.ann.post(&pair.path("/messages"), &body).key(&fresh_key()).await.problem("invalid-request");
    }
    pair.ann.put(&pair.path("/read"), &json!([2])).await.problem("invalid-request");
    pair.ann.put("/me", &json!([pair.ann.name, "Changed", null])).await.problem("invalid-request");
    pair.ann.patch("/settings", &json!(["following"])).await.problem("invalid-request");
    assert_eq!(everything(&pair).await, before);
    assert!(stranger.boxed("requests").await.is_empty() && stranger.boxed("inbox").await.is_empty());
}

#[tokio::test]
async fn a_member_that_nobody_knows_is_pointed_at() {
    let stack = Stack::shared();
    let pair = scene(&stack).await;
    let before = everything(&pair).await;
    for route in &routes(&pair) {
        let mut body = route.2.clone();
        body["colour"] = json!("green");
        call(&pair.ann, route).json(&body).await.invalid("/colour");
    }
    let nested = json!({"kind": "direct", "user_id": pair.bob.id, "message": {"text": "x", "colour": "green"}});
    pair.ann.post("/threads", &nested).key(&fresh_key()).await.invalid("/message/colour");
    assert_eq!(everything(&pair).await, before);
}

#[tokio::test]
async fn a_member_that_comes_twice_is_refused() {
    let stack = Stack::shared();
    let pair = scene(&stack).await;
    let body = r#"{"text":"one","text":"two"}"#;
    pair.ann.call(Method::POST, &pair.path("/messages")).key(&fresh_key()).bytes(body).await.problem("invalid-request");
    assert_eq!(pair.bob.texts(&pair.thread).await, ["hello"]);
}

#[tokio::test]
async fn numbers_beyond_all_measure_are_an_invalid_request() {
    let stack = Stack::shared();
    let pair = scene(&stack).await;
    let before = everything(&pair).await;
    for number in [
        "1e999",
        "18446744073709551616",
        "-9223372036854775809",
        "1.0000000000000001",
        "0x10",
        "NaN",
        "-0",
        "1e2",
        "00002",
        &"9".repeat(5_000),
    ] {
        let body = format!(r#"{{"seq":{number}}}"#);
        let answer = pair.ann.call(Method::PUT, &pair.path("/read")).bytes(body).await;
        // A mark at zero is where it stands anyway.
        if answer.status != 200 || number != "-0" {
            answer.problem("invalid-request");
        }
        let body = format!(r#"{{"text":"x","reply_to":{number}}}"#);
        pair.ann
            .call(Method::POST, &pair.path("/messages"))
            .key(&fresh_key())
            .bytes(body)
            .await
            .problem("invalid-request");
    }
    assert_eq!(everything(&pair).await, before);
}

#[tokio::test]
async fn control_characters_are_no_text() {
    let stack = Stack::shared();
    let pair = scene(&stack).await;
    let before = everything(&pair).await;
    // Also at the ends, where trimming would take some of them for white space.
    for text in ["nul\u{0}", "\u{0}", "bell\u{7}", "escape\u{1b}[31m", "feed\u{c}", "\u{b}tab", "line\u{85}"] {
        pair.ann.sending(&pair.thread, text).await.invalid("/text");
        let body = json!({"username": pair.ann.name, "display_name": text});
        pair.ann.put("/me", &body).await.invalid("/display_name");
    }
    // Half a surrogate pair is no character at all.
    let body = br#"{"text":"\ud83e"}"#.to_vec();
    pair.ann.call(Method::POST, &pair.path("/messages")).key(&fresh_key()).bytes(body).await.problem("invalid-request");
    assert_eq!(everything(&pair).await, before);
}

#[tokio::test]
async fn a_body_has_64_kib_and_not_one_byte_more() {
    let stack = Stack::shared();
    let pair = scene(&stack).await;
    let before = everything(&pair).await;
    for route in &routes(&pair) {
        let mut body = route.2.to_string().into_bytes();
        body.resize(64 * 1_024 + 1, b' ');
        call(&pair.ann, route).bytes(body.clone()).await.problem("too-large");
        body.resize(5 * 1_024 * 1_024, b' ');
        call(&pair.ann, route).bytes(body).await.problem("too-large");
    }
    pair.ann.sending(&pair.thread, &"x".repeat(5 * 1_024 * 1_024)).await.problem("too-large");
    assert_eq!(everything(&pair).await, before);

    let mut body = json!({"text": "padded"}).to_string().into_bytes();
    body.resize(64 * 1_024, b' ');
    pair.ann.call(Method::POST, &pair.path("/messages")).key(&fresh_key()).bytes(body).await.expect(201);
}

#[tokio::test]
async fn a_body_that_claims_to_be_something_else_is_no_server_error() {
    let stack = Stack::shared();
    let pair = scene(&stack).await;
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/png", "nonsense"]
    {
        let url = format!("{}{}", pair.ann.http_url(), pair.path("/messages"));
        let request =
            reqwest::Client::new().post(url).bearer_auth(pair.ann.token()).header("idempotency-key", fresh_key());
        let response = request.header("content-type", content_type).body("text=hello\u{1f98c}").send().await.unwrap();
        assert!([400, 415].contains(&response.status().as_u16()), "{content_type} was answered {}", response.status());
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
    assert_eq!(pair.bob.texts(&pair.thread).await, ["hello"]);
}

#[tokio::test]
async fn limits_are_1_to_100() {
    let stack = Stack::shared();
    let pair = scene(&stack).await;
    for list in pair.lists() {
        for limit in ["0", "101", "-1", "1.5", "1e1", "abc", "", "+5", "%201", "99999999999999999999", "null", "1,2"] {
            pair.ann.get(&format!("{list}limit={limit}")).await.problem("invalid-request");
        }
        for limit in [1, 100] {
            pair.ann.get(&format!("{list}limit={limit}")).await.expect(200);
        }
    }
}

#[tokio::test]
async fn places_in_a_log_are_whole_numbers() {
    let stack = Stack::shared();
    let pair = scene(&stack).await;
    for place in ["-1", "1.5", "abc", "", "99999999999999999999999", "1e2", "%00", "0x1", "null"] {
        pair.ann.get(&pair.path(&format!("/messages?before={place}"))).await.problem("invalid-request");
        pair.ann.get(&pair.path(&format!("/messages?after={place}"))).await.problem("invalid-request");
        pair.ann.get(&pair.path(&format!("/events?after={place}"))).await.problem("invalid-request");
    }
    assert_eq!(pair.ann.get(&pair.path("/messages?before=9999999999")).await.items().len(), 1);
}

#[tokio::test]
async fn paths_and_queries_of_any_bytes_are_answered_with_a_problem() {
    let stack = Stack::shared();
    let pair = scene(&stack).await;
    let long = "u".repeat(3_000);
    for id in [
        "%ff%fe",
        "%zz",
        "%",
        "%00",
        "a%2Fb",
        "..",
        "%2e%2e",
        "USER%23x",
        "%F0%9F%A6%8C",
        "%E2%80%AE",
        "a;b",
        "a|b",
        "'\"<>",
        &long,
    ] {
        for path in [format!("/users/{id}"), format!("/threads/{id}"), format!("/me/following/{id}")] {
            let answer = pair.ann.get(&path).await;
            assert!((400..500).contains(&answer.status), "{path} was answered {}", answer.text());
        }
        pair.ann.put_empty(&format!("/me/following/{id}")).await.problem_among(&["not-found", "invalid-request"]);
    }
    for query in
        ["username=%ff%fe", "username=%zz", "username=a%00b", "username=%F0%9F%A6%8C", &format!("username={long}")]
    {
        let answer = pair.ann.get(&format!("/users?{query}")).await;
        if answer.status == 200 {
            assert!(answer.items().is_empty(), "{}", answer.text());
        } else {
            answer.problem("invalid-request");
        }
    }
}

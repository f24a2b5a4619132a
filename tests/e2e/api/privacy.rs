//! To a stranger a thread does not exist.

use reqwest::Method;
use serde_json::{Value, json};
use tests::routes::{leads, routes};
use tests::{Answer, Pair, Stack, User, fresh_key};

/// A request to every route under a thread: method, rest of the path and body.
fn requests(user: &str) -> Vec<(Method, String, Value)> {
    let own = format!("/members/{user}");
    let requests = [
        (Method::GET, "", Value::Null),
        (Method::POST, "/accept", Value::Null),
        (Method::POST, "/decline", Value::Null),
        (Method::PUT, "/read", json!({"seq": 1})),
        (Method::PUT, "/read", json!({"seq": 1_000_000})),
        (Method::GET, "/events", Value::Null),
        (Method::GET, "/events?after=1", Value::Null),
        (Method::PATCH, "", json!({"title": "mine"})),
        (Method::DELETE, "", Value::Null),
        (Method::DELETE, "?for=everyone", Value::Null),
        (Method::PUT, "/preferences", json!({"muted_until": null, "pinned": true})),
        (Method::GET, "/members", Value::Null),
        (Method::POST, "/members", json!({"user_ids": [user]})),
        (Method::PATCH, "/members/me", json!({"role": "moderator"})),
        (Method::PATCH, own.as_str(), json!({"role": "moderator"})),
        (Method::PUT, "/members/me/notice", json!({"decision": "stay"})),
        (Method::PUT, "/members/me/notice", json!({"decision": "leave"})),
        (Method::DELETE, own.as_str(), Value::Null),
        (Method::DELETE, "/members/me", Value::Null),
        (Method::GET, "/messages", Value::Null),
        (Method::GET, "/messages?before=3", Value::Null),
        (Method::GET, "/messages/2", Value::Null),
        (Method::GET, "/messages/2?reveal=true", Value::Null),
        (Method::GET, "/messages/99", Value::Null),
        (Method::POST, "/messages", json!({"text": "let me in"})),
        (Method::PATCH, "/messages/2", json!({"text": "let me in"})),
        (Method::PATCH, "/messages/99", json!({"text": "let me in"})),
        (Method::DELETE, "/messages/2", Value::Null),
        (Method::DELETE, "/messages/99", Value::Null),
        (Method::GET, "/messages/2/reactions", Value::Null),
        (Method::PUT, "/messages/2/reactions/%F0%9F%91%8D", Value::Null),
        (Method::PUT, "/messages/99/reactions/%F0%9F%91%8D", Value::Null),
        (Method::DELETE, "/messages/2/reactions/%F0%9F%91%8D", Value::Null),
        (Method::POST, "/messages", json!({"text": "let me in", "reply_to": 2})),
        (Method::PUT, "/messages/2/pin", Value::Null),
        (Method::PUT, "/messages/99/pin", Value::Null),
        (Method::DELETE, "/messages/2/pin", Value::Null),
        (Method::GET, "/pins", Value::Null),
        (Method::GET, "/search?q=hello", Value::Null),
    ];
    requests.into_iter().map(|(method, rest, body)| (method, rest.to_owned(), body)).collect()
}

/// Every route under a thread, asked by `user`.
pub(crate) async fn ask_everything(user: &User, thread: &str) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (method, rest, body) in requests(&user.id) {
        let call = user.call(method, &format!("/threads/{thread}{rest}")).key(&fresh_key());
        answers.push(if body.is_null() { call } else { call.json(&body) }.await);
    }
    answers
}

/// A thread id of the same form that nobody ever got.
fn never_opened(thread: &str) -> String {
    let mut letters: Vec<char> = thread.chars().collect();
    let place = letters.len() - 8;
    letters[place] = if letters[place] == '2' { '3' } else { '2' };
    letters.into_iter().collect()
}

/// A problem document without what is different for every request.
fn essence(answer: &Answer, thread: &str) -> Value {
    let mut document: Value = serde_json::from_str(&answer.json.to_string().replace(thread, "THREAD")).unwrap();
    document.as_object_mut().unwrap().remove("request_id");
    document
}

#[test]
fn every_route_under_a_thread_is_asked() {
    let requests = requests("usr_1");
    for route in routes().iter().filter(|route| route.key.contains("{thread_id}")) {
        let asks = |(method, rest, _): &(Method, String, Value)| {
            leads(&route.key, method.as_str(), &format!("/threads/thr_1{rest}"))
        };
        assert!(requests.iter().any(asks), "no request asks {}", route.key);
    }
}

#[tokio::test]
async fn a_stranger_sees_not_found_for_everything_under_a_thread() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "secret").await;
    let before = pair.ann.thread(&pair.thread).await;
    let stranger = stack.user("stranger").await;
    // An id as good as a real one, of a thread that was never opened.
    let absent = never_opened(&pair.thread);
    let real = ask_everything(&stranger, &pair.thread).await;
    let unknown = ask_everything(&stranger, &absent).await;
    for (real, unknown) in real.iter().zip(&unknown) {
        real.problem("not-found");
        unknown.problem("not-found");
        assert_eq!(essence(real, &pair.thread), essence(unknown, &absent), "{}", real.request);
    }
    assert_eq!(pair.ann.thread(&pair.thread).await, before);
    assert!(stranger.boxed("inbox").await.is_empty() && stranger.boxed("requests").await.is_empty());
}

#[tokio::test]
async fn a_thread_id_that_is_none_is_not_found() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let long = "t".repeat(2_000);
    for thread in ["x", "HEAD", "%23", "THREAD%23x", "..%2f", "%00", "%F0%9F%A6%8C", long.as_str()] {
        for answer in ask_everything(&ann, thread).await {
            answer.problem_among(&["not-found", "invalid-request"]);
        }
    }
}

#[tokio::test]
async fn a_cursor_of_one_thread_or_user_opens_no_other() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let (carl, dora) = Pair::strangers(&stack).await;
    let other = carl.open(&dora).await;
    for number in 0..3 {
        pair.ann.send(&pair.thread, &format!("secret {number}")).await;
        carl.send(&other, &format!("mine {number}")).await;
    }
    for list in ["messages", "events"] {
        let cursor = pair.ann.get(&format!("{}?limit=1", pair.path(&format!("/{list}")))).await;
        let cursor = cursor.expect(200)["next_cursor"].as_str().unwrap().to_owned();
        carl.get(&format!("/threads/{other}/{list}?cursor={cursor}")).await.invalid("cursor");
        // Nor one of the same user: a place in one log says nothing of another.
        let annes = pair.ann.open(&carl).await;
        pair.ann.get(&format!("/threads/{annes}/{list}?cursor={cursor}")).await.invalid("cursor");
    }
    pair.ann.follow(&carl).await;
    let cursor = pair.ann.get("/me/following?limit=1").await.expect(200)["next_cursor"].as_str().unwrap().to_owned();
    let answer = dora.get(&format!("/me/following?cursor={cursor}")).await;
    if answer.status == 200 {
        assert!(answer.items().is_empty(), "{}", answer.text());
    } else {
        answer.problem("invalid-request");
    }
}

#[tokio::test]
async fn a_cursor_that_nobody_gave_out_is_refused() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let long = "A".repeat(4_000);
    for list in pair.lists() {
        for cursor in
            ["", "x", "null", "%00", "AAAA", "bm90IGEgY3Vyc29y", "eyJwayI6IlVTRVIjeCIsInNrIjoiUFJPRklMRSJ9", &long]
        {
            pair.ann.get(&format!("{list}cursor={cursor}")).await.problem("invalid-request");
        }
    }
}

#[tokio::test]
async fn a_token_that_is_none_gets_nowhere() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let mut parts: Vec<&str> = ann.token().split('.').collect();
    let forged_signature = format!("{}.{}.{}", parts[0], parts[1], "A".repeat(parts[2].len()));
    parts[0] = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    for token in ["", "x", "a.b.c", &forged_signature, &unsigned] {
        let answer = ann.with_token(token).get("/me").await;
        // The gateway itself answers this one.
        assert_eq!((answer.status, &answer.json["message"]), (401, &json!("Unauthorized")), "{token}");
    }
    let without = reqwest::get(format!("{}/me", ann.http_url())).await.unwrap();
    assert_eq!(without.status(), 401);
}

#[tokio::test]
async fn a_route_that_does_not_exist_is_not_found() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.get("/nothing/here").await.problem("not-found");
    pair.ann.get("/").await.problem("not-found");
    pair.ann.delete("/settings").await.problem("not-found");
    pair.ann.get(&pair.path("/messages/2/nothing")).await.problem("not-found");
}

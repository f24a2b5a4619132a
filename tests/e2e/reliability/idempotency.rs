//! `Idempotency-Key`: rule 15.

use serde_json::{Value, json};
use tests::{Answer, Call, Pair, Stack, fresh_key};

fn say(pair: &Pair, text: &str) -> Call {
    pair.ann.post(&pair.path("/messages"), &json!({"text": text}))
}

#[tokio::test]
async fn rule_15_a_repeat_answers_the_first_response_and_changes_nothing() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let mut bobs = pair.bob.connect().await;
    let key = fresh_key();
    let first = say(&pair, "once").key(&key).await;
    first.expect(201);
    assert!(!first.replayed());
    bobs.message("once").await;
    pair.bob.send(&pair.thread, "meanwhile").await;
    for _ in 0..3 {
        let again = say(&pair, "once").key(&key).await;
        assert!(again.replayed(), "{:?}", again.headers);
        assert_eq!((again.status, &again.json), (first.status, &first.json));
        stack.finished(&again).await;
    }
    bobs.ping().await;
    bobs.next("message.created").await;
    bobs.assert_no_more("message.created");
    assert_eq!(pair.bob.texts(&pair.thread).await, ["once", "meanwhile"]);
}

#[tokio::test]
async fn rule_15_a_repeat_is_answered_even_after_the_thread_has_closed() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let key = fresh_key();
    let first = say(&pair, "once").key(&key).await.expect(201).clone();
    pair.bob.block(&pair.ann).await;
    let again = say(&pair, "once").key(&key).await;
    assert_eq!(again.expect(201), &first);
    assert!(again.replayed());
    say(&pair, "twice").key(&fresh_key()).await.problem("contact-closed");
}

#[tokio::test]
async fn rule_15_the_same_key_with_another_body_is_a_mismatch() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let other = stack.user("other").await;
    other.follow(&pair.ann).await;
    let other_thread = pair.ann.open(&other).await;
    let key = fresh_key();
    say(&pair, "once").key(&key).await.expect(201);
    say(&pair, "twice").key(&key).await.problem("idempotency-mismatch");
    let reply = json!({"text": "once", "reply_to": 2});
    pair.ann.post(&pair.path("/messages"), &reply).key(&key).await.problem("idempotency-mismatch");
    let elsewhere = format!("/threads/{other_thread}/messages");
    pair.ann.post(&elsewhere, &json!({"text": "once"})).key(&key).await.problem("idempotency-mismatch");
    assert_eq!(pair.bob.texts(&pair.thread).await, ["once"]);
    assert!(other.history(&other_thread).await.is_empty());
}

#[tokio::test]
async fn rule_15_a_key_belongs_to_one_user() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let key = fresh_key();
    say(&pair, "same words").key(&key).await.expect(201);
    let bobs = pair.bob.post(&pair.path("/messages"), &json!({"text": "same words"})).key(&key).await;
    assert_eq!(bobs.expect(201)["author_id"], pair.bob.id);
    assert!(!bobs.replayed());
    assert_eq!(pair.bob.history(&pair.thread).await.len(), 2);
}

#[tokio::test]
async fn rule_15_the_same_key_from_many_connections_at_once_is_one_message() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    for round in 0..3 {
        let key = fresh_key();
        let calls = (0..8).map(|_| say(&pair, &format!("round {round}")).key(&key).into_future());
        let answers: Vec<Answer> = futures_util::future::join_all(calls).await;
        for answer in &answers {
            assert_eq!(answer.expect(201), &answers[0].json);
        }
        assert_eq!(answers.iter().filter(|answer| !answer.replayed()).count(), 1, "one of them is the first");
    }
    assert_eq!(pair.bob.texts(&pair.thread).await, ["round 0", "round 1", "round 2"]);
}

#[tokio::test]
async fn rule_15_one_key_with_two_texts_at_once_stores_one_of_them() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let key = fresh_key();
    let (left, right) =
        tokio::join!(say(&pair, "left").key(&key).into_future(), say(&pair, "right").key(&key).into_future());
    let (stored, refused) = if left.status == 201 { (left, right) } else { (right, left) };
    stored.expect(201);
    refused.problem("idempotency-mismatch");
    assert_eq!(json!(pair.bob.texts(&pair.thread).await), json!([stored.json["text"]]));
}

#[tokio::test]
async fn rule_15_a_message_needs_a_key_and_a_key_has_1_to_64_visible_characters() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    say(&pair, "no key").await.problem("invalid-request");
    for key in ["", &"k".repeat(65), "with space", "tab\there"] {
        say(&pair, "bad key").key(key).await.problem("invalid-request");
    }
    let not_ascii = reqwest::header::HeaderValue::from_bytes("klucz-ż".as_bytes()).unwrap();
    let url = format!("{}{}", pair.ann.http_url(), pair.path("/messages"));
    let request = reqwest::Client::new().post(url).bearer_auth(pair.ann.token()).header("idempotency-key", not_ascii);
    let response =
        request.header("content-type", "application/json").body(r#"{"text":"bad key"}"#).send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert!(pair.bob.history(&pair.thread).await.is_empty());
    for key in ["!", &format!("{:~<64}", fresh_key())] {
        say(&pair, "good key").key(key).await.expect(201);
    }
}

#[tokio::test]
async fn rule_15_a_refusal_does_not_use_up_the_key() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let key = fresh_key();
    pair.bob.block(&pair.ann).await;
    say(&pair, "let me in").key(&key).await.problem("contact-closed");
    pair.bob.unblock(&pair.ann).await;
    let sent = say(&pair, "let me in").key(&key).await;
    sent.expect(201);
    assert!(!sent.replayed());
}

#[tokio::test]
async fn rule_15_opening_with_a_message_replays_as_a_whole() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let key = fresh_key();
    let open = |text: &str| {
        let body = json!({"kind": "direct", "user_id": bob.id, "message": {"text": text}});
        ann.post("/threads", &body).key(&key)
    };
    let first = open("hello").await;
    first.expect(201);
    ann.send(&first.id(), "and more").await;
    let again = open("hello").await;
    assert!(again.replayed());
    assert_eq!((again.status, &again.json), (201, &first.json));
    open("other words").await.problem("idempotency-mismatch");
    assert_eq!(bob.texts(&first.id()).await, ["hello", "and more"]);
    assert_eq!(ann.thread(&first.id()).await["last_seq"], json!(3));
}

#[tokio::test]
async fn rule_15_a_repeat_counts_what_is_unread_up_to_its_last_seq() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let call = ann
        .post("/threads", &json!({"kind": "direct", "user_id": bob.id, "message": {"text": "hello"}}))
        .key(&fresh_key());
    let first = call.clone().await;
    assert_eq!(first.expect(201)["unread"], json!(0));
    bob.accept(&first.id()).await;
    for text in ["one", "two"] {
        bob.send(&first.id(), text).await;
    }
    let again = call.await;
    assert!(again.replayed());
    assert_eq!((&again.json["unread"], &again.json["last_seq"]), (&json!(0), &first.json["last_seq"]));
    assert_eq!(ann.thread(&first.id()).await["unread"], json!(2));
}

#[tokio::test]
async fn rule_15_opening_with_a_message_many_times_at_once_says_it_once() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let key = fresh_key();
    let body = json!({"kind": "direct", "user_id": bob.id, "message": {"text": "hello"}});
    let calls = (0..8).map(|_| ann.post("/threads", &body).key(&key).into_future());
    let answers: Vec<Answer> = futures_util::future::join_all(calls).await;
    let views: Vec<&Value> = answers.iter().map(|answer| answer.expect(201)).collect();
    assert!(views.iter().all(|view| *view == views[0]), "{views:#?}");
    assert_eq!(bob.texts(&answers[0].id()).await, ["hello"]);
}

#[tokio::test]
async fn rule_15_a_key_that_is_sent_twice_is_refused_because_it_would_be_another_one() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let key = fresh_key();
    say(&pair, "once").key(&key).key(&key).await.invalid("Idempotency-Key");
    say(&pair, "once").key(&format!("{key},{key}")).await.invalid("Idempotency-Key");
    assert!(pair.bob.texts(&pair.thread).await.is_empty());
    say(&pair, "once").key(&key).await.expect(201);
}

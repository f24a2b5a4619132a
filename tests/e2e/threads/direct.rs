//! `POST/GET /threads`, `GET /threads/{thread_id}` and its members.

use serde_json::{Value, json};
use tests::{Pair, Stack, fresh_key, shape, unique};

#[tokio::test]
async fn a_direct_thread_exists_once_whoever_opens_it() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let created = ann.opening(&bob).await;
    shape::thread(created.expect(201));
    assert_eq!((&created.json["kind"], &created.json["created_by"]), (&json!("direct"), &json!(ann.id)));
    assert_eq!(
        (&created.json["last_seq"], &created.json["last_message"], &created.json["unread"]),
        (&json!(1), &Value::Null, &json!(0))
    );
    let again = ann.opening(&bob).await;
    assert_eq!(again.expect(200)["id"], created.json["id"]);
    let other_way = bob.opening(&ann).await;
    assert_eq!(other_way.expect(200)["id"], created.json["id"]);
    assert_eq!(ann.thread(&created.id()).await["last_seq"], 1, "opening again changes nothing");
}

#[tokio::test]
async fn a_thread_opened_from_both_sides_at_once_is_one_thread() {
    let stack = Stack::shared();
    for _ in 0..5 {
        let (ann, bob) = Pair::strangers(&stack).await;
        let calls =
            [ann.opening(&bob), bob.opening(&ann), ann.opening(&bob), bob.opening(&ann)].map(IntoFuture::into_future);
        let answers = futures_util::future::join_all(calls).await;
        let thread = answers[0].id();
        assert!(answers.iter().all(|answer| answer.id() == thread), "{answers:#?}");
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:#?}");
        assert_eq!(ann.events(&thread).await.len(), 1);
    }
}

#[tokio::test]
async fn opening_with_a_message_sends_it_as_the_second_event() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let body = json!({"kind": "direct", "user_id": bob.id, "message": {"text": "hello"}});
    let opened = ann.post("/threads", &body).key(&fresh_key()).await;
    shape::thread(opened.expect(201));
    assert_eq!((&opened.json["last_seq"], &opened.json["last_message"]["text"]), (&json!(2), &json!("hello")));
    let events = bob.events(&opened.id()).await;
    assert_eq!(events.iter().map(|event| &event["type"]).collect::<Vec<_>>(), ["thread.created", "message.created"]);
    let more = json!({"kind": "direct", "user_id": bob.id, "message": {"text": "again"}});
    let existing = ann.post("/threads", &more).key(&fresh_key()).await;
    assert_eq!(existing.expect(200)["last_seq"], 3);
    assert_eq!(bob.texts(&opened.id()).await, ["hello", "again"]);
}

#[tokio::test]
async fn an_opening_that_makes_no_sense_is_refused() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let nobody = stack.sign_in(&unique("nobody")).await;
    ann.post("/threads", &json!({"kind": "direct", "user_id": nobody.id})).await.problem("not-found");
    ann.post("/threads", &json!({"kind": "direct", "user_id": ann.id})).await.invalid("/user_id");
    ann.post("/threads", &json!({"kind": "channel", "user_id": bob.id})).await.problem("invalid-request");
    ann.post("/threads", &json!({"kind": "direct"})).await.problem("invalid-request");
    let empty = json!({"kind": "direct", "user_id": bob.id, "message": {"text": "  "}});
    ann.post("/threads", &empty).key(&fresh_key()).await.invalid("/message/text");
    let no_key = json!({"kind": "direct", "user_id": bob.id, "message": {"text": "hello"}});
    ann.post("/threads", &no_key).await.problem("invalid-request");
    assert!(ann.boxed("inbox").await.is_empty() && bob.boxed("requests").await.is_empty());
}

#[tokio::test]
async fn a_box_lists_newest_activity_first_in_pages() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let mut threads = Vec::new();
    for number in 0..6 {
        let other = stack.user(&format!("other{number}")).await;
        other.follow(&ann).await;
        let thread = ann.open(&other).await;
        ann.send(&thread, &format!("to {number}")).await;
        threads.push(thread);
    }
    // The oldest becomes the newest.
    ann.send(&threads[0], "once more").await;
    threads.rotate_left(1);
    threads.reverse();
    assert_eq!(ann.boxed("inbox").await, threads);
    let default = ann.get("/threads").await;
    assert_eq!(default.items()[0]["id"], threads[0]);
    for limit in [1, 2, 5, 6, 7] {
        let paged = ann.list(&format!("/threads?box=inbox&limit={limit}")).await;
        paged.iter().for_each(shape::thread);
        assert_eq!(
            paged.iter().map(|thread| thread["id"].as_str().unwrap()).collect::<Vec<_>>(),
            threads,
            "pages of {limit}"
        );
    }
    let exact = ann.get("/threads?limit=6").await;
    assert_eq!(exact.expect(200)["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_listed_thread_shows_its_last_message_in_short() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "short").await;
    let listed = pair.bob.get("/threads").await.items()[0].clone();
    shape::thread(&listed);
    assert_eq!((&listed["last_message"]["text"], &listed["unread"]), (&json!("short"), &json!(1)));
    assert!(listed["last_message"].get("text_truncated").is_none_or(|cut| cut == false));

    let long = "שלום 🦌 ".repeat(400);
    pair.ann.send(&pair.thread, &long).await;
    let listed = pair.bob.get("/threads").await.items()[0].clone();
    let preview = listed["last_message"]["text"].as_str().unwrap();
    assert_eq!(listed["last_message"]["text_truncated"], true);
    let start = preview.strip_suffix('…').expect("a cut preview ends in an ellipsis");
    assert!(long.starts_with(start.trim_end()) && start.len() > 10, "{preview}");
    assert_eq!(pair.bob.history(&pair.thread).await[1]["text"], long.trim());
}

#[tokio::test]
async fn rule_16_a_preview_is_cut_between_what_readers_take_for_one_character() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    for (one, most) in [("a", 79), ("é", 58), ("e\u{301}", 39), ("नि", 19), ("🦌", 29), ("🇸🇪", 14), ("👩‍👩‍👧", 6)]
    {
        pair.ann.send(&pair.thread, &one.repeat(100)).await;
        let listed = pair.bob.get("/threads").await.items()[0].clone();
        assert_eq!(listed["last_message"]["text"], format!("{}…", one.repeat(most)), "{one}");
    }
}

#[tokio::test]
async fn a_thread_has_its_two_members() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let listed = pair.ann.get(&pair.path("/members")).await.items().to_vec();
    let mut ids: Vec<&str> = listed.iter().map(|member| member["user"]["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    let mut expected = [pair.ann.id.as_str(), pair.bob.id.as_str()];
    expected.sort_unstable();
    assert_eq!(ids, expected);
    for member in &listed {
        shape::user(&member["user"]);
        assert!(shape::is_time(member["joined_at"].as_str().unwrap()) && member["role"].is_string());
        assert!(member.get("read_seq").is_some());
    }
    let thread = pair.ann.thread(&pair.thread).await;
    shape::thread(&thread);
    assert_eq!(thread["members"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_box_that_is_none_is_refused() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    ann.get("/threads?box=trash").await.problem("invalid-request");
    assert!(ann.boxed("requests").await.is_empty());
}

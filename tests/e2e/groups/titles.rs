//! Renaming a group: `PATCH /threads/{thread_id}`, rule 10.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Group, Pair, Stack, shape};

#[tokio::test]
async fn rule_10_a_moderator_gives_and_takes_a_title() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (mut anns, mut bobs) = tokio::join!(group.ann.connect(), group.bob.connect());
    for (given, kept) in [
        (json!(" Readers\u{3000}"), json!("Readers")),
        (json!("Writers"), json!("Writers")),
        (Value::Null, Value::Null),
    ] {
        let renamed = group.ann.renaming(&group.thread, given).await;
        shape::thread(renamed.expect(200));
        assert_eq!(renamed.json["title"], kept);
        for socket in [&mut anns, &mut bobs] {
            let event = socket.next("thread.renamed").await;
            shape::event(&event);
            assert_eq!((&event["seq"], &event["actor_id"]), (&renamed.json["last_seq"], &json!(group.ann.id)));
            assert_eq!(event["data"], json!({"title": kept}));
        }
        for user in [&group.ann, &group.bob, &group.carl] {
            assert_eq!(user.thread(&group.thread).await["title"], kept);
            assert_eq!(user.get("/threads").await.items()[0]["title"], kept);
        }
    }
    let events = group.carl.events(&group.thread).await;
    let titles: Vec<&Value> = events[1..].iter().map(|event| &event["data"]["title"]).collect();
    assert_eq!(titles, [&json!("Readers"), &json!("Writers"), &Value::Null]);
}

#[tokio::test]
async fn rule_10_the_same_title_again_is_no_event() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.ann.renaming(&group.thread, Value::Null).await.expect(200);
    assert_eq!(group.ann.last_seq(&group.thread).await, 1);
    for title in ["Readers", "Readers", "  Readers\n"] {
        assert_eq!(group.ann.renaming(&group.thread, title).await.expect(200)["last_seq"], 2);
    }
}

#[tokio::test]
async fn rule_10_a_new_title_is_activity_and_no_message() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.ann.send(&group.thread, "hello").await;
    let newer = group.ann.create_group(&[&group.bob]).await;
    assert_eq!(group.bob.boxed("inbox").await, [newer.as_str(), group.thread.as_str()]);
    group.ann.renaming(&group.thread, "Readers").await.expect(200);
    assert_eq!(group.bob.boxed("inbox").await, [group.thread.as_str(), newer.as_str()]);
    let view = group.bob.thread(&group.thread).await;
    assert_eq!(
        (&view["unread"], &view["last_message"]["text"], &view["last_seq"]),
        (&json!(1), &json!("hello"), &json!(3))
    );
    assert_eq!(group.bob.texts(&group.thread).await, ["hello"]);
}

#[tokio::test]
async fn rule_10_only_moderators_rename_and_only_groups() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let pair = Pair::new(&stack).await;
    let dora = stack.user("dora").await;
    group.ann.add(&group.thread, &[&dora]).await;
    for user in [&group.bob, &dora] {
        user.renaming(&group.thread, "mine").await.problem("forbidden");
    }
    for user in [&pair.ann, &pair.bob] {
        user.renaming(&pair.thread, "us").await.problem("forbidden");
    }
    dora.renaming(&pair.thread, "them").await.problem("not-found");
    group.ann.promote(&group.thread, &group.bob).await;
    group.bob.renaming(&group.thread, "ours").await.expect(200);
    assert_eq!(
        (&group.carl.thread(&group.thread).await["title"], &pair.ann.thread(&pair.thread).await["title"]),
        (&json!("ours"), &Value::Null)
    );
}

#[tokio::test]
async fn rule_10_titles_at_the_same_moment_come_one_after_the_other() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.ann.promote(&group.thread, &group.bob).await;
    let calls = (0..10).map(|number| {
        let user = if number % 2 == 0 { &group.ann } else { &group.bob };
        user.renaming(&group.thread, format!("title {number}")).into_future()
    });
    let answers = join_all(calls).await;
    for answer in &answers {
        answer.expect(200);
    }
    let events = group.carl.events(&group.thread).await;
    assert_eq!(
        events.iter().map(|event| event["seq"].as_u64().unwrap()).collect::<Vec<_>>(),
        (1..=12).collect::<Vec<_>>()
    );
    assert_eq!(group.carl.thread(&group.thread).await["title"], events[11]["data"]["title"]);
    for (number, answer) in answers.iter().enumerate() {
        let title = json!(format!("title {number}"));
        assert!(events.iter().any(|event| event["data"]["title"] == title), "{title} is not in the log");
        assert_eq!(answer.json["title"], title, "an answer shows what was done");
    }
}

#[tokio::test]
async fn rule_10_titles_are_of_any_script_and_have_1_to_60_characters() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    for title in ["Ż", "قراءة", "می‌خوانیم", "क्‍ष", "👩‍👩‍👧 reads", &"🦌".repeat(60)]
    {
        assert_eq!(group.ann.renaming(&group.thread, title).await.expect(200)["title"], title);
    }
    let spaced = format!("a{}b", " ".repeat(40));
    assert_eq!(group.ann.renaming(&group.thread, &*spaced).await.expect(200)["title"], "a b");
    let before = group.ann.thread(&group.thread).await;
    for title in tests::text::UNSEEN_OR_TURNING {
        group.ann.renaming(&group.thread, title).await.invalid("/title");
        let room = json!({"id": "lobby", "title": title});
        let body = json!({"kind": "group", "user_ids": [group.bob.id], "room": room});
        group.ann.post("/threads", &body).key(&tests::fresh_key()).await.invalid("/room/title");
    }
    let wrong =
        [json!(""), json!(" \u{3000}"), json!("x".repeat(61)), json!("a\nb"), json!("nul\u{0}"), json!("\u{1b}[31m")];
    for title in wrong.into_iter().chain([json!(1), json!(true), json!([]), json!({}), json!(["x"])]) {
        group.ann.renaming(&group.thread, title).await.invalid("/title");
    }
    group.ann.patch(&group.path(""), &json!({})).await.problem("invalid-request");
    assert_eq!(group.ann.thread(&group.thread).await, before);
}

//! Making a group: `POST /threads {"kind":"group"}`, rules 5, 9 and 15.

use serde_json::{Value, json};
use tests::roster;
use tests::{Answer, Call, Group, Pair, Stack, User, followers, fresh_key, shape};

/// A refusal without what must differ: the ids of the request and of whom it names.
fn anonymous(answer: &Answer, named: &User) -> Value {
    answer.problem("contact-closed");
    assert_eq!(answer.json["user_ids"], json!([named.id]), "{}", answer.text());
    let mut document: Value = serde_json::from_str(&answer.json.to_string().replace(&named.id, "ID")).unwrap();
    document.as_object_mut().unwrap().remove("request_id");
    document
}

/// Who is named by a refusal, in order.
fn named(answer: &Answer, code: &str) -> Vec<String> {
    let ids = answer.problem(code)["user_ids"].as_array().unwrap_or_else(|| panic!("nobody: {}", answer.text()));
    let mut ids: Vec<String> = ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    ids.sort_unstable();
    ids
}

/// A group with everything that one can begin with.
fn full(ann: &User, others: &[&User]) -> Call {
    let body = json!({
        "kind": "group", "user_ids": tests::ids(others), "title": " Reading circle ",
        "room": {"id": "room/7", "title": "Live now"}, "message": {"text": "welcome", "mentions": [others[0].id]},
    });
    ann.post("/threads", &body).key(&fresh_key())
}

#[tokio::test]
async fn rule_09_a_group_begins_with_its_maker_as_moderator() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let view = group.ann.thread(&group.thread).await;
    shape::thread(&view);
    assert_eq!(
        (&view["kind"], &view["created_by"], &view["box"]),
        (&json!("group"), &json!(group.ann.id), &json!("inbox"))
    );
    assert_eq!((&view["last_seq"], &view["unread"], &view["pinned"]), (&json!(1), &json!(0), &json!(false)));
    for member in ["title", "room", "last_message", "notice", "muted_until"] {
        assert_eq!(view[member], Value::Null, "{member}");
    }
    let roster = roster::check(&group.ann, &group.thread).await;
    assert_eq!(roster.members(), roster::ids(&[&group.ann, &group.bob, &group.carl]));
    assert_eq!(roster.moderators(), roster::ids(&[&group.ann]));
    let events = group.ann.events(&group.thread).await;
    assert_eq!((&events[0]["type"], &events[0]["actor_id"]), (&json!("thread.created"), &json!(group.ann.id)));
    assert_eq!(
        (&events[0]["data"]["user_ids"][0], events[0]["data"].get("title")),
        (&json!(group.ann.id), Some(&Value::Null))
    );
    for user in [&group.bob, &group.carl] {
        assert_eq!(user.boxed("inbox").await, [group.thread.as_str()]);
        assert_eq!(user.events(&group.thread).await, events);
    }
}

#[tokio::test]
async fn rule_09_title_room_and_message_come_with_the_group() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let created = full(&ann, &[&bob]).await;
    shape::thread(created.expect(201));
    let thread = created.id();
    for user in [&ann, &bob] {
        let view = user.thread(&thread).await;
        assert_eq!(view["title"], "Reading circle");
        assert_eq!(view["room"], json!({"id": "room/7", "title": "Live now"}));
        assert_eq!((&view["last_seq"], &view["last_message"]["text"]), (&json!(2), &json!("welcome")));
        let events = user.events(&thread).await;
        assert_eq!(events.len(), 2);
        assert_eq!(events[0]["data"]["title"], "Reading circle");
        assert_eq!(events[1]["data"]["mentions"], json!([bob.id]));
    }
    assert_eq!((&ann.thread(&thread).await["unread"], &bob.thread(&thread).await["unread"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn rule_22_everybody_hears_of_a_new_group_at_once() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let fan = stack.user("fan").await;
    fan.follow(&ann).await;
    let (mut anns, mut bobs, mut fans) = tokio::join!(ann.connect(), bob.connect(), fan.connect());
    let created = full(&ann, &[&bob, &fan]).await;
    let thread = created.id();
    for socket in [&mut anns, &mut bobs, &mut fans] {
        let event = socket.next("thread.created").await;
        shape::event(&event);
        assert_eq!((&event["thread_id"], &event["seq"]), (&json!(thread), &json!(1)));
        assert_eq!(socket.message("welcome").await["seq"], 2);
    }
    let received = bobs.next("request.received").await;
    shape::signal(&received);
    assert_eq!(received["thread_id"], thread);
    stack.finished(&created).await;
    for socket in [&mut anns, &mut bobs, &mut fans] {
        socket.ping().await;
        socket.assert_no_more("request.received");
        socket.assert_no_more("thread.created");
    }
}

#[tokio::test]
async fn rule_15_a_repeat_makes_no_second_group() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let (call, key) = (full(&ann, &[&bob]), fresh_key());
    let first = call.clone().await;
    first.expect(201);
    assert!(!first.replayed());
    bob.send(&first.id(), "thank you").await;
    let again = call.await;
    assert!(again.replayed(), "{:?}", again.headers);
    assert_eq!((again.status, &again.json), (201, &first.json));
    assert_eq!(ann.boxed("inbox").await, [first.id()]);

    let calls =
        (0..6).map(|_| ann.post("/threads", &json!({"kind": "group", "user_ids": [bob.id]})).key(&key).into_future());
    let answers: Vec<Answer> = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(|answer| answer.expect(201) == &answers[0].json));
    assert_eq!(answers.iter().filter(|answer| !answer.replayed()).count(), 1, "one of them is the first");
    assert_eq!(ann.boxed("inbox").await, [answers[0].id(), first.id()]);
    let other = json!({"kind": "group", "user_ids": [bob.id], "title": "other"});
    ann.post("/threads", &other).key(&key).await.problem("idempotency-mismatch");
}

#[tokio::test]
async fn rule_15_a_group_needs_a_key_and_a_refusal_does_not_use_it_up() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let body = json!({"kind": "group", "user_ids": [bob.id]});
    ann.post("/threads", &body).await.problem("invalid-request");
    let key = fresh_key();
    bob.block(&ann).await;
    ann.post("/threads", &body).key(&key).await.problem("contact-closed");
    assert!(ann.boxed("inbox").await.is_empty());
    bob.unblock(&ann).await;
    let created = ann.post("/threads", &body).key(&key).await;
    created.expect(201);
    assert!(!created.replayed());
}

#[tokio::test]
async fn rule_05_a_refusal_names_everyone_who_cannot_be_added_and_adds_nobody() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let [fan, open, closed, blocker, shunned] =
        futures_util::future::join_all(["fan", "open", "closed", "blocker", "shunned"].map(|name| stack.user(name)))
            .await
            .try_into()
            .unwrap();
    fan.follow(&ann).await;
    closed.close().await;
    blocker.block(&ann).await;
    ann.block(&shunned).await;
    let refused = ann.creating_group(&[&fan, &closed, &open, &blocker]).await;
    assert_eq!(named(&refused, "contact-closed"), roster::ids(&[&closed, &blocker]));
    let refused = full(&ann, &[&shunned, &fan, &closed]).await;
    assert_eq!(named(&refused, "contact-closed"), roster::ids(&[&closed, &shunned]));
    let refused = ann.creating_group(&[&fan, &shunned, &open]).await;
    assert_eq!(named(&refused, "you-block-them"), roster::ids(&[&shunned]));
    for user in [&ann, &fan, &open, &closed, &blocker, &shunned] {
        assert!(user.boxed("inbox").await.is_empty() && user.boxed("requests").await.is_empty());
    }
    ann.create_group(&[&fan, &open]).await;
}

#[tokio::test]
async fn rule_05_a_refusal_never_says_why() {
    let stack = Stack::shared();
    let (ann, blocker) = Pair::strangers(&stack).await;
    let (closed, both) = (stack.user("closed").await, stack.user("both").await);
    closed.close().await;
    blocker.block(&ann).await;
    both.close().await;
    both.block(&ann).await;
    let mut refusals = Vec::new();
    for other in [&blocker, &closed, &both] {
        refusals.push(anonymous(&ann.creating_group(&[other]).await, other));
    }
    assert_eq!(refusals[0], refusals[1]);
    assert_eq!(refusals[2], refusals[1]);
    // Whom ann blocks herself, she is told of that and of nothing else.
    for other in [&blocker, &closed, &both] {
        ann.block(other).await;
        assert_eq!(named(&ann.creating_group(&[other]).await, "you-block-them"), roster::ids(&[other]));
    }
}

#[tokio::test]
async fn rule_09_fifteen_make_a_group_and_sixteen_do_not() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let others = followers(&stack, &ann, roster::LARGEST).await;
    let others: Vec<&User> = others.iter().collect();
    ann.creating_group(&others).await.problem("group-full");
    assert!(ann.boxed("inbox").await.is_empty() && others[0].boxed("inbox").await.is_empty());
    // Each of them named twice is still one of fifteen.
    let twice: Vec<&User> = others[1..].iter().chain(&others[1..]).copied().collect();
    let thread = ann.create_group(&twice).await;
    let roster = roster::check(&ann, &thread).await;
    assert_eq!(roster.members().len(), roster::LARGEST);
    assert_eq!(roster.moderators(), roster::ids(&[&ann]));
}

#[tokio::test]
async fn groups_of_the_same_people_are_different_groups() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let second = group.ann.create_group(&[&group.bob, &group.carl]).await;
    assert_ne!(group.thread, second);
    group.ann.send(&group.thread, "in the first").await;
    assert!(group.bob.history(&second).await.is_empty());
    assert_eq!(group.bob.boxed("inbox").await, [group.thread.as_str(), second.as_str()]);
}

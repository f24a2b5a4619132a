//! `PUT /threads/{thread_id}/preferences`: what is each member's own.

use serde_json::{Value, json};
use tests::{Call, Group, Pair, Stack, User, shape};

const LATER: &str = "2031-05-06T07:08:09.010Z";

fn preferring(user: &User, thread: &str, muted_until: impl Into<Value>, pinned: bool) -> Call {
    let body = json!({"muted_until": muted_until.into(), "pinned": pinned});
    user.put(&format!("/threads/{thread}/preferences"), &body)
}

/// The preferences as the thread and its list show them.
async fn preferences(user: &User, thread: &str) -> (Value, Value) {
    let view = user.thread(thread).await;
    shape::thread(&view);
    let boxed = user.list(&format!("/threads?box={}", view["box"].as_str().unwrap())).await;
    let listed = boxed.iter().find(|listed| listed["id"] == thread).expect("the thread is in its box");
    assert_eq!((&listed["muted_until"], &listed["pinned"]), (&view["muted_until"], &view["pinned"]));
    (view["muted_until"].clone(), view["pinned"].clone())
}

#[tokio::test]
async fn preferences_are_kept_and_are_nobody_elses_business() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let pair = Pair::new(&stack).await;
    for (user, other, thread) in [(&group.bob, &group.ann, &group.thread), (&pair.ann, &pair.bob, &pair.thread)] {
        let before = other.thread(thread).await;
        let mut others = other.connect().await;
        assert_eq!(preferences(user, thread).await, (Value::Null, json!(false)));
        for (muted_until, pinned) in
            [(json!(LATER), true), (json!(LATER), false), (Value::Null, true), (Value::Null, false)]
        {
            let answer = preferring(user, thread, muted_until.clone(), pinned).await;
            assert_eq!(answer.expect(200), &json!({"muted_until": muted_until, "pinned": pinned}));
            assert_eq!(preferences(user, thread).await, (muted_until, json!(pinned)));
            stack.finished(&answer).await;
        }
        assert_eq!(other.thread(thread).await, before);
        others.ping().await;
        assert_eq!(others.all().len(), 1, "more than the pong came: {:#?}", others.all());
    }
}

#[tokio::test]
async fn preferences_are_no_activity() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let newer = group.bob.create_group(&[&group.ann]).await;
    preferring(&group.bob, &group.thread, Value::Null, true).await.expect(200);
    assert_eq!(group.bob.boxed("inbox").await, [newer.as_str(), group.thread.as_str()]);
    assert_eq!(group.bob.last_seq(&group.thread).await, 1);
}

#[tokio::test]
async fn preferences_outlast_everything_that_happens_at_the_same_time() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let mut bobs = group.bob.connect().await;
    for round in 0..4 {
        let pinned = round % 2 == 0;
        let texts: Vec<String> = (0..3).map(|number| format!("{round}/{number}")).collect();
        let writing = texts.iter().map(|text| group.ann.sending(&group.thread, text).into_future());
        let (sent, kept) = tokio::join!(
            futures_util::future::join_all(writing),
            preferring(&group.bob, &group.thread, LATER, pinned).into_future()
        );
        kept.expect(200);
        assert!(sent.iter().all(|answer| answer.status == 201));
        assert_eq!(preferences(&group.bob, &group.thread).await, (json!(LATER), json!(pinned)));
        // Muted is not deaf: it is for the client not to ring.
        for text in &texts {
            bobs.message(text).await;
        }
    }
    assert_eq!(group.bob.thread(&group.thread).await["unread"], 12);
    group.bob.read(&group.thread, 5).await.expect(200);
    assert_eq!(preferences(&group.bob, &group.thread).await, (json!(LATER), json!(false)));
}

#[tokio::test]
async fn a_request_can_be_pinned_and_muted_too() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    preferring(&pair.bob, &pair.thread, LATER, true).await.expect(200);
    assert_eq!(preferences(&pair.bob, &pair.thread).await, (json!(LATER), json!(true)));
    assert_eq!(pair.bob.boxed("requests").await, [pair.thread.as_str()]);
    pair.bob.accept(&pair.thread).await;
    assert_eq!(preferences(&pair.bob, &pair.thread).await, (json!(LATER), json!(true)));
}

#[tokio::test]
async fn a_time_is_answered_as_all_times_are() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    for (given, kept) in [
        ("2031-05-06T07:08:09Z", "2031-05-06T07:08:09.000Z"),
        ("2031-05-06T07:08:09.1Z", "2031-05-06T07:08:09.100Z"),
        ("2032-02-29T23:59:59.999Z", "2032-02-29T23:59:59.999Z"),
    ] {
        assert_eq!(preferring(&pair.ann, &pair.thread, given, false).await.expect(200)["muted_until"], kept, "{given}");
        assert_eq!(preferences(&pair.ann, &pair.thread).await.0, kept);
    }
}

#[tokio::test]
async fn preferences_that_are_none_are_refused_and_change_nothing() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    preferring(&group.bob, &group.thread, LATER, true).await.expect(200);
    let path = group.path("/preferences");
    for wrong in [
        json!("tomorrow"),
        json!(""),
        json!("2031-13-06T07:08:09.010Z"),
        json!("2031-02-30T07:08:09.010Z"),
        json!("2031-05-06"),
        json!(1_900_000_000),
        json!(true),
        json!([LATER]),
    ] {
        let body = json!({"muted_until": wrong, "pinned": false});
        group.bob.put(&path, &body).await.invalid("/muted_until");
    }
    for wrong in [Value::Null, json!("true"), json!(1), json!([])] {
        group.bob.put(&path, &json!({"muted_until": null, "pinned": wrong})).await.invalid("/pinned");
    }
    for part in [json!({}), json!({"pinned": false}), json!({"muted_until": null})] {
        group.bob.put(&path, &part).await.problem("invalid-request");
    }
    assert_eq!(preferences(&group.bob, &group.thread).await, (json!(LATER), json!(true)));
    let stranger = stack.user("stranger").await;
    preferring(&stranger, &group.thread, LATER, true).await.problem("not-found");
}

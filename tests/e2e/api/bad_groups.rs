//! Bad input to the routes of groups is answered with a problem document and changes nothing.

use reqwest::Method;
use serde_json::{Value, json};
use tests::view::everything;
use tests::{Call, Group, Stack, User, fresh_key, unique};

/// Every route of groups that takes a body, with a body that is right.
fn routes(group: &Group, next: &User) -> Vec<(Method, String, Value)> {
    let message = json!({"text": "x"});
    let room = json!({"id": "room", "title": "Live"});
    let made = json!({"kind": "group", "user_ids": [next.id], "title": "x", "room": room, "message": message});
    vec![
        (Method::POST, "/threads".to_owned(), made),
        (Method::PATCH, group.path(""), json!({"title": "x"})),
        (Method::PUT, group.path("/preferences"), json!({"muted_until": "2031-05-06T07:08:09.010Z", "pinned": true})),
        (Method::POST, group.path("/members"), json!({"user_ids": [next.id]})),
        (Method::PATCH, group.path(&format!("/members/{}", group.bob.id)), json!({"role": "moderator"})),
        (Method::PUT, group.path("/members/me/notice"), json!({"decision": "leave"})),
    ]
}

fn call(user: &User, route: &(Method, String, Value)) -> Call {
    user.call(route.0.clone(), &route.1).key(&fresh_key())
}

/// A group with a message in it, somebody who is not in it, and what both can see.
async fn scene(stack: &Stack) -> (Group, User, Value) {
    let group = Group::new(stack).await;
    let next = stack.user("next").await;
    group.bob.send(&group.thread, "hello").await;
    let before = seen(&group, &next).await;
    (group, next, before)
}

/// Everything that a request of this module could have changed.
async fn seen(group: &Group, next: &User) -> Value {
    let boxes = [next.list("/threads?box=inbox").await, next.list("/threads?box=requests").await];
    json!([everything(&group.ann, &group.thread).await, everything(&group.bob, &group.thread).await, boxes])
}

#[tokio::test]
async fn bodies_that_are_no_json_or_of_another_shape_are_invalid_requests() {
    let stack = Stack::shared();
    let (group, next, before) = scene(&stack).await;
    for route in &routes(&group, &next) {
        let whole = route.2.to_string();
        let half = &whole[..whole.len() - 1];
        for body in
            ["", " \n ", half, "{'title':'x'}", "\0\0", "null", "true", "1", "\"text\"", "[]", &format!("[{whole}]")]
        {
            call(&group.ann, route).bytes(body).await.problem("invalid-request");
        }
        call(&group.ann, route).bytes(b"{\"title\":\"\xff\xfe\"}".to_vec()).await.problem("invalid-request");
        let names = route.2.as_object().unwrap().keys();
        for (name, wrong) in
            names.flat_map(|name| [json!({}), json!(1.5), json!(-1), json!([[]])].map(|wrong| (name, wrong)))
        {
            let mut body = route.2.clone();
            body[name] = wrong;
            call(&group.ann, route).json(&body).await.problem("invalid-request");
        }
        let mut body = route.2.clone();
        body["colour"] = json!("green");
        call(&group.ann, route).json(&body).await.invalid("/colour");
        let mut body = whole.into_bytes();
        body.resize(64 * 1_024 + 1, b' ');
        call(&group.ann, route).bytes(body).await.problem("too-large");
    }
    assert_eq!(seen(&group, &next).await, before);
}

#[tokio::test]
async fn a_group_that_makes_no_sense_is_pointed_at() {
    let stack = Stack::shared();
    let (group, next, before) = scene(&stack).await;
    let nobody = stack.sign_in(&unique("nobody")).await;
    let (long, longer) = ("r".repeat(129), "x".repeat(61));
    let cases = [
        ("user_ids", json!([]), "/user_ids"),
        ("user_ids", json!([group.ann.id]), "/user_ids"),
        ("user_ids", json!([next.id, group.ann.id]), "/user_ids"),
        ("user_ids", json!([nobody.id]), "/user_ids/0"),
        ("user_ids", json!([next.id, next.id, "no-such-user"]), "/user_ids/2"),
        ("user_ids", json!(next.id), "/user_ids"),
        ("user_ids", json!([next.id, 7]), "/user_ids/1"),
        ("user_ids", json!([[next.id]]), "/user_ids/0"),
        ("user_ids", json!([next.id, "a b"]), "/user_ids/1"),
        ("title", json!("  "), "/title"),
        ("title", json!(longer), "/title"),
        ("title", json!("a\u{7}b"), "/title"),
        ("room", json!("room"), "/room"),
        ("room", json!(["room", null]), "/room"),
        ("room", json!({"id": ""}), "/room/id"),
        ("room", json!({"id": "a b"}), "/room/id"),
        ("room", json!({"id": "a#b"}), "/room/id"),
        ("room", json!({"id": "ä"}), "/room/id"),
        ("room", json!({"id": long}), "/room/id"),
        ("room", json!({"id": "x", "title": " "}), "/room/title"),
        ("room", json!({"id": "x", "title": longer}), "/room/title"),
        ("room", json!({"id": "x", "colour": "green"}), "/room/colour"),
        ("message", json!({"text": "  "}), "/message/text"),
        ("message", json!({"text": "x", "reply_to": 1}), "/message/reply_to"),
        ("message", json!({"text": "x", "mentions": [group.bob.id]}), "/message/mentions"),
        ("message", json!(["x", null]), "/message"),
    ];
    for (name, wrong, pointer) in cases {
        let mut body = json!({"kind": "group", "user_ids": [next.id]});
        body[name] = wrong;
        group.ann.post("/threads", &body).key(&fresh_key()).await.invalid(pointer);
    }
    for body in [
        json!({"kind": "group"}),
        json!({"user_ids": [next.id]}),
        json!({"kind": "group", "user_id": next.id}),
        json!({"kind": "group", "user_ids": [next.id], "user_id": next.id}),
        json!({"kind": "direct", "user_ids": [next.id]}),
        json!({"kind": "direct", "user_id": next.id, "user_ids": [next.id]}),
        json!({"kind": "direct", "user_id": next.id, "title": "us"}),
        json!({"kind": "direct", "user_id": next.id, "room": {"id": "room"}}),
    ] {
        group.ann.post("/threads", &body).key(&fresh_key()).await.problem("invalid-request");
    }
    assert_eq!(seen(&group, &next).await, before);
}

#[tokio::test]
async fn additions_roles_and_decisions_that_make_no_sense_are_pointed_at() {
    let stack = Stack::shared();
    let (group, next, before) = scene(&stack).await;
    let nobody = stack.sign_in(&unique("nobody")).await;
    for (wrong, pointer) in [
        (json!([]), "/user_ids"),
        (json!(next.id), "/user_ids"),
        (json!([nobody.id]), "/user_ids/0"),
        (json!([next.id, group.bob.id, "no-such-user"]), "/user_ids/2"),
        (json!([next.id, null]), "/user_ids/1"),
        (json!([next.id, ""]), "/user_ids/1"),
    ] {
        group.ann.post(&group.path("/members"), &json!({"user_ids": wrong})).await.invalid(pointer);
    }
    let role = group.path(&format!("/members/{}", group.bob.id));
    for wrong in
        [json!("admin"), json!(""), json!("Moderator"), Value::Null, json!(["moderator"]), json!({"moderator": null})]
    {
        group.ann.patch(&role, &json!({"role": wrong})).await.invalid("/role");
    }
    group.ann.patch(&role, &json!({})).await.problem("invalid-request");
    for wrong in [json!("maybe"), json!("STAY"), Value::Null, json!(true), json!(["leave"]), json!({"leave": null})] {
        group.ann.put(&group.path("/members/me/notice"), &json!({"decision": wrong})).await.invalid("/decision");
    }
    for key in ["", &"k".repeat(65), "with space"] {
        group.ann.adding(&group.thread, &[&next]).key(key).await.problem("invalid-request");
        let made = json!({"kind": "group", "user_ids": [next.id]});
        group.ann.post("/threads", &made).key(key).await.problem("invalid-request");
    }
    assert_eq!(seen(&group, &next).await, before);
}

#[tokio::test]
async fn members_of_any_name_are_answered_with_a_problem() {
    let stack = Stack::shared();
    let (group, next, before) = scene(&stack).await;
    let long = "u".repeat(3_000);
    for id in ["%ff%fe", "%00", "a%2Fb", "..", "USER%23x", "%F0%9F%A6%8C", "ME", "me%20", "no-such-user", &long] {
        let path = group.path(&format!("/members/{id}"));
        group.ann.delete(&path).await.problem_among(&["not-found", "invalid-request"]);
        let answer = group.ann.patch(&path, &json!({"role": "moderator"})).await;
        answer.problem_among(&["not-found", "invalid-request"]);
    }
    assert_eq!(seen(&group, &next).await, before);
}

//! `GET/PUT /me`: rule 1.

use reqwest::Method;
use serde_json::{Value, json};
use tests::routes::{Route, leads, routes};
use tests::{Pair, Stack, User, shape, unique};

fn profile(username: &str) -> Value {
    json!({"username": username, "display_name": "Somebody"})
}

#[tokio::test]
async fn rule_01_put_me_registers_and_get_me_gives_it_back() {
    let stack = Stack::shared();
    let ann = stack.sign_in(&unique("ann")).await;
    let body = json!({"username": ann.name, "display_name": "Ann Łoś 🦌", "avatar_url": "https://example.com/a.png"});
    let put = ann.put("/me", &body).await.expect(200).clone();
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&put[name], value);
    }
    assert_eq!(put["id"], ann.id);
    assert!(shape::is_time(put["created_at"].as_str().unwrap()) && shape::is_time(put["updated_at"].as_str().unwrap()));
    assert_eq!(ann.get("/me").await.expect(200), &put);
}

#[tokio::test]
async fn rule_01_put_me_again_replaces_the_profile_and_keeps_its_age() {
    let stack = Stack::shared();
    let ann = stack.sign_in(&unique("ann")).await;
    let body = json!({"username": ann.name, "display_name": "Ann", "avatar_url": "https://example.com/a.png"});
    let first = ann.put("/me", &body).await.expect(200).clone();
    let second = ann.put("/me", &json!({"username": ann.name, "display_name": "Anna"})).await.expect(200).clone();
    assert_eq!(second["created_at"], first["created_at"]);
    assert_eq!((&second["display_name"], &second["avatar_url"]), (&json!("Anna"), &Value::Null));
    assert_eq!(ann.get("/me").await.expect(200), &second);
}

#[tokio::test]
async fn rule_01_every_other_route_answers_profile_required_until_then() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let nobody = stack.sign_in(&unique("nobody")).await;
    let other = &pair.bob.id;
    let requests = [
        (Method::GET, "/me".to_owned(), Value::Null),
        (Method::GET, "/users?username=ann".to_owned(), Value::Null),
        (Method::GET, format!("/users/{other}"), Value::Null),
        (Method::GET, "/me/following".to_owned(), Value::Null),
        (Method::PUT, format!("/me/following/{other}"), Value::Null),
        (Method::DELETE, format!("/me/following/{other}"), Value::Null),
        (Method::GET, "/me/blocked".to_owned(), Value::Null),
        (Method::GET, "/me/groups".to_owned(), Value::Null),
        (Method::PUT, format!("/me/blocked/{other}"), Value::Null),
        (Method::DELETE, format!("/me/blocked/{other}"), Value::Null),
        (Method::GET, "/settings".to_owned(), Value::Null),
        (Method::PATCH, "/settings".to_owned(), json!({"read_receipts": false})),
        (Method::POST, "/threads".to_owned(), json!({"kind": "direct", "user_id": other})),
        (Method::GET, "/threads".to_owned(), Value::Null),
        (Method::GET, pair.path(""), Value::Null),
        (Method::POST, pair.path("/accept"), Value::Null),
        (Method::POST, pair.path("/decline"), Value::Null),
        (Method::PUT, pair.path("/read"), json!({"seq": 1})),
        (Method::PATCH, pair.path(""), json!({"title": "mine"})),
        (Method::PATCH, pair.path("/messages/2"), json!({"text": "mine"})),
        (Method::DELETE, pair.path("/messages/2"), Value::Null),
        (Method::GET, pair.path("/messages/2/reactions"), Value::Null),
        (Method::PUT, pair.path("/messages/2/reactions/%F0%9F%91%8D"), Value::Null),
        (Method::DELETE, pair.path("/messages/2/reactions/%F0%9F%91%8D"), Value::Null),
        (Method::PUT, pair.path("/messages/2/pin"), Value::Null),
        (Method::DELETE, pair.path("/messages/2/pin"), Value::Null),
        (Method::GET, pair.path("/pins"), Value::Null),
        (Method::GET, pair.path("/search?q=hello"), Value::Null),
        (Method::DELETE, pair.path("?for=me"), Value::Null),
        (Method::PUT, pair.path("/preferences"), json!({"muted_until": null, "pinned": true})),
        (Method::POST, pair.path("/members"), json!({"user_ids": [other]})),
        (Method::PATCH, pair.path("/members/me"), json!({"role": "moderator"})),
        (Method::DELETE, pair.path("/members/me"), Value::Null),
        (Method::PUT, pair.path("/members/me/notice"), json!({"decision": "stay"})),
        (Method::GET, pair.path("/events"), Value::Null),
        (Method::GET, pair.path("/members"), Value::Null),
        (Method::GET, pair.path("/messages"), Value::Null),
        (Method::POST, pair.path("/messages"), json!({"text": "hello"})),
        (Method::GET, pair.path("/messages/1"), Value::Null),
        (Method::POST, "/media".to_owned(), json!({"content_type": "image/png", "bytes": 10})),
        (Method::GET, "/media/med_aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned(), Value::Null),
        (Method::POST, "/connections".to_owned(), Value::Null),
        (Method::POST, "/reports".to_owned(), json!({"kind": "message", "thread_id": pair.thread, "seq": 1})),
        (Method::POST, "/reports".to_owned(), json!({"kind": "user", "user_id": other})),
    ];
    let needs_profile = |route: &&Route| {
        route.key.contains(' ') && !["public", "operator"].contains(&route.access.as_str()) && route.key != "PUT /me"
    };
    for route in routes().iter().filter(needs_profile) {
        let asks = |(method, path, _): &(Method, String, Value)| leads(&route.key, method.as_str(), path);
        assert!(requests.iter().any(asks), "no request asks {}", route.key);
    }
    for (method, path, body) in requests {
        let call = nobody.call(method, &path).key(&tests::fresh_key());
        let call = if body.is_null() { call } else { call.json(&body) };
        call.await.problem("profile-required");
    }
}

#[tokio::test]
async fn rule_01_a_username_belongs_to_one_user_whatever_its_case() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let thief = stack.user("thief").await;
    let before = thief.get("/me").await.json;
    thief.put("/me", &profile(&ann.name)).await.problem("username-taken");
    thief.put("/me", &profile(&ann.name.to_uppercase())).await.problem("username-taken");
    assert_eq!(thief.get("/me").await.json, before);
}

#[tokio::test]
async fn rule_01_a_username_is_kept_in_lower_case() {
    let stack = Stack::shared();
    let ann = stack.sign_in(&unique("ann")).await;
    let put = ann.put("/me", &profile(&ann.name.to_uppercase())).await;
    assert_eq!(put.expect(200)["username"], ann.name);
}

#[tokio::test]
async fn rule_01_of_many_who_want_a_name_at_once_one_gets_it() {
    let stack = Stack::shared();
    let name = unique("wanted");
    let mut users: Vec<User> = Vec::new();
    for _ in 0..8 {
        users.push(stack.sign_in(&unique("rival")).await);
    }
    let calls = users.iter().map(|user| user.put("/me", &profile(&name)).into_future());
    let answers = futures_util::future::join_all(calls).await;
    let winners = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(winners, 1, "{answers:#?}");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.problem("username-taken");
    }
}

#[tokio::test]
async fn rule_01_a_new_username_frees_the_old_one() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let renamed = unique("renamed");
    ann.put("/me", &profile(&renamed)).await.expect(200);
    assert!(bob.list(&format!("/users?username={}", ann.name)).await.is_empty(), "the old name is still found");
    assert_eq!(bob.list(&format!("/users?username={renamed}")).await[0]["id"], ann.id);
    bob.put("/me", &profile(&ann.name)).await.expect(200);
    ann.put("/me", &profile(&ann.name)).await.problem("username-taken");
}

#[tokio::test]
async fn rule_01_a_username_has_3_to_30_of_its_characters() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let before = ann.get("/me").await.json;
    let long = "a".repeat(31);
    for name in ["", "ab", &long, "with space", "with-dash", "ann#1", "żółw", "ann🦌", "ann\u{0}", " ann_padded "]
    {
        ann.put("/me", &profile(name)).await.invalid("/username");
    }
    assert_eq!(ann.get("/me").await.json, before);
    let longest = format!("{:_<30}", unique("x.9"));
    assert_eq!(ann.put("/me", &profile(&longest)).await.expect(200)["username"], longest);
}

#[tokio::test]
async fn rule_01_a_display_name_has_1_to_60_characters() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let named = |name: &str| ann.put("/me", &json!({"username": ann.name, "display_name": name}));
    for name in ["", "   ", &"ł".repeat(61)] {
        named(name).await.invalid("/display_name");
    }
    let longest = "🦌".repeat(60);
    assert_eq!(named(&longest).await.expect(200)["display_name"], longest);
}

#[tokio::test]
async fn rule_01_an_avatar_is_an_https_address() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    for url in ["http://example.com/a.png", "javascript:alert(1)", "example.com/a.png", "https://", ""] {
        let body = json!({"username": ann.name, "display_name": "Ann", "avatar_url": url});
        ann.put("/me", &body).await.invalid("/avatar_url");
    }
}

#[tokio::test]
async fn rule_16_a_display_name_can_be_seen_and_keeps_to_its_line() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let naming = async |name: &str| ann.put("/me", &json!({"username": ann.name, "display_name": name})).await;
    for name in ["می‌خواهم", "क्‍ष", "👩‍👩‍👧", "❤️", "佐藤　花子"] {
        assert_eq!(naming(name).await.expect(200)["display_name"], name);
    }
    assert_eq!(naming(&format!(" Ann{}Lee ", " ".repeat(40))).await.expect(200)["display_name"], "Ann Lee");
    for name in tests::text::UNSEEN_OR_TURNING {
        naming(name).await.invalid("/display_name");
    }
    assert_eq!(ann.get("/me").await.expect(200)["display_name"], "Ann Lee");
}

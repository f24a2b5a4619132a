//! `GET /users` and `GET /users/{user_id}`: rules 2 and 4.

use serde_json::{Value, json};
use tests::{Pair, Stack, User, shape, unique};

async fn seen(by: &User, of: &User) -> Value {
    by.get(&format!("/users/{}", of.id)).await.expect(200).clone()
}

#[tokio::test]
async fn rule_02_search_is_by_prefix_in_username_order_and_whatever_the_case() {
    let stack = Stack::shared();
    let prefix = unique("srch");
    let ann = stack.user("ann").await;
    for ending in ["c", "a", "b.z", "b_z", "b"] {
        stack.sign_in(&format!("{prefix}{ending}")).await.register().await;
    }
    let found = ann.list(&format!("/users?username={}", prefix.to_uppercase())).await;
    found.iter().for_each(shape::user);
    let names: Vec<&str> = found.iter().map(|user| user["username"].as_str().unwrap()).collect();
    let expected: Vec<String> =
        ["a", "b", "b.z", "b_z", "c"].iter().map(|ending| format!("{prefix}{ending}")).collect();
    assert_eq!(names, expected);
    let narrower = ann.list(&format!("/users?username={prefix}b_")).await;
    assert_eq!(narrower.len(), 1, "the underscore is no wildcard: {narrower:?}");
}

#[tokio::test]
async fn rule_02_search_pages_end_exactly_where_the_users_end() {
    let stack = Stack::shared();
    let prefix = unique("page");
    let ann = stack.user("ann").await;
    for number in 0..4 {
        stack.sign_in(&format!("{prefix}{number}")).await.register().await;
    }
    let exact = ann.get(&format!("/users?username={prefix}&limit=4")).await;
    assert_eq!((exact.items().len(), &exact.json["next_cursor"]), (4, &Value::Null));
    let short = ann.get(&format!("/users?username={prefix}&limit=3")).await;
    assert_eq!(short.items().len(), 3);
    assert!(short.json["next_cursor"].is_string());
    for limit in 1..=5 {
        let all = ann.list(&format!("/users?username={prefix}&limit={limit}")).await;
        assert_eq!(all, exact.items(), "with pages of {limit}");
    }
}

#[tokio::test]
async fn rule_02_a_cursor_is_good_for_the_search_that_gave_it() {
    let stack = Stack::shared();
    let prefix = unique("curs");
    let ann = stack.user("ann").await;
    for ending in ["a", "ab", "abc"] {
        stack.sign_in(&format!("{prefix}{ending}")).await.register().await;
    }
    let first = ann.get(&format!("/users?username={prefix}&limit=1")).await;
    let cursor = first.expect(200)["next_cursor"].as_str().unwrap().to_owned();
    // Narrower, wider, and somewhere else; the cursor's own name begins with the first two.
    for other in [&format!("{prefix}a"), &prefix[..prefix.len() - 1], "zzz"] {
        ann.get(&format!("/users?username={other}&limit=1&cursor={cursor}")).await.invalid("cursor");
    }
    let same = format!("/users?username={}&cursor={cursor}", prefix.to_uppercase());
    assert_eq!(ann.get(&same).await.items().len(), 2, "the same search in other letters");
}

#[tokio::test]
async fn rule_02_search_wants_a_username() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    ann.get("/users").await.problem("invalid-request");
    ann.get("/users?username=%23%23").await.problem("invalid-request");
    assert!(ann.list("/users?username=zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz").await.is_empty());
}

#[tokio::test]
async fn rule_02_who_blocks_me_looks_like_one_whose_contact_is_closed() {
    let stack = Stack::shared();
    let (ann, blocker) = Pair::strangers(&stack).await;
    let closed = stack.user("closed").await;
    // Alike in everything but the reason; both followed by ann, and the blocker once followed her.
    ann.follow(&blocker).await;
    ann.follow(&closed).await;
    blocker.follow(&ann).await;
    closed.patch("/settings", &json!({"contact_policy": "following"})).await.expect(200);
    blocker.block(&ann).await;

    let like_closed = |value: &Value| -> Value {
        let text = value.to_string().replace(&blocker.id, &closed.id).replace(&blocker.name, &closed.name);
        serde_json::from_str(&text).unwrap()
    };
    let profile = seen(&ann, &blocker).await;
    assert_eq!(like_closed(&profile), seen(&ann, &closed).await);
    assert_eq!(profile["contact"], "closed");
    assert_eq!(profile["relation"], json!({"following": true, "followed_by": false, "blocking": false}));

    let found = ann.list(&format!("/users?username={}", blocker.name)).await;
    assert_eq!(
        found.iter().map(like_closed).collect::<Vec<Value>>(),
        ann.list(&format!("/users?username={}", closed.name)).await
    );
    let following = ann.list("/me/following").await;
    assert!(following.iter().any(|user| user["id"] == blocker.id), "ann's edge stays as she sees it");
}

#[tokio::test]
async fn rule_04_a_profile_tells_relation_and_contact() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let stranger = seen(&ann, &bob).await;
    shape::user(&stranger);
    assert_eq!((&stranger["id"], &stranger["username"]), (&json!(bob.id), &json!(bob.name)));
    assert_eq!(stranger["relation"], json!({"following": false, "followed_by": false, "blocking": false}));
    assert_eq!(stranger["contact"], "requests");

    ann.follow(&bob).await;
    let followed = seen(&ann, &bob).await;
    assert_eq!((&followed["relation"]["following"], &followed["contact"]), (&json!(true), &json!("requests")));

    bob.follow(&ann).await;
    let friend = seen(&ann, &bob).await;
    assert_eq!(friend["relation"], json!({"following": true, "followed_by": true, "blocking": false}));
    assert_eq!(friend["contact"], "inbox");

    bob.patch("/settings", &json!({"contact_policy": "following"})).await.expect(200);
    assert_eq!(seen(&ann, &bob).await["contact"], "inbox");
    bob.unfollow(&ann).await;
    assert_eq!(seen(&ann, &bob).await["contact"], "closed");

    ann.block(&bob).await;
    let blocked = seen(&ann, &bob).await;
    assert_eq!(blocked["relation"], json!({"following": false, "followed_by": false, "blocking": true}));
    assert_eq!(blocked["contact"], "closed");
}

#[tokio::test]
async fn rule_04_an_unknown_user_is_not_found() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let unregistered = stack.sign_in(&unique("nobody")).await;
    ann.get(&format!("/users/{}", unregistered.id)).await.problem("not-found");
    ann.get("/users/nobody-at-all").await.problem("not-found");
}

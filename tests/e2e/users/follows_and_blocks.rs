//! `/me/following` and `/me/blocked`: rule 3.

use serde_json::{Value, json};
use tests::{Pair, Stack, User, shape};

async fn ids(user: &User, path: &str) -> Vec<String> {
    let users = user.list(path).await;
    users.iter().for_each(shape::user);
    users.iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn rule_03_following_is_one_way_and_idempotent() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    ann.follow(&bob).await;
    ann.follow(&bob).await;
    assert_eq!(ids(&ann, "/me/following").await, [bob.id.as_str()]);
    assert!(ids(&bob, "/me/following").await.is_empty());
    ann.unfollow(&bob).await;
    ann.unfollow(&bob).await;
    assert!(ids(&ann, "/me/following").await.is_empty());
}

#[tokio::test]
async fn rule_03_blocking_is_one_way_and_idempotent() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let path = format!("/me/blocked/{}", bob.id);
    for _ in 0..2 {
        assert_eq!(ann.put_empty(&path).await.expect(200), &json!({"groups": [], "next_cursor": null}));
    }
    assert_eq!(ids(&ann, "/me/blocked").await, [bob.id.as_str()]);
    assert!(ids(&bob, "/me/blocked").await.is_empty());
    ann.unblock(&bob).await;
    ann.unblock(&bob).await;
    assert!(ids(&ann, "/me/blocked").await.is_empty());
}

#[tokio::test]
async fn rule_03_nobody_follows_or_blocks_themselves_or_nobody() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    for edge in ["following", "blocked"] {
        ann.put_empty(&format!("/me/{edge}/{}", ann.id)).await.problem("invalid-request");
        ann.put_empty(&format!("/me/{edge}/nobody-at-all")).await.problem("not-found");
        ann.delete(&format!("/me/{edge}/nobody-at-all")).await.expect(204);
        assert!(ids(&ann, &format!("/me/{edge}")).await.is_empty());
    }
}

#[tokio::test]
async fn rule_03_blocking_removes_the_own_follow_edge_and_unblocking_restores_nothing() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    ann.follow(&bob).await;
    bob.follow(&ann).await;
    ann.block(&bob).await;
    assert!(ids(&ann, "/me/following").await.is_empty());
    assert_eq!(ids(&bob, "/me/following").await, [ann.id.as_str()], "bob's edge stays as he sees it");
    ann.unblock(&bob).await;
    assert!(ids(&ann, "/me/following").await.is_empty());
    let contact = bob.get(&format!("/users/{}", ann.id)).await.json["contact"].clone();
    assert_eq!(contact, "requests");
}

#[tokio::test]
async fn rule_03_who_is_blocked_cannot_be_followed_but_by_whom_i_am_blocked_can() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    ann.block(&bob).await;
    ann.put_empty(&format!("/me/following/{}", bob.id)).await.problem("you-block-them");
    bob.follow(&ann).await;
    assert_eq!(ids(&bob, "/me/following").await, [ann.id.as_str()]);
}

#[tokio::test]
async fn rule_03_lists_of_edges_come_in_pages() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let mut expected = Vec::new();
    for number in 0..5 {
        let other = stack.user(&format!("other{number}")).await;
        ann.follow(&other).await;
        expected.push(other.id);
    }
    expected.sort();
    for limit in [1, 2, 4, 5, 6] {
        let mut found = ids(&ann, &format!("/me/following?limit={limit}")).await;
        found.sort();
        assert_eq!(found, expected, "with pages of {limit}");
    }
    let exact = ann.get("/me/following?limit=5").await;
    assert_eq!(exact.expect(200)["next_cursor"], Value::Null);
}

#[tokio::test]
async fn rule_03_follow_and_block_at_once_never_leave_a_follow_of_a_blocked() {
    let stack = Stack::shared();
    for _ in 0..5 {
        let (ann, bob) = Pair::strangers(&stack).await;
        let path = format!("/me/following/{}", bob.id);
        let (followed, ()) = tokio::join!(ann.put_empty(&path).into_future(), ann.block(&bob));
        assert!(followed.status == 204 || followed.is_problem("you-block-them"), "{}", followed.text());
        assert!(ids(&ann, "/me/following").await.is_empty());
    }
}

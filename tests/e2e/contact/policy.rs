//! Who may reach whom: rule 5.

use serde_json::{Value, json};
use tests::{Answer, Pair, Stack, User};

async fn close(user: &User) {
    user.patch("/settings", &json!({"contact_policy": "following"})).await.expect(200);
}

/// A refusal without what must differ: the ids of the request and of whom it names.
fn anonymous(answer: &Answer, named: &User) -> Value {
    assert!(
        answer.json.to_string().contains(&named.id),
        "the refusal does not name the user concerned: {}",
        answer.text()
    );
    let mut document: Value = serde_json::from_str(&answer.json.to_string().replace(&named.id, "ID")).unwrap();
    document.as_object_mut().unwrap().remove("request_id");
    document
}

#[tokio::test]
async fn rule_05_who_follows_the_writer_gets_it_in_the_inbox() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.follow(&ann).await;
    close(&bob).await;
    let thread = ann.open(&bob).await;
    assert_eq!(bob.boxed("inbox").await, [thread.as_str()]);
    assert!(bob.boxed("requests").await.is_empty());
    assert_eq!(bob.thread(&thread).await["box"], "inbox");
}

#[tokio::test]
async fn rule_05_a_stranger_lands_in_the_requests() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    ann.follow(&bob).await;
    let thread = ann.open(&bob).await;
    assert_eq!(bob.boxed("requests").await, [thread.as_str()]);
    assert!(bob.boxed("inbox").await.is_empty());
    assert_eq!(ann.boxed("inbox").await, [thread.as_str()]);
    assert_eq!(ann.thread(&thread).await["box"], "inbox");
}

#[tokio::test]
async fn rule_05_outside_a_closed_circle_and_blocked_read_the_same() {
    let stack = Stack::shared();
    let (ann, blocker) = Pair::strangers(&stack).await;
    let closed = stack.user("closed").await;
    let both = stack.user("both").await;
    close(&closed).await;
    blocker.block(&ann).await;
    close(&both).await;
    both.block(&ann).await;
    let mut refusals = Vec::new();
    for other in [&blocker, &closed, &both] {
        let refusal = ann.opening(other).await;
        refusal.problem("contact-closed");
        refusals.push(anonymous(&refusal, other));
        assert!(other.boxed("requests").await.is_empty() && other.boxed("inbox").await.is_empty());
    }
    assert_eq!(refusals[0], refusals[1]);
    assert_eq!(refusals[2], refusals[1]);
    assert!(ann.boxed("inbox").await.is_empty());
}

#[tokio::test]
async fn rule_05_who_blocks_is_told_so() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    ann.block(&bob).await;
    ann.opening(&bob).await.problem("you-block-them");
    bob.block(&ann).await;
    ann.opening(&bob).await.problem("you-block-them");
    ann.unblock(&bob).await;
    ann.opening(&bob).await.problem("contact-closed");
    bob.unblock(&ann).await;
    ann.opening(&bob).await.expect(201);
}

#[tokio::test]
async fn rule_05_contact_is_decided_when_the_thread_is_opened() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.bob.unfollow(&pair.ann).await;
    close(&pair.bob).await;
    pair.ann.send(&pair.thread, "still here").await;
    assert_eq!(pair.ann.open(&pair.bob).await, pair.thread);
    assert_eq!(pair.bob.boxed("inbox").await, [pair.thread.as_str()]);
}

#[tokio::test]
async fn rule_05_a_refused_opening_stores_not_even_its_message() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.block(&ann).await;
    let body = json!({"kind": "direct", "user_id": bob.id, "message": {"text": "let me in"}});
    ann.post("/threads", &body).key(&tests::fresh_key()).await.problem("contact-closed");
    bob.unblock(&ann).await;
    let thread = ann.open(&bob).await;
    assert!(bob.history(&thread).await.is_empty());
}

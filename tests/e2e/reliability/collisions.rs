//! Two keys with the same tag: the head cannot tell them apart, so the second message is stored with its record.

use std::collections::HashMap;

use serde_json::json;
use shared::domain::idempotency::{Fingerprint, Idempotency, IdempotencyKey};
use tests::{Call, Pair, Stack, User, agree, unique};

/// Two keys of `user` with the same tag, which the product itself computes.
fn with_one_tag(user: &User) -> [String; 2] {
    let id = user.id.clone().try_into().unwrap();
    let fingerprint = Fingerprint::of("POST", "/", json!({}));
    let mut known: HashMap<String, String> = HashMap::new();
    loop {
        let text = unique("key");
        let key = IdempotencyKey::try_from(text.clone()).unwrap();
        let tag = Idempotency { key, fingerprint: fingerprint.clone() }.tag(&id);
        if let Some(other) = known.insert(tag.as_str().to_owned(), text.clone()) {
            return [other, text];
        }
    }
}

fn write(pair: &Pair, key: &str, text: &str) -> Call {
    pair.ann.post(&pair.path("/messages"), &json!({"text": text})).key(key)
}

#[tokio::test]
async fn rule_15_two_keys_with_one_tag_are_two_messages() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let keys = with_one_tag(&pair.ann);
    let mut answers = Vec::new();
    for (key, text) in keys.iter().zip(["one", "other"]) {
        let answer = write(&pair, key, text).await;
        assert!(!answer.replayed());
        answers.push(answer.expect(201).clone());
        write(&pair, key, "something else").await.problem("idempotency-mismatch");
    }
    for (key, answer) in keys.iter().zip(&answers) {
        let again = write(&pair, key, answer["text"].as_str().unwrap()).await;
        assert_eq!((again.expect(201), again.replayed()), (answer, true));
    }
    assert_eq!(agree::check(&pair.bob, &pair.thread).await, ["one", "other"]);
}

#[tokio::test]
async fn rule_15_two_keys_with_one_tag_at_once_are_two_messages() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let [one, other] = with_one_tag(&pair.ann);
    let calls = [(&one, "one"), (&other, "other"), (&one, "one"), (&other, "other")];
    let calls = calls.map(|(key, text)| write(&pair, key, text).into_future());
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(answers[0].expect(201), answers[2].expect(201));
    assert_eq!(answers[1].expect(201), answers[3].expect(201));
    assert_eq!(answers.iter().filter(|answer| !answer.replayed()).count(), 2);
    let mut texts = agree::check(&pair.bob, &pair.thread).await;
    texts.sort_unstable();
    assert_eq!(texts, ["one", "other"]);
}

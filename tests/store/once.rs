//! Idempotency keys (rule 15).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use shared::domain::idempotency::{Fingerprint, IdempotencyKey, Once};
use shared::domain::ids::UserId;
use shared::domain::member::Standing;
use shared::domain::time::Timestamp;
use shared::store::{Guard, OnceRecord, Outcome};
use tests::{Stack, fresh_key};

use crate::engine::store;
use crate::given::{later, message, noon, thread, user};

fn record(user: &UserId, key: &str, now: Timestamp) -> OnceRecord {
    let key = IdempotencyKey::try_from(key.to_owned()).unwrap();
    let once = Once { key, fingerprint: Fingerprint::of("POST", "/threads", json!({"a": 1})) };
    let outcome = Outcome::Answered { status: 201, body: Some("{}".to_owned()) };
    OnceRecord { user_id: user.clone(), once, outcome, now }
}

#[tokio::test]
async fn of_sixteen_with_one_key_one_is_carried_out() {
    let stack = Stack::shared();
    let thread = thread(&store(&stack), Standing::Accepted).await;
    let record = record(&thread.members[0].user_id, &fresh_key(), later(1));
    let sending = message(&thread, 0, "once", later(1));
    let send = async || store(&stack).change_thread(&thread, &sending.thread, &[sending.entry()], Some(&record)).await;
    let outcomes = join_all((0..16).map(|_| send())).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    // All others learn that the request was carried out, not that the thread moved on.
    assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| error.lost(Guard::Once)));
    let used = store(&stack).used(&record.user_id, &record.once.key, later(2)).await.unwrap().unwrap();
    assert_eq!((used.fingerprint, used.outcome), (record.once.fingerprint, record.outcome));
}

#[tokio::test]
async fn a_key_is_free_again_after_a_day_though_its_item_is_still_there() {
    let stack = Stack::shared();
    let store = store(&stack);
    let (ann, key) = (user("ann"), fresh_key());
    // The engine's own clean-up goes by the machine's clock, so this day has to lie ahead.
    let now = Timestamp::from_ms(4_000_000_000_000).unwrap();
    let record_at = |now| record(&ann, &key, now);
    store.save_once(&record_at(now)).await.unwrap();
    let almost = now.plus(Duration::from_hours(24) - Duration::from_secs(2));
    let after = now.plus(Duration::from_hours(24) + Duration::from_secs(2));
    let key = &record_at(now).once.key;
    assert!(store.used(&ann, key, almost).await.unwrap().is_some());
    assert!(store.save_once(&record_at(almost)).await.unwrap_err().lost(Guard::Once));
    assert!(store.used(&ann, key, after).await.unwrap().is_none());
    store.save_once(&record_at(after)).await.unwrap();
}

#[tokio::test]
async fn keys_of_different_users_are_apart() {
    let stack = Stack::shared();
    let store = store(&stack);
    let key = fresh_key();
    let now = Timestamp::from_ms(4_000_000_000_000).unwrap();
    for name in ["ann", "bob"] {
        store.save_once(&record(&user(name), &key, now)).await.unwrap();
    }
    let key = IdempotencyKey::try_from(key).unwrap();
    assert!(store.used(&user("eve"), &key, noon()).await.unwrap().is_none());
}

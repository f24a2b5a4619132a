//! Idempotency keys (rule 15).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use shared::domain::idempotency::{Fingerprint, Idempotency, IdempotencyKey};
use shared::domain::ids::{ThreadId, UserId};
use shared::domain::member::Standing;
use shared::domain::reference::Reference;
use shared::domain::time::Timestamp;
use shared::store::{Condition, IdempotencyRecord, Store, StoreError, Writes};
use tests::{Stack, fresh_key};

use crate::engine::store;
use crate::given::{later, message, noon, thread, user};

fn record(user: &UserId, key: &str, now: Timestamp) -> IdempotencyRecord {
    let key = IdempotencyKey::try_from(key.to_owned()).unwrap();
    let key = Idempotency { key, fingerprint: Fingerprint::of("POST", "/threads", json!({"a": 1})) };
    let reference = Reference::Declined { thread_id: ThreadId::from_random([7; 17]) };
    IdempotencyRecord { user_id: user.clone(), key, reference, now }
}

async fn take(store: &Store, record: &IdempotencyRecord) -> Result<(), StoreError> {
    store.commit(Writes::none(), Some(record)).await.map(|_| ())
}

#[tokio::test]
async fn of_sixteen_with_one_key_one_is_carried_out() {
    let stack = Stack::shared();
    let thread = thread(&store(&stack), Standing::Accepted).await;
    let record = record(&thread.members[0].user_id, &fresh_key(), later(1));
    let sending = message(&thread, 0, "once", later(1));
    let writes = || Writes::change_thread(&sending.transition).unwrap();
    let send = async || store(&stack).commit(writes(), Some(&record)).await;
    let outcomes = join_all((0..16).map(|_| send())).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    // All others learn that the request was carried out, not that the thread moved on.
    assert!(
        outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| error.failed(Condition::KeyUnused))
    );
    let used = store(&stack).earlier_use(&record.user_id, &record.key.key, later(2)).await.unwrap().unwrap();
    assert_eq!((used.fingerprint, used.reference), (record.key.fingerprint, record.reference));
}

#[tokio::test]
async fn a_key_is_free_again_after_a_day_though_its_item_is_still_there() {
    let stack = Stack::shared();
    let store = store(&stack);
    let (ann, key) = (user("ann"), fresh_key());
    // The engine's own clean-up goes by the machine's clock, so this day has to lie ahead.
    let now = Timestamp::from_ms(4_000_000_000_000).unwrap();
    let record_at = |now| record(&ann, &key, now);
    take(&store, &record_at(now)).await.unwrap();
    let almost = now.plus(Duration::from_hours(24) - Duration::from_secs(2));
    let after = now.plus(Duration::from_hours(24) + Duration::from_secs(2));
    let key = &record_at(now).key.key;
    assert!(store.earlier_use(&ann, key, almost).await.unwrap().is_some());
    assert!(take(&store, &record_at(almost)).await.unwrap_err().failed(Condition::KeyUnused));
    assert!(store.earlier_use(&ann, key, after).await.unwrap().is_none());
    take(&store, &record_at(after)).await.unwrap();
}

#[tokio::test]
async fn keys_of_different_users_are_apart() {
    let stack = Stack::shared();
    let store = store(&stack);
    let key = fresh_key();
    let now = Timestamp::from_ms(4_000_000_000_000).unwrap();
    for name in ["ann", "bob"] {
        take(&store, &record(&user(name), &key, now)).await.unwrap();
    }
    let key = IdempotencyKey::try_from(key).unwrap();
    assert!(store.earlier_use(&user("eve"), &key, noon()).await.unwrap().is_none());
}

//! The tail of a head: appending to it, settling it, and taking turns.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use serde_json::json;
use shared::domain::append::{Append, append};
use shared::domain::idempotency::{Fingerprint, Idempotency, IdempotencyKey};
use shared::domain::ids::{Seq, ThreadId};
use shared::domain::limits::RECENT_KEYS;
use shared::domain::member::Standing;
use shared::domain::message::{Message, MessageContent};
use shared::domain::reference::Reference;
use shared::domain::tail::TailMessage;
use shared::domain::thread::Thread;
use shared::domain::time::Timestamp;
use shared::store::{Condition, IdempotencyRecord, Store, StoreError, Stored, Writes};
use tests::engine::client;
use tests::{Stack, fresh_key};

use crate::engine::store;
use crate::given::{change, commit, later, message, noon, thread};

fn request() -> Idempotency {
    let key = IdempotencyKey::try_from(fresh_key()).unwrap();
    Idempotency { key, fingerprint: Fingerprint::of("POST", "/messages", json!({})) }
}

/// The decision to append a message of the `author`-th member.
fn appending(thread: &Thread, author: usize, text: &str, now: Timestamp) -> Append {
    append(&message(thread, author, text, now), &request(), 1).unwrap()
}

async fn add(store: &Store, append: &Append, now: Timestamp) -> Result<Stored, StoreError> {
    let writes = Writes::append(append, append.transition.before.last_seq, now)?;
    Ok(store.commit(writes, None).await?.expect("the head is the only write"))
}

/// The thread with one more message in its tail.
async fn appended(store: &Store, thread: &Thread, author: usize, text: &str, now: Timestamp) -> Thread {
    add(store, &appending(thread, author, text, now), now).await.unwrap().head.thread().unwrap()
}

async fn with_messages(store: &Store, count: u64) -> Thread {
    let mut head = thread(store, Standing::Accepted).await;
    for number in 1..=count {
        head = appended(store, &head, 0, &number.to_string(), later(number)).await;
    }
    head
}

async fn present(store: &Store, thread: &ThreadId) -> Thread {
    store.thread(thread).await.unwrap().unwrap()
}

async fn messages(store: &Store, thread: &Thread) -> Vec<Message> {
    let mut messages = store.messages(thread, (Seq::ONE, Seq::MAX), 1_000).await.unwrap().items;
    messages.reverse();
    messages
}

fn texts(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.content.text.as_str()).collect()
}

/// Appends a message as a send does, in as many attempts as it takes; gives its place, and whether this attempt appended it.
async fn insist(store: &Store, id: &ThreadId, author: usize, text: &str, request: &Idempotency) -> (Seq, bool) {
    loop {
        let head = present(store, id).await;
        let user = &head.members[author].user_id;
        if let Some(found) = head.tail.sent_with(user, request, later(1)) {
            return (found.seq(), false);
        }
        if let Some(earlier) = store.earlier_use(user, &request.key, later(1)).await.unwrap() {
            let Reference::Message { seq, .. } = earlier.reference else { panic!("{earlier:?}") };
            return (seq, false);
        }
        if head.tail.is_full() {
            store.settle(&head).await.unwrap();
            continue;
        }
        let append = append(&message(&head, author, text, later(1)), request, 1).unwrap();
        match add(store, &append, later(1)).await {
            Ok(Stored { head, is_crowded }) => {
                let after = head.thread().unwrap();
                let own = after.tail.messages.last().unwrap();
                assert_eq!(own.request, *request);
                if own.seq().get() % 7 != 0 {
                    store.make_item(id, own).await.unwrap();
                    if is_crowded {
                        store.settle(&after).await.unwrap();
                    }
                }
                return (own.seq(), true);
            }
            Err(error) => assert!(error.failed(Condition::Append), "{error}"),
        }
    }
}

#[tokio::test]
async fn rule_15_sixteen_appenders_who_throw_away_every_tenth_answer_make_one_log() {
    const EACH: usize = 20;
    let stack = Stack::shared();
    let thread = thread(&store(&stack), Standing::Accepted).await;
    let write = async |name: usize| {
        let store = store(&stack);
        let mut sent = Vec::new();
        for number in 0..EACH {
            let (text, request) = (format!("{name}/{number}"), request());
            let (seq, first) = insist(&store, &thread.id, name % 2, &text, &request).await;
            assert!(first, "{text} was there before");
            if number % 10 == 9 {
                assert_eq!(insist(&store, &thread.id, name % 2, &text, &request).await, (seq, false));
            }
            sent.push((seq.get(), text));
        }
        sent
    };
    let mut sent: Vec<(u64, String)> = join_all((0..16).map(write)).await.into_iter().flatten().collect();
    sent.sort_unstable();
    let store = store(&stack);
    let head = present(&store, &thread.id).await;
    let stored: Vec<(u64, String)> = messages(&store, &head)
        .await
        .into_iter()
        .map(|message| (message.seq.get(), message.content.text.as_str().to_owned()))
        .collect();
    assert_eq!(stored, sent);
    assert_eq!(sent.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), (2..=16 * EACH as u64 + 1).collect::<Vec<_>>());
    assert_eq!(head.counts.total(), 16 * EACH as u64);
    assert!(head.tail.messages.len() <= 16);
}

#[tokio::test]
async fn a_settle_takes_only_what_is_stored() {
    let stack = Stack::shared();
    let store = store(&stack);
    let head = with_messages(&store, 4).await;
    for index in [0, 1, 3] {
        store.make_item(&head.id, &head.tail.messages[index]).await.unwrap();
    }
    assert!(store.settle(&head).await.unwrap().is_some());
    let settled = present(&store, &head.id).await;
    assert_eq!(settled.tail.messages, head.tail.messages[2..], "the third is no item, and the fourth comes after it");
    assert_eq!((settled.last_seq, &settled.counts), (head.last_seq, &head.counts));
    assert_eq!((&settled.last_message, settled.active_at), (&head.last_message, head.active_at));
    assert_eq!(settled.tail.recent, head.tail.recent);
    assert_eq!(texts(&messages(&store, &settled).await), ["1", "2", "3", "4"]);
    assert!(store.settle(&settled).await.unwrap().is_none(), "there is nothing more to take");

    let before = present(&store, &head.id).await;
    let titled = message(&before, 0, "whole", later(9));
    change(&store, &titled.transition).await.unwrap();
    let whole = present(&store, &head.id).await;
    assert!(whole.tail.messages.is_empty(), "an entry of another kind settles everything");
    assert_eq!(texts(&messages(&store, &whole).await), ["1", "2", "3", "4", "whole"]);
}

#[tokio::test]
async fn a_settle_makes_no_head_that_is_gone() {
    let stack = Stack::shared();
    let store = store(&stack);
    for count in [2, 9] {
        let head = with_messages(&store, count).await;
        for message in &head.tail.messages {
            store.make_item(&head.id, message).await.unwrap();
        }
        let [pk, sk] = key(&head.id);
        let delete = client(&stack).delete_item().table_name(stack.table_name());
        delete.key("pk", pk).key("sk", sk).send().await.unwrap();
        assert!(store.settle(&head).await.unwrap().is_none());
        assert!(store.thread(&head.id).await.unwrap().is_none());
        let gone = appending(&head, 0, "late", later(20));
        assert!(add(&store, &gone, later(20)).await.unwrap_err().failed(Condition::Append));
        assert!(store.take_turn(&head.id, later(20), later(30)).await.unwrap().is_none());
        assert!(store.thread(&head.id).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn of_two_who_settle_at_once_one_does() {
    let stack = Stack::shared();
    let (one, other) = (store(&stack), store(&stack));
    let mut head = with_messages(&one, 9).await;
    for round in 0..5_u64 {
        let (left, right) = tokio::join!(one.settle(&head), other.settle(&head));
        assert_eq!([left.unwrap(), right.unwrap()].iter().flatten().count(), 1);
        head = present(&one, &head.id).await;
        assert!(head.tail.messages.is_empty());
        let numbers: Vec<u64> = messages(&one, &head).await.iter().map(|message| message.seq.get()).collect();
        assert_eq!(numbers, (2..=10 + 9 * round).collect::<Vec<_>>());
        for number in 0..9 {
            head = appended(&one, &head, 1, &number.to_string(), later(10 + number)).await;
        }
    }
}

#[tokio::test]
async fn a_settle_that_read_the_head_before_an_append_leaves_the_new_message() {
    let stack = Stack::shared();
    let store = store(&stack);
    let head = with_messages(&store, 9).await;
    let more = appended(&store, &head, 1, "more", later(20)).await;
    assert!(store.settle(&head).await.unwrap().is_some());
    let settled = present(&store, &head.id).await;
    assert_eq!(settled.tail.messages, more.tail.messages[9..]);
    assert_eq!((settled.last_seq, settled.counts.clone()), (more.last_seq, more.counts.clone()));
    assert!(store.settle(&more).await.unwrap().is_none(), "its tail begins elsewhere now");
    assert_eq!(present(&store, &head.id).await, settled);
}

#[tokio::test]
async fn a_head_remembers_the_last_keys_when_their_messages_left() {
    let stack = Stack::shared();
    let store = store(&stack);
    let mut head = thread(&store, Standing::Accepted).await;
    let first = appending(&head, 0, "first", later(1));
    add(&store, &first, later(1)).await.unwrap();
    for number in 1..RECENT_KEYS {
        head = present(&store, &head.id).await;
        if head.tail.messages.len() == 9 {
            head = store.settle(&head).await.unwrap().unwrap().head.thread().unwrap();
        }
        head = appended(&store, &head, 0, &number.to_string(), later(2)).await;
    }
    // With one more message it may forget the first one; until then it refuses the same again.
    assert!(add(&store, &first, later(3)).await.unwrap_err().failed(Condition::Append));
    for _ in 0..2 {
        head = present(&store, &head.id).await;
        if head.tail.is_full() || head.tail.messages.len() >= 8 {
            head = store.settle(&head).await.unwrap().unwrap().head.thread().unwrap();
        }
        let again = Append { transition: appending(&head, 0, "first", later(3)).transition, ..first.clone() };
        assert!(head.tail.recent.len() >= RECENT_KEYS, "{} keys", head.tail.recent.len());
        if head.tail.recent.contains(&first.tag) {
            assert!(add(&store, &again, later(3)).await.unwrap_err().failed(Condition::Append));
        }
        head = appended(&store, &head, 0, "one more", later(3)).await;
    }
    // Whoever decided before that must not append any more, whatever the head has forgotten.
    let error = add(&store, &Append { tag: request().tag(&head.members[0].user_id), ..first }, later(3)).await;
    assert!(error.unwrap_err().failed(Condition::Append));
}

#[tokio::test]
async fn a_late_item_leaves_what_was_amended() {
    let stack = Stack::shared();
    let store = store(&stack);
    let head = with_messages(&store, 1).await;
    let own = &head.tail.messages[0];
    store.make_item(&head.id, own).await.unwrap();
    let content = MessageContent { text: "amended".to_owned().try_into().unwrap(), reply_to: None, mentions: vec![] };
    commit(&store, Writes::amend_message(&head.id, own.seq(), &content).unwrap()).await.unwrap();
    store.make_item(&head.id, own).await.unwrap();
    let item = store.message_item(&head.id, own.seq()).await.unwrap().unwrap();
    assert_eq!(item.content, content);
}

#[tokio::test]
async fn a_late_record_leaves_a_later_use_of_its_key_and_replaces_one_that_expired() {
    let stack = Stack::shared();
    let store = store(&stack);
    // The engine's own clean-up goes by the machine's clock, so this day has to lie ahead.
    let day = Timestamp::from_ms(4_000_000_000_000).unwrap();
    let next = day.plus(Duration::from_hours(25));
    let head = thread(&store, Standing::Accepted).await;
    let ann = head.members[0].user_id.clone();
    let at = |now: Timestamp, request: &Idempotency| -> TailMessage {
        append(&message(&head, 0, "same key", now), request, 1).unwrap().message
    };
    let used = |reference| EarlierRecord { user_id: ann.clone(), reference };
    let elsewhere = Reference::Declined { thread_id: ThreadId::from_random([9; 17]) };
    let here = Reference::Message { thread_id: head.id.clone(), seq: Seq::try_from(2).unwrap() };

    let later_use = request();
    take(&store, &used(elsewhere.clone()), &later_use, next).await;
    store.make_item(&head.id, &at(day, &later_use)).await.unwrap();
    let found = store.earlier_use(&ann, &later_use.key, next).await.unwrap().unwrap();
    assert_eq!(found.reference, elsewhere, "the later use stays");

    let expired = request();
    take(&store, &used(elsewhere), &expired, day).await;
    store.make_item(&head.id, &at(next, &expired)).await.unwrap();
    let found = store.earlier_use(&ann, &expired.key, next).await.unwrap().unwrap();
    assert_eq!(found.reference, here, "an expired record is replaced");
}

struct EarlierRecord {
    user_id: shared::domain::ids::UserId,
    reference: Reference,
}

async fn take(store: &Store, used: &EarlierRecord, key: &Idempotency, now: Timestamp) {
    let EarlierRecord { user_id, reference } = used;
    let record = IdempotencyRecord { user_id: user_id.clone(), key: key.clone(), reference: reference.clone(), now };
    store.commit(Writes::none(), Some(&record)).await.unwrap();
}

fn key(thread: &ThreadId) -> [AttributeValue; 2] {
    [AttributeValue::S(format!("THREAD#{thread}")), AttributeValue::S("HEAD".into())]
}

#[tokio::test]
async fn a_head_of_an_earlier_release_takes_a_message_and_has_a_tail_then() {
    let stack = Stack::shared();
    let store = store(&stack);
    let opened = thread(&store, Standing::Accepted).await;
    change(&store, &message(&opened, 0, "earlier", later(1)).transition).await.unwrap();
    let [pk, sk] = key(&opened.id);
    let update = client(&stack).update_item().table_name(stack.table_name()).key("pk", pk).key("sk", sk);
    let update = update.update_expression("SET v = :one REMOVE #tail, #recent, #base");
    let update = update.expression_attribute_names("#tail", "tail").expression_attribute_names("#recent", "recent");
    let update = update.expression_attribute_names("#base", "base");
    update.expression_attribute_values(":one", AttributeValue::N("1".into())).send().await.unwrap();

    let old = present(&store, &opened.id).await;
    assert!(!old.tail.open);
    let mut sending = message(&old, 1, "first of the new release", later(2));
    assert!(append(&sending, &request(), 1).is_none(), "it is stored whole");
    // An append that was decided on a head with a tail does not hold.
    let mut with_tail = old.clone();
    with_tail.tail.open = true;
    let error = add(&store, &appending(&with_tail, 1, "too soon", later(2)), later(2)).await.unwrap_err();
    assert!(error.failed(Condition::Append), "{error}");
    let tag = request().tag(&old.members[1].user_id);
    sending.transition.after.tail.remember(tag.clone());
    change(&store, &sending.transition).await.unwrap();
    let new = present(&store, &opened.id).await;
    assert_eq!((new.tail.open, &new.tail.recent), (true, &vec![tag]));
    let new = appended(&store, &new, 0, "in the tail", later(3)).await;
    assert_eq!(new.tail.messages.len(), 1);
    assert_eq!(texts(&messages(&store, &new).await), ["earlier", "first of the new release", "in the tail"]);
}

#[tokio::test]
async fn rule_14_times_never_go_back_where_clocks_differ() {
    let stack = Stack::shared();
    let store = store(&stack);
    let mut head = thread(&store, Standing::Accepted).await;
    let ahead = appending(&head, 0, "ahead", later(50));
    let behind = appending(&head, 1, "behind", later(10));
    add(&store, &ahead, later(50)).await.unwrap();
    add(&store, &behind, later(10)).await.unwrap();
    for number in 0..7 {
        head = present(&store, &head.id).await;
        head = appended(&store, &head, 1, &number.to_string(), later(40 + number * 5)).await;
    }
    let in_tail = messages(&store, &head).await;
    let times: Vec<Timestamp> = in_tail.iter().map(|message| message.created_at).collect();
    assert!(times.is_sorted() && times[..2] == [later(50), later(50)], "{times:?}");
    store.settle(&head).await.unwrap().unwrap();
    let settled = present(&store, &head.id).await;
    assert!(settled.tail.messages.is_empty());
    assert_eq!(messages(&store, &settled).await, in_tail, "an item has the time that the tail told");
    assert_eq!(settled.active_at, *times.last().unwrap());
    let slow = appended(&store, &settled, 0, "slow clock", noon()).await;
    assert_eq!(slow.active_at, settled.active_at);
}

#[tokio::test]
async fn a_turn_keeps_messages_and_other_holders_out_until_it_ends() {
    let stack = Stack::shared();
    let store = store(&stack);
    let thread = thread(&store, Standing::Accepted).await;
    let taken = store.take_turn(&thread.id, later(0), later(1_000)).await.unwrap().unwrap().thread().unwrap();
    assert_eq!(taken.tail.turn, Some(later(1_000)));
    for now in [0, 999, 1_000] {
        assert!(store.take_turn(&thread.id, later(now), later(5_000)).await.unwrap().is_none(), "at {now}");
        let error = add(&store, &appending(&taken, 0, "waits", later(now)), later(now)).await.unwrap_err();
        assert!(error.failed(Condition::Append), "at {now}: {error}");
    }
    let mut head = appended(&store, &taken, 0, "after it", later(1_001)).await;
    assert!(store.take_turn(&thread.id, later(1_001), later(2_000)).await.unwrap().is_some());
    assert!(add(&store, &appending(&head, 0, "waits", later(1_500)), later(1_500)).await.is_err());
    // What the turn was taken for ends it.
    head = present(&store, &thread.id).await;
    change(&store, &message(&head, 1, "whole", later(1_500)).transition).await.unwrap();
    head = present(&store, &thread.id).await;
    assert_eq!(head.tail.turn, None);
    appended(&store, &head, 0, "at once", later(1_500)).await;
    // An append without the turn does not end it.
    let head = present(&store, &thread.id).await;
    assert_eq!(texts(&messages(&store, &head).await), ["after it", "whole", "at once"]);
}

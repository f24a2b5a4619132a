//! Settling: messages in the tail become items, and leave it.

use std::time::Duration;

use shared::domain::append::append;
use shared::domain::edit::{Edit, edit};
use shared::domain::idempotency::Idempotency;
use shared::domain::ids::{Seq, ThreadId, UserId};
use shared::domain::limits::MAX_TAIL_MESSAGES;
use shared::domain::member::Standing;
use shared::domain::message::Message;
use shared::domain::reference::Reference;
use shared::domain::tail::TailMessage;
use shared::domain::time::Timestamp;
use shared::store::{Condition, IdempotencyRecord, Store, Writes};
use tests::Stack;
use tests::engine::client;

use crate::engine::store;
use crate::given::{change, commit, later, message, thread};
use crate::given_tail::{add, appended, appending, head_key, messages, present, request, settle, texts, with_messages};

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
async fn a_tail_that_is_full_or_old_is_settled_without_its_senders() {
    let stack = Stack::shared();
    let store = store(&stack);
    let full = with_messages(&store, MAX_TAIL_MESSAGES as u64).await;
    let young = with_messages(&store, 2).await;
    assert!(store.settle(&young).await.unwrap().is_none(), "their senders are about to make items of them");
    let old = appended(&store, &young, 1, "much later", later(2_000)).await;
    for head in [full, old] {
        let expected: Vec<Message> = head.tail.messages.iter().map(|message| message.logged.message.clone()).collect();
        assert!(store.settle(&head).await.unwrap().is_some());
        let settled = present(&store, &head.id).await;
        assert!(settled.tail.messages.is_empty());
        assert_eq!(messages(&store, &settled).await, expected);
    }
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
        let [pk, sk] = head_key(&head.id);
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
        let (left, right) = tokio::join!(settle(&one, &head), settle(&other, &head));
        assert_eq!([left, right].iter().flatten().count(), 1);
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
    assert!(settle(&store, &head).await.is_some());
    let settled = present(&store, &head.id).await;
    assert_eq!(settled.tail.messages, more.tail.messages[9..]);
    assert_eq!((settled.last_seq, settled.counts.clone()), (more.last_seq, more.counts.clone()));
    assert!(store.settle(&more).await.unwrap().is_none(), "its tail begins elsewhere now");
    assert_eq!(present(&store, &head.id).await, settled);
}

#[tokio::test]
async fn a_late_item_leaves_what_was_amended() {
    let stack = Stack::shared();
    let store = store(&stack);
    let head = with_messages(&store, 1).await;
    let own = &head.tail.messages[0];
    let message = &own.logged.message;
    let text = Edit { text: "amended".to_owned().try_into().unwrap(), mentions: None };
    let (transition, edited) = edit(&head, &message.author_id, message, &text, later(9)).unwrap().unwrap();
    commit(&store, Writes::change_thread(&transition).unwrap()).await.unwrap();
    store.make_item(&head.id, own).await.unwrap();
    assert_eq!(store.message_item(&head.id, own.seq()).await.unwrap(), Some(edited));
    // Of two edits of the same text one is decided again.
    let again = edit(&transition.after, &message.author_id, message, &text, later(9)).unwrap().unwrap().0;
    let lost = commit(&store, Writes::change_thread(&again).unwrap()).await;
    assert!(lost.unwrap_err().failed(Condition::Entry));
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
    user_id: UserId,
    reference: Reference,
}

async fn take(store: &Store, used: &EarlierRecord, key: &Idempotency, now: Timestamp) {
    let EarlierRecord { user_id, reference } = used;
    let record = IdempotencyRecord { user_id: user_id.clone(), key: key.clone(), reference: reference.clone(), now };
    store.commit(Writes::none(), Some(&record)).await.unwrap();
}

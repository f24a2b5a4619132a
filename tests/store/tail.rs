//! The tail of a head: appending to it, and taking turns.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use shared::domain::append::{Append, append};
use shared::domain::idempotency::Idempotency;
use shared::domain::ids::{Seq, ThreadId};
use shared::domain::limits::{MAX_TAIL_MESSAGES, RECENT_KEYS};
use shared::domain::member::Standing;
use shared::domain::reference::Reference;
use shared::domain::time::Timestamp;
use shared::store::{Condition, Head, Store, Stored};
use tests::Stack;
use tests::engine::client;

use crate::engine::store;
use crate::given::{block, change, later, message, noon, thread};
use crate::given_tail::{add, appended, appending, head_key, messages, present, request, settle, texts};

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
        .map(|message| (message.seq.get(), message.written().unwrap().content.text.as_str().to_owned()))
        .collect();
    assert_eq!(stored, sent);
    assert_eq!(sent.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), (2..=16 * EACH as u64 + 1).collect::<Vec<_>>());
    assert_eq!(head.counts.total(), 16 * EACH as u64);
    assert!(head.tail.messages.len() <= MAX_TAIL_MESSAGES);
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
            head = settle(&store, &head).await.unwrap().head.thread().unwrap();
        }
        head = appended(&store, &head, 0, &number.to_string(), later(2)).await;
    }
    // With one more message it may forget the first one; until then it refuses the same again.
    assert!(add(&store, &first, later(3)).await.unwrap_err().failed(Condition::Append));
    for _ in 0..2 {
        head = present(&store, &head.id).await;
        if head.tail.is_full() || head.tail.messages.len() >= 8 {
            head = settle(&store, &head).await.unwrap().head.thread().unwrap();
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
async fn a_head_of_an_earlier_release_takes_a_message_and_has_a_tail_then() {
    let stack = Stack::shared();
    let store = store(&stack);
    let opened = thread(&store, Standing::Accepted).await;
    change(&store, &message(&opened, 0, "earlier", later(1)).transition).await.unwrap();
    let [pk, sk] = head_key(&opened.id);
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
    settle(&store, &head).await.unwrap();
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
    let head = present(&store, &thread.id).await;
    assert_eq!(texts(&messages(&store, &head).await), ["after it", "whole", "at once"]);
}

#[tokio::test]
async fn rule_06_an_append_does_not_pass_a_change_of_members_or_blocks() {
    let stack = Stack::shared();
    let store = store(&stack);
    let thread = thread(&store, Standing::Accepted).await;
    let decided = appending(&thread, 0, "in flight", later(2));
    let (ann, bob) = (&thread.members[0].user_id, &thread.members[1].user_id);
    block(&store, bob, ann, later(1)).await.unwrap();
    let error = add(&store, &decided, later(2)).await.unwrap_err();
    assert!(error.failed(Condition::Append), "{error}");
    let learned = Head::of_failed_condition(&error).unwrap().and_then(Head::thread).unwrap();
    assert!(learned.is_blocked_by(bob) && learned.last_seq == thread.last_seq);
}

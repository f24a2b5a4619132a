//! The log: pages of it, however large its entries are.

use shared::domain::ids::Seq;
use shared::domain::log::{EntryContent, merge};
use shared::domain::member::Standing;
use tests::Stack;

use crate::engine::store;
use crate::given::{later, sent, thread};

fn seq(number: u64) -> Seq {
    Seq::try_from(number).unwrap()
}

#[tokio::test]
async fn a_page_of_messages_ends_exactly_at_its_limit() {
    let stack = Stack::shared();
    let store = store(&stack);
    let mut head = thread(&store, Standing::Accepted).await;
    for number in 2..=6 {
        head = sent(&store, &head, 0, &number.to_string(), later(number)).await;
    }
    let texts = async |first, last, limit| {
        let page = store.messages(&head, (seq(first), seq(last)), limit).await.unwrap();
        (page.items.iter().map(|message| message.seq.get()).collect::<Vec<_>>(), page.more)
    };
    assert_eq!(texts(1, 6, 5).await, (vec![6, 5, 4, 3, 2], false));
    assert_eq!(texts(1, 6, 4).await, (vec![6, 5, 4, 3], true));
    assert_eq!(texts(3, 5, 9).await, (vec![5, 4, 3], false));
    assert_eq!(texts(5, 4, 9).await, (vec![], false));
    assert!(store.message(&head, seq(1)).await.unwrap().is_none(), "the first entry is no message");
    assert_eq!(store.last_message_at(&head, seq(1)).await.unwrap(), None);
}

#[tokio::test]
async fn rule_14_the_log_has_no_hole_where_the_engine_cuts_a_page() {
    let stack = Stack::shared();
    let store = store(&stack);
    let mut head = thread(&store, Standing::Accepted).await;
    // Some 1.5 MB of messages: more than a Query answers at once.
    let large = "🦌".repeat(3_999);
    for number in 2..=96 {
        head = sent(&store, &head, 0, &large, later(number)).await;
    }
    let (mut after, mut seen, mut pages) = (Seq::ZERO, Vec::new(), 0);
    while after < head.last_seq {
        let (messages, changes) = store.runs(&head, after.next(), 100).await.unwrap();
        let entries = merge(messages, changes, 100);
        assert!(!entries.is_empty());
        for entry in &entries {
            if let EntryContent::Message(logged) = &entry.content {
                assert_eq!(logged.message.written().unwrap().content.text.as_str(), large);
            }
        }
        seen.extend(entries.iter().map(|entry| entry.seq.get()));
        after = entries.last().unwrap().seq;
        pages += 1;
    }
    assert_eq!(seen, (1..=96).collect::<Vec<_>>());
    assert!(pages > 1, "the engine did not cut");

    let newest = store.messages(&head, (Seq::ONE, head.last_seq), 100).await.unwrap();
    assert!(newest.more && newest.items.len() < 95 && newest.items[0].seq == head.last_seq);
}

//! `GET /threads/{thread_id}/messages` and `…/messages/{seq}`.

use serde_json::Value;
use tests::{Pair, Stack, User};

async fn seqs(user: &User, path: &str) -> Vec<u64> {
    user.get(path).await.items().iter().map(|message| message["seq"].as_u64().unwrap()).collect()
}

/// A thread with the messages 2 to 11.
async fn ten_messages(stack: &Stack) -> Pair {
    let pair = Pair::new(stack).await;
    for number in 2..12 {
        let author = if number % 3 == 0 { &pair.bob } else { &pair.ann };
        author.send(&pair.thread, &format!("number {number}")).await;
    }
    pair
}

#[tokio::test]
async fn history_is_newest_first_and_bounded_on_both_sides() {
    let stack = Stack::shared();
    let pair = ten_messages(&stack).await;
    let cases: [(&str, Vec<u64>); 10] = [
        ("", (2..=11).rev().collect()),
        ("?limit=3", vec![11, 10, 9]),
        ("?before=5", vec![4, 3, 2]),
        ("?before=5&limit=2", vec![4, 3]),
        ("?after=8", vec![11, 10, 9]),
        ("?after=2&limit=5", vec![7, 6, 5, 4, 3]),
        ("?after=9999999999", vec![]),
        ("?after=4&before=7", vec![6, 5]),
        ("?before=2", vec![]),
        ("?after=11", vec![]),
    ];
    for (query, expected) in cases {
        assert_eq!(seqs(&pair.bob, &pair.path(&format!("/messages{query}"))).await, expected, "{query}");
    }
}

#[tokio::test]
async fn history_pages_end_exactly_where_the_messages_end() {
    let stack = Stack::shared();
    let pair = ten_messages(&stack).await;
    for limit in [1, 3, 9, 10, 11] {
        let path = pair.path(&format!("/messages?limit={limit}"));
        let all: Vec<u64> = pair.ann.list(&path).await.iter().map(|message| message["seq"].as_u64().unwrap()).collect();
        assert_eq!(all, (2..=11).rev().collect::<Vec<u64>>(), "pages of {limit}");
    }
    let exact = pair.ann.get(&pair.path("/messages?limit=10")).await;
    assert_eq!((exact.items().len(), &exact.json["next_cursor"]), (10, &Value::Null));
    let short = pair.ann.get(&pair.path("/messages?limit=9")).await;
    assert!(short.expect(200)["next_cursor"].is_string());
    let bounded = pair.ann.list(&pair.path("/messages?after=3&before=9&limit=2")).await;
    assert_eq!(bounded.len(), 5, "a cursor keeps the bounds: {bounded:?}");
}

#[tokio::test]
async fn a_page_in_use_is_not_moved_by_a_new_message() {
    let stack = Stack::shared();
    let pair = ten_messages(&stack).await;
    let first = pair.ann.get(&pair.path("/messages?limit=4")).await;
    pair.bob.send(&pair.thread, "new").await;
    let cursor = first.expect(200)["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(seqs(&pair.ann, &pair.path(&format!("/messages?limit=4&cursor={cursor}"))).await, [7, 6, 5, 4]);
}

#[tokio::test]
async fn one_message_is_found_by_its_seq_and_nothing_else_is() {
    let stack = Stack::shared();
    let pair = ten_messages(&stack).await;
    assert_eq!(pair.bob.get(&pair.path("/messages/7")).await.expect(200)["text"], "number 7");
    for seq in ["1", "12", "4294967296", "9007199254740993"] {
        pair.bob.get(&pair.path(&format!("/messages/{seq}"))).await.problem("not-found");
    }
    for seq in ["0", "-1", "7.0", "seven", "%37%00", "99999999999999999999999999"] {
        pair.bob.get(&pair.path(&format!("/messages/{seq}"))).await.problem_among(&["not-found", "invalid-request"]);
    }
}

#[tokio::test]
async fn a_long_history_comes_in_full() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let texts: Vec<String> = (0..130).map(|number| format!("{number} {}", "łąka ".repeat(600))).collect();
    for text in &texts {
        pair.ann.send(&pair.thread, text).await;
    }
    // 130 messages of some 4 KB each: neither the page of 100 nor the engine's megabyte ends where the other does.
    let expected: Vec<&str> = texts.iter().map(|text| text.trim()).collect();
    assert_eq!(pair.bob.texts(&pair.thread).await, expected);
    assert_eq!(pair.bob.events(&pair.thread).await.len(), 131);
}

#[tokio::test]
async fn rule_14_pages_behind_a_seq_go_on_to_the_newest_without_hole_or_repeat() {
    let stack = Stack::shared();
    let pair = ten_messages(&stack).await;
    // Some are items of the table by now and some in the tail of the head, and each limit cuts them elsewhere.
    for limit in 1..=11 {
        for after in 0..=11_u64 {
            let mut found: Vec<u64> = Vec::new();
            let path = pair.path(&format!("/messages?after={after}&limit={limit}"));
            let mut next = Some(path.clone());
            while let Some(page) = next {
                let answer = pair.bob.get(&page).await;
                let seqs: Vec<u64> = answer.items().iter().map(|message| message["seq"].as_u64().unwrap()).collect();
                assert!(seqs.is_sorted_by(|newer, older| newer > older), "a page is newest first: {seqs:?}");
                found.extend(seqs.iter().rev());
                next = answer.json["next_cursor"].as_str().map(|cursor| format!("{path}&cursor={cursor}"));
            }
            assert_eq!(found, (after.max(1) + 1..=11).collect::<Vec<_>>(), "after {after} in pages of {limit}");
        }
    }
    // A cursor of one direction is none of the other.
    let onwards = pair.bob.get(&pair.path("/messages?after=2&limit=2")).await.json["next_cursor"].clone();
    let back = pair.bob.get(&pair.path("/messages?limit=2")).await.json["next_cursor"].clone();
    pair.bob.get(&pair.path(&format!("/messages?cursor={}", onwards.as_str().unwrap()))).await.invalid("cursor");
    pair.bob.get(&pair.path(&format!("/messages?after=2&cursor={}", back.as_str().unwrap()))).await.invalid("cursor");
}

//! `GET /threads/{thread_id}/search`: rule 33.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Answer, DatabaseFault, Fault, Group, Invocation, Pair, Stack, User, fresh_key, shape};

/// What one page has: the texts.
fn texts(answer: &Answer) -> Vec<String> {
    let items = answer.items();
    items.iter().for_each(shape::message);
    items.iter().map(|message| message["text"].as_str().expect("what was found shows its text").to_owned()).collect()
}

/// All that a search finds, newest first.
async fn found(user: &User, thread: &str, words: &str) -> Vec<String> {
    let (mut all, mut rest) = (Vec::new(), String::new());
    loop {
        let answer = user.searching(thread, words, &rest).await;
        all.extend(texts(&answer));
        let Some(cursor) = answer.json["next_cursor"].as_str() else { return all };
        rest = format!("&cursor={cursor}");
    }
}

/// Demands that all of these were answered so.
#[track_caller]
fn all_are(answers: &[Answer], status: u16) {
    for answer in answers {
        answer.expect(status);
    }
}

#[tokio::test]
async fn rule_33_all_words_occur_and_the_newest_message_comes_first() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    for text in ["See you at the harbour", "at eight?", "HARBOUR, yes. See you", "I see", "a party"] {
        pair.ann.send(&pair.thread, text).await;
    }
    for user in [&pair.ann, &pair.bob] {
        let both = ["HARBOUR, yes. See you", "See you at the harbour"];
        for words in ["see harbour", "harbour see", "HARB, see!", "  see   you harbour see  "] {
            assert_eq!(found(user, &pair.thread, words).await, both, "{words}");
        }
        assert_eq!(found(user, &pair.thread, "see").await.len(), 3);
        for nothing in ["art", "harbour eight", "arbour", "🎉"] {
            assert!(found(user, &pair.thread, nothing).await.is_empty(), "{nothing}");
        }
    }
    // The whole message, as the reader sees it anywhere else.
    pair.bob.reacting(&pair.thread, 3, "👍").await.expect(200);
    let answer = pair.ann.searching(&pair.thread, "eight", "").await;
    assert_eq!(answer.items(), [pair.ann.message(&pair.thread, 3).await]);
}

#[tokio::test]
async fn rule_33_what_reads_the_same_is_the_same_in_every_script() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    for (text, words) in [
        ("die große Straße", "STRASSE"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("cafe\u{301} ﬁn", "CAFÉ fin"),
        ("İstanbul'da", "istanbul"),
        ("明日の会議は三時です", "会議"),
        ("พรุ่งนี้ประชุม", "ประชุม"),
        ("회의는 세 시에", "회의"),
        ("l’amour", "amour"),
        ("yes 🎉", "🎉"),
        ("in\u{ad}visible", "invisible"),
    ] {
        pair.ann.send(&pair.thread, text).await;
        assert_eq!(found(&pair.bob, &pair.thread, words).await, [text], "{words}");
    }
}

#[tokio::test]
async fn rule_33_only_what_the_searcher_sees_is_found() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (ann, bob, carl) = (&group.ann, &group.bob, &group.carl);
    let secret = bob.send(&group.thread, "harbour one").await["seq"].as_u64().unwrap();
    let edited = ann.send(&group.thread, "harbour two").await["seq"].as_u64().unwrap();
    let deleted = ann.send(&group.thread, "harbour three").await["seq"].as_u64().unwrap();
    carl.block(bob).await;
    assert_eq!(found(carl, &group.thread, "harbour").await, ["harbour three", "harbour two"]);
    // Nobody else sees a difference.
    for user in [ann, bob] {
        assert_eq!(found(user, &group.thread, "harbour").await.len(), 3);
    }
    // By the text as it is now, and by nothing that is gone.
    ann.editing(&group.thread, edited, "airport two").await.expect(200);
    ann.deleting(&group.thread, deleted).await.expect(204);
    assert_eq!(found(carl, &group.thread, "harbour").await, Vec::<String>::new());
    assert_eq!(found(bob, &group.thread, "harbour").await, ["harbour one"]);
    assert_eq!(found(bob, &group.thread, "two").await, ["airport two"]);
    assert!(found(bob, &group.thread, "three").await.is_empty());
    carl.unblock(bob).await;
    assert_eq!(carl.searching(&group.thread, "harbour", "").await.items()[0]["seq"], secret);
    // From the entry on that added them, and from where they deleted the chat.
    let dora = group.join(&stack, "dora").await;
    ann.send(&group.thread, "harbour four").await;
    assert_eq!(found(&dora, &group.thread, "harbour").await, ["harbour four"]);
    bob.clearing(&group.thread, "me").await.expect(204);
    assert!(found(bob, &group.thread, "harbour").await.is_empty());
    ann.send(&group.thread, "harbour five").await;
    assert_eq!(found(bob, &group.thread, "harbour").await, ["harbour five"]);
    // A title is no message; and who is out finds nothing.
    ann.renaming(&group.thread, "harbour").await.expect(200);
    assert_eq!(found(carl, &group.thread, "harbour").await.len(), 3);
    carl.leave(&group.thread).await;
    carl.searching(&group.thread, "harbour", "").await.problem("not-found");
    // A request can be searched as it can be read, and under a block both keep what was said.
    let pair = Pair::request(&stack).await;
    pair.ann.send(&pair.thread, "harbour").await;
    assert_eq!(found(&pair.bob, &pair.thread, "harbour").await.len(), 1);
    pair.bob.accept(&pair.thread).await;
    pair.bob.block(&pair.ann).await;
    for user in [&pair.ann, &pair.bob] {
        assert_eq!(found(user, &pair.thread, "harbour").await.len(), 1);
    }
}

#[tokio::test]
async fn rule_33_messages_that_are_no_items_yet_are_searched_too() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "harbour item").await;
    for number in 0..3 {
        let fault = Fault::database(DatabaseFault::KillAfter).function("MessageFunction").operation("UpdateItem");
        let armed = stack.inject(fault).await;
        let answer = pair.ann.sending(&pair.thread, &format!("harbour tail {number}")).outcome().await;
        assert!(!matches!(&answer, Ok(answer) if answer.status < 500), "{answer:?}");
        stack.await_fault(&armed, 1).await;
        stack.clear_faults().await;
    }
    let all = ["harbour tail 2", "harbour tail 1", "harbour tail 0", "harbour item"];
    assert_eq!(found(&pair.bob, &pair.thread, "harbour").await, all);
    // Page by page across the place where the tail begins.
    let (mut seen, mut rest) = (Vec::new(), "&limit=1".to_owned());
    loop {
        let answer = pair.bob.searching(&pair.thread, "harbour", &rest).await;
        seen.extend(texts(&answer));
        let Some(cursor) = answer.json["next_cursor"].as_str() else { break };
        rest = format!("&limit=1&cursor={cursor}");
    }
    assert_eq!(seen, all);
}

/// A page and what it cost: one read of the head, one query and nothing that repeats; and the rate.
async fn page(stack: &Stack, call: tests::Call) -> (Answer, Invocation) {
    let answer = call.await;
    answer.expect(200);
    let invocation = stack.finished(&answer).await;
    let count = |name: &str| invocation.calls.iter().filter(|call| call.operation == name).count();
    assert!(count("Query") <= 1 && count("GetItem") == 1 && count("BatchGetItem") == 0, "{invocation:?}");
    println!("a page of a search: {} RRU", invocation.rru);
    (answer, invocation)
}

#[tokio::test]
async fn rule_33_a_page_reads_a_bounded_part_of_the_log_however_little_it_finds() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    // A thousand messages, of which every hundredth has the word.
    for hundred in 0..10 {
        pair.ann.send(&pair.thread, &format!("needle {hundred}")).await;
        for ten in 0..9 {
            let texts =
                (0..11).map(|number| format!("hay {hundred} {ten} {number}: {}", "of common length ".repeat(3)));
            let sends = texts.map(|text| pair.bob.sending(&pair.thread, &text).into_future());
            all_are(&join_all(sends).await, 201);
        }
    }
    let needles: Vec<String> = (0..10).rev().map(|hundred| format!("needle {hundred}")).collect();
    let (first, read) = page(&stack, pair.ann.searching(&pair.thread, "needle", "")).await;
    let cursor = first.json["next_cursor"].as_str().expect("there is more").to_owned();
    assert_eq!(texts(&first), needles[..5]);
    let (second, rest) = page(&stack, pair.ann.searching(&pair.thread, "needle", &format!("&cursor={cursor}"))).await;
    assert_eq!((texts(&second), &second.json["next_cursor"]), (needles[5..].to_vec(), &Value::Null));
    if std::env::var_os("AWS_ENDPOINT_URL_DYNAMODB").is_none() {
        for invocation in [&read, &rest] {
            assert!(invocation.rru <= 45.0, "{invocation:?}");
        }
    }
    // What is further back than a page reaches: a page without anything, and a cursor.
    let (empty, _) = page(&stack, pair.ann.searching(&pair.thread, "needle 0", "")).await;
    assert!(texts(&empty).is_empty() && empty.json["next_cursor"].is_string());
    assert_eq!(found(&pair.ann, &pair.thread, "needle 0").await, ["needle 0"]);
    // Many hits fill a page early; the next one goes on behind the last of them, and none is lost or shown twice.
    let limited = pair.bob.list(&format!("/threads/{}/search?q=needle&limit=3", pair.thread)).await;
    assert_eq!(limited.iter().map(|message| message["text"].as_str().unwrap()).collect::<Vec<_>>(), needles);
    let all = pair.bob.list(&format!("/threads/{}/search?q=hay&limit=100", pair.thread)).await;
    assert_eq!(all.len(), 990);
    assert!(all.is_sorted_by(|newer, older| newer["seq"].as_u64() > older["seq"].as_u64()));
    // A message that comes during the walk is before it.
    pair.bob.send(&pair.thread, "needle 10").await;
    let again = pair.ann.searching(&pair.thread, "needle", &format!("&cursor={cursor}")).await;
    assert_eq!(texts(&again), needles[5..]);
}

#[tokio::test]
async fn rule_33_a_page_reads_no_more_than_a_megabyte() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "the needle").await;
    let long = format!("hay {}", "🦌".repeat(3_990));
    for _ in 0..9 {
        let sends = (0..10).map(|_| pair.bob.sending(&pair.thread, &long).into_future());
        all_are(&join_all(sends).await, 201);
    }
    let (first, read) = page(&stack, pair.ann.searching(&pair.thread, "needle", "")).await;
    let cursor = first.json["next_cursor"].as_str().expect("there is more").to_owned();
    assert!(texts(&first).is_empty());
    if std::env::var_os("AWS_ENDPOINT_URL_DYNAMODB").is_none() {
        assert!((200.0..=262.0).contains(&read.rru), "{} RRU", read.rru);
    }
    let (second, _) = page(&stack, pair.ann.searching(&pair.thread, "needle", &format!("&cursor={cursor}"))).await;
    assert_eq!((texts(&second), &second.json["next_cursor"]), (vec!["the needle".to_owned()], &Value::Null));
}

#[tokio::test]
async fn rule_33_a_query_has_1_to_100_characters_and_something_visible() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "harbour").await;
    pair.ann.get(&pair.path("/search")).await.invalid("q");
    let long = "x".repeat(101);
    for words in ["", "   ", "\u{200b}", "\u{3164}", "a\u{0}b", "a\nb", "\u{1b}[31m", &long, &"🦌".repeat(101)] {
        pair.ann.searching(&pair.thread, words, "").await.invalid("q");
    }
    for words in [&long[1..], &"🦌".repeat(100), " harbour ", "!", "%", "\u{202e}a", "a".repeat(2).as_str()] {
        pair.ann.searching(&pair.thread, words, "").await.expect(200);
    }
    for query in ["q=%ff%fe", "q=%zz", "q=%00"] {
        let answer = pair.ann.get(&pair.path(&format!("/search?{query}"))).await;
        assert!([200, 400].contains(&answer.status), "{}", answer.text());
    }
}

#[tokio::test]
async fn rule_33_a_cursor_goes_on_with_the_search_that_gave_it() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let other = Pair::new(&stack).await;
    for number in 0..3 {
        for pair in [&pair, &other] {
            pair.ann.send(&pair.thread, &format!("harbour {number}")).await;
        }
    }
    let first = pair.ann.searching(&pair.thread, "harbour", "&limit=1").await;
    let rest = format!("&cursor={}", first.json["next_cursor"].as_str().unwrap());
    assert_eq!(texts(&pair.ann.searching(&pair.thread, "harbour", &rest).await), ["harbour 1", "harbour 0"]);
    assert_eq!(texts(&pair.bob.searching(&pair.thread, "harbour", &rest).await).len(), 2);
    pair.ann.searching(&pair.thread, "harbours", &rest).await.invalid("cursor");
    other.ann.searching(&other.thread, "harbour", &rest).await.invalid("cursor");
    pair.ann.get(&pair.path(&format!("/messages?{rest}"))).await.invalid("cursor");
    let history = pair.ann.get(&pair.path("/messages?limit=1")).await.json["next_cursor"].as_str().unwrap().to_owned();
    pair.ann.searching(&pair.thread, "harbour", &format!("&cursor={history}")).await.invalid("cursor");
}

#[tokio::test]
async fn rule_33_what_was_searched_for_is_in_no_log() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let body = json!({"text": "zanzibar"});
    pair.ann.post(&pair.path("/messages"), &body).key(&fresh_key()).await.expect(201);
    let answer = pair.bob.searching(&pair.thread, "zanzibar", "").await;
    assert_eq!(texts(&answer), ["zanzibar"]);
    stack.finished(&answer).await;
    assert!(!stack.log_line(answer.request_id()).await.to_string().contains("zanzibar"));
}

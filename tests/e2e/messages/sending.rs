//! `POST /threads/{thread_id}/messages`: rule 16, and what a message looks like.

use serde_json::{Value, json};
use tests::{Pair, Stack, fresh_key, shape};

#[tokio::test]
async fn rule_16_a_message_comes_back_as_it_was_sent() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let mut bobs = pair.bob.connect().await;
    let sent = pair.ann.send(&pair.thread, "hello").await;
    shape::message(&sent);
    let expected = [
        ("thread_id", json!(pair.thread)),
        ("seq", json!(2)),
        ("author_id", json!(pair.ann.id)),
        ("text", json!("hello")),
        ("reply_to", Value::Null),
        ("mentions", json!([])),
        ("attachments", json!([])),
        ("reactions", json!([])),
        ("edited_at", Value::Null),
        ("deleted_at", Value::Null),
        ("hidden", json!(false)),
    ];
    for (name, value) in expected {
        assert_eq!(sent[name], value, "{name}");
    }
    let event = bobs.next("message.created").await;
    shape::event(&event);
    assert_eq!((&event["seq"], &event["actor_id"]), (&sent["seq"], &sent["author_id"]));
    for view in
        [&event["data"], &pair.bob.history(&pair.thread).await[0], &pair.bob.events(&pair.thread).await[1]["data"]]
    {
        assert_eq!(view, &sent);
    }
    assert_eq!(pair.bob.get(&pair.path("/messages/2")).await.expect(200), &sent);
}

#[tokio::test]
async fn rule_16_text_of_any_script_is_stored_unchanged() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let texts = [
        "👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ 👍🏽",
        "مرحبا \u{202b}بالعالم\u{202c} 123",
        "שלום עולם",
        "e\u{301} é ﬀ Å",
        "line\nbreak\ttab \"quotes\" \\ / </script>",
        "zero\u{200b}width\u{200d}joiner",
        "https://example.com/?a=1&b=%F0#x and http://[::1]/",
        "𝕳𝖊𝖑𝖑𝖔 \u{10ffff}",
    ];
    let mut bobs = pair.bob.connect().await;
    for text in texts {
        assert_eq!(pair.ann.send(&pair.thread, text).await["text"], text);
        bobs.message(text).await;
    }
    assert_eq!(pair.bob.texts(&pair.thread).await, texts);
}

#[tokio::test]
async fn rule_16_text_is_trimmed_and_not_empty() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    assert_eq!(pair.ann.send(&pair.thread, " \n\t hello  you \u{3000}\n").await["text"], "hello  you");
    for text in ["", " ", "\n\t\r ", "\u{3000}\u{2003}"] {
        pair.ann.sending(&pair.thread, text).await.invalid("/text");
    }
    pair.ann.post(&pair.path("/messages"), &json!({})).key(&fresh_key()).await.problem("invalid-request");
    assert_eq!(pair.ann.thread(&pair.thread).await["last_seq"], 2);
}

#[tokio::test]
async fn rule_16_a_text_has_4000_characters_and_not_one_more() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    for longest in ["x".repeat(4_000), "🦌".repeat(4_000), format!("  {}  ", "ł".repeat(4_000))] {
        assert_eq!(pair.ann.send(&pair.thread, &longest).await["text"], longest.trim());
    }
    for longer in ["x".repeat(4_001), "🦌".repeat(4_001), "👩‍👩‍👧‍👦".repeat(700)] {
        pair.ann.sending(&pair.thread, &longer).await.invalid("/text");
    }
    assert_eq!(pair.bob.history(&pair.thread).await.len(), 3);
}

#[tokio::test]
async fn rule_16_a_message_may_answer_another() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let first = pair.ann.send(&pair.thread, "hello").await["seq"].clone();
    let path = pair.path("/messages");
    let reply = pair.bob.post(&path, &json!({"text": "hello yourself", "reply_to": first})).key(&fresh_key()).await;
    assert_eq!(reply.expect(201)["reply_to"], first);
    assert_eq!(pair.ann.history(&pair.thread).await[1]["reply_to"], first);
    pair.bob.post(&path, &json!({"text": "no reply", "reply_to": null})).key(&fresh_key()).await.expect(201);
}

#[tokio::test]
async fn rule_16_what_is_answered_must_be_a_message_of_the_thread() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    for seq in
        [json!(0), json!(1), json!(3), json!(9_007_199_254_740_993_u64), json!(-1), json!(2.5), json!("2"), json!([2])]
    {
        let body = json!({"text": "what?", "reply_to": seq});
        pair.bob.post(&pair.path("/messages"), &body).key(&fresh_key()).await.invalid("/reply_to");
    }
    assert_eq!(pair.bob.history(&pair.thread).await.len(), 1);
}

#[tokio::test]
async fn rule_16_a_message_mentions_members_only() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let stranger = stack.user("stranger").await;
    let path = pair.path("/messages");
    let body = json!({"text": "you there?", "mentions": [pair.bob.id]});
    assert_eq!(pair.ann.post(&path, &body).key(&fresh_key()).await.expect(201)["mentions"], json!([pair.bob.id]));
    let body = json!({"text": "and you?", "mentions": [pair.bob.id, stranger.id]});
    pair.ann.post(&path, &body).key(&fresh_key()).await.invalid("/mentions");
    pair.ann.post(&path, &json!({"text": "x", "mentions": "bob"})).key(&fresh_key()).await.problem("invalid-request");
    assert_eq!(pair.bob.history(&pair.thread).await.len(), 1);
}

#[tokio::test]
async fn rule_16_there_are_no_attachments_before_there_is_media() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let path = pair.path("/messages");
    pair.ann.post(&path, &json!({"text": "none", "attachments": []})).key(&fresh_key()).await.expect(201);
    let body = json!({"text": "one", "attachments": [{"media_id": "made-up"}]});
    pair.ann.post(&path, &body).key(&fresh_key()).await.problem("invalid-request");
    assert_eq!(pair.bob.texts(&pair.thread).await, ["none"]);
}

#[tokio::test]
async fn rule_16_a_message_of_which_nobody_sees_anything_is_refused() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    for text in ["\u{200b}", "\u{3164}", " \u{2060}\n\u{ad} ", "\u{fe0f}", "\u{200d}"] {
        pair.ann.sending(&pair.thread, text).await.invalid("/text");
    }
    for text in ["❤\u{fe0f}", "می\u{200c}خواهم", "\u{202e}turned\u{202c}", "a\u{2028}b"] {
        assert_eq!(pair.ann.sending(&pair.thread, text).await.expect(201)["text"], text);
    }
    assert_eq!(pair.bob.history(&pair.thread).await.len(), 4);
}

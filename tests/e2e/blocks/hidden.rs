//! What a blocked person says in a group reaches the blocker collapsed: rule 12. Here carl blocks bob, and ann moderates.

use serde_json::{Value, json};
use tests::{Call, Group, Stack, User, fresh_key, shape};

/// The block that is in force at the moment when a scene begins.
pub(crate) async fn blocked(stack: &Stack) -> Group {
    let group = Group::new(stack).await;
    group.carl.block(&group.bob).await;
    group
}

/// A message that answers another and mentions somebody.
fn remark(user: &User, thread: &str, text: &str, to: u64, mentioned: &User) -> Call {
    let body = json!({"text": text, "reply_to": to, "mentions": [mentioned.id]});
    user.post(&format!("/threads/{thread}/messages"), &body).key(&fresh_key())
}

/// Demands that to `user` a message reads so on every route that shows it.
pub(crate) async fn assert_reads(user: &User, thread: &str, expected: &Value) {
    shape::message(expected);
    let seq = expected["seq"].as_u64().unwrap();
    let path = format!("/threads/{thread}/messages/{seq}");
    assert_eq!(user.get(&path).await.expect(200), expected);
    assert_eq!(user.get(&format!("{path}?reveal=false")).await.expect(200), expected);
    let history = user.history(thread).await;
    assert!(history.contains(expected), "history tells otherwise: {history:#?}");
    let events = user.events(thread).await;
    let event = events.iter().find(|event| event["seq"] == seq).expect("the log has no hole");
    assert_eq!((&event["data"], &event["actor_id"]), (expected, &expected["author_id"]));
}

/// What becomes of a message when it is hidden.
pub(crate) fn collapsed(message: &Value) -> Value {
    let mut hidden = message.clone();
    for (name, value) in [("hidden", json!(true)), ("text", Value::Null), ("reply_to", Value::Null)] {
        hidden[name] = value;
    }
    for list in ["mentions", "attachments", "reactions"] {
        hidden[list] = json!([]);
    }
    hidden
}

/// The last message and the unread ones, on which the thread and its list agree.
pub(crate) async fn summary(user: &User, thread: &str) -> (Value, u64) {
    let view = user.thread(thread).await;
    shape::thread(&view);
    let listed = user.list("/threads").await.into_iter().find(|listed| listed["id"] == thread).unwrap();
    for name in ["last_message", "unread"] {
        assert_eq!(listed[name], view[name], "{name} differs between the list and the thread");
    }
    (view["last_message"].clone(), view["unread"].as_u64().unwrap())
}

#[tokio::test]
async fn rule_12_messages_of_a_blocked_member_are_collapsed_everywhere_and_revealed_on_request() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (first, mut second) = tokio::join!(group.carl.connect(), group.carl.connect());
    let mut anns = group.ann.connect().await;
    group.ann.send(&group.thread, "2").await;
    let before = remark(&group.bob, &group.thread, "said before", 2, &group.carl).await.expect(201).clone();
    assert_reads(&group.carl, &group.thread, &before).await;
    group.carl.block(&group.bob).await;
    let after = remark(&group.bob, &group.thread, "said after", 2, &group.carl).await;
    for message in [&before, after.expect(201)] {
        assert_reads(&group.carl, &group.thread, &collapsed(message)).await;
        let path = group.path(&format!("/messages/{}?reveal=true", message["seq"]));
        assert_eq!(group.carl.get(&path).await.expect(200), message);
        assert_reads(&group.carl, &group.thread, &collapsed(message)).await;
        for user in [&group.ann, &group.bob] {
            assert_reads(user, &group.thread, message).await;
        }
    }
    assert_eq!(summary(&group.carl, &group.thread).await, (collapsed(&after.json), 1));
    anns.message("said after").await;
    stack.finished(&after).await;
    let pushed = |event: &Value| event["type"] == "message.created" && event["seq"] == after.json["seq"];
    let event = second.next_where("the hidden message", pushed).await;
    shape::event(&event);
    assert_eq!(event["data"], collapsed(&after.json));
    assert!(!json!(first.all()).to_string().contains("said after"), "{:#?}", first.all());
}

#[tokio::test]
async fn rule_12_previews_show_nothing_of_a_hidden_message() {
    let stack = Stack::shared();
    let group = blocked(&stack).await;
    let long = group.bob.send(&group.thread, &"a long story ".repeat(40)).await;
    let (last, unread) = summary(&group.carl, &group.thread).await;
    shape::hidden(&last);
    assert_eq!((&last["seq"], unread), (&long["seq"], 0));
    assert!(last.get("text_truncated").is_none_or(|cut| cut == false), "{last}");
    group.ann.send(&group.thread, "short").await;
    let (last, unread) = summary(&group.carl, &group.thread).await;
    assert_eq!((&last["text"], &last["hidden"], unread), (&json!("short"), &json!(false), 1));
}

#[tokio::test]
async fn rule_12_hidden_messages_do_not_count_as_unread_whatever_the_mark_is() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    // A change of the title is an entry as well, and no message.
    let authors = ["bob", "ann", "bob", "bob", "carl", "-", "ann", "ann", "bob", "carl", "bob"];
    for (author, seq) in authors.iter().zip(2_u64..) {
        let text = seq.to_string();
        match *author {
            "ann" => drop(group.ann.send(&group.thread, &text).await),
            "bob" => drop(group.bob.send(&group.thread, &text).await),
            "carl" => drop(group.carl.send(&group.thread, &text).await),
            _ => drop(group.ann.renaming(&group.thread, "halfway").await.expect(200).clone()),
        }
    }
    let after = |mark: u64, counted: &[&str]| {
        let rest = authors.iter().zip(2_u64..).filter(|(_, seq)| *seq > mark);
        rest.filter(|(author, _)| counted.contains(author)).count() as u64
    };
    for mark in 1..=12 {
        // Moved while the block stands, while it does not, and then seen both ways.
        if mark % 2 == 0 {
            group.carl.block(&group.bob).await;
        }
        let counted: &[&str] = if mark % 2 == 0 { &["ann"] } else { &["ann", "bob"] };
        assert_eq!(
            group.carl.read(&group.thread, mark).await.expect(200)["unread"],
            after(mark, counted),
            "mark {mark}"
        );
        for _ in 0..2 {
            group.carl.block(&group.bob).await;
            assert_eq!(summary(&group.carl, &group.thread).await.1, after(mark, &["ann"]), "mark {mark}, blocked");
            group.carl.unblock(&group.bob).await;
            assert_eq!(summary(&group.carl, &group.thread).await.1, after(mark, &["ann", "bob"]), "mark {mark}");
        }
    }
}

#[tokio::test]
async fn rule_12_what_is_hidden_can_be_answered_and_its_author_mentioned() {
    let stack = Stack::shared();
    let group = blocked(&stack).await;
    let said = group.bob.send(&group.thread, "said").await["seq"].as_u64().unwrap();
    let mut bobs = group.bob.connect().await;
    let answer = remark(&group.carl, &group.thread, "all the same", said, &group.bob).await;
    assert_eq!((&answer.expect(201)["reply_to"], &answer.json["mentions"]), (&json!(said), &json!([group.bob.id])));
    assert_eq!(bobs.message("all the same").await["data"], answer.json);
    // Others' answers to it are not hidden.
    let anns = remark(&group.ann, &group.thread, "well", said, &group.bob).await;
    assert_reads(&group.carl, &group.thread, anns.expect(201)).await;
    assert_eq!(summary(&group.carl, &group.thread).await.1, 1);
}

#[tokio::test]
async fn rule_12_typing_of_a_blocked_member_reaches_everybody_but_the_blocker() {
    let stack = Stack::own();
    let group = blocked(&stack).await;
    let (mut anns, mut bobs, mut carls) = tokio::join!(group.ann.connect(), group.bob.connect(), group.carl.connect());
    bobs.typing(&group.thread).await;
    assert_eq!(anns.next("typing").await["actor_id"], group.bob.id);
    stack.socket_route_ran("typing", 1).await;
    carls.ping().await;
    carls.assert_no_more("typing");
    // In the other direction nothing has changed.
    carls.typing(&group.thread).await;
    for socket in [&mut anns, &mut bobs] {
        assert_eq!(socket.next("typing").await["actor_id"], group.carl.id);
    }
    group.carl.unblock(&group.bob).await;
    // Another connection, since one passes a signal on every two seconds.
    let mut another = group.bob.connect().await;
    another.typing(&group.thread).await;
    assert_eq!(carls.next("typing").await["actor_id"], group.bob.id);
}

#[tokio::test]
async fn rule_12_unblocking_shows_and_counts_everything_again() {
    let stack = Stack::shared();
    let group = blocked(&stack).await;
    let mut carls = group.carl.connect().await;
    for text in ["2", "3"] {
        group.bob.send(&group.thread, text).await;
    }
    let hidden = group.carl.history(&group.thread).await;
    hidden.iter().for_each(shape::hidden);
    group.carl.unblock(&group.bob).await;
    assert_eq!(group.carl.history(&group.thread).await, group.bob.history(&group.thread).await);
    assert_eq!(group.carl.events(&group.thread).await, group.bob.events(&group.thread).await);
    let (last, unread) = summary(&group.carl, &group.thread).await;
    assert_eq!((&last["text"], unread), (&json!("3"), 2));
    assert_eq!(group.carl.thread(&group.thread).await["notice"], Value::Null);
    group.bob.send(&group.thread, "4").await;
    carls.message("4").await;
}

#[tokio::test]
async fn rule_12_a_block_and_a_message_at_the_same_moment_end_up_hidden() {
    let stack = Stack::shared();
    for _ in 0..6 {
        let group = Group::new(&stack).await;
        let (sent, ()) = tokio::join!(group.bob.send(&group.thread, "now"), group.carl.block(&group.bob));
        assert_reads(&group.carl, &group.thread, &collapsed(&sent)).await;
        assert_eq!(summary(&group.carl, &group.thread).await.1, 0);
    }
}

#[tokio::test]
async fn rule_12_a_blocked_moderator_says_nothing_by_a_title_either() {
    let stack = Stack::shared();
    let group = blocked(&stack).await;
    group.ann.promote(&group.thread, &group.bob).await;
    let (mut carls, mut anns) = tokio::join!(group.carl.connect(), group.ann.connect());
    group.bob.renaming(&group.thread, "read this, carl").await.expect(200);
    let (hidden, shown) = (carls.next("thread.renamed").await, anns.next("thread.renamed").await);
    assert_eq!(shown["data"], json!({"title": "read this, carl"}));
    assert_eq!(hidden["data"], json!({"title": null, "hidden": true}));
    assert_eq!((&hidden["seq"], &hidden["actor_id"]), (&shown["seq"], &json!(group.bob.id)));
    let listed = group.carl.events(&group.thread).await;
    assert_eq!(listed.last().unwrap(), &hidden);
    // The group itself has one name for everybody.
    assert_eq!(group.carl.thread(&group.thread).await["title"], "read this, carl");
    // Who ends the block sees it, as they do the messages.
    group.carl.unblock(&group.bob).await;
    assert_eq!(group.carl.events(&group.thread).await.last().unwrap()["data"], shown["data"]);
}

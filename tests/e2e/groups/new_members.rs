//! A new member sees the log from their coming on: rule 11. Every route agrees on where that is.

use serde_json::{Value, json};
use tests::{Call, Group, Stack, User, fresh_key, shape};

/// The seqs of a list.
async fn seqs(user: &User, path: &str) -> Vec<u64> {
    user.list(path).await.iter().map(|item| item["seq"].as_u64().unwrap()).collect()
}

/// Demands that everything which `user` can ask begins with the entry `first`, which brought them in.
pub(crate) async fn assert_sees_from(user: &User, thread: &str, first: u64) {
    let view = user.thread(thread).await;
    shape::thread(&view);
    let last = view["last_seq"].as_u64().unwrap();
    let path = |rest: String| format!("/threads/{thread}{rest}");

    let events = user.events(thread).await;
    events.iter().for_each(shape::event);
    let all: Vec<u64> = (first..=last).collect();
    assert_eq!(events.iter().map(|event| event["seq"].as_u64().unwrap()).collect::<Vec<_>>(), all);
    let brought = &events[0]["data"]["user_ids"];
    assert!(brought.as_array().unwrap().contains(&json!(user.id)), "the first entry is not {}'s coming", user.name);
    let messages: Vec<&Value> = events.iter().filter(|event| event["type"] == "message.created").collect();
    let messages: Vec<Value> = messages.into_iter().map(|event| event["data"].clone()).collect();
    assert_eq!(user.history(thread).await, messages, "events and history differ");

    for seq in 0..=last {
        let expected: Vec<u64> = (first.max(seq + 1)..=last).collect();
        assert_eq!(seqs(user, &path(format!("/events?after={seq}&limit=2"))).await, expected, "events after {seq}");
        let said = messages.iter().map(|message| message["seq"].as_u64().unwrap());
        let expected: Vec<u64> = said.filter(|said| *said < seq).rev().collect();
        assert_eq!(
            seqs(user, &path(format!("/messages?before={seq}&limit=2"))).await,
            expected,
            "messages before {seq}"
        );
        let one = user.get(&path(format!("/messages/{seq}"))).await;
        match messages.iter().find(|message| message["seq"] == seq) {
            Some(message) => assert_eq!(one.expect(200), message),
            None if seq == 0 => one.problem_among(&["not-found", "invalid-request"]),
            None => drop(one.problem("not-found").clone()),
        }
    }

    let last_said = messages.last().map_or(&Value::Null, |message| &message["seq"]);
    assert_eq!(&view["last_message"]["seq"], last_said);
    let own_mark = user.members(thread).await.into_iter().find(|member| member["user"]["id"] == user.id.as_str());
    let own_mark = own_mark.unwrap()["read_seq"].as_u64().unwrap();
    let unread = messages.iter().filter(|message| message["author_id"] != user.id.as_str());
    let unread = unread.filter(|message| message["seq"].as_u64().unwrap() > own_mark).count();
    assert_eq!(view["unread"], unread, "beyond the mark at {own_mark}");
    let boxed = user.list(&format!("/threads?box={}", view["box"].as_str().unwrap())).await;
    let listed = boxed.into_iter().find(|listed| listed["id"] == thread).expect("the thread is in its box");
    for name in ["last_seq", "last_message", "unread", "title", "updated_at"] {
        assert_eq!(listed[name], view[name], "{name} differs between the list and the thread");
    }
}

/// A message that answers another.
fn replying(user: &User, thread: &str, text: &str, to: u64) -> Call {
    let body = json!({"text": text, "reply_to": to});
    user.post(&format!("/threads/{thread}/messages"), &body).key(&fresh_key())
}

#[tokio::test]
async fn rule_11_a_new_member_sees_nothing_from_before() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    for text in ["2", "3", "4"] {
        group.ann.send(&group.thread, text).await;
    }
    let dora = group.join(&stack, "dora").await;
    let view = dora.thread(&group.thread).await;
    assert_eq!((&view["last_seq"], &view["last_message"], &view["unread"]), (&json!(5), &Value::Null, &json!(0)));
    assert_sees_from(&dora, &group.thread, 5).await;
    assert_sees_from(&group.bob, &group.thread, 1).await;
    assert_eq!(group.bob.thread(&group.thread).await["last_message"]["text"], "4");
    group.bob.send(&group.thread, "6").await;
    dora.send(&group.thread, "7").await;
    group.ann.send(&group.thread, "8").await;
    assert_eq!(dora.thread(&group.thread).await["unread"], 2);
    for (user, first) in [(&group.ann, 1), (&group.bob, 1), (&dora, 5)] {
        assert_sees_from(user, &group.thread, first).await;
    }
}

#[tokio::test]
async fn rule_11_everyone_sees_from_their_own_coming_on() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (dora, eric) = (stack.user("dora").await, stack.user("eric").await);
    group.ann.send(&group.thread, "2").await;
    // Together, one of them to the inbox and one as a request.
    dora.follow(&group.ann).await;
    group.ann.add(&group.thread, &[&dora, &eric]).await;
    group.bob.send(&group.thread, "4").await;
    let fay = group.join(&stack, "fay").await;
    group.carl.send(&group.thread, "6").await;
    group.ann.renaming(&group.thread, "seven").await.expect(200);
    for (user, first) in [(&group.carl, 1), (&dora, 3), (&eric, 3), (&fay, 5)] {
        assert_sees_from(user, &group.thread, first).await;
        assert_eq!(user.thread(&group.thread).await["title"], "seven");
    }
    assert_eq!(fay.thread(&group.thread).await["unread"], 1);
    assert_eq!(eric.thread(&group.thread).await["unread"], 2);
}

#[tokio::test]
async fn rule_11_what_was_said_before_cannot_be_answered() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.ann.send(&group.thread, "2").await;
    let dora = group.join(&stack, "dora").await;
    replying(&dora, &group.thread, "what?", 2).await.invalid("/reply_to");
    replying(&dora, &group.thread, "what?", 3).await.invalid("/reply_to");
    replying(&group.bob, &group.thread, "4", 2).await.expect(201);
    replying(&dora, &group.thread, "5", 4).await.expect(201);
    assert_eq!(dora.texts(&group.thread).await, ["4", "5"]);
}

#[tokio::test]
async fn rule_11_marks_of_a_new_member_count_from_their_coming_on() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    for text in ["2", "3"] {
        group.ann.send(&group.thread, text).await;
    }
    let dora = group.join(&stack, "dora").await;
    for text in ["5", "6", "7"] {
        group.bob.send(&group.thread, text).await;
    }
    for (seq, unread) in [(1, 3), (3, 3), (4, 3), (5, 2), (6, 1), (7, 0)] {
        assert_eq!(dora.read(&group.thread, seq).await.expect(200)["unread"], unread, "after {seq}");
        assert_sees_from(&dora, &group.thread, 4).await;
    }
    dora.read(&group.thread, 8).await.invalid("/seq");
}

#[tokio::test]
async fn rule_11_who_comes_while_others_write_sees_everything_from_then_on() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let dora = stack.user("dora").await;
    dora.follow(&group.ann).await;
    let mut doras = dora.connect().await;
    let writing = (0..12).map(|number| {
        let author = if number % 2 == 0 { &group.bob } else { &group.carl };
        author.sending(&group.thread, &number.to_string()).into_future()
    });
    let coming = [&dora];
    let (sent, ()) = tokio::join!(futures_util::future::join_all(writing), group.ann.add(&group.thread, &coming));
    for answer in &sent {
        answer.expect(201);
    }
    let first = doras.next("member.added").await["seq"].as_u64().unwrap();
    assert_sees_from(&dora, &group.thread, first).await;
    // What the socket told is no more than that, and no less.
    for event in &dora.events(&group.thread).await[1..] {
        let seq = &event["seq"];
        doras.next_where(&format!("number {seq}"), |pushed| pushed["seq"] == *seq).await;
    }
    for answer in &sent {
        stack.finished(answer).await;
    }
    doras.ping().await;
    let told = doras.all().into_iter().filter_map(|event| event["seq"].as_u64());
    assert!(told.min() == Some(first), "something from before came over the socket");
}

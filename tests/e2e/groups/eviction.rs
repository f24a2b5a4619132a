//! Who left or was removed sees and hears nothing any more: rule 11, whatever is in flight.

use serde_json::{Value, json};
use tests::{Answer, DatabaseFault, Fault, Group, Socket, Stack, User, shape, wait};
use tokio::sync::watch;

use super::new_members::assert_sees_from;
use crate::api::privacy::ask_everything;

/// Writes until it is told to stop or is refused, and gives the answers.
async fn chatter(user: User, thread: String, name: &'static str, stop: watch::Receiver<bool>) -> Vec<Answer> {
    let mut answers = Vec::new();
    while !*stop.borrow() {
        let answer = user.sending(&thread, &format!("{name} {}", answers.len())).await;
        let stored = answer.status == 201;
        answers.push(answer);
        if !stored {
            break;
        }
    }
    answers
}

/// Waits until the log has grown by a few entries.
async fn some_messages(user: &User, thread: &str) {
    let enough = user.last_seq(thread).await + 6;
    wait::until_async("a few messages", async || (user.last_seq(thread).await >= enough).then_some(())).await;
}

/// The place of the entry with which `user` went, as others see it.
async fn gone_at(group: &Group, user: &User) -> u64 {
    let events = group.ann.events(&group.thread).await;
    let gone = |event: &&Value| {
        ["member.left", "member.removed"].iter().any(|kind| event["type"] == *kind)
            && event["data"]["user_id"] == user.id
    };
    events.iter().rfind(gone).expect("they have gone")["seq"].as_u64().unwrap()
}

/// Demands that of the log the socket heard nothing from `seq` on.
async fn assert_heard_nothing_from(socket: &mut Socket, seq: u64) {
    socket.ping().await;
    let late: Vec<_> =
        socket.all().into_iter().filter(|event| event["seq"].as_u64().is_some_and(|s| s >= seq)).collect();
    assert!(late.is_empty(), "gone at {seq}, and still heard {late:#?}");
}

#[tokio::test]
async fn rule_11_every_route_answers_not_found_to_who_is_out() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.ann.send(&group.thread, "secret").await;
    group.bob.leave(&group.thread).await;
    group.ann.remove(&group.thread, &group.carl).await;
    let before = group.ann.thread(&group.thread).await;
    for user in [&group.bob, &group.carl] {
        for answer in ask_everything(user, &group.thread).await {
            // What takes them out is done already.
            let takes_out = answer.request.starts_with("DELETE ") || answer.request.ends_with("/members/me/notice");
            if !(takes_out && answer.status == 204) {
                answer.problem("not-found");
            }
        }
        assert!(user.boxed("inbox").await.is_empty() && user.boxed("requests").await.is_empty());
    }
    assert_eq!(group.ann.thread(&group.thread).await, before);
}

#[tokio::test]
async fn rule_11_who_is_out_is_told_so_on_all_connections_and_nothing_more() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (mut anns, mut bobs) = tokio::join!(group.ann.connect(), group.bob.connect());
    let (mut first, mut second) = tokio::join!(group.carl.connect(), group.carl.connect());
    let left = group.bob.leaving(&group.thread).await;
    let removed = group.ann.removing(&group.thread, &group.carl).await;
    for (socket, reason) in [(&mut bobs, "left"), (&mut first, "removed"), (&mut second, "removed")] {
        let evicted = socket.next("member.evicted").await;
        shape::signal(&evicted);
        assert_eq!((&evicted["thread_id"], &evicted["data"]), (&json!(group.thread), &json!({"reason": reason})));
    }
    let sent = group.ann.sending(&group.thread, "among us").await;
    let renamed = group.ann.renaming(&group.thread, "ours").await;
    for answer in [&left, &removed, &sent, &renamed] {
        assert!(answer.status < 300, "{}", answer.text());
        stack.finished(answer).await;
    }
    assert_heard_nothing_from(&mut bobs, gone_at(&group, &group.bob).await).await;
    for socket in [&mut first, &mut second] {
        assert_heard_nothing_from(socket, gone_at(&group, &group.carl).await).await;
    }
    anns.ping().await;
    anns.assert_no_more("member.evicted");
    assert_eq!((anns.seen("member.left").len(), anns.seen("member.removed").len()), (1, 1));
}

#[tokio::test]
async fn rule_11_typing_of_who_is_out_is_refused_and_that_of_others_not_heard() {
    let stack = Stack::own();
    let group = Group::new(&stack).await;
    let (mut anns, mut bobs, mut carls) = tokio::join!(group.ann.connect(), group.bob.connect(), group.carl.connect());
    group.ann.remove(&group.thread, &group.carl).await;
    group.bob.leave(&group.thread).await;
    for socket in [&mut bobs, &mut carls] {
        socket.typing(&group.thread).await;
        let problem = socket.next("problem").await;
        shape::problem(&problem["data"]);
        assert_eq!(problem["data"]["status"], 404, "{problem}");
    }
    anns.typing(&group.thread).await;
    stack.socket_route_ran("typing", 3).await;
    for socket in [&mut anns, &mut bobs, &mut carls] {
        socket.ping().await;
        socket.assert_no_more("typing");
    }
}

#[tokio::test]
async fn rule_11_no_event_after_the_removal_is_heard_however_many_are_writing() {
    let stack = Stack::own();
    for round in 0..4 {
        let group = Group::new(&stack).await;
        let (mut first, mut second) = tokio::join!(group.carl.connect(), group.carl.connect());
        let (stop, stopped) = watch::channel(false);
        // Nobody but the service stops carl.
        let (_never, unstoppable) = watch::channel(false);
        let writers = [
            (&group.ann, "a", &stopped),
            (&group.ann, "b", &stopped),
            (&group.bob, "c", &stopped),
            (&group.carl, "d", &unstoppable),
        ];
        let writers = writers.map(|(user, name, stopped)| {
            tokio::spawn(chatter(user.clone(), group.thread.clone(), name, stopped.clone()))
        });
        some_messages(&group.bob, &group.thread).await;
        let gone = if round % 2 == 0 {
            group.ann.removing(&group.thread, &group.carl).await
        } else {
            group.carl.leaving(&group.thread).await
        };
        gone.expect(204);
        let last_of_carl = group.bob.last_seq(&group.thread).await;
        some_messages(&group.bob, &group.thread).await;
        stop.send(true).unwrap();
        let mut answers = vec![gone];
        for writer in writers {
            answers.extend(writer.await.unwrap());
        }
        for answer in &answers {
            stack.finished(answer).await;
        }
        let seq = gone_at(&group, &group.carl).await;
        assert!(seq <= last_of_carl, "the entry stood before the answer came");
        assert_heard_nothing_from(&mut first, seq).await;
        assert_heard_nothing_from(&mut second, seq).await;
        assert!(first.seen("message.created").len() > 1, "carl heard what was said before");
        // Nor was anything of carl's own stored after it.
        let of_carl =
            group.bob.history(&group.thread).await.into_iter().filter(|message| message["author_id"] == group.carl.id);
        assert!(of_carl.into_iter().all(|message| message["seq"].as_u64().unwrap() < seq));
        answers.last().unwrap().problem("not-found");
    }
}

#[tokio::test]
async fn rule_11_a_message_in_flight_at_the_removal_does_not_reach_who_was_removed() {
    let stack = Stack::own();
    let group = Group::new(&stack).await;
    let (mut bobs, mut carls) = tokio::join!(group.bob.connect(), group.carl.connect());
    // Decided and addressed while carl is a member, and written when he is none.
    let held = Fault::database(DatabaseFault::HoldBefore).function("MessageFunction");
    let held = stack.hold(held.operation("UpdateItem")).await;
    let sending = tokio::spawn(group.ann.sending(&group.thread, "in flight").into_future());
    held.reached().await;
    group.ann.remove(&group.thread, &group.carl).await;
    assert!(!sending.is_finished(), "the message was meant to be in flight while carl was removed");
    held.release().await;
    let sent = sending.await.unwrap();
    assert_eq!((&sent.expect(201)["seq"], gone_at(&group, &group.carl).await), (&json!(3), 2));
    bobs.message("in flight").await;
    stack.finished(&sent).await;
    assert_heard_nothing_from(&mut carls, 2).await;
}

#[tokio::test]
async fn rule_11_a_message_of_who_is_removed_meanwhile_is_refused() {
    let stack = Stack::own();
    let group = Group::new(&stack).await;
    let held = Fault::database(DatabaseFault::HoldBefore).function("MessageFunction");
    let held = stack.hold(held.operation("UpdateItem")).await;
    let sending = tokio::spawn(group.carl.sending(&group.thread, "too late").into_future());
    held.reached().await;
    group.ann.remove(&group.thread, &group.carl).await;
    assert!(!sending.is_finished(), "the message was meant to be in flight while carl was removed");
    held.release().await;
    sending.await.unwrap().problem("not-found");
    assert!(group.bob.history(&group.thread).await.is_empty());
}

#[tokio::test]
async fn rule_11_who_comes_back_sees_only_from_then_on() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    for text in ["2", "3"] {
        group.ann.send(&group.thread, text).await;
    }
    group.bob.read(&group.thread, 2).await.expect(200);
    group.bob.leave(&group.thread).await;
    group.ann.remove(&group.thread, &group.carl).await;
    group.ann.send(&group.thread, "6").await;
    group.ann.add(&group.thread, &[&group.bob]).await;
    group.ann.add(&group.thread, &[&group.carl]).await;
    for (user, first) in [(&group.bob, 7), (&group.carl, 8)] {
        assert_sees_from(user, &group.thread, first).await;
        assert_eq!(user.thread(&group.thread).await["unread"], 0);
    }
    group.ann.send(&group.thread, "9").await;
    let mut bobs = group.bob.connect().await;
    group.carl.send(&group.thread, "10").await;
    bobs.message("10").await;
    for (user, first, unread) in [(&group.bob, 7, 2), (&group.carl, 8, 1)] {
        assert_sees_from(user, &group.thread, first).await;
        assert_eq!(user.thread(&group.thread).await["unread"], unread);
    }
    // And goes as one goes the first time.
    group.bob.leave(&group.thread).await;
    bobs.next("member.evicted").await;
    group.bob.get(&group.path("")).await.problem("not-found");
}

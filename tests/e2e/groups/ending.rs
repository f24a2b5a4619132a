//! A group deleted for everyone, or left by its last member: it is over at once, and erased behind the response (rule 20).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tests::{DatabaseFault, Fault, Group, QueueFault, Stack, User, engine, fresh_key, shape, unique};

use crate::api::privacy::ask_everything;

const QUEUE: &str = "ErasureQueue";
const DEAD_LETTERS: &str = "ErasureDeadLetters";
/// Longer than a request lasts that may be about to store something.
const OVER: Duration = Duration::from_secs(20);

/// Erases what was said in groups that ended, as it happens once requests are over.
async fn erased(stack: &Stack, thread: &str) {
    engine::end_earlier(stack, thread, OVER).await;
    stack.worked_off(QUEUE).await;
    assert!(stack.queue(DEAD_LETTERS).await.messages.is_empty());
}

/// Demands that a group is over for these users, whatever they ask.
async fn assert_over(thread: &str, users: &[&User]) {
    for user in users {
        assert!(user.boxed("inbox").await.is_empty() && user.boxed("requests").await.is_empty());
        assert!(user.get("/me/groups").await.items().is_empty(), "{} is in no group", user.name);
        for answer in ask_everything(user, thread).await {
            if answer.status != 204 {
                answer.problem("not-found");
            }
        }
    }
}

#[tokio::test]
async fn rule_20_a_group_deleted_for_everyone_is_over_and_leaves_no_trace() {
    let stack = Stack::own();
    let group = Group::new(&stack).await;
    let secret = unique("secret");
    let replayed = fresh_key();
    let sending = || group.bob.post(&group.path("/messages"), &json!({"text": secret})).key(&replayed);
    sending().await.expect(201);
    for number in 0..70 {
        group.ann.send(&group.thread, &format!("{secret} {number}")).await;
    }
    group.bob.reacting(&group.thread, 3, "👍").await.expect(200);
    group.ann.editing(&group.thread, 3, &format!("{secret} edited")).await.expect(200);
    group.ann.renaming(&group.thread, format!("{secret} title")).await.expect(200);
    let waiting = stack.user("waiting").await;
    group.ann.adding(&group.thread, &[&waiting]).await.expect(200);
    assert!(engine::everything(&stack).await.contains(&secret));
    let users = [&group.ann, &group.bob, &group.carl, &waiting];
    let mut sockets = join_all(users.map(User::connect)).await;
    group.ann.clearing(&group.thread, "everyone").await.expect(204);
    for socket in &mut sockets {
        let told = socket.next("thread.deleted").await;
        shape::signal(&told);
        assert_eq!((&told["data"], &told["actor_id"]), (&json!({"for": "everyone"}), &json!(group.ann.id)));
    }
    // Again is the same as once, for who did it.
    group.ann.clearing(&group.thread, "everyone").await.expect(204);
    assert_over(&group.thread, &users).await;
    sending().await.problem("not-found");
    erased(&stack, &group.thread).await;
    let left = engine::everything(&stack).await;
    assert!(!left.contains(&secret), "nothing of it is left");
    assert_over(&group.thread, &users).await;
    // They are in no group, and can be in a thousand.
    group.ann.clearing(&group.thread, "everyone").await.expect(204);
    group.bob.clearing(&group.thread, "everyone").await.problem("not-found");
    let another = group.ann.create_group(&[&group.bob]).await;
    assert_eq!(group.bob.boxed("inbox").await, [another]);
}

#[tokio::test]
async fn rule_20_a_moderator_ends_a_group_and_nobody_else() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let stranger = stack.user("stranger").await;
    stranger.clearing(&group.thread, "everyone").await.problem("not-found");
    group.bob.clearing(&group.thread, "everyone").await.problem("forbidden");
    group.ann.promote(&group.thread, &group.bob).await;
    group.bob.clearing(&group.thread, "everyone").await.expect(204);
    group.ann.clearing(&group.thread, "everyone").await.problem("not-found");
    group.ann.clearing(&group.thread, "me").await.problem("not-found");
}

#[tokio::test]
async fn rule_20_a_group_whose_last_member_leaves_is_erased() {
    let stack = Stack::own();
    let group = Group::new(&stack).await;
    let secret = unique("secret");
    for _ in 0..60 {
        group.ann.send(&group.thread, &secret).await;
    }
    for user in [&group.ann, &group.bob] {
        user.leave(&group.thread).await;
    }
    group.carl.leave(&group.thread).await;
    group.carl.leave(&group.thread).await;
    assert_over(&group.thread, &[&group.ann, &group.bob, &group.carl]).await;
    erased(&stack, &group.thread).await;
    assert!(!engine::everything(&stack).await.contains(&secret));
    group.carl.leave(&group.thread).await;
}

#[tokio::test]
async fn rule_20_nothing_is_stored_in_a_group_that_ends_meanwhile() {
    let stack = Stack::own();
    for round in 0..4 {
        let group = Group::new(&stack).await;
        let secret = unique("racing");
        let writes = |user: &User, number| user.sending(&group.thread, &format!("{secret} {number}")).into_future();
        let sends: Vec<_> = (0..12).map(|number| writes([&group.bob, &group.carl][number % 2], number)).collect();
        let add = group.ann.adding(&group.thread, &[&stack.user("late").await]).into_future();
        let end = async {
            if round % 2 == 1 {
                group.ann.last_seq(&group.thread).await;
            }
            group.ann.clearing(&group.thread, "everyone").await
        };
        let (sent, added, ended) = tokio::join!(join_all(sends), add, end);
        ended.expect(204);
        for answer in sent.iter().chain([&added]).filter(|answer| answer.status >= 300) {
            answer.problem("not-found");
        }
        for answer in sent.iter().chain([&added, &ended]) {
            stack.finished(answer).await;
        }
        assert_over(&group.thread, &[&group.ann, &group.bob, &group.carl]).await;
        erased(&stack, &group.thread).await;
        assert!(!engine::everything(&stack).await.contains(&secret));
    }
}

#[tokio::test]
async fn rule_20_a_message_in_flight_at_the_end_is_refused() {
    let stack = Stack::own();
    let group = Group::new(&stack).await;
    let held = Fault::database(DatabaseFault::HoldBefore).function("MessageFunction").operation("UpdateItem");
    let held = stack.hold(held).await;
    let sending = tokio::spawn(group.bob.sending(&group.thread, "too late").into_future());
    held.reached().await;
    group.ann.clearing(&group.thread, "everyone").await.expect(204);
    held.release().await;
    sending.await.unwrap().problem("not-found");
    assert!(!engine::everything(&stack).await.contains("too late"));
}

#[tokio::test]
async fn rule_20_a_group_does_not_end_where_its_erasure_cannot_be_asked_for() {
    let stack = Stack::own();
    stack.excuse("the queue fails");
    let group = Group::new(&stack).await;
    group.ann.send(&group.thread, "here to stay").await;
    stack.inject(Fault::queue(QueueFault::InternalError).always()).await;
    group.ann.clearing(&group.thread, "everyone").await.problem("unavailable");
    stack.clear_faults().await;
    assert_eq!(group.bob.texts(&group.thread).await, ["here to stay"]);
    group.ann.clearing(&group.thread, "everyone").await.expect(204);
}

#[tokio::test]
async fn rule_20_who_dies_while_ending_a_group_has_ended_it_or_not() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    for (fault, over) in [(DatabaseFault::KillBefore, false), (DatabaseFault::KillAfter, true)] {
        let group = Group::new(&stack).await;
        let secret = unique("secret");
        group.bob.send(&group.thread, &secret).await;
        stack.inject(Fault::database(fault).function("MemberFunction").operation("TransactWriteItems")).await;
        group.ann.clearing(&group.thread, "everyone").await.expect(500);
        if over {
            assert_over(&group.thread, &[&group.bob]).await;
        } else {
            assert_eq!(group.bob.texts(&group.thread).await, [secret.as_str()]);
        }
        group.ann.clearing(&group.thread, "everyone").await.expect(204);
        assert_over(&group.thread, &[&group.ann, &group.bob, &group.carl]).await;
        erased(&stack, &group.thread).await;
        assert!(!engine::everything(&stack).await.contains(&secret));
    }
}

#[tokio::test]
async fn rule_20_an_erasure_that_is_interrupted_goes_on() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let group = Group::new(&stack).await;
    let secret = unique("secret");
    for _ in 0..150 {
        group.ann.send(&group.thread, &secret).await;
    }
    group.ann.clearing(&group.thread, "everyone").await.expect(204);
    engine::end_earlier(&stack, &group.thread, OVER).await;
    let dies = |skip| {
        Fault::database(DatabaseFault::KillBefore).function("ErasureFunction").operation("DeleteItem").skip(skip)
    };
    let armed = stack.inject(dies(20)).await;
    stack.show(QUEUE).await;
    stack.await_fault(&armed, 1).await;
    assert!(engine::everything(&stack).await.contains(&secret), "it was interrupted among the deletes");
    stack.worked_off(QUEUE).await;
    assert!(!engine::everything(&stack).await.contains(&secret));
    assert!(stack.queue(DEAD_LETTERS).await.messages.is_empty());
}

#[tokio::test]
async fn rule_20_an_erasure_waits_for_requests_that_may_be_storing() {
    let stack = Stack::own();
    stack.excuse("the work comes too early");
    let group = Group::new(&stack).await;
    let secret = unique("secret");
    for _ in 0..60 {
        group.ann.send(&group.thread, &secret).await;
    }
    group.ann.clearing(&group.thread, "everyone").await.expect(204);
    stack.show(QUEUE).await;
    stack.delivered(QUEUE, 1).await;
    assert!(engine::everything(&stack).await.contains(&secret));
    assert_eq!(stack.queue(QUEUE).await.in_flight, 1, "it comes again");
    erased(&stack, &group.thread).await;
    assert!(!engine::everything(&stack).await.contains(&secret));
}

//! A blocked person in a group: rule 12, how one learns of it and what one decides. Here carl blocks bob, and ann moderates.

use serde_json::{Value, json};
use tests::roster;
use tests::view::everything;
use tests::{DatabaseFault, Fault, Group, Socket, Stack, User, fresh_key, shape};

const NOTICE: &str = "notice.blocked_member_present";

/// How carl and bob come to be in the same group.
#[derive(Clone, Copy, Debug)]
enum Way {
    BlockerIsAdded,
    BlockedIsAdded,
    BothFromTheStart,
    BlockWhileInside,
}

const WAYS: [Way; 4] = [Way::BlockerIsAdded, Way::BlockedIsAdded, Way::BothFromTheStart, Way::BlockWhileInside];

/// Lets carl and bob meet in ann's group; the sockets are carl's, carl's second, bob's and ann's.
async fn meet(stack: &Stack, way: Way) -> (Group, [Socket; 4]) {
    let (ann, bob, carl) = (stack.user("ann").await, stack.user("bob").await, stack.user("carl").await);
    let dora = stack.user("dora").await;
    for user in [&bob, &carl, &dora] {
        user.follow(&ann).await;
    }
    let sockets = [carl.connect().await, carl.connect().await, bob.connect().await, ann.connect().await];
    if !matches!(way, Way::BlockWhileInside) {
        carl.block(&bob).await;
    }
    let body = |users: &[&User]| json!({"kind": "group", "user_ids": tests::ids(users)});
    let first = match way {
        Way::BlockerIsAdded => body(&[&dora, &bob]),
        Way::BlockedIsAdded => body(&[&dora, &carl]),
        Way::BothFromTheStart | Way::BlockWhileInside => body(&[&bob, &dora, &carl]),
    };
    let made = ann.post("/threads", &first).key(&fresh_key()).await;
    made.expect(201);
    stack.finished(&made).await;
    let thread = made.id();
    let met = match way {
        Way::BlockerIsAdded => ann.adding(&thread, &[&carl]).await,
        Way::BlockedIsAdded => ann.adding(&thread, &[&bob]).await,
        Way::BothFromTheStart => made,
        Way::BlockWhileInside => carl.put_empty(&format!("/me/blocked/{}", bob.id)).await,
    };
    assert!(met.status < 300, "{}", met.text());
    stack.finished(&met).await;
    (Group { ann, bob, carl, thread }, sockets)
}

/// Whom the notice of `user` names, in order; the thread, its list and the block agree on it.
async fn noticed(user: &User, thread: &str) -> Vec<String> {
    let view = user.thread(thread).await;
    shape::thread(&view);
    let boxed = user.list(&format!("/threads?box={}", view["box"].as_str().unwrap())).await;
    let listed = boxed.iter().find(|listed| listed["id"] == thread).expect("the thread is in its box");
    assert_eq!(listed["notice"], view["notice"]);
    let ids = view["notice"]["blocked_user_ids"].as_array().cloned().unwrap_or_default();
    let mut ids: Vec<String> = ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn rule_12_however_they_meet_the_blocker_is_told_at_once_and_nobody_else() {
    let stack = Stack::shared();
    for way in WAYS {
        let (group, [mut first, mut second, mut bobs, mut anns]) = meet(&stack, way).await;
        for socket in [&mut first, &mut second] {
            let event = socket.next(NOTICE).await;
            shape::signal(&event);
            assert_eq!((&event["thread_id"], &event["actor_id"]), (&json!(group.thread), &Value::Null));
            assert_eq!(event["data"], json!({"blocked_user_ids": [group.bob.id]}));
            socket.ping().await;
            socket.assert_no_more(NOTICE);
        }
        assert_eq!(noticed(&group.carl, &group.thread).await, roster::ids(&[&group.bob]), "{way:?}");
        for (user, socket) in [(&group.bob, &mut bobs), (&group.ann, &mut anns)] {
            socket.ping().await;
            socket.assert_no_more(NOTICE);
            assert!(noticed(user, &group.thread).await.is_empty());
        }
        let expected = if matches!(way, Way::BlockerIsAdded | Way::BlockedIsAdded) { 2 } else { 1 };
        assert_eq!(group.ann.last_seq(&group.thread).await, expected, "a notice is no entry of the log");
    }
}

#[tokio::test]
async fn rule_12_a_block_answers_the_groups_shared_now() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let second = group.carl.creating_group(&[&group.bob, &group.ann]).await.id();
    group.carl.create_group(&[&group.ann]).await;
    group.bob.follow(&group.carl).await;
    group.carl.open(&group.bob).await;
    for _ in 0..2 {
        let answer = group.carl.put_empty(&format!("/me/blocked/{}", group.bob.id)).await;
        let groups = answer.expect(200)["groups"].as_array().unwrap();
        groups.iter().for_each(shape::thread);
        let mut shared: Vec<&str> = groups.iter().map(|view| view["id"].as_str().unwrap()).collect();
        shared.sort_unstable();
        let mut expected = [group.thread.as_str(), second.as_str()];
        expected.sort_unstable();
        assert_eq!(shared, expected);
        assert!(groups.iter().all(|view| view["notice"] == json!({"blocked_user_ids": [group.bob.id]})), "{groups:#?}");
        let listed = group.carl.list("/threads").await;
        assert!(groups.iter().all(|view| listed.contains(view)), "a group reads otherwise in the list of threads");
    }
    assert_eq!(
        group.bob.put_empty(&format!("/me/blocked/{}", group.ann.id)).await.expect(200)["groups"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn rule_12_who_stays_is_not_asked_again_and_nobody_hears_of_it() {
    let stack = Stack::shared();
    let (group, [mut carls, _, mut bobs, mut anns]) = meet(&stack, Way::BlockedIsAdded).await;
    let before = [everything(&group.ann, &group.thread).await, everything(&group.bob, &group.thread).await];
    anns.ping().await;
    bobs.ping().await;
    let counts = [anns.all().len(), bobs.all().len()];
    for _ in 0..2 {
        let stayed = group.carl.deciding(&group.thread, "stay").await;
        stayed.expect(204);
        stack.finished(&stayed).await;
        assert!(noticed(&group.carl, &group.thread).await.is_empty());
    }
    assert_eq!([everything(&group.ann, &group.thread).await, everything(&group.bob, &group.thread).await], before);
    for (socket, count) in [&mut anns, &mut bobs].into_iter().zip(counts) {
        socket.ping().await;
        assert_eq!(socket.all().len(), count + 1, "more than the pong came: {:#?}", socket.all());
    }
    carls.next(NOTICE).await;
    group.bob.send(&group.thread, "hello?").await;
    shape::hidden(&carls.next("message.created").await["data"]);
    carls.assert_no_more(NOTICE);
}

#[tokio::test]
async fn rule_12_who_decides_to_leave_has_left_as_anybody_does() {
    let stack = Stack::shared();
    for way in WAYS {
        let (group, [mut carls, _, mut bobs, _]) = meet(&stack, way).await;
        group.carl.deciding(&group.thread, "leave").await.expect(204);
        let left = bobs.next("member.left").await;
        assert_eq!((&left["actor_id"], &left["data"]), (&json!(group.carl.id), &json!({"user_id": group.carl.id})));
        assert_eq!(carls.next("member.evicted").await["data"], json!({"reason": "left"}));
        group.carl.get(&group.path("")).await.problem("not-found");
        roster::check(&group.ann, &group.thread).await;
        // As after any leaving it is a request next time; and there they meet again.
        group.ann.add(&group.thread, &[&group.carl]).await;
        assert_eq!(group.carl.boxed("requests").await, [group.thread.as_str()]);
        assert_eq!(noticed(&group.carl, &group.thread).await, roster::ids(&[&group.bob]));
    }
}

#[tokio::test]
async fn rule_12_without_a_notice_staying_does_nothing_and_leaving_leaves() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let before = group.carl.thread(&group.thread).await;
    group.carl.deciding(&group.thread, "stay").await.expect(204);
    assert_eq!(group.carl.thread(&group.thread).await, before);
    group.carl.deciding(&group.thread, "leave").await.expect(204);
    group.carl.deciding(&group.thread, "stay").await.problem("not-found");
    // The last moderator is followed, as ever.
    group.ann.deciding(&group.thread, "leave").await.expect(204);
    assert_eq!(roster::check(&group.bob, &group.thread).await.moderators(), roster::ids(&[&group.bob]));
}

#[tokio::test]
async fn rule_12_a_notice_names_those_not_decided_on_and_still_there() {
    let stack = Stack::shared();
    let (group, _) = meet(&stack, Way::BlockWhileInside).await;
    let (dora, eric, fay) = (stack.user("dora").await, stack.user("eric").await, stack.user("fay").await);
    for user in [&dora, &eric] {
        group.carl.block(user).await;
    }
    group.carl.deciding(&group.thread, "stay").await.expect(204);
    group.ann.add(&group.thread, &[&dora, &eric, &fay]).await;
    assert_eq!(noticed(&group.carl, &group.thread).await, roster::ids(&[&dora, &eric]));
    dora.leave(&group.thread).await;
    assert_eq!(noticed(&group.carl, &group.thread).await, roster::ids(&[&eric]));
    group.carl.block(&fay).await;
    assert_eq!(noticed(&group.carl, &group.thread).await, roster::ids(&[&eric, &fay]));
    group.ann.remove(&group.thread, &eric).await;
    group.carl.unblock(&fay).await;
    assert!(noticed(&group.carl, &group.thread).await.is_empty());
    // Coming back is meeting again, also for one who was decided on; and so is another block.
    let mut carls = group.carl.connect().await;
    group.bob.leave(&group.thread).await;
    group.ann.add(&group.thread, &[&group.bob]).await;
    assert_eq!(carls.next(NOTICE).await["data"], json!({"blocked_user_ids": [group.bob.id]}));
    group.carl.deciding(&group.thread, "stay").await.expect(204);
    group.carl.unblock(&group.bob).await;
    group.carl.block(&group.bob).await;
    carls.next(NOTICE).await;
    assert_eq!(noticed(&group.carl, &group.thread).await, roster::ids(&[&group.bob]));
}

#[tokio::test]
async fn rule_12_two_who_block_each_other_have_a_notice_each() {
    let stack = Stack::shared();
    let (group, [.., mut bobs, _]) = meet(&stack, Way::BlockerIsAdded).await;
    group.bob.block(&group.carl).await;
    assert_eq!(bobs.next(NOTICE).await["data"], json!({"blocked_user_ids": [group.carl.id]}));
    assert_eq!(noticed(&group.bob, &group.thread).await, roster::ids(&[&group.carl]));
    group.carl.deciding(&group.thread, "stay").await.expect(204);
    assert_eq!(noticed(&group.bob, &group.thread).await, roster::ids(&[&group.carl]));
    group.carl.unblock(&group.bob).await;
    group.carl.send(&group.thread, "hidden to bob").await;
    shape::hidden(&group.bob.history(&group.thread).await[0]);
}

#[tokio::test]
async fn rule_12_a_block_and_a_coming_at_the_same_moment_come_to_notice() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    for round in 0..8 {
        let dora = stack.user("dora").await;
        // Uma blocks Bill, and once it is he who comes, and once she.
        let (uma, bill) = if round % 2 == 0 { (&group.carl, &dora) } else { (&dora, &group.carl) };
        let coming = [&dora];
        tokio::join!(group.ann.add(&group.thread, &coming), uma.block(bill));
        assert!(noticed(uma, &group.thread).await.contains(&bill.id), "round {round}");
        let seq = bill.send(&group.thread, "unseen").await["seq"].clone();
        shape::hidden(uma.get(&group.path(&format!("/messages/{seq}"))).await.expect(200));
        dora.leave(&group.thread).await;
    }
}

#[tokio::test]
async fn rule_12_whichever_of_a_block_and_a_coming_overtakes_the_other_it_comes_to_notice() {
    let stack = Stack::own();
    let group = Group::new(&stack).await;
    for function in ["MemberFunction", "UserFunction"] {
        let dora = stack.user("dora").await;
        let adding = group.ann.adding(&group.thread, &[&dora]);
        let blocking = group.carl.put_empty(&format!("/me/blocked/{}", dora.id));
        let (slow, quick) = if function == "MemberFunction" { (adding, blocking) } else { (blocking, adding) };
        let held = Fault::database(DatabaseFault::HoldBefore).function(function).operation("TransactWriteItems");
        let held = stack.hold(held).await;
        let slow = tokio::spawn(slow.into_future());
        held.reached().await;
        quick.await.expect(200);
        assert!(!slow.is_finished(), "one was meant to be in flight while the other was answered");
        held.release().await;
        slow.await.unwrap().expect(200);
        assert!(noticed(&group.carl, &group.thread).await.contains(&dora.id), "held: {function}");
    }
}

#[tokio::test]
async fn rule_12_an_unblock_that_a_coming_overtakes_leaves_nothing_hidden() {
    let stack = Stack::own();
    let group = Group::new(&stack).await;
    let (carl, dora) = (&group.carl, stack.user("dora").await);
    carl.block(&dora).await;
    let held = Fault::database(DatabaseFault::HoldBefore).function("UserFunction").operation("TransactWriteItems");
    let held = stack.hold(held).await;
    let path = format!("/me/blocked/{}", dora.id);
    let unblocking = tokio::spawn(carl.delete(&path).into_future());
    held.reached().await;
    group.ann.add(&group.thread, &[&dora]).await;
    held.release().await;
    unblocking.await.unwrap().expect(204);
    let said = dora.send(&group.thread, "hello").await;
    let read = carl.get(&group.path(&format!("/messages/{}", said["seq"]))).await;
    assert_eq!(read.expect(200)["hidden"], false);
    assert_eq!(carl.thread(&group.thread).await["notice"], Value::Null);
}

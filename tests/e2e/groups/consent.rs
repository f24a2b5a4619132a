//! Who can be added to a group, and where it comes to: rules 5 and 8.

use serde_json::json;
use tests::{Group, Pair, Stack, User, shape};

/// Demands that `user` has the thread in this box and in no other.
pub(crate) async fn assert_in(user: &User, thread: &str, name: &str) {
    let other = if name == "inbox" { "requests" } else { "inbox" };
    assert!(user.boxed(name).await.contains(&thread.to_owned()), "it is not in the {name} of {}", user.name);
    assert!(!user.boxed(other).await.contains(&thread.to_owned()), "it is in the {other} of {}", user.name);
    assert_eq!(user.thread(thread).await["box"], name);
}

/// A group that is an inbox thread to bob and carl and a request to dora.
pub(crate) async fn requested(stack: &Stack) -> (Group, User) {
    let group = Group::new(stack).await;
    let dora = stack.user("dora").await;
    group.ann.add(&group.thread, &[&dora]).await;
    (group, dora)
}

#[tokio::test]
async fn rule_08_a_group_comes_to_the_inbox_of_who_follows_the_adder_and_to_others_as_a_request() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let (carl, dora) = (stack.user("carl").await, stack.user("dora").await);
    bob.follow(&ann).await;
    dora.follow(&ann).await;
    let thread = ann.create_group(&[&bob, &carl]).await;
    assert_in(&ann, &thread, "inbox").await;
    assert_in(&bob, &thread, "inbox").await;
    assert_in(&carl, &thread, "requests").await;
    // It is the adder who counts, and not who made the group.
    ann.promote(&thread, &bob).await;
    bob.add(&thread, &[&dora]).await;
    assert_in(&dora, &thread, "requests").await;
}

#[tokio::test]
async fn rule_05_who_lets_only_those_write_whom_they_follow_is_added_by_those_alone() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (dora, eric) = (stack.user("dora").await, stack.user("eric").await);
    dora.close().await;
    eric.close().await;
    dora.follow(&group.bob).await;
    eric.follow(&group.ann).await;
    group.ann.adding(&group.thread, &[&dora]).await.problem("contact-closed");
    group.ann.add(&group.thread, &[&eric]).await;
    assert_in(&eric, &group.thread, "inbox").await;
    group.ann.promote(&group.thread, &group.bob).await;
    group.bob.add(&group.thread, &[&dora]).await;
    assert_in(&dora, &group.thread, "inbox").await;
}

#[tokio::test]
async fn rule_05_only_a_block_between_adder_and_added_refuses() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let dora = stack.user("dora").await;
    dora.block(&group.carl).await;
    group.bob.block(&dora).await;
    group.ann.add(&group.thread, &[&dora]).await;
    assert_in(&dora, &group.thread, "requests").await;
}

#[tokio::test]
async fn rule_08_who_left_gets_a_request_whoever_adds_them_and_who_was_removed_does_not() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.bob.leave(&group.thread).await;
    group.ann.remove(&group.thread, &group.carl).await;
    let mut bobs = group.bob.connect().await;
    group.ann.add(&group.thread, &[&group.bob, &group.carl]).await;
    shape::signal(&bobs.next("request.received").await);
    assert_in(&group.bob, &group.thread, "requests").await;
    assert_in(&group.carl, &group.thread, "inbox").await;
    group.bob.accept(&group.thread).await;
    assert_in(&group.bob, &group.thread, "inbox").await;
    // Leaving is not forgotten because somebody was taken out since.
    group.ann.remove(&group.thread, &group.bob).await;
    group.ann.add(&group.thread, &[&group.bob]).await;
    assert_in(&group.bob, &group.thread, "requests").await;
    // Following again whom one follows is no answer to it.
    group.bob.follow(&group.ann).await;
    assert_in(&group.bob, &group.thread, "requests").await;
    // Another group of the same people knows nothing of that.
    let other = group.ann.create_group(&[&group.bob]).await;
    assert_in(&group.bob, &other, "inbox").await;
}

#[tokio::test]
async fn rule_08_who_leaves_while_being_added_never_finds_the_group_in_the_inbox() {
    let stack = Stack::shared();
    for _ in 0..8 {
        let group = Group::new(&stack).await;
        let (left, added) = tokio::join!(
            group.bob.leaving(&group.thread).into_future(),
            group.ann.adding(&group.thread, &[&group.bob]).into_future()
        );
        left.expect(204);
        added.expect(200);
        assert!(group.bob.boxed("inbox").await.is_empty());
        let back = group.ann.member_ids(&group.thread).await.contains(&group.bob.id);
        assert_eq!(group.bob.boxed("requests").await.len(), usize::from(back));
    }
}

#[tokio::test]
async fn rule_08_following_the_adder_accepts_everything_they_brought() {
    let stack = Stack::shared();
    let (group, dora) = requested(&stack).await;
    let second = group.ann.create_group(&[&dora]).await;
    let direct = group.ann.open(&dora).await;
    group.ann.promote(&group.thread, &group.bob).await;
    let by_bob = group.bob.create_group(&[&dora]).await;
    dora.follow(&group.carl).await;
    assert_eq!(dora.boxed("requests").await.len(), 4, "carl added nobody");
    dora.follow(&group.ann).await;
    for thread in [&group.thread, &second, &direct] {
        assert_in(&dora, thread, "inbox").await;
    }
    assert_in(&dora, &by_bob, "requests").await;
}

#[tokio::test]
async fn rule_08_following_at_the_moment_of_the_adding_leads_to_the_inbox() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    for _ in 0..8 {
        let dora = stack.user("dora").await;
        let coming = [&dora];
        tokio::join!(group.ann.add(&group.thread, &coming), dora.follow(&group.ann));
        assert_in(&dora, &group.thread, "inbox").await;
    }
}

#[tokio::test]
async fn rule_05_a_block_at_the_moment_of_the_adding_holds_or_comes_to_notice() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    for _ in 0..8 {
        let dora = stack.user("dora").await;
        let (added, ()) = tokio::join!(group.ann.adding(&group.thread, &[&dora]).into_future(), dora.block(&group.ann));
        if added.status == 200 {
            assert_eq!(dora.thread(&group.thread).await["notice"], json!({"blocked_user_ids": [group.ann.id]}));
        } else {
            added.problem("contact-closed");
            dora.get(&group.path("")).await.problem("not-found");
        }
    }
}

//! Fifteen, never sixteen: rule 9, whatever happens at once.

use futures_util::future::join_all;
use tests::roster;
use tests::{Answer, Call, Group, Stack, User, followers};

/// How often a race is run.
const RACES: usize = 8;

/// A group of so many, all of whom follow ann.
async fn crowd(stack: &Stack, size: usize) -> (Group, Vec<User>) {
    let group = Group::new(stack).await;
    let others = followers(stack, &group.ann, size - 3).await;
    group.ann.add(&group.thread, &others.iter().collect::<Vec<_>>()).await;
    (group, others)
}

/// Makes all calls at once and gives how many were answered with success; the others must be `group-full`.
async fn succeeded(calls: Vec<Call>) -> usize {
    let answers: Vec<Answer> = join_all(calls.into_iter().map(IntoFuture::into_future)).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    for answer in refused {
        answer.problem("group-full");
    }
    done.len()
}

#[tokio::test]
async fn rule_09_a_group_of_fifteen_takes_nobody_more() {
    let stack = Stack::shared();
    let (group, others) = crowd(&stack, roster::LARGEST).await;
    let (next, friend) = (stack.user("next").await, stack.user("friend").await);
    let last_seq = group.ann.last_seq(&group.thread).await;
    group.ann.adding(&group.thread, &[&next]).await.problem("group-full");
    group.ann.adding(&group.thread, &[&others[0], &next]).await.problem("group-full");
    // Who is in it already needs no room.
    group.ann.add(&group.thread, &[&others[0], &group.bob]).await;
    assert_eq!(group.ann.last_seq(&group.thread).await, last_seq);
    others[3].leave(&group.thread).await;
    group.ann.adding(&group.thread, &[&next, &friend]).await.problem("group-full");
    group.ann.add(&group.thread, &[&next]).await;
    group.ann.adding(&group.thread, &[&friend]).await.problem("group-full");
    assert_eq!(roster::check(&group.bob, &group.thread).await.members().len(), roster::LARGEST);
    assert!(friend.boxed("requests").await.is_empty());
}

#[tokio::test]
async fn rule_09_of_many_adds_at_once_as_many_succeed_as_there_is_room() {
    let stack = Stack::shared();
    let (group, others) = crowd(&stack, 10).await;
    // Several moderators, so that nothing but the group itself is in the way.
    for other in &others[..3] {
        group.ann.promote(&group.thread, other).await;
    }
    let candidates = join_all((0..12).map(|_| stack.user("candidate"))).await;
    let calls = candidates.iter().zip(others[..3].iter().cycle());
    let calls = calls.map(|(candidate, moderator)| moderator.adding(&group.thread, &[candidate])).collect();
    assert_eq!(succeeded(calls).await, 5);
    let roster = roster::check(&group.bob, &group.thread).await;
    assert_eq!(roster.members().len(), roster::LARGEST);
    for candidate in &candidates {
        let inside = roster.members().contains(&candidate.id);
        assert_eq!(candidate.boxed("requests").await.len(), usize::from(inside), "a box and the group differ");
    }
}

#[tokio::test]
async fn rule_09_adds_of_several_at_once_are_all_or_none() {
    let stack = Stack::shared();
    let (group, _) = crowd(&stack, 9).await;
    let candidates = join_all((0..12).map(|_| stack.user("candidate"))).await;
    let calls = candidates.chunks(4).map(|four| group.ann.adding(&group.thread, &four.iter().collect::<Vec<_>>()));
    assert_eq!(succeeded(calls.collect()).await, 1);
    let roster = roster::check(&group.bob, &group.thread).await;
    assert_eq!(roster.members().len(), 13);
    for four in candidates.chunks(4) {
        let inside = four.iter().filter(|user| roster.members().contains(&user.id)).count();
        assert!(inside == 0 || inside == 4, "{inside} of four are in");
    }
}

#[tokio::test]
async fn rule_09_the_same_user_added_by_many_at_once_comes_once() {
    let stack = Stack::shared();
    let (group, others) = crowd(&stack, roster::LARGEST - 1).await;
    for other in &others[..3] {
        group.ann.promote(&group.thread, other).await;
    }
    let next = stack.user("next").await;
    let calls = others[..3].iter().chain([&group.ann]).map(|moderator| moderator.adding(&group.thread, &[&next]));
    assert_eq!(succeeded(calls.collect()).await, 4, "to all but one of them the user is there already");
    let roster = roster::check(&group.bob, &group.thread).await;
    assert_eq!(roster.members().len(), roster::LARGEST);
    assert_eq!(next.events(&group.thread).await.len(), 1);
}

#[tokio::test]
async fn rule_09_an_add_while_somebody_leaves_finds_room_or_does_not() {
    let stack = Stack::shared();
    let (group, mut others) = crowd(&stack, roster::LARGEST).await;
    for _ in 0..RACES {
        let next = followers(&stack, &group.ann, 2).await;
        let leaving = others.remove(0);
        let (left, first, second) = tokio::join!(
            leaving.leaving(&group.thread).into_future(),
            group.ann.adding(&group.thread, &[&next[0]]).into_future(),
            group.ann.adding(&group.thread, &[&next[1]]).into_future(),
        );
        left.expect(204);
        let mut free = true;
        for (answer, user) in [first, second].into_iter().zip(next) {
            if answer.status == 200 {
                assert!(std::mem::take(&mut free), "two came for one who left");
                others.push(user);
            } else {
                answer.problem("group-full");
            }
        }
        if free {
            let next = stack.user("next").await;
            group.ann.add(&group.thread, &[&next]).await;
            others.push(next);
        }
    }
    assert_eq!(roster::check(&group.bob, &group.thread).await.members().len(), roster::LARGEST);
}

#[tokio::test]
async fn rule_09_a_full_group_made_many_times_with_one_key_is_full_once() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let others = followers(&stack, &ann, roster::LARGEST - 1).await;
    let call = ann.creating_group(&others.iter().collect::<Vec<_>>());
    let thread = call.clone().await.id();
    let next = stack.user("next").await;
    let (again, added) = tokio::join!(call.into_future(), ann.adding(&thread, &[&next]).into_future());
    assert!(again.replayed() && again.id() == thread, "{}", again.text());
    added.problem("group-full");
    assert_eq!(roster::check(&others[0], &thread).await.members().len(), roster::LARGEST);
    assert_eq!(ann.boxed("inbox").await, [thread]);
}

//! A group is never without a moderator: rule 10, when the last one leaves, is demoted, or is removed by another, also while
//! all of that happens at once.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::roster;
use tests::{Answer, Call, Group, Pair, Stack, User, followers};

/// How often a race is run.
const RACES: usize = 8;

/// The last events of the log, short: type, whom it is about, and the role.
async fn last_events(user: &User, thread: &str, count: usize) -> Vec<[Value; 3]> {
    let events = user.events(thread).await;
    let short =
        |event: &Value| [event["type"].clone(), event["data"]["user_id"].clone(), event["data"]["role"].clone()];
    events[events.len() - count..].iter().map(short).collect()
}

/// A group whose members came one after the other, and the first of whom moderates it.
async fn line(stack: &Stack) -> ([User; 4], String) {
    let (ann, bob) = Pair::strangers(stack).await;
    let (carl, dora) = (stack.user("carl").await, stack.user("dora").await);
    for follower in [&bob, &carl, &dora] {
        follower.follow(&ann).await;
    }
    let thread = ann.create_group(&[&bob]).await;
    ann.add(&thread, &[&carl]).await;
    ann.add(&thread, &[&dora]).await;
    ([ann, bob, carl, dora], thread)
}

/// Makes some calls at the same time.
async fn race<const COUNT: usize>(calls: [Call; COUNT]) -> [Answer; COUNT] {
    join_all(calls.map(IntoFuture::into_future)).await.try_into().unwrap()
}

fn role(user: &User, role: &str) -> [Value; 3] {
    [json!("member.role_changed"), json!(user.id), json!(role)]
}

#[tokio::test]
async fn rule_10_the_longest_standing_member_follows_the_last_moderator_who_leaves() {
    let stack = Stack::shared();
    let ([ann, bob, carl, dora], thread) = line(&stack).await;
    let mut doras = dora.connect().await;
    ann.leave(&thread).await;
    assert_eq!(
        (&doras.next("member.left").await["seq"], &doras.next("member.role_changed").await["seq"]),
        (&json!(4), &json!(5))
    );
    assert_eq!(
        last_events(&dora, &thread, 2).await,
        [[json!("member.left"), json!(ann.id), Value::Null], role(&bob, "moderator")]
    );
    assert_eq!(roster::check(&bob, &thread).await.moderators(), roster::ids(&[&bob]));
    // The heir moderates indeed, and is followed in turn.
    bob.renaming(&thread, "mine now").await.expect(200);
    bob.leave(&thread).await;
    assert_eq!(carl.moderators(&thread).await, [carl.id.as_str()]);
}

#[tokio::test]
async fn rule_10_who_leaves_beside_another_moderator_leaves_no_heir() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.ann.promote(&group.thread, &group.carl).await;
    group.ann.leave(&group.thread).await;
    assert_eq!(group.bob.last_seq(&group.thread).await, 3);
    assert_eq!(group.bob.moderators(&group.thread).await, [group.carl.id.as_str()]);
}

#[tokio::test]
async fn rule_10_the_last_moderator_who_is_demoted_is_followed_by_another() {
    let stack = Stack::shared();
    let ([ann, bob, ..], thread) = line(&stack).await;
    let answer = ann.patch(&format!("/threads/{thread}/members/me"), &json!({"role": "member"})).await;
    assert_eq!((&answer.expect(200)["user"]["id"], &answer.json["role"]), (&json!(ann.id), &json!("member")));
    let events = last_events(&bob, &thread, 2).await;
    assert!(events.contains(&role(&ann, "member")) && events.contains(&role(&bob, "moderator")), "{events:?}");
    assert_eq!(roster::check(&ann, &thread).await.moderators(), roster::ids(&[&bob]));
    ann.setting_role(&thread, &ann, "moderator").await.problem("forbidden");
    // Now ann stands longest, though she was a moderator before.
    bob.setting_role(&thread, &bob, "member").await.expect(200);
    assert_eq!(roster::check(&ann, &thread).await.moderators(), roster::ids(&[&ann]));
}

#[tokio::test]
async fn rule_10_the_only_member_moderates() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let thread = ann.create_group(&[&bob]).await;
    ann.leave(&thread).await;
    // The group was only a request to bob, and nobody else is left to moderate it.
    assert_eq!(bob.moderators(&thread).await, [bob.id.as_str()]);
    bob.setting_role(&thread, &bob, "member").await.problem("conflict");
    assert_eq!(bob.setting_role(&thread, &bob, "moderator").await.expect(200)["role"], "moderator");
    assert_eq!(bob.last_seq(&thread).await, 3);
}

#[tokio::test]
async fn rule_10_two_moderators_who_remove_each_other_at_once_are_one_afterwards() {
    let stack = Stack::shared();
    let mut group = Group::new(&stack).await;
    for _ in 0..RACES {
        group.ann.promote(&group.thread, &group.bob).await;
        let calls = [group.ann.removing(&group.thread, &group.bob), group.bob.removing(&group.thread, &group.ann)];
        let [by_ann, by_bob] = race(calls).await;
        let (removed, refused) = if by_ann.status == 204 { (by_ann, by_bob) } else { (by_bob, by_ann) };
        removed.expect(204);
        refused.problem("not-found");
        let roster = roster::check(&group.carl, &group.thread).await;
        assert_eq!((roster.members().len(), roster.moderators().len()), (2, 1));
        // The survivor takes a new companion for the next time.
        if roster.moderators() == [group.bob.id.as_str()] {
            std::mem::swap(&mut group.ann, &mut group.bob);
        }
        group.bob = group.join(&stack, "bob").await;
    }
}

#[tokio::test]
async fn rule_10_two_moderators_who_demote_each_other_at_once_are_one_afterwards() {
    let stack = Stack::shared();
    let mut group = Group::new(&stack).await;
    for _ in 0..RACES {
        group.ann.promote(&group.thread, &group.bob).await;
        let calls = [
            group.ann.setting_role(&group.thread, &group.bob, "member"),
            group.bob.setting_role(&group.thread, &group.ann, "member"),
        ];
        let [by_ann, by_bob] = race(calls).await;
        let (done, refused, winner) =
            if by_ann.status == 200 { (by_ann, by_bob, &group.ann) } else { (by_bob, by_ann, &group.bob) };
        done.expect(200);
        refused.problem("forbidden");
        assert_eq!(roster::check(&group.carl, &group.thread).await.moderators(), roster::ids(&[winner]));
        if winner.id == group.bob.id {
            std::mem::swap(&mut group.ann, &mut group.bob);
        }
    }
}

#[tokio::test]
async fn rule_10_a_moderator_who_leaves_and_is_removed_at_once_goes_once() {
    let stack = Stack::shared();
    let mut group = Group::new(&stack).await;
    for _ in 0..RACES {
        group.ann.promote(&group.thread, &group.bob).await;
        let [left, removed] =
            race([group.ann.leaving(&group.thread), group.bob.removing(&group.thread, &group.ann)]).await;
        left.expect(204);
        removed.expect(204);
        assert_eq!(roster::check(&group.carl, &group.thread).await.moderators(), roster::ids(&[&group.bob]));
        group.ann = group.bob.clone();
        group.bob = group.join(&stack, "bob").await;
    }
}

#[tokio::test]
async fn rule_10_moderators_who_all_leave_at_once_are_followed_by_who_stays() {
    let stack = Stack::shared();
    for _ in 0..RACES {
        let ([ann, bob, carl, dora], thread) = line(&stack).await;
        ann.promote(&thread, &carl).await;
        // Bob, their heir, goes as well.
        for answer in race([&ann, &carl, &bob].map(|user| user.leaving(&thread))).await {
            answer.expect(204);
        }
        assert_eq!(dora.member_ids(&thread).await, [dora.id.as_str()]);
        assert_eq!(dora.moderators(&thread).await, [dora.id.as_str()]);
    }
}

#[tokio::test]
async fn rule_10_a_promotion_and_the_promoters_leaving_at_once_leave_a_moderator() {
    let stack = Stack::shared();
    for _ in 0..RACES {
        let group = Group::new(&stack).await;
        let calls = [group.ann.leaving(&group.thread), group.ann.setting_role(&group.thread, &group.carl, "moderator")];
        let [left, promoted] = race(calls).await;
        left.expect(204);
        assert!(promoted.status == 200 || promoted.is_problem("not-found"), "{}", promoted.text());
        roster::check(&group.bob, &group.thread).await;
    }
}

#[tokio::test]
async fn rule_10_in_a_stampede_everybody_gets_out_and_somebody_always_moderates() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let crowd = followers(&stack, &group.ann, roster::LARGEST - 3).await;
    group.ann.add(&group.thread, &crowd.iter().collect::<Vec<_>>()).await;
    let calls = crowd.iter().chain([&group.ann, &group.carl]).flat_map(|user| {
        // Some of them moderate by then and some do not; what they try beside their leaving may be refused.
        [
            user.leaving(&group.thread),
            user.setting_role(&group.thread, &group.bob, "moderator"),
            user.removing(&group.thread, &crowd[0]),
        ]
    });
    let answers = join_all(calls.map(IntoFuture::into_future)).await;
    for (number, answer) in answers.iter().enumerate() {
        // Leaving never fails; only who was removed meanwhile is out already.
        let accepted: &[u16] = if number == 0 || number % 3 > 0 { &[200, 204, 403, 404] } else { &[204] };
        assert!(accepted.contains(&answer.status), "{} was answered {}", answer.request, answer.text());
    }
    let roster = roster::check(&group.bob, &group.thread).await;
    assert_eq!(roster.members(), roster::ids(&[&group.bob]));
}

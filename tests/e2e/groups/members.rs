//! Adding, removing, leaving and roles: rule 10.

use serde_json::{Value, json};
use tests::roster;
use tests::{Answer, Group, Pair, Stack, fresh_key, shape, unique};

/// The last event of a thread's log.
async fn last_event(group: &Group) -> Value {
    group.ann.events(&group.thread).await.pop().unwrap()
}

#[tokio::test]
async fn rule_10_a_moderator_adds_users_with_one_event_for_all() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (dora, eric) = (stack.user("dora").await, stack.user("eric").await);
    dora.follow(&group.ann).await;
    let (mut bobs, mut doras, mut erics) = tokio::join!(group.bob.connect(), dora.connect(), eric.connect());
    let added = group.ann.adding(&group.thread, &[&dora, &eric]).await;
    added.items().iter().for_each(shape::member);
    assert_eq!((added.items().len(), &added.json["next_cursor"]), (5, &Value::Null));
    assert_eq!(added.items(), group.ann.members(&group.thread).await);
    for socket in [&mut bobs, &mut doras, &mut erics] {
        let event = socket.next("member.added").await;
        shape::event(&event);
        assert_eq!((&event["seq"], &event["actor_id"]), (&json!(2), &json!(group.ann.id)));
        assert_eq!(event["data"]["user_ids"], json!([dora.id, eric.id]));
    }
    shape::signal(&erics.next("request.received").await);
    stack.finished(&added).await;
    doras.ping().await;
    doras.assert_no_more("request.received");
    assert_eq!(
        (dora.boxed("inbox").await, eric.boxed("requests").await),
        (vec![group.thread.clone()], vec![group.thread.clone()])
    );
    roster::check(&group.ann, &group.thread).await;
}

#[tokio::test]
async fn rule_10_members_are_listed_the_longest_standing_first() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let dora = group.join(&stack, "dora").await;
    let eric = group.join(&stack, "eric").await;
    let listed = group.bob.member_ids(&group.thread).await;
    assert_eq!(listed[0], group.ann.id);
    assert_eq!(listed[3..], [dora.id, eric.id]);
    let in_view = group.bob.thread(&group.thread).await["members"].clone();
    assert_eq!(in_view, json!(group.bob.members(&group.thread).await));
}

#[tokio::test]
async fn rule_10_who_is_there_already_is_passed_over() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let before = group.ann.thread(&group.thread).await;
    let members = group.ann.members(&group.thread).await;
    for again in [vec![&group.bob], vec![&group.carl, &group.bob, &group.carl]] {
        assert_eq!(group.ann.adding(&group.thread, &again).await.items(), members);
    }
    // Nobody names themselves.
    group.ann.adding(&group.thread, &[&group.ann]).await.invalid("/user_ids");
    assert_eq!(group.ann.thread(&group.thread).await, before);
    let dora = stack.user("dora").await;
    group.ann.add(&group.thread, &[&group.bob, &dora, &dora]).await;
    assert_eq!(last_event(&group).await["data"]["user_ids"], json!([dora.id]));
    assert_eq!(roster::check(&group.ann, &group.thread).await.members().len(), 4);
}

#[tokio::test]
async fn rule_05_adding_is_refused_as_a_whole() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let (dora, closed) = (stack.user("dora").await, stack.user("closed").await);
    let (blocker, shunned) = (stack.user("blocker").await, stack.user("shunned").await);
    closed.close().await;
    blocker.block(&group.ann).await;
    group.ann.block(&shunned).await;
    let before = group.ann.thread(&group.thread).await;
    for (users, code, named) in [
        (vec![&dora, &closed], "contact-closed", vec![&closed]),
        (vec![&blocker, &dora], "contact-closed", vec![&blocker]),
        (vec![&shunned, &closed, &blocker], "contact-closed", vec![&shunned, &blocker, &closed]),
        (vec![&dora, &shunned], "you-block-them", vec![&shunned]),
    ] {
        let refused = group.ann.adding(&group.thread, &users).await;
        let ids = refused.problem(code)["user_ids"].as_array().unwrap().iter();
        let mut ids: Vec<&str> = ids.map(|id| id.as_str().unwrap()).collect();
        ids.sort_unstable();
        assert_eq!(ids, roster::ids(&named), "{}", refused.text());
    }
    let nobody = stack.sign_in(&unique("nobody")).await;
    group.ann.adding(&group.thread, &[&dora, &nobody]).await.invalid("/user_ids/1");
    assert_eq!(group.ann.thread(&group.thread).await, before);
    assert!(dora.boxed("requests").await.is_empty());
}

#[tokio::test]
async fn rule_15_a_repeated_add_is_answered_again() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let dora = stack.user("dora").await;
    let call = group.ann.adding(&group.thread, &[&dora]).key(&fresh_key());
    let first = call.clone().await;
    group.ann.remove(&group.thread, &dora).await;
    let again = call.await;
    assert!(again.replayed());
    assert_eq!((again.status, &again.json), (200, &first.json));
    dora.get(&group.path("")).await.problem("not-found");
}

#[tokio::test]
async fn rule_19_a_repeated_add_shows_no_mark_that_is_hidden_by_now() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let dora = stack.user("dora").await;
    group.bob.read(&group.thread, 1).await.expect(200);
    let call = group.ann.adding(&group.thread, &[&dora]).key(&fresh_key());
    let mark_of_bob = |response: &Answer| {
        let member =
            response.json["items"].as_array().unwrap().iter().find(|member| member["user"]["id"] == group.bob.id);
        member.unwrap()["read_seq"].clone()
    };
    let first = call.clone().await;
    assert_eq!(mark_of_bob(&first), json!(1));
    group.bob.patch("/settings", &json!({"read_receipts": false})).await.expect(200);
    let again = call.await;
    assert!(again.replayed());
    assert_eq!(mark_of_bob(&again), Value::Null);
    assert_eq!(mark_of_bob(&group.ann.get(&group.path("/members")).await), Value::Null);
}

#[tokio::test]
async fn rule_10_a_moderator_removes_whom_they_like() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let mut bobs = group.bob.connect().await;
    group.ann.promote(&group.thread, &group.carl).await;
    group.ann.remove(&group.thread, &group.carl).await;
    let event = bobs.next("member.removed").await;
    shape::event(&event);
    assert_eq!(
        (&event["seq"], &event["actor_id"], &event["data"]),
        (&json!(3), &json!(group.ann.id), &json!({"user_id": group.carl.id}))
    );
    let stranger = stack.user("stranger").await;
    group.ann.removing(&group.thread, &stranger).await.problem("not-found");
    assert_eq!(group.ann.last_seq(&group.thread).await, 3);
    roster::check(&group.bob, &group.thread).await;
}

#[tokio::test]
async fn rule_10_any_member_leaves_at_any_time() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let dora = stack.user("dora").await;
    group.ann.add(&group.thread, &[&dora]).await;
    let mut anns = group.ann.connect().await;
    group.bob.leave(&group.thread).await;
    // By the own id it is the same; and who has not accepted may go as well.
    group.carl.removing(&group.thread, &group.carl).await.expect(204);
    dora.leave(&group.thread).await;
    for (user, seq) in [(&group.bob, 3), (&group.carl, 4), (&dora, 5)] {
        let event = anns.next("member.left").await;
        shape::event(&event);
        assert_eq!(
            (&event["seq"], &event["actor_id"], &event["data"]),
            (&json!(seq), &json!(user.id), &json!({"user_id": user.id}))
        );
        assert!(user.boxed("inbox").await.is_empty() && user.boxed("requests").await.is_empty());
    }
    assert_eq!(roster::check(&group.ann, &group.thread).await.members(), roster::ids(&[&group.ann]));
    group.ann.send(&group.thread, "it lives on with one").await;
}

#[tokio::test]
async fn rule_09_when_the_last_one_leaves_the_group_is_gone() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    for user in [&group.ann, &group.bob, &group.carl] {
        user.leave(&group.thread).await;
    }
    for user in [&group.ann, &group.bob, &group.carl] {
        user.get(&group.path("")).await.problem("not-found");
        user.adding(&group.thread, &[&group.ann]).await.problem("not-found");
        assert!(user.boxed("inbox").await.is_empty());
    }
}

#[tokio::test]
async fn rule_10_moderators_are_made_and_unmade() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let mut carls = group.carl.connect().await;
    let promoted = group.ann.setting_role(&group.thread, &group.bob, "moderator").await;
    shape::member(promoted.expect(200));
    assert_eq!((&promoted.json["user"]["id"], &promoted.json["role"]), (&json!(group.bob.id), &json!("moderator")));
    let event = carls.next("member.role_changed").await;
    shape::event(&event);
    assert_eq!(event["data"], json!({"user_id": group.bob.id, "role": "moderator"}));
    assert_eq!((&event["seq"], &event["actor_id"]), (&json!(2), &json!(group.ann.id)));
    // What is so already is no event.
    group.bob.setting_role(&group.thread, &group.bob, "moderator").await.expect(200);
    group.bob.setting_role(&group.thread, &group.carl, "member").await.expect(200);
    assert_eq!(group.bob.last_seq(&group.thread).await, 2);

    let demoted = group.bob.setting_role(&group.thread, &group.ann, "member").await;
    assert_eq!(demoted.expect(200)["role"], "member");
    group.ann.setting_role(&group.thread, &group.bob, "member").await.problem("forbidden");
    assert_eq!(roster::check(&group.carl, &group.thread).await.moderators(), roster::ids(&[&group.bob]));
    let stranger = stack.user("stranger").await;
    group.bob.setting_role(&group.thread, &stranger, "moderator").await.problem("not-found");
}

#[tokio::test]
async fn rule_10_who_does_not_moderate_does_none_of_it() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let dora = stack.user("dora").await;
    let before = group.ann.thread(&group.thread).await;
    group.bob.adding(&group.thread, &[&dora]).await.problem("forbidden");
    group.bob.removing(&group.thread, &group.carl).await.problem("forbidden");
    group.bob.removing(&group.thread, &group.ann).await.problem("forbidden");
    for (other, role) in [(&group.bob, "moderator"), (&group.carl, "moderator"), (&group.ann, "member")] {
        group.bob.setting_role(&group.thread, other, role).await.problem("forbidden");
    }
    group.bob.patch(&group.path("/members/me"), &json!({"role": "moderator"})).await.problem("forbidden");
    assert_eq!(group.ann.thread(&group.thread).await, before);
    assert!(dora.boxed("requests").await.is_empty());
}

#[tokio::test]
async fn rule_10_a_direct_thread_has_its_two_members_for_good() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let carl = stack.user("carl").await;
    let before = pair.ann.thread(&pair.thread).await;
    for user in [&pair.ann, &pair.bob] {
        user.adding(&pair.thread, &[&carl]).await.problem("forbidden");
        user.removing(&pair.thread, &pair.bob).await.problem("forbidden");
        user.leaving(&pair.thread).await.problem("forbidden");
        user.setting_role(&pair.thread, &pair.bob, "moderator").await.problem("forbidden");
        user.deciding(&pair.thread, "leave").await.problem("forbidden");
    }
    assert_eq!(pair.ann.thread(&pair.thread).await, before);
    carl.adding(&pair.thread, &[&carl]).await.problem("not-found");
}

#[tokio::test]
async fn rule_15_who_is_out_already_is_taken_out_again_without_an_error() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let never = stack.user("never").await;
    let before = group.ann.last_seq(&group.thread).await;
    group.bob.leave(&group.thread).await;
    group.ann.removing(&group.thread, &group.carl).await.expect(204);
    for _ in 0..2 {
        // Each in every way there is, as after a response that was lost.
        for gone in [&group.bob, &group.carl] {
            gone.leaving(&group.thread).await.expect(204);
            gone.removing(&group.thread, gone).await.expect(204);
            gone.deciding(&group.thread, "leave").await.expect(204);
            group.ann.removing(&group.thread, gone).await.expect(204);
            // It tells them nothing of the others, and lets them do nothing to them.
            gone.removing(&group.thread, &group.ann).await.problem("not-found");
            gone.removing(&group.thread, &never).await.problem("not-found");
            gone.get(&group.path("")).await.problem("not-found");
        }
    }
    assert_eq!(group.ann.last_seq(&group.thread).await, before + 2, "a repeat is no entry of the log");
    never.leaving(&group.thread).await.problem("not-found");
    never.deciding(&group.thread, "leave").await.problem("not-found");
    group.ann.removing(&group.thread, &never).await.problem("not-found");
    // Nor is it an error once the group has ended.
    group.ann.leave(&group.thread).await;
    for gone in [&group.ann, &group.bob, &group.carl] {
        gone.leaving(&group.thread).await.expect(204);
    }
    never.leaving(&group.thread).await.problem("not-found");
}

#[tokio::test]
async fn rule_15_who_was_added_again_leaves_again() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.bob.leave(&group.thread).await;
    group.ann.add(&group.thread, &[&group.bob]).await;
    assert_eq!(group.ann.members(&group.thread).await.len(), 3);
    group.bob.leave(&group.thread).await;
    assert_eq!(group.ann.members(&group.thread).await.len(), 2);
}

#[tokio::test]
async fn rule_11_a_moderator_learns_nothing_of_who_was_there_before_them() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.bob.leave(&group.thread).await;
    group.ann.remove(&group.thread, &group.carl).await;
    let late = group.join(&stack, "late").await;
    group.ann.promote(&group.thread, &late).await;
    for gone in [&group.bob, &group.carl] {
        late.removing(&group.thread, gone).await.problem("not-found");
        group.ann.removing(&group.thread, gone).await.expect(204);
    }
}

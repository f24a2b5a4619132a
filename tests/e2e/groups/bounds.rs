//! Nothing grows without bound with what others do: groups that wait, groups of a user, and the answer to a block (rules 8, 9, 12).

use futures_util::StreamExt;
use futures_util::stream::iter;
use serde_json::{Value, json};
use tests::{DatabaseFault, Fault, Pair, Stack, User};

use super::consent::assert_in;

/// Groups that `user` makes with `other`, some at a time.
async fn groups(user: &User, other: &User, count: usize) -> Vec<String> {
    iter(0..count).map(|_| async { user.create_group(&[other]).await }).buffer_unordered(8).collect().await
}

#[tokio::test]
async fn rule_08_at_most_a_hundred_groups_wait_for_somebody() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let waiting = groups(&ann, &bob, 99).await;
    // Of several at once, one still finds room.
    let attempts: Vec<_> =
        iter(0..6).map(|_| ann.creating_group(&[&bob]).into_future()).buffer_unordered(6).collect().await;
    let (made, refused): (Vec<_>, Vec<_>) = attempts.iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), refused.len()), (1, 5));
    for answer in refused {
        assert_eq!(answer.problem("contact-closed")["user_ids"], json!([bob.id]));
    }
    // Who is followed needs no waiting, and every answer makes room.
    let carl = stack.user("carl").await;
    bob.follow(&carl).await;
    carl.create_group(&[&bob]).await;
    bob.decline(&waiting[0]).await;
    bob.accept(&waiting[1]).await;
    bob.leave(&waiting[2]).await;
    ann.remove(&waiting[3], &bob).await;
    let dora = stack.user("dora").await;
    groups(&dora, &bob, 4).await;
    dora.creating_group(&[&bob]).await.problem("contact-closed");
    bob.follow(&ann).await;
    let welcome = dora.create_group(&[&bob]).await;
    assert_in(&bob, &welcome, "requests").await;
    assert_eq!(bob.boxed("requests").await.len(), 5, "four of dora's and one more");
}

#[tokio::test]
async fn rule_07_who_was_declined_and_who_was_not_are_refused_alike_where_a_hundred_wait() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let carl = stack.user("carl").await;
    let declined = ann.create_group(&[&bob]).await;
    bob.decline(&declined).await;
    let waiting = groups(&carl, &bob, 100).await;
    for stranger in [&ann, &stack.user("dora").await] {
        stranger.creating_group(&[&bob]).await.problem("contact-closed");
    }
    // What comes declined takes a place as any request does.
    bob.decline(&waiting[0]).await;
    ann.create_group(&[&bob]).await;
    ann.creating_group(&[&bob]).await.problem("contact-closed");
    // All of them are found, also what no mailbox has.
    let all = bob.list("/me/groups?limit=30").await;
    assert_eq!(all.len(), 102);
    let ids: Vec<&str> = all.iter().map(|group| group["id"].as_str().unwrap()).collect();
    assert!(ids.is_sorted() && ids.contains(&declined.as_str()));
    bob.leave(&declined).await;
    assert_eq!(bob.list("/me/groups").await.len(), 101);
}

#[tokio::test]
async fn rule_08_a_hundred_that_a_block_declines_wait_no_more() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    groups(&ann, &bob, 100).await;
    bob.block(&ann).await;
    assert!(bob.boxed("requests").await.is_empty());
    let carl = stack.user("carl").await;
    groups(&carl, &bob, 100).await;
    carl.creating_group(&[&bob]).await.problem("contact-closed");
}

#[tokio::test]
async fn rule_12_a_block_answers_its_groups_page_by_page_and_hides_in_all_of_them() {
    let stack = Stack::own();
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.follow(&ann).await;
    let mut made = groups(&ann, &bob, 70).await;
    made.sort_unstable();
    // The first attempt dies on its way.
    let dies =
        Fault::database(DatabaseFault::KillBefore).function("UserFunction").operation("TransactWriteItems").skip(1);
    stack.inject(dies).await;
    stack.excuse("a function is killed");
    let path = format!("/me/blocked/{}", ann.id);
    bob.put_empty(&path).await.expect(500);
    stack.clear_faults().await;

    let (mut shown, mut next) = (Vec::new(), format!("{path}?limit=25"));
    let mut sizes = Vec::new();
    loop {
        let answer = bob.put_empty(&next).await;
        let page = answer.expect(200);
        let groups = page["groups"].as_array().unwrap();
        assert!(groups.iter().all(|group| group["notice"] == json!({"blocked_user_ids": [ann.id]})), "{groups:#?}");
        sizes.push(groups.len());
        shown.extend(groups.iter().map(|group| group["id"].as_str().unwrap().to_owned()));
        match &page["next_cursor"] {
            Value::String(cursor) => next = format!("{path}?limit=25&cursor={cursor}"),
            _ => break,
        }
    }
    assert_eq!((sizes, shown), (vec![25, 25, 20], made.clone()));
    for thread in made.iter().step_by(23) {
        let said = ann.send(thread, "hidden").await;
        let read = bob.get(&format!("/threads/{thread}/messages/{}", said["seq"])).await;
        assert_eq!(read.expect(200)["hidden"], true);
    }
    bob.unblock(&ann).await;
    for thread in &made {
        let view = bob.thread(thread).await;
        assert_eq!(view["notice"], Value::Null);
    }
    bob.put_empty(&format!("{path}?cursor=nonsense")).await.problem("invalid-request");
    bob.put_empty(&format!("{path}?limit=101")).await.problem("invalid-request");
}

#[tokio::test]
async fn rule_09_nobody_is_in_more_than_a_thousand_groups() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.follow(&ann).await;
    let carl = stack.user("carl").await;
    let made = groups(&ann, &bob, 990).await;
    let rest = groups(&bob, &carl, 10).await;
    bob.creating_group(&[&carl]).await.problem("conflict");
    ann.creating_group(&[&bob]).await.problem("contact-closed");
    // Leaving makes room, for either.
    bob.leave(&made[0]).await;
    bob.create_group(&[&carl]).await;
    ann.remove(&made[1], &bob).await;
    ann.create_group(&[&bob]).await;
    ann.creating_group(&[&bob]).await.problem("contact-closed");
    // Everything that goes through all of them still answers.
    bob.block(&ann).await;
    let read = bob.thread(&made[500]).await;
    assert_eq!(read["notice"]["blocked_user_ids"], json!([ann.id]));
    bob.unblock(&ann).await;
    assert_eq!(bob.thread(&made[989]).await["notice"], Value::Null);
    assert_eq!(bob.thread(&rest[0]).await["members"].as_array().unwrap().len(), 2);
}

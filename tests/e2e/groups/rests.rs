//! A decline that lasts: it rests the thread and the person for a day, whatever they do meanwhile (rules 7, 8).

use serde_json::json;
use tests::view::everything;
use tests::{Group, Pair, Stack, User, fresh_key};

use super::consent::assert_in;

/// Demands that the thread is in no mailbox of `user`.
async fn assert_rests(user: &User, thread: &str) {
    for name in ["inbox", "requests"] {
        assert!(!user.boxed(name).await.contains(&thread.to_owned()), "it is in the {name} of {}", user.name);
    }
}

/// A group of a stranger that bob declined.
async fn declined(stack: &Stack) -> (User, User, User, String) {
    let (ann, bob) = Pair::strangers(stack).await;
    let carl = stack.user("carl").await;
    let thread = ann.create_group(&[&bob, &carl]).await;
    bob.decline(&thread).await;
    (ann, bob, carl, thread)
}

#[tokio::test]
async fn rule_07_a_declined_group_stays_away_however_often_its_moderators_bring_the_user_back() {
    let stack = Stack::shared();
    let (ann, bob, carl, thread) = declined(&stack).await;
    ann.promote(&thread, &carl).await;
    let mut bobs = bob.connect().await;
    for adder in [&ann, &ann, &carl] {
        ann.remove(&thread, &bob).await;
        let added = adder.adding(&thread, &[&bob]).await;
        added.expect(200);
        stack.finished(&added).await;
        let said = ann.sending(&thread, "here again").await;
        stack.finished(&said).await;
        assert_rests(&bob, &thread).await;
    }
    bobs.ping().await;
    bobs.assert_no_more("request.received");
    bobs.assert_no_more("message.created");
    bobs.assert_no_more("member.added");
    bobs.assert_no_more("member.evicted");
    // It can still be read and accepted.
    assert_eq!(bob.thread(&thread).await["box"], "requests");
    bob.accept(&thread).await;
    assert_in(&bob, &thread, "inbox").await;
}

#[tokio::test]
async fn rule_07_a_decline_rests_the_person_in_new_groups_and_new_threads() {
    let stack = Stack::shared();
    let (ann, bob, carl, _) = declined(&stack).await;
    let mut bobs = bob.connect().await;
    let second = ann.create_group(&[&bob, &carl]).await;
    let body = json!({"kind": "direct", "user_id": bob.id, "message": {"text": "answer me"}});
    let opened = ann.post("/threads", &body).key(&fresh_key()).await;
    opened.expect(201);
    stack.finished(&opened).await;
    for thread in [&second, &opened.id()] {
        assert_rests(&bob, thread).await;
    }
    bobs.ping().await;
    for event in ["request.received", "thread.created", "message.created"] {
        bobs.assert_no_more(event);
    }
    // Others are not meant by it.
    let third = carl.create_group(&[&bob, &ann]).await;
    assert_in(&bob, &third, "requests").await;
}

#[tokio::test]
async fn rule_07_a_declined_direct_request_rests_the_person_in_groups() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    pair.bob.decline(&pair.thread).await;
    let thread = pair.ann.create_group(&[&pair.bob]).await;
    assert_rests(&pair.bob, &thread).await;
    // To follow somebody is to want to hear of them.
    pair.bob.follow(&pair.ann).await;
    let welcome = pair.ann.create_group(&[&pair.bob]).await;
    assert_in(&pair.bob, &welcome, "inbox").await;
}

#[tokio::test]
async fn rule_07_a_decline_holds_where_the_inviter_went_before() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let carl = stack.user("carl").await;
    let thread = ann.create_group(&[&bob, &carl]).await;
    ann.leave(&thread).await;
    bob.decline(&thread).await;
    let second = ann.create_group(&[&bob]).await;
    assert_rests(&bob, &second).await;
}

#[tokio::test]
async fn rule_07_who_accepts_what_they_declined_hears_of_the_sender_again() {
    let stack = Stack::shared();
    let (ann, bob, _, thread) = declined(&stack).await;
    bob.accept(&thread).await;
    let second = ann.create_group(&[&bob]).await;
    assert_in(&bob, &second, "requests").await;
}

#[tokio::test]
async fn rule_07_writing_to_who_was_declined_or_accepting_them_ends_the_rest() {
    let stack = Stack::shared();
    let (ann, bob, _, _) = declined(&stack).await;
    bob.open(&ann).await;
    let welcome = ann.create_group(&[&bob]).await;
    assert_in(&bob, &welcome, "requests").await;
    // A thread that they open themselves is declined from its beginning, and ends nothing.
    let (ann, bob, _, _) = declined(&stack).await;
    let direct = ann.open(&bob).await;
    let second = ann.create_group(&[&bob]).await;
    assert_rests(&bob, &second).await;
    bob.accept(&direct).await;
    let third = ann.create_group(&[&bob]).await;
    assert_in(&bob, &third, "requests").await;
}

#[tokio::test]
async fn rule_07_the_sender_of_a_resting_request_sees_no_difference() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let (carl, dora) = (stack.user("carl").await, stack.user("dora").await);
    let first = ann.create_group(&[&bob, &carl]).await;
    bob.decline(&first).await;
    let views = |other: &User| {
        let (ann, other) = (ann.clone(), other.clone());
        async move {
            let contact = ann.get(&format!("/users/{}", other.id)).await.json["contact"].clone();
            let thread = ann.create_group(&[&other]).await;
            let mut answers = vec![contact];
            for text in ["one", "two", "three", "four"] {
                let sent = ann.sending(&thread, text).await;
                answers.push(json!([sent.status, sent.json["type"]]));
            }
            answers.push(json!(everything(&ann, &thread).await.len()));
            answers
        }
    };
    // To bob the first one was declined, to dora nothing was.
    assert_eq!(views(&bob).await, views(&dora).await);
    let opened = [ann.opening(&bob).await, ann.opening(&dora).await];
    assert_eq!(opened[0].status, opened[1].status);
}

#[tokio::test]
async fn rule_07_the_three_messages_are_counted_over_all_stays() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let carl = stack.user("carl").await;
    let thread = ann.create_group(&[&bob, &carl]).await;
    ann.send(&thread, "one").await;
    ann.send(&thread, "two").await;
    ann.remove(&thread, &carl).await;
    for _ in 0..2 {
        ann.remove(&thread, &bob).await;
        ann.add(&thread, &[&bob]).await;
    }
    ann.send(&thread, "three").await;
    ann.sending(&thread, "four").await.problem("request-pending");
    ann.remove(&thread, &bob).await;
    ann.add(&thread, &[&bob]).await;
    ann.sending(&thread, "four").await.problem("request-pending");
}

#[tokio::test]
async fn rule_08_leaving_again_declines_and_a_mistake_does_not() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    let Group { ann, bob, carl, thread, .. } = &group;
    ann.promote(thread, carl).await;
    // It was a mistake: a friend brings them back.
    bob.leave(thread).await;
    let mut bobs = bob.connect().await;
    carl.add(thread, &[bob]).await;
    bobs.next("request.received").await;
    assert_in(bob, thread, "requests").await;
    // It was none.
    bob.leave(thread).await;
    for adder in [ann, carl, carl] {
        let added = adder.adding(thread, &[bob]).await;
        added.expect(200);
        stack.finished(&added).await;
        assert_rests(bob, thread).await;
        bob.leave(thread).await;
    }
    bobs.ping().await;
    bobs.assert_no_more("request.received");
    // Carl, whose request it was, rests too where bob does not follow him; ann does not.
    let welcome = ann.create_group(&[bob]).await;
    assert_in(bob, &welcome, "inbox").await;
}

#[tokio::test]
async fn rule_07_a_block_rests_whose_group_it_declined() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    ann.create_group(&[&bob]).await;
    bob.block(&ann).await;
    bob.unblock(&ann).await;
    let second = ann.create_group(&[&bob]).await;
    assert_rests(&bob, &second).await;
}

#[tokio::test]
async fn rule_07_no_request_comes_after_a_decline_that_it_was_at_once_with() {
    let stack = Stack::shared();
    for _ in 0..6 {
        let (ann, bob) = Pair::strangers(&stack).await;
        let first = ann.create_group(&[&bob]).await;
        let declining = bob.post_empty(&format!("/threads/{first}/decline"));
        let (declined, second, opened) = tokio::join!(
            declining.into_future(),
            ann.creating_group(&[&bob]).into_future(),
            ann.opening(&bob).into_future()
        );
        declined.expect(204);
        let third = ann.create_group(&[&bob]).await;
        assert_rests(&bob, &third).await;
        // What was at once came before it or rests. In no case does it come to the requests later.
        let waiting = bob.boxed("requests").await;
        for text in ["one", "two"] {
            ann.send(&second.id(), text).await;
            ann.send(&opened.id(), text).await;
        }
        assert_eq!(bob.boxed("requests").await.len(), waiting.len());
    }
}

#[tokio::test]
async fn rule_07_answering_what_was_declined_ends_the_rest_too() {
    let stack = Stack::shared();
    let (ann, bob, _, thread) = declined(&stack).await;
    bob.send(&thread, "well, hello").await;
    let second = ann.create_group(&[&bob]).await;
    assert_in(&bob, &second, "requests").await;
}

#[tokio::test]
async fn rule_08_who_accepted_since_they_left_declines_nothing_by_leaving() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let carl = stack.user("carl").await;
    let thread = ann.create_group(&[&bob, &carl]).await;
    bob.leave(&thread).await;
    ann.add(&thread, &[&bob]).await;
    bob.accept(&thread).await;
    ann.remove(&thread, &bob).await;
    ann.add(&thread, &[&bob]).await;
    bob.leave(&thread).await;
    ann.add(&thread, &[&bob]).await;
    assert_in(&bob, &thread, "requests").await;
}

//! A group that waits in somebody's requests: rule 7.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::view::everything;
use tests::{Answer, Pair, Stack, fresh_key, shape};

use super::consent::{assert_in, requested};

#[tokio::test]
async fn rule_07_accepting_or_answering_moves_a_group_to_the_inbox() {
    let stack = Stack::shared();
    let (group, dora) = requested(&stack).await;
    let eric = stack.user("eric").await;
    group.ann.add(&group.thread, &[&eric]).await;
    let mut doras = dora.connect().await;
    let accepted = dora.post_empty(&group.path("/accept")).await;
    shape::thread(accepted.expect(200));
    assert_eq!(accepted.json["box"], "inbox");
    shape::signal(&doras.next("thread.accepted").await);
    assert_in(&dora, &group.thread, "inbox").await;
    dora.post_empty(&group.path("/decline")).await.problem("conflict");
    eric.send(&group.thread, "hello all").await;
    assert_in(&eric, &group.thread, "inbox").await;
}

#[tokio::test]
async fn rule_07_three_messages_wait_until_somebody_accepts_the_group() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let carl = stack.user("carl").await;
    let body = json!({"kind": "group", "user_ids": [bob.id, carl.id], "message": {"text": "one"}});
    let thread = ann.post("/threads", &body).key(&fresh_key()).await.id();
    let calls = (0..6).map(|number| ann.sending(&thread, &number.to_string()).into_future());
    let answers: Vec<Answer> = join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 2, "{answers:#?}");
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        refused.problem("request-pending");
    }
    carl.decline(&thread).await;
    ann.sending(&thread, "still waiting").await.problem("request-pending");
    bob.accept(&thread).await;
    for number in 0..4 {
        ann.send(&thread, &format!("more {number}")).await;
    }
    assert_eq!(carl.history(&thread).await.len(), 7);
}

#[tokio::test]
async fn rule_07_where_somebody_accepted_already_a_waiting_member_limits_nobody() {
    let stack = Stack::shared();
    let (group, dora) = requested(&stack).await;
    for number in 0..3 {
        group.ann.send(&group.thread, &format!("ann {number}")).await;
        group.bob.send(&group.thread, &format!("bob {number}")).await;
    }
    assert_eq!(dora.thread(&group.thread).await["unread"], 6);
}

#[tokio::test]
async fn rule_07_what_was_said_before_somebody_waited_does_not_count() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.follow(&ann).await;
    let thread = ann.create_group(&[&bob]).await;
    bob.leave(&thread).await;
    for number in 0..5 {
        ann.send(&thread, &format!("alone {number}")).await;
    }
    let carl = stack.user("carl").await;
    ann.add(&thread, &[&carl]).await;
    for text in ["one", "two", "three"] {
        ann.send(&thread, text).await;
    }
    ann.sending(&thread, "four").await.problem("request-pending");
    assert_eq!(carl.texts(&thread).await, ["one", "two", "three"]);
}

#[tokio::test]
async fn rule_07_nothing_of_a_reader_who_waits_or_declines_shows_to_the_others() {
    let stack = Stack::own();
    let (group, dora) = requested(&stack).await;
    let seq = group.ann.send(&group.thread, "hello?").await["seq"].as_u64().unwrap();
    let (mut anns, mut bobs, mut doras) = tokio::join!(group.ann.connect(), group.bob.connect(), dora.connect());
    let seen = async || [everything(&group.ann, &group.thread).await, everything(&group.bob, &group.thread).await];
    let before = seen().await;

    everything(&dora, &group.thread).await;
    let read = dora.read(&group.thread, seq).await;
    assert_eq!(read.expect(200), &json!({"read_seq": seq, "unread": 0}));
    doras.typing(&group.thread).await;
    let preferences = json!({"muted_until": null, "pinned": true});
    dora.put(&group.path("/preferences"), &preferences).await.expect(200);
    anns.typing(&group.thread).await;
    bobs.next("typing").await;
    stack.socket_route_ran("typing", 2).await;
    let declined = dora.post_empty(&group.path("/decline")).await;
    declined.expect(204);
    for answer in [&read, &declined] {
        stack.finished(answer).await;
    }
    assert_eq!(seen().await, before);
    doras.ping().await;
    doras.assert_no_more("typing");
    for socket in [&mut anns, &mut bobs] {
        socket.ping().await;
        let of_dora = socket.all().into_iter().filter(|event| event["actor_id"] == dora.id.as_str());
        assert_eq!(of_dora.collect::<Vec<_>>(), Vec::<Value>::new());
    }
    assert!(dora.boxed("requests").await.is_empty() && dora.boxed("inbox").await.is_empty());

    dora.accept(&group.thread).await;
    dora.send(&group.thread, "hello").await;
    let mark = |view: &Value| {
        let members = view["members"].as_array().unwrap();
        members.iter().find(|member| member["user"]["id"] == dora.id.as_str()).unwrap()["read_seq"].clone()
    };
    assert_eq!(mark(&group.ann.thread(&group.thread).await), seq);
}

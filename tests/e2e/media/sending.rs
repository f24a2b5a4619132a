//! Messages with images and videos.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::media::location;
use tests::{DatabaseFault, Fault, Group, Pair, Stack, fresh_key, shape};

#[tokio::test]
async fn rule_21_a_message_carries_what_its_author_uploaded() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let picture = pair.ann.picture("image/png", "base.png").await;
    let film = pair.ann.picture("video/mp4", "fast.mp4").await;
    let mut bobs = pair.bob.connect().await;
    let sent = pair.ann.attaching(&pair.thread, &[&film, &picture]).await.expect(201).clone();
    shape::message(&sent);
    let attachments = sent["attachments"].as_array().unwrap();
    assert_eq!((&attachments[0]["media_id"], &attachments[1]["media_id"]), (&json!(film), &json!(picture)));
    assert_eq!((&attachments[0]["content_type"], &attachments[0]["thumbnail"]), (&json!("video/mp4"), &json!(false)));
    assert!(attachments[0]["duration_ms"].as_u64().is_some_and(|ms| ms > 0));
    assert_eq!((&attachments[1]["content_type"], &attachments[1]["thumbnail"]), (&json!("image/png"), &json!(true)));
    assert!(attachments.iter().all(|one| one["width"].as_u64() > Some(0) && one["bytes"].as_u64() > Some(0)));
    // Everywhere where the message is.
    let event = bobs.next("message.created").await;
    assert_eq!(event["data"], sent);
    assert_eq!(pair.bob.message(&pair.thread, 2).await, sent);
    assert_eq!(pair.bob.history(&pair.thread).await[0], sent);
    assert_eq!(pair.bob.events(&pair.thread).await[1]["data"], sent);
    let last = pair.bob.thread(&pair.thread).await["last_message"].clone();
    assert_eq!((&last["attachments"], &last["attachment_count"]), (&json!([]), &json!(2)));
    assert_eq!(pair.bob.thread(&pair.thread).await["unread"], 1);
    // No text is needed.
    let picture = pair.ann.picture("image/gif", "base.gif").await;
    for body in [json!({"attachments": [picture]}), json!({"text": " ", "attachments": [picture]})] {
        let sent = pair.ann.post(&pair.path("/messages"), &body).key(&fresh_key()).await;
        if sent.status == 201 {
            assert_eq!(sent.json["text"], "");
        } else {
            sent.invalid("/attachments/0");
        }
    }
    pair.ann.post(&pair.path("/messages"), &json!({"attachments": []})).key(&fresh_key()).await.invalid("/text");
}

#[tokio::test]
async fn rule_21_only_ones_own_once_and_looked_at() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let picture = pair.ann.picture("image/png", "base.png").await;
    pair.bob.attaching(&pair.thread, &[&picture]).await.invalid("/attachments/0");
    pair.ann.attaching(&pair.thread, &[&picture, &picture]).await.invalid("/attachments/1");
    pair.ann.attaching(&pair.thread, &["med_aaaaaaaaaaaaaaaaaaaaaaaaaa"]).await.invalid("/attachments/0");
    pair.ann.attaching(&pair.thread, &["../secret"]).await.invalid("/attachments/0");
    let eleven = vec![picture.as_str(); 11];
    pair.ann.attaching(&pair.thread, &eleven).await.invalid("/attachments");
    let announced = pair.ann.announcing("image/png", 10).await.expect(201)["media_id"].as_str().unwrap().to_owned();
    pair.ann.attaching(&pair.thread, &[&announced]).await.problem("conflict");
    pair.ann.fetching(&announced, "").await.problem("conflict");
    let stranger = stack.user("stranger").await;
    stranger.attaching(&pair.thread, &[&picture]).await.problem("not-found");
    let body = json!({"kind": "direct", "user_id": stranger.id, "message": {"text": "hi", "attachments": [picture]}});
    pair.ann.post("/threads", &body).key(&fresh_key()).await.invalid("/message/attachments");
    // Refused, it is still there to be sent; and sent, it is not.
    pair.ann.attaching(&pair.thread, &[&picture]).await.expect(201);
    pair.ann.attaching(&pair.thread, &[&picture]).await.invalid("/attachments/0");
    let other = pair.ann.create_group(&[&pair.bob]).await;
    pair.ann.attaching(&other, &[&picture]).await.invalid("/attachments/0");
    assert_eq!(pair.bob.history(&pair.thread).await.len(), 1);
}

#[tokio::test]
async fn rule_15_a_repeat_of_a_message_with_a_picture_is_the_same() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    for fault in [DatabaseFault::KillBefore, DatabaseFault::KillAfter] {
        let pair = Pair::new(&stack).await;
        let picture = pair.ann.picture("image/png", "base.png").await;
        let body = json!({"text": "look", "attachments": [picture]});
        let key = fresh_key();
        let send = || pair.ann.post(&pair.path("/messages"), &body).key(&key);
        stack.inject(Fault::database(fault).function("MessageFunction").operation("TransactWriteItems")).await;
        send().await.expect(500);
        let first = send().await.expect(201).clone();
        assert_eq!(send().await.expect(201), &first);
        assert_eq!(pair.bob.history(&pair.thread).await, [first]);
    }
}

#[tokio::test]
async fn rule_21_one_of_many_messages_gets_a_picture() {
    let stack = Stack::own();
    let group = Group::new(&stack).await;
    let picture = group.ann.picture("image/png", "base.png").await;
    let sends = (0..8).map(|_| group.ann.attaching(&group.thread, &[&picture]).into_future());
    let texts = (0..8).map(|number| group.bob.sending(&group.thread, &format!("{number}")).into_future());
    let (sent, texts) = tokio::join!(join_all(sends), join_all(texts));
    let (stored, refused): (Vec<_>, Vec<_>) = sent.iter().partition(|answer| answer.status == 201);
    assert_eq!(stored.len(), 1);
    for answer in refused {
        answer.invalid("/attachments/0");
    }
    assert!(texts.iter().all(|answer| answer.status == 201));
    let with: Vec<Value> = group.carl.history(&group.thread).await;
    assert_eq!(with.iter().filter(|message| !message["attachments"].as_array().unwrap().is_empty()).count(), 1);
    location(&group.carl.fetching(&picture, "").await);
}

#[tokio::test]
async fn rule_21_an_edit_leaves_the_pictures() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let picture = pair.ann.picture("image/webp", "base.webp").await;
    let sent = pair.ann.attaching(&pair.thread, &[&picture]).await.expect(201).clone();
    let edited = pair.ann.editing(&pair.thread, 2, "look closer").await.expect(200).clone();
    assert_eq!((&edited["attachments"], &edited["text"]), (&sent["attachments"], &json!("look closer")));
    pair.bob.reacting(&pair.thread, 2, "👍").await.expect(200);
    assert_eq!(pair.bob.message(&pair.thread, 2).await["attachments"], sent["attachments"]);
}

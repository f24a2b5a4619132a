//! A way through the product that needs every right that a function has: whatever is granted and not needed here needs a
//! step here, or goes.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tests::media::{download, location, seed};
use tests::s3::Signer;
use tests::{DatabaseFault, Fault, Group, Pair, SocketFault, Stack, User, engine, fresh_key};

/// Goes all the way.
pub(crate) async fn whole(stack: &Stack) {
    requests(stack).await;
    edges(stack).await;
    talk(stack).await;
    group(stack).await;
    crowd(stack).await;
    media(stack).await;
    later(stack).await;
    reports(stack).await;
}

/// What users report, as members and when they are none any more, and the operator who closes it.
async fn reports(stack: &Stack) {
    let group = Group::new(stack).await;
    group.ann.send(&group.thread, "hello").await;
    let id = group.bob.report(&group.thread, 2).await;
    group.bob.leave(&group.thread).await;
    group.bob.reporting(&json!({"kind": "thread", "thread_id": group.thread})).await.expect(201);
    let operator = stack.operator();
    assert!(operator.reports().await.len() >= 2);
    operator.closing(&id).await.expect(200);
}

/// What the requests left for later.
async fn later(stack: &Stack) {
    stack.show("SnapshotsQueue").await;
    stack.drained("SnapshotsQueue").await;
    let ann = stack.user("ann").await;
    let thread = ann.create_group(&[&stack.user("bob").await]).await;
    let picture = ann.picture("image/png", "base.png").await;
    ann.attaching(&thread, &[&picture]).await.expect(201);
    ann.clearing(&thread, "everyone").await.expect(204);
    engine::end_earlier(stack, &thread, Duration::from_mins(1)).await;
    stack.worked_off("ErasureQueue").await;
}

/// Pictures: sent, deleted, and two whose upload goes while somebody looks at it.
async fn media(stack: &Stack) {
    let pair = Pair::new(stack).await;
    let picture = pair.ann.picture("image/png", "base.png").await;
    pair.ann.attaching(&pair.thread, &[&picture]).await.expect(201);
    for query in ["", "?variant=thumbnail"] {
        let answer = pair.bob.fetching(&picture, query).await;
        assert_eq!(download(&location(&answer)).await.0, 200);
    }
    pair.ann.deleting(&pair.thread, 2).await.expect(204);
    let before = |operation| Fault::database(DatabaseFault::HoldBefore).function("ImageFunction").operation(operation);
    let held = stack.hold(before("UpdateItem")).await;
    let abandoned = pair.ann.uploads("image/png", seed("base.png")).await;
    held.reached().await;
    engine::media_due_earlier(stack, &abandoned, Duration::from_hours(25)).await;
    stack.fire("SweepFunction").await;
    stack.handled_soon("SweepFunction").await;
    held.release().await;
    stack.worked_off("UploadsQueue").await;
    let held = stack.hold(before("GetItem")).await;
    let gone = pair.ann.uploads("image/png", seed("base.png")).await;
    held.reached().await;
    let path = format!("/{}/uploads/{gone}", stack.bucket_name());
    let url = Signer::owner(stack).url(&Method::DELETE, &path, &[], Duration::from_mins(1));
    reqwest::Client::new().delete(url).send().await.expect("S3 answers");
    held.release().await;
    stack.worked_off("UploadsQueue").await;
}

/// More sockets than one user may have: the oldest is closed.
async fn crowd(stack: &Stack) {
    let ann = stack.user("ann").await;
    let mut oldest = ann.connect().await;
    let mut others = Vec::new();
    for _ in 0..20 {
        others.push(ann.connect().await);
    }
    oldest.closed().await;
}

/// Threads between people who do not know each other.
async fn requests(stack: &Stack) {
    let bob = stack.user("bob").await;
    for answer in ["accept", "decline"] {
        let ann = stack.user("ann").await;
        let thread = ann.open(&bob).await;
        ann.send(&thread, "hello?").await;
        let answered = bob.post_empty(&format!("/threads/{thread}/{answer}")).await;
        assert!(answered.status < 300, "{answer}: {}", answered.text());
    }
    let ann = stack.user("ann").await;
    let thread = ann.open(&bob).await;
    bob.send(&thread, "an answer accepts, too").await;
    let ann = stack.user("ann").await;
    ann.open(&bob).await;
    let mut bobs = bob.connect().await;
    bob.follow(&ann).await;
    bobs.next("thread.accepted").await;
}

/// Everything about users and settings.
async fn edges(stack: &Stack) {
    let (ann, bob) = Pair::strangers(stack).await;
    let renamed = format!("{}x", &ann.name[..ann.name.len() - 1]);
    ann.put("/me", &json!({"username": renamed, "display_name": "Ann"})).await.expect(200);
    ann.get(&format!("/users?username={}", &bob.name[..5])).await.expect(200);
    ann.get(&format!("/users/{}", bob.id)).await.expect(200);
    ann.follow(&bob).await;
    ann.list("/me/following").await;
    ann.unfollow(&bob).await;
    ann.open(&bob).await;
    ann.block(&bob).await;
    ann.list("/me/blocked").await;
    ann.unblock(&bob).await;
    ann.patch("/settings", &json!({"typing_indicators": true})).await.expect(200);
    ann.get("/settings").await.expect(200);
}

/// A conversation, with sockets that are there and sockets that are gone.
async fn talk(stack: &Stack) {
    let pair = Pair::new(stack).await;
    let (ann, bob) = (&pair.ann, &pair.bob);
    let (mut anns, mut bobs) = tokio::join!(ann.connect(), bob.connect());
    ann.send(&pair.thread, "hello").await;
    bobs.message("hello").await;
    bob.read(&pair.thread, 2).await.expect(200);
    bob.thread(&pair.thread).await;
    bob.boxed("inbox").await;
    bob.history(&pair.thread).await;
    bob.get(&pair.path("/messages/2")).await.expect(200);
    bob.pinning(&pair.thread, 2).await.expect(204);
    ann.pins(&pair.thread).await;
    bob.searching(&pair.thread, "hello", "").await.expect(200);
    bob.events(&pair.thread).await;
    bob.get(&pair.path("/members")).await.expect(200);
    anns.typing(&pair.thread).await;
    bobs.next("typing").await;
    anns.ping().await;

    let gone = stack.connection_id(&bobs).await;
    let gone = stack.inject(Fault::socket(&gone, SocketFault::Gone).always()).await;
    // One connection passes a signal on every two seconds.
    let mut second = ann.connect().await;
    second.typing(&pair.thread).await;
    stack.await_fault(&gone, 1).await;
    let mut again = bob.connect().await;
    lose(stack, &pair.thread, ann, bob).await;
    again.message("into the void").await;
    anns.close().await;
    // The lost one, the one that heard of the follow, and this one.
    stack.socket_route_ran("$disconnect", 3).await;
}

/// A group: who comes, who goes, who runs it, and a blocked person in it.
async fn group(stack: &Stack) {
    let (ann, bob) = Pair::strangers(stack).await;
    let cem = stack.user("cem").await;
    bob.follow(&ann).await;
    let body = json!({"kind": "group", "user_ids": [bob.id], "title": "Book club", "room": {"id": "lobby"}});
    let created = ann.post("/threads", &body).key(&fresh_key()).await;
    created.expect(201);
    let path = |rest: &str| format!("/threads/{}{rest}", created.id());
    let mut bobs = bob.connect().await;
    // A message is still in the tail of the head when the log gets an entry of another kind.
    ann.send(&created.id(), "hello").await;
    ann.post(&path("/members"), &json!({"user_ids": [cem.id]})).await.expect(200);
    bobs.next("member.added").await;
    ann.patch(&path(""), &json!({"title": "Film club"})).await.expect(200);
    ann.put(&path("/preferences"), &json!({"muted_until": null, "pinned": true})).await.expect(200);
    ann.get("/threads?room_id=lobby").await.expect(200);
    bob.block(&cem).await;
    bob.put(&path("/members/me/notice"), &json!({"decision": "stay"})).await.expect(204);
    ann.patch(&path(&format!("/members/{}", bob.id)), &json!({"role": "moderator"})).await.expect(200);
    ann.delete(&path(&format!("/members/{}", cem.id))).await.expect(204);
    ann.delete(&path("/members/me")).await.expect(204);
    let gone = stack.connection_id(&bobs).await;
    stack.inject(Fault::socket(&gone, SocketFault::Gone).always()).await;
    let added = bob.post(&path("/members"), &json!({"user_ids": [ann.id]})).await;
    added.expect(200);
    stack.finished(&added).await;
}

/// A message to a socket that is gone.
async fn lose(stack: &Stack, thread: &str, ann: &User, bob: &User) {
    let lost = bob.connect().await;
    stack.inject(Fault::socket(&stack.connection_id(&lost).await, SocketFault::Gone)).await;
    let sent = ann.sending(thread, "into the void").await;
    sent.expect(201);
    stack.finished(&sent).await;
}

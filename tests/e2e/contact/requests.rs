//! A thread from somebody I do not follow: rule 7.

use serde_json::{Value, json};
use tests::{Answer, Call, DatabaseFault, Fault, Pair, Stack, User, fresh_key};

/// Everything the sender can see of a thread.
async fn view_of_sender(pair: &Pair) -> [Value; 5] {
    let mut thread = pair.ann.thread(&pair.thread).await;
    let listed = pair.ann.get("/threads").await.items().to_vec();
    let members = pair.ann.get(&pair.path("/members")).await.items().to_vec();
    let events = pair.ann.events(&pair.thread).await;
    let profile = pair.ann.get(&format!("/users/{}", pair.bob.id)).await.json;
    thread["listed"] = json!(listed);
    [thread, json!(members), json!(events), profile, json!(pair.ann.history(&pair.thread).await)]
}

async fn assert_in_inbox(user: &User, thread: &str) {
    assert_eq!(user.boxed("inbox").await, [thread]);
    assert!(user.boxed("requests").await.is_empty());
    assert_eq!(user.thread(thread).await["box"], "inbox");
}

#[tokio::test]
async fn rule_07_a_request_can_be_read_without_accepting_and_nothing_of_it_shows() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    let seq = pair.ann.send(&pair.thread, "hello?").await["seq"].as_u64().unwrap();
    let mut anns = pair.ann.connect().await;
    let before = view_of_sender(&pair).await;

    assert_eq!(pair.bob.texts(&pair.thread).await, ["hello?"]);
    assert_eq!(pair.bob.thread(&pair.thread).await["unread"], 1);
    let read = pair.bob.read(&pair.thread, seq).await;
    assert_eq!(read.expect(200), &json!({"read_seq": seq, "unread": 0}));
    stack.finished(&read).await;
    anns.ping().await;
    anns.assert_no_more("read.moved");
    assert_eq!(view_of_sender(&pair).await, before);
    assert_eq!(pair.bob.boxed("requests").await, [pair.thread.as_str()]);
}

#[tokio::test]
async fn rule_07_the_reader_hears_of_a_request_at_once() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let mut bobs = bob.connect().await;
    let thread = ann.open(&bob).await;
    let created = bobs.next("thread.created").await;
    assert_eq!(
        (&created["thread_id"], &created["seq"], &created["actor_id"]),
        (&json!(thread), &json!(1), &json!(ann.id))
    );
    let received = bobs.next("request.received").await;
    assert_eq!((&received["thread_id"], received.get("seq").unwrap_or(&Value::Null)), (&json!(thread), &Value::Null));
}

#[tokio::test]
async fn rule_07_before_acceptance_the_sender_says_three_things() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    for text in ["one", "two", "three"] {
        pair.ann.send(&pair.thread, text).await;
    }
    pair.ann.sending(&pair.thread, "four").await.problem("request-pending");
    pair.ann.sending(&pair.thread, "five").await.problem("request-pending");
    assert_eq!(pair.bob.texts(&pair.thread).await, ["one", "two", "three"]);
    pair.bob.post_empty(&pair.path("/accept")).await.expect(200);
    pair.ann.send(&pair.thread, "four").await;
    assert_eq!(pair.bob.texts(&pair.thread).await, ["one", "two", "three", "four"]);
}

#[tokio::test]
async fn rule_07_the_opening_message_counts_among_the_three() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let open = |text: &str| {
        let body = json!({"kind": "direct", "user_id": bob.id, "message": {"text": text}});
        ann.post("/threads", &body).key(&fresh_key())
    };
    let thread = open("one").await.expect(201)["id"].as_str().unwrap().to_owned();
    ann.send(&thread, "two").await;
    open("three").await.expect(200);
    open("four").await.problem("request-pending");
    ann.sending(&thread, "five").await.problem("request-pending");
    assert_eq!(bob.texts(&thread).await, ["one", "two", "three"]);
}

#[tokio::test]
async fn rule_07_eight_at_once_are_still_three() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    let calls = (0..8).map(|number| pair.ann.sending(&pair.thread, &number.to_string()).into_future());
    let answers: Vec<Answer> = futures_util::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3, "{answers:#?}");
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        refused.problem("request-pending");
    }
    assert_eq!(pair.bob.history(&pair.thread).await.len(), 3);
}

/// Demands that a call which is made many times at once is carried out once, and nobody is refused.
async fn once_of_many(call: Call) {
    let answers: Vec<Answer> = futures_util::future::join_all((0..6).map(|_| call.clone().into_future())).await;
    let first = answers.iter().find(|answer| !answer.replayed()).expect("one of them is the first");
    assert_eq!(answers.iter().filter(|answer| !answer.replayed()).count(), 1);
    for answer in &answers {
        assert_eq!((answer.status, &answer.json), (first.status, &first.json));
    }
    assert!(first.status < 300, "{}", first.text());
}

#[tokio::test]
async fn rule_07_the_third_message_sent_again_at_the_same_time_is_no_fourth() {
    let stack = Stack::shared();
    for _ in 0..5 {
        let pair = Pair::request(&stack).await;
        for text in ["one", "two"] {
            pair.ann.send(&pair.thread, text).await;
        }
        once_of_many(pair.ann.sending(&pair.thread, "three")).await;
        assert_eq!(pair.bob.texts(&pair.thread).await, ["one", "two", "three"]);
        pair.ann.sending(&pair.thread, "four").await.problem("request-pending");
    }
}

#[tokio::test]
async fn rule_07_the_third_message_with_an_opening_sent_again_at_the_same_time_is_no_fourth() {
    let stack = Stack::shared();
    for _ in 0..5 {
        let pair = Pair::request(&stack).await;
        for text in ["one", "two"] {
            pair.ann.send(&pair.thread, text).await;
        }
        let body = json!({"kind": "direct", "user_id": pair.bob.id, "message": {"text": "three"}});
        once_of_many(pair.ann.post("/threads", &body).key(&fresh_key())).await;
        assert_eq!(pair.bob.texts(&pair.thread).await, ["one", "two", "three"]);
    }
}

#[tokio::test]
async fn rule_07_a_repeat_that_meets_its_own_third_message_is_not_refused() {
    let stack = Stack::own();
    let pair = Pair::request(&stack).await;
    for text in ["one", "two"] {
        pair.ann.send(&pair.thread, text).await;
    }
    let body = json!({"kind": "direct", "user_id": pair.bob.id, "message": {"text": "three"}});
    let call = pair.ann.post("/threads", &body).key(&fresh_key());
    // The key is looked up while it is unused, the thread read once all three messages are in it.
    let held = Fault::database(DatabaseFault::HoldBefore).function("ThreadFunction").operation("BatchGetItem");
    let held = stack.hold(held).await;
    let early = tokio::spawn(call.clone().into_future());
    held.reached().await;
    let late = call.await;
    assert_eq!((late.status, late.replayed()), (200, false), "{}", late.text());
    assert!(!early.is_finished(), "the early one was meant to be still reading");
    held.release().await;
    let early = early.await.unwrap();
    assert_eq!(early.expect(200), &late.json);
    assert!(early.replayed());
    assert_eq!(pair.bob.texts(&pair.thread).await, ["one", "two", "three"]);
}

#[tokio::test]
async fn rule_07_accepting_moves_it_to_the_inbox() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    let mut other_device = pair.bob.connect().await;
    let accepted = pair.bob.post_empty(&pair.path("/accept")).await;
    tests::shape::thread(accepted.expect(200));
    assert_eq!(accepted.json["box"], "inbox");
    assert_in_inbox(&pair.bob, &pair.thread).await;
    assert_eq!(other_device.next("thread.accepted").await["thread_id"], pair.thread);
    pair.bob.post_empty(&pair.path("/accept")).await.expect(200);
    pair.bob.post_empty(&pair.path("/decline")).await.problem("conflict");
    assert_in_inbox(&pair.bob, &pair.thread).await;
}

#[tokio::test]
async fn rule_07_answering_moves_it_to_the_inbox() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    pair.bob.send(&pair.thread, "who are you?").await;
    assert_in_inbox(&pair.bob, &pair.thread).await;
    for number in 0..4 {
        pair.ann.send(&pair.thread, &number.to_string()).await;
    }
}

#[tokio::test]
async fn rule_07_writing_to_the_sender_is_answering() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    let body = json!({"kind": "direct", "user_id": pair.ann.id, "message": {"text": "hello back"}});
    let opened = pair.bob.post("/threads", &body).key(&fresh_key()).await;
    assert_eq!(opened.expect(200)["id"], pair.thread);
    assert_in_inbox(&pair.bob, &pair.thread).await;
}

#[tokio::test]
async fn rule_07_following_the_sender_moves_it_to_the_inbox() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    pair.bob.follow(&pair.ann).await;
    assert_in_inbox(&pair.bob, &pair.thread).await;
    for number in 0..4 {
        pair.ann.send(&pair.thread, &number.to_string()).await;
    }
}

#[tokio::test]
async fn rule_07_following_at_the_moment_of_the_opening_leads_to_the_inbox() {
    let stack = Stack::shared();
    for _ in 0..8 {
        let (ann, bob) = Pair::strangers(&stack).await;
        let (thread, ()) = tokio::join!(ann.open(&bob), bob.follow(&ann));
        assert_in_inbox(&bob, &thread).await;
    }
}

#[tokio::test]
async fn rule_07_an_opening_that_a_follow_overtakes_leads_to_the_inbox() {
    let stack = Stack::own();
    let (ann, bob) = Pair::strangers(&stack).await;
    let held = Fault::database(DatabaseFault::HoldBefore).function("ThreadFunction");
    let held = stack.hold(held.operation("TransactWriteItems")).await;
    let opening = tokio::spawn(ann.opening(&bob).into_future());
    held.reached().await;
    bob.follow(&ann).await;
    assert!(!opening.is_finished(), "the opening was meant to be in flight while bob followed");
    held.release().await;
    let opened = opening.await.unwrap();
    opened.expect(201);
    assert_in_inbox(&bob, &opened.id()).await;
}

#[tokio::test]
async fn rule_07_a_follow_that_an_opening_overtakes_leads_to_the_inbox() {
    let stack = Stack::own();
    let (ann, bob) = Pair::strangers(&stack).await;
    let held = Fault::database(DatabaseFault::HoldBefore).function("UserFunction");
    let held = stack.hold(held.operation("TransactWriteItems")).await;
    let following = tokio::spawn(bob.put_empty(&format!("/me/following/{}", ann.id)).into_future());
    held.reached().await;
    let thread = ann.open(&bob).await;
    assert!(!following.is_finished(), "the follow was meant to be in flight while ann opened");
    held.release().await;
    following.await.unwrap().expect(204);
    assert_in_inbox(&bob, &thread).await;
}

#[tokio::test]
async fn rule_07_declining_is_silent() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    pair.ann.send(&pair.thread, "hello?").await;
    let mut anns = pair.ann.connect().await;
    let before = view_of_sender(&pair).await;
    let declined = pair.bob.post_empty(&pair.path("/decline")).await;
    declined.expect(204);
    assert!(pair.bob.boxed("requests").await.is_empty() && pair.bob.boxed("inbox").await.is_empty());
    assert_eq!(view_of_sender(&pair).await, before);
    stack.finished(&declined).await;
    anns.ping().await;
    assert_eq!(anns.all().len(), 1, "ann's socket saw more than its pong: {:#?}", anns.all());
}

#[tokio::test]
async fn rule_07_a_declined_request_stays_away_for_a_day_and_the_sender_cannot_tell() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    let mut bobs = pair.bob.connect().await;
    pair.ann.send(&pair.thread, "one").await;
    bobs.message("one").await;
    pair.bob.post_empty(&pair.path("/decline")).await.expect(204);
    pair.bob.post_empty(&pair.path("/decline")).await.expect(204);
    pair.ann.send(&pair.thread, "two").await;
    let third = pair.ann.sending(&pair.thread, "three").await;
    third.expect(201);
    pair.ann.sending(&pair.thread, "four").await.problem("request-pending");
    pair.ann.opening(&pair.bob).await.expect(200);
    assert!(pair.bob.boxed("requests").await.is_empty() && pair.bob.boxed("inbox").await.is_empty());
    stack.finished(&third).await;
    bobs.ping().await;
    bobs.assert_no_more("request.received");
    assert_eq!(pair.ann.texts(&pair.thread).await, ["one", "two", "three"]);
}

#[tokio::test]
async fn rule_07_who_declined_may_still_change_their_mind() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    pair.bob.post_empty(&pair.path("/decline")).await.expect(204);
    let body = json!({"kind": "direct", "user_id": pair.ann.id, "message": {"text": "well, hello"}});
    pair.bob.post("/threads", &body).key(&fresh_key()).await.expect(200);
    assert_in_inbox(&pair.bob, &pair.thread).await;
    assert_eq!(pair.ann.texts(&pair.thread).await, ["well, hello"]);
}

#[tokio::test]
async fn rule_07_once_accepted_read_receipts_show() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    let seq = pair.ann.send(&pair.thread, "hello?").await["seq"].as_u64().unwrap();
    pair.bob.post_empty(&pair.path("/accept")).await.expect(200);
    let mut anns = pair.ann.connect().await;
    pair.bob.read(&pair.thread, seq).await.expect(200);
    assert_eq!(anns.next("read.moved").await["actor_id"], pair.bob.id);
}

#[tokio::test]
async fn rule_07_declining_is_told_to_the_own_devices_once_and_to_nobody_else() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    let (mut other_device, mut anns) = tokio::join!(pair.bob.connect(), pair.ann.connect());
    for _ in 0..2 {
        pair.bob.post_empty(&pair.path("/decline")).await.expect(204);
    }
    let event = other_device.next("thread.declined").await;
    tests::shape::signal(&event);
    assert_eq!((&event["thread_id"], &event["actor_id"]), (&json!(pair.thread), &json!(pair.bob.id)));
    other_device.ping().await;
    other_device.assert_no_more("thread.declined");
    anns.ping().await;
    assert!(anns.all().iter().all(|event| event["type"] == "pong"), "{:#?}", anns.all());
}

#[tokio::test]
async fn rule_07_blocking_declines_the_request() {
    let stack = Stack::shared();
    let pair = Pair::request(&stack).await;
    pair.ann.send(&pair.thread, "buy this").await;
    let (mut bobs, mut anns) = tokio::join!(pair.bob.connect(), pair.ann.connect());
    let before = view_of_sender(&pair).await;
    assert_eq!(pair.bob.thread(&pair.thread).await["unread"], 1);
    for _ in 0..2 {
        pair.bob.block(&pair.ann).await;
    }
    assert!(pair.bob.boxed("requests").await.is_empty() && pair.bob.boxed("inbox").await.is_empty());
    assert_eq!(bobs.next("thread.declined").await["thread_id"], pair.thread);
    bobs.ping().await;
    bobs.assert_no_more("thread.declined");
    // It stays readable by its id, and nothing of it waits to be read.
    assert_eq!(pair.bob.texts(&pair.thread).await, ["buy this"]);
    assert_eq!(pair.bob.thread(&pair.thread).await["unread"], 0);
    // The sender sees what a block shows anyway.
    anns.ping().await;
    assert!(anns.all().iter().all(|event| event["type"] == "pong"), "{:#?}", anns.all());
    let mut after = view_of_sender(&pair).await;
    after[3]["contact"] = before[3]["contact"].clone();
    assert_eq!(after, before);
    // It rests like a declined one when the block is over.
    pair.bob.unblock(&pair.ann).await;
    pair.ann.send(&pair.thread, "and now?").await;
    assert!(pair.bob.boxed("requests").await.is_empty());
}

#[tokio::test]
async fn rule_07_blocking_declines_the_groups_they_asked_me_into_and_no_others() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let carl = stack.user("carl").await;
    carl.follow(&ann).await;
    let hers = ann.create_group(&[&bob, &carl]).await;
    let his = carl.create_group(&[&bob]).await;
    ann.follow(&carl).await;
    carl.add(&his, &[&ann]).await;
    let mut bobs = bob.connect().await;
    bob.block(&ann).await;
    assert_eq!(bob.boxed("requests").await, [his.as_str()]);
    assert_eq!(bobs.next("thread.declined").await["thread_id"], hers);
    bob.get(&format!("/threads/{hers}")).await.expect(200);
    bob.post_empty(&format!("/threads/{hers}/accept")).await.expect(200);
    assert_eq!(bob.boxed("inbox").await, [hers]);
}

#[tokio::test]
async fn rule_07_a_request_that_comes_while_they_are_blocked_is_declined_or_refused() {
    let stack = Stack::own();
    let (ann, bob) = Pair::strangers(&stack).await;
    let blocks = Fault::database(DatabaseFault::HoldBefore).operation("TransactWriteItems").function("UserFunction");
    let held = stack.hold(blocks).await;
    let (bob_too, ann_too) = (bob.clone(), ann.clone());
    let blocking = tokio::spawn(async move { bob_too.block(&ann_too).await });
    held.reached().await;
    let thread = ann.open(&bob).await;
    held.release().await;
    blocking.await.unwrap();
    assert!(bob.boxed("requests").await.is_empty());
    assert_eq!(bob.thread(&thread).await["unread"], 0);
    ann.sending(&thread, "hello?").await.problem("contact-closed");
}

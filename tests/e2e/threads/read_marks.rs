//! Unread and read marks: rule 19.

use serde_json::{Value, json};
use tests::{DatabaseFault, Fault, Group, Pair, Stack, User};

async fn unread(user: &User, thread: &str) -> u64 {
    let one = user.thread(thread).await["unread"].as_u64().unwrap();
    let listed = user.list("/threads").await;
    let in_list = listed.iter().find(|item| item["id"] == thread).expect("the thread is in the inbox");
    assert_eq!(in_list["unread"], one, "list and thread disagree");
    one
}

/// What `user` is shown as the read mark of `of`.
async fn mark(user: &User, thread: &str, of: &User) -> Value {
    let thread = user.thread(thread).await;
    let members = thread["members"].as_array().unwrap();
    members.iter().find(|member| member["user"]["id"] == of.id.as_str()).expect("a member")["read_seq"].clone()
}

#[tokio::test]
async fn rule_19_unread_counts_messages_of_others_after_my_mark() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    assert_eq!(
        (unread(&pair.ann, &pair.thread).await, unread(&pair.bob, &pair.thread).await),
        (0, 0),
        "an opening is no message"
    );
    for text in ["2", "3", "4"] {
        pair.ann.send(&pair.thread, text).await;
    }
    assert_eq!((unread(&pair.ann, &pair.thread).await, unread(&pair.bob, &pair.thread).await), (0, 3));
    assert_eq!(pair.bob.read(&pair.thread, 3).await.expect(200), &json!({"read_seq": 3, "unread": 1}));
    assert_eq!(unread(&pair.bob, &pair.thread).await, 1);
    pair.ann.send(&pair.thread, "5").await;
    assert_eq!(unread(&pair.bob, &pair.thread).await, 2);
    assert_eq!(pair.bob.read(&pair.thread, 5).await.expect(200), &json!({"read_seq": 5, "unread": 0}));
    assert_eq!((unread(&pair.ann, &pair.thread).await, unread(&pair.bob, &pair.thread).await), (0, 0));
}

#[tokio::test]
async fn rule_19_own_messages_between_those_of_others_are_never_unread() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "2").await;
    pair.bob.send(&pair.thread, "3").await;
    pair.ann.send(&pair.thread, "4").await;
    pair.bob.send(&pair.thread, "5").await;
    pair.bob.send(&pair.thread, "6").await;
    assert_eq!(pair.bob.read(&pair.thread, 2).await.expect(200)["unread"], 1, "only number 4 is unread to bob");
    assert_eq!(unread(&pair.bob, &pair.thread).await, 1);
    assert_eq!(unread(&pair.ann, &pair.thread).await, 3);
    pair.ann.read(&pair.thread, 4).await.expect(200);
    assert_eq!(unread(&pair.ann, &pair.thread).await, 2);
}

#[tokio::test]
async fn rule_19_marks_only_move_forward() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    for text in ["2", "3", "4"] {
        pair.ann.send(&pair.thread, text).await;
    }
    pair.bob.read(&pair.thread, 4).await.expect(200);
    for seq in [1, 3, 4] {
        assert_eq!(
            pair.bob.read(&pair.thread, seq).await.expect(200),
            &json!({"read_seq": 4, "unread": 0}),
            "reading {seq}"
        );
    }
    let calls = [3, 4, 2].map(|seq| pair.ann.put(&pair.path("/read"), &json!({"seq": seq})).into_future());
    futures_util::future::join_all(calls).await.iter().for_each(|answer| assert_eq!(answer.status, 200));
    assert_eq!(mark(&pair.bob, &pair.thread, &pair.ann).await, 4);
}

#[tokio::test]
async fn rule_19_two_marks_at_once_leave_the_further_one() {
    let stack = Stack::shared();
    for _ in 0..5 {
        let pair = Pair::new(&stack).await;
        for number in 2..=10 {
            pair.ann.send(&pair.thread, &number.to_string()).await;
        }
        let read = |seq: u64| pair.bob.put(&pair.path("/read"), &json!({"seq": seq})).into_future();
        let (further, nearer) = tokio::join!(read(10), read(8));
        assert_eq!(further.expect(200), &json!({"read_seq": 10, "unread": 0}));
        let alternatives = [json!({"read_seq": 8, "unread": 2}), json!({"read_seq": 10, "unread": 0})];
        assert!(alternatives.contains(nearer.expect(200)), "{}", nearer.text());
        assert_eq!(mark(&pair.ann, &pair.thread, &pair.bob).await, 10);
        assert_eq!(unread(&pair.bob, &pair.thread).await, 0);
    }
}

#[tokio::test]
async fn rule_19_a_mark_that_is_overtaken_never_goes_back() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    for text in ["2", "3", "4"] {
        pair.ann.send(&pair.thread, text).await;
    }
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    // Decided while nothing was read, and written when everything is.
    let held = Fault::database(DatabaseFault::HoldBefore).function("ThreadFunction").operation("UpdateItem");
    let held = stack.hold(held).await;
    let nearer = tokio::spawn(pair.bob.put(&pair.path("/read"), &json!({"seq": 3})).into_future());
    held.reached().await;
    let further = pair.bob.read(&pair.thread, 4).await;
    assert_eq!(further.expect(200), &json!({"read_seq": 4, "unread": 0}));
    assert!(!nearer.is_finished(), "the nearer mark was meant to be on its way while the further one was set");
    held.release().await;
    let nearer = nearer.await.unwrap();
    assert_eq!(nearer.expect(200), &json!({"read_seq": 4, "unread": 0}));

    stack.finished(&further).await;
    stack.finished(&nearer).await;
    for socket in [&mut anns, &mut bobs] {
        assert_eq!(socket.next("read.moved").await["data"]["read_seq"], 4);
        socket.ping().await;
        socket.assert_no_more("read.moved");
    }
}

#[tokio::test]
async fn rule_19_reading_nothing_changes_nothing() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "2").await;
    let untouched = mark(&pair.bob, &pair.thread, &pair.bob).await;
    assert_eq!(pair.bob.read(&pair.thread, 0).await.expect(200), &json!({"read_seq": untouched, "unread": 1}));
    pair.bob.read(&pair.thread, 2).await.expect(200);
    assert_eq!(pair.bob.read(&pair.thread, 0).await.expect(200), &json!({"read_seq": 2, "unread": 0}));

    let stranger = stack.user("stranger").await;
    for seq in [0, 1, 1_000] {
        stranger.read(&pair.thread, seq).await.problem("not-found");
        stranger.read("no-such-thread", seq).await.problem("not-found");
    }
}

#[tokio::test]
async fn rule_19_a_mark_beyond_the_log_is_refused() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "2").await;
    for seq in [
        json!(3),
        json!(1_000_000),
        json!(-1),
        json!(1.5),
        json!("2"),
        json!(null),
        json!(18_446_744_073_709_551_615_u64),
    ] {
        pair.bob.put(&pair.path("/read"), &json!({"seq": seq})).await.invalid("/seq");
    }
    assert_eq!(unread(&pair.bob, &pair.thread).await, 1);
}

#[tokio::test]
async fn rule_19_a_moved_mark_shows_to_the_other_and_to_the_own_devices() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "2").await;
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    pair.bob.read(&pair.thread, 2).await.expect(200);
    for socket in [&mut anns, &mut bobs] {
        let moved = socket.next("read.moved").await;
        assert_eq!((&moved["thread_id"], &moved["actor_id"]), (&json!(pair.thread), &json!(pair.bob.id)));
        assert_eq!((&moved["data"]["read_seq"], moved.get("seq").unwrap_or(&Value::Null)), (&json!(2), &Value::Null));
    }
    assert_eq!(mark(&pair.ann, &pair.thread, &pair.bob).await, 2);
    assert_eq!(pair.ann.thread(&pair.thread).await["last_seq"], 2, "a mark is no event of the log");
}

#[tokio::test]
async fn rule_19_without_read_receipts_i_neither_show_nor_see_marks() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "2").await;
    let untouched = mark(&pair.ann, &pair.thread, &pair.bob).await;
    pair.bob.patch("/settings", &json!({"read_receipts": false})).await.expect(200);
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    let bob_read = pair.bob.read(&pair.thread, 2).await;
    assert_eq!(bob_read.expect(200), &json!({"read_seq": 2, "unread": 0}));
    let ann_read = pair.ann.read(&pair.thread, 2).await;
    ann_read.expect(200);
    stack.finished(&bob_read).await;
    stack.finished(&ann_read).await;
    anns.ping().await;
    bobs.ping().await;
    for (socket, other) in [(&anns, &pair.bob), (&bobs, &pair.ann)] {
        let of_other = socket.seen("read.moved").into_iter().filter(|event| event["actor_id"] == other.id.as_str());
        assert_eq!(of_other.count(), 0);
    }
    let shown = mark(&pair.ann, &pair.thread, &pair.bob).await;
    assert!(shown.is_null() || shown == untouched, "ann sees {shown}");
    let shown = mark(&pair.bob, &pair.thread, &pair.ann).await;
    assert!(shown.is_null() || shown == 0, "bob sees {shown}");
    assert_eq!(mark(&pair.bob, &pair.thread, &pair.bob).await, 2, "the own mark is always seen");
}

#[tokio::test]
async fn rule_19_marks_in_a_group_show_to_all_who_show_theirs_and_in_no_list() {
    let stack = Stack::shared();
    let group = Group::new(&stack).await;
    group.ann.send(&group.thread, "2").await;
    group.carl.patch("/settings", &json!({"read_receipts": false})).await.expect(200);
    let (mut anns, mut carls) = tokio::join!(group.ann.connect(), group.carl.connect());
    let read = group.bob.read(&group.thread, 2).await;
    assert_eq!(read.expect(200), &json!({"read_seq": 2, "unread": 0}));
    let moved = anns.next("read.moved").await;
    assert_eq!((&moved["actor_id"], &moved["data"]["read_seq"]), (&json!(group.bob.id), &json!(2)));
    stack.finished(&read).await;
    carls.ping().await;
    carls.assert_no_more("read.moved");

    assert_eq!(mark(&group.ann, &group.thread, &group.bob).await, 2);
    assert_eq!(mark(&group.ann, &group.thread, &group.carl).await, Value::Null);
    assert_eq!(mark(&group.carl, &group.thread, &group.bob).await, Value::Null);
    let listed = group.ann.get("/threads").await.items()[0]["members"].clone();
    for member in listed.as_array().unwrap().iter().filter(|member| member["user"]["id"] != group.ann.id) {
        assert_eq!(member["read_seq"], Value::Null, "a list shows the mark of {member}");
    }
}

#[tokio::test]
async fn rule_06_no_read_receipt_passes_a_block() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "2").await;
    pair.bob.send(&pair.thread, "3").await;
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    pair.bob.block(&pair.ann).await;
    for user in [&pair.ann, &pair.bob] {
        let read = user.read(&pair.thread, 3).await;
        assert_eq!(read.expect(200), &json!({"read_seq": 3, "unread": 0}));
        stack.finished(&read).await;
    }
    for (socket, own) in [(&mut anns, &pair.ann), (&mut bobs, &pair.bob)] {
        assert_eq!(socket.next("read.moved").await["actor_id"], own.id, "the own devices hear of it");
        socket.ping().await;
        socket.assert_no_more("read.moved");
    }
    pair.bob.unblock(&pair.ann).await;
    pair.ann.send(&pair.thread, "4").await;
    pair.bob.read(&pair.thread, 4).await.expect(200);
    assert_eq!(anns.next("read.moved").await["data"]["read_seq"], 4);
}

#[tokio::test]
async fn rule_19_what_was_read_in_private_is_not_shown_by_switching_receipts_on() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    for text in ["2", "3", "4", "5"] {
        pair.ann.send(&pair.thread, text).await;
    }
    let receipts = async |on: bool| {
        pair.bob.patch("/settings", &json!({"read_receipts": on})).await.expect(200);
    };
    let seen = async || mark(&pair.ann, &pair.thread, &pair.bob).await;
    let mut anns = pair.ann.connect().await;
    pair.bob.read(&pair.thread, 2).await.expect(200);
    anns.next("read.moved").await;
    receipts(false).await;
    // Twice, so that the first is not what is kept.
    for seq in [3, 4] {
        let read = pair.bob.read(&pair.thread, seq).await;
        assert_eq!(read.expect(200), &json!({"read_seq": seq, "unread": 5 - seq}));
        stack.finished(&read).await;
    }
    assert_eq!(seen().await, Value::Null);
    receipts(true).await;
    assert_eq!(seen().await, 2, "what was read in public");
    assert_eq!(mark(&pair.bob, &pair.thread, &pair.bob).await, 4, "the own mark");
    anns.ping().await;
    anns.assert_no_more("read.moved");
    // What comes to the log meanwhile keeps it, and off and on again is no way to show it.
    pair.ann.send(&pair.thread, "6").await;
    receipts(false).await;
    receipts(true).await;
    assert_eq!(seen().await, 2);
    // Who reads on in public has read all before it.
    pair.bob.read(&pair.thread, 5).await.expect(200);
    assert_eq!(anns.next("read.moved").await["data"]["read_seq"], 5);
    assert_eq!(seen().await, 5);
}

#[tokio::test]
async fn rule_19_a_mark_that_moves_while_the_switch_is_turned_is_shown_or_not_as_a_whole() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "2").await;
    pair.ann.send(&pair.thread, "3").await;
    pair.bob.read(&pair.thread, 2).await.expect(200);
    pair.bob.patch("/settings", &json!({"read_receipts": false})).await.expect(200);
    // Read in private, and on its way to the table when the switch is turned on.
    let held =
        stack.hold(Fault::database(DatabaseFault::HoldBefore).operation("UpdateItem").function("ThreadFunction")).await;
    let (bob, thread) = (pair.bob.clone(), pair.thread.clone());
    let reading = tokio::spawn(async move { bob.read(&thread, 3).await });
    held.reached().await;
    pair.bob.patch("/settings", &json!({"read_receipts": true})).await.expect(200);
    held.release().await;
    reading.await.unwrap().expect(200);
    assert_eq!(mark(&pair.ann, &pair.thread, &pair.bob).await, 2);
}

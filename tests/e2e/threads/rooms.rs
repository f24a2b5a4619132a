//! Threads that accompany a live audio room: rule 13.

use serde_json::{Value, json};
use tests::{Pair, Stack, User, fresh_key, shape, unique};

/// Makes a group of a room and gives its id.
async fn in_room(ann: &User, others: &[&User], room: &str) -> String {
    let body = json!({"kind": "group", "user_ids": tests::ids(others), "room": {"id": room, "title": "Live"}});
    let answer = ann.post("/threads", &body).key(&fresh_key()).await;
    answer.expect(201);
    answer.id()
}

/// The ids of a user's threads of a room.
async fn of_room(user: &User, query: &str) -> Vec<String> {
    let threads = user.list(&format!("/threads?{query}")).await;
    threads.iter().map(|thread| thread["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn rule_13_the_threads_of_a_room_are_listed_newest_activity_first() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.follow(&ann).await;
    let (room, other) = (unique("room"), unique("room"));
    let mut threads = Vec::new();
    for _ in 0..4 {
        threads.push(in_room(&ann, &[&bob], &room).await);
    }
    let elsewhere = in_room(&ann, &[&bob], &other).await;
    ann.create_group(&[&bob]).await;
    ann.open(&bob).await;
    threads.reverse();
    assert_eq!(of_room(&bob, &format!("room_id={room}")).await, threads);
    bob.send(&threads[3], "once more").await;
    threads.rotate_right(1);
    for user in [&ann, &bob] {
        assert_eq!(of_room(user, &format!("room_id={room}")).await, threads);
        assert_eq!(of_room(user, &format!("room_id={other}")).await, [elsewhere.as_str()]);
        for limit in 1..=5 {
            assert_eq!(of_room(user, &format!("room_id={room}&limit={limit}")).await, threads, "pages of {limit}");
        }
    }
    let exact = bob.get(&format!("/threads?room_id={room}&limit=4")).await;
    assert_eq!((exact.items().len(), &exact.json["next_cursor"]), (4, &Value::Null));
}

#[tokio::test]
async fn rule_13_a_thread_reads_in_its_room_as_it_does_in_its_box() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    bob.follow(&ann).await;
    let room = unique("room");
    let thread = in_room(&ann, &[&bob], &room).await;
    ann.send(&thread, "hello").await;
    let listed = bob.get(&format!("/threads?room_id={room}")).await.items()[0].clone();
    shape::thread(&listed);
    assert_eq!((&listed["room"], &listed["unread"]), (&json!({"id": room, "title": "Live"}), &json!(1)));
    assert_eq!(bob.get("/threads").await.items()[0], listed);
    assert_eq!(bob.thread(&thread).await["room"], listed["room"]);
}

#[tokio::test]
async fn rule_13_a_room_shows_only_my_threads_of_the_box_that_i_ask_for() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let (fan, stranger) = (stack.user("fan").await, stack.user("stranger").await);
    fan.follow(&ann).await;
    let room = unique("room");
    let thread = in_room(&ann, &[&bob, &fan], &room).await;
    let own = in_room(&stranger, &[&fan], &room).await;
    let (inbox, requests) = (format!("room_id={room}&box=inbox"), format!("room_id={room}&box=requests"));
    for (user, in_inbox, in_requests) in [
        (&ann, vec![&thread], vec![]),
        (&bob, vec![], vec![&thread]),
        (&fan, vec![&thread], vec![&own]),
        (&stranger, vec![&own], vec![]),
    ] {
        assert_eq!(of_room(user, &inbox).await.iter().collect::<Vec<_>>(), in_inbox);
        assert_eq!(of_room(user, &requests).await.iter().collect::<Vec<_>>(), in_requests);
        assert_eq!(of_room(user, &format!("room_id={room}")).await.iter().collect::<Vec<_>>(), in_inbox);
    }
    bob.accept(&thread).await;
    assert_eq!((of_room(&bob, &inbox).await, of_room(&bob, &requests).await), (vec![thread.clone()], vec![]));
    fan.decline(&own).await;
    assert!(of_room(&fan, &requests).await.is_empty());
}

#[tokio::test]
async fn rule_13_who_comes_sees_the_room_and_who_goes_does_not() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let (carl, dora) = (stack.user("carl").await, stack.user("dora").await);
    for user in [&bob, &carl, &dora] {
        user.follow(&ann).await;
    }
    let room = unique("room");
    let query = format!("room_id={room}");
    let thread = in_room(&ann, &[&bob, &carl], &room).await;
    ann.add(&thread, &[&dora]).await;
    ann.remove(&thread, &bob).await;
    carl.leave(&thread).await;
    assert_eq!(of_room(&dora, &query).await, [thread.as_str()]);
    assert_eq!(dora.thread(&thread).await["room"]["id"], room);
    assert!(of_room(&bob, &query).await.is_empty() && of_room(&carl, &query).await.is_empty());
    ann.add(&thread, &[&bob]).await;
    assert_eq!(of_room(&bob, &query).await, [thread.as_str()]);
}

#[tokio::test]
async fn rule_13_ids_of_rooms_are_any_visible_characters_and_never_mixed_up() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let long = "r".repeat(128);
    // As they stand in a query; each next to one that only looks like it.
    for (id, encoded) in [
        ("a&b=c/d?e", "a%26b%3Dc%2Fd%3Fe"),
        ("a", "a"),
        ("A", "A"),
        ("aa", "aa"),
        ("%41", "%2541"),
        ("~!*()'\"<>", "~!*()'%22%3C%3E"),
        (&long, &long),
    ] {
        let thread = in_room(&ann, &[&bob], id).await;
        assert_eq!(of_room(&ann, &format!("room_id={encoded}")).await, [thread], "{id}");
    }
    assert!(of_room(&ann, &format!("room_id={}", unique("empty"))).await.is_empty());
    for encoded in ["", "%20", "a%20b", "a%23b", "%C3%A4", "%00", &format!("{long}r")] {
        let answer = ann.get(&format!("/threads?room_id={encoded}")).await;
        if answer.status == 200 {
            assert!(answer.items().is_empty(), "{encoded}: {}", answer.text());
        } else {
            answer.problem("invalid-request");
        }
    }
}

#[tokio::test]
async fn rule_13_a_cursor_of_one_room_opens_no_other() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    let (room, other) = (unique("room"), unique("room"));
    for name in [&room, &room, &other, &other] {
        in_room(&ann, &[&bob], name).await;
    }
    let cursor = ann.get(&format!("/threads?room_id={room}&limit=1")).await.expect(200)["next_cursor"].clone();
    let cursor = cursor.as_str().unwrap();
    for query in [format!("room_id={other}&"), format!("room_id={room}&box=requests&"), String::new()] {
        let answer = ann.get(&format!("/threads?{query}cursor={cursor}")).await;
        if answer.status == 200 {
            assert!(query.starts_with("room_id") && answer.items().iter().all(|thread| thread["room"]["id"] == other));
        } else {
            answer.problem("invalid-request");
        }
    }
}

#[tokio::test]
async fn rule_13_a_room_needs_no_title_and_no_thread_needs_a_room() {
    let stack = Stack::shared();
    let (ann, bob) = Pair::strangers(&stack).await;
    for (room, expected) in [
        (json!({"id": "x"}), json!({"id": "x", "title": null})),
        (json!({"id": "x", "title": null}), json!({"id": "x", "title": null})),
        (json!({"id": "x", "title": "ż".repeat(60)}), json!({"id": "x", "title": "ż".repeat(60)})),
        (Value::Null, Value::Null),
    ] {
        let body = json!({"kind": "group", "user_ids": [bob.id], "room": room});
        let created = ann.post("/threads", &body).key(&fresh_key()).await;
        assert_eq!(created.expect(201)["room"], expected);
        assert_eq!(bob.thread(&created.id()).await["room"], expected);
    }
}

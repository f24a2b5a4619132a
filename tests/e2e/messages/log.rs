//! The log: rule 14 and `GET /threads/{thread_id}/events`.

use serde_json::Value;
use tests::{Pair, Stack, ThreadLog, User, shape};

async fn seqs(user: &User, path: &str) -> Vec<u64> {
    user.get(path).await.items().iter().map(|event| event["seq"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn rule_14_the_log_is_dense_and_the_same_for_both() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "one").await;
    pair.bob.send(&pair.thread, "two").await;
    let events = pair.ann.events(&pair.thread).await;
    events.iter().for_each(shape::event);
    assert_eq!(events.iter().map(|event| event["seq"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(
        events.iter().map(|event| event["type"].as_str().unwrap()).collect::<Vec<_>>(),
        ["thread.created", "message.created", "message.created"]
    );
    assert_eq!(events[0]["actor_id"], pair.ann.id);
    assert_eq!(pair.bob.events(&pair.thread).await, events);
}

#[tokio::test]
async fn rule_14_the_log_is_read_from_any_place_in_pages() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    for number in 2..=9 {
        pair.ann.send(&pair.thread, &number.to_string()).await;
    }
    let path = |query: &str| pair.path(&format!("/events{query}"));
    assert_eq!(seqs(&pair.bob, &path("")).await, (1..=9).collect::<Vec<u64>>());
    assert_eq!(seqs(&pair.bob, &path("?after=0&limit=2")).await, [1, 2]);
    assert_eq!(seqs(&pair.bob, &path("?after=6")).await, [7, 8, 9]);
    assert!(seqs(&pair.bob, &path("?after=9")).await.is_empty());
    assert!(seqs(&pair.bob, &path("?after=1000000")).await.is_empty());
    let exact = pair.bob.get(&path("?limit=9")).await;
    assert_eq!((exact.items().len(), &exact.json["next_cursor"]), (9, &Value::Null));
    for limit in [1, 2, 8, 9, 10] {
        assert_eq!(pair.bob.list(&path(&format!("?after=3&limit={limit}"))).await.len(), 6, "pages of {limit}");
    }
}

#[tokio::test]
async fn rule_14_who_was_away_repairs_the_gap_and_has_lost_nothing() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let mut log = ThreadLog::new(&pair.thread);
    let mut first = pair.bob.connect().await;
    pair.ann.send(&pair.thread, "while there").await;
    first.message("while there").await;
    log.absorb(&first);
    first.close().await;

    for number in 0..5 {
        pair.ann.send(&pair.thread, &format!("while away {number}")).await;
    }
    let mut second = pair.bob.connect().await;
    pair.ann.send(&pair.thread, "back again").await;
    second.message("back again").await;
    log.absorb(&second);
    // The thread's opening came before the first connection, five messages between the two.
    assert_eq!(log.repair(&pair.bob).await, 6);
    log.assert_dense(8);
    assert_eq!(log.texts(), pair.ann.texts(&pair.thread).await);
}

#[tokio::test]
async fn rule_14_same_instant_sends_from_many_connections_stand_in_one_order() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    let calls = (0..24).map(|number| {
        let author = if number % 2 == 0 { &pair.ann } else { &pair.bob };
        author.sending(&pair.thread, &number.to_string()).into_future()
    });
    let answers = futures_util::future::join_all(calls).await;
    let mut seqs: Vec<u64> = answers.iter().map(|answer| answer.expect(201)["seq"].as_u64().unwrap()).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (2..=25).collect::<Vec<u64>>());
    for (user, socket) in [(&pair.ann, &mut anns), (&pair.bob, &mut bobs)] {
        let mut log = ThreadLog::new(&pair.thread);
        for answer in &answers {
            socket.message(answer.json["text"].as_str().unwrap()).await;
        }
        log.absorb(socket);
        assert_eq!(log.repair(user).await, 1, "only the thread's opening was before the connection");
        log.assert_dense(25);
        for answer in &answers {
            let place = usize::try_from(answer.json["seq"].as_u64().unwrap() - 2).unwrap();
            assert_eq!(log.texts()[place], answer.json["text"]);
        }
    }
}

#[tokio::test]
async fn rule_14_pushes_of_one_sender_arrive_in_the_order_of_their_seqs() {
    let stack = Stack::shared();
    let pair = Pair::new(&stack).await;
    let mut bobs = pair.bob.connect().await;
    for number in 0..20 {
        pair.ann.send(&pair.thread, &number.to_string()).await;
        bobs.message(&number.to_string()).await;
    }
    let seen: Vec<u64> = bobs.seen("message.created").iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert_eq!(seen, (2..=21).collect::<Vec<u64>>());
}

//! What one user can do only so often (contract §4).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tests::{Answer, DatabaseFault, Fault, Group, Pair, Profile, Stack, User, engine, fresh_key, shape, wait};

/// A stack with these rates: messages in a second and at once, contacts in an hour, searches in a minute.
fn stack(rates: [u32; 4]) -> Stack {
    let names = ["MessagesPerSecond", "MessageBurst", "ContactsPerHour", "SearchesPerMinute"];
    let rates: Vec<String> = names.iter().zip(rates).map(|(name, rate)| format!("{name}={rate}")).collect();
    let arguments: Vec<&str> = rates.iter().flat_map(|rate| ["--parameter", rate]).collect();
    Stack::with(Profile::Debug, &arguments)
}

/// The seconds after which a refused request may come again.
fn retry_after(answer: &Answer) -> u64 {
    answer.problem("too-many-requests");
    shape::problem(&answer.json);
    answer.header("retry-after").expect("it says when").parse().expect("in whole seconds")
}

/// Sends until a message is refused, and gives how many were stored and the refusal.
async fn flood(user: &User, thread: &str) -> (u64, Answer) {
    for stored in 0..200 {
        let answer = user.sending(thread, "again").await;
        if answer.status != 201 {
            return (stored, answer);
        }
    }
    panic!("200 messages at once were not too many")
}

#[tokio::test]
async fn messages_beyond_the_burst_are_refused_until_it_is_time() {
    // One in four seconds would be no whole number of them: so slow that nothing runs full again while the flood lasts.
    let stack = stack([1, 30, 0, 0]);
    let pair = Pair::new(&stack).await;
    let (stored, refused) = flood(&pair.ann, &pair.thread).await;
    assert!((30..=53).contains(&stored), "{stored} passed");
    let seconds = retry_after(&refused);
    assert!((1..=30).contains(&seconds), "{seconds}");
    assert_eq!(pair.bob.history(&pair.thread).await.len() as u64, stored, "what was refused is not stored");
    // The other is another user, and what protects somebody is always possible.
    pair.bob.send(&pair.thread, "stop it").await;
    pair.ann.read(&pair.thread, 2).await.expect(200);
    pair.ann.deleting(&pair.thread, 2).await.expect(204);
    pair.bob.block(&pair.ann).await;
    pair.bob.unblock(&pair.ann).await;
    // It is true: earlier is too early, and then it passes, with the key that was refused.
    let key = fresh_key();
    let again = || pair.ann.post(&pair.path("/messages"), &json!({"text": "at last"})).key(&key);
    let told = retry_after(&again().await);
    let started = std::time::Instant::now();
    let allowed = async || {
        let answer = again().await;
        if answer.status == 429 {
            assert!(started.elapsed() < Duration::from_secs(told + 1), "it was to pass after {told} s");
            return None;
        }
        Some(answer)
    };
    let passed = wait::within_async(Duration::from_mins(1), "the rate to allow it", allowed).await;
    passed.expect(201);
    assert!(!passed.replayed());
    assert!(started.elapsed() + Duration::from_secs(1) > Duration::from_secs(told), "it told {told} s and took less");
    // And a repeat gets its response at any rate.
    let repeated = again().await;
    assert_eq!(repeated.expect(201), &passed.json);
    assert!(repeated.replayed());
}

#[tokio::test]
async fn messages_to_many_threads_are_counted_together() {
    let stack = stack([1, 20, 0, 0]);
    let ann = stack.user("ann").await;
    let others = join_all((0..16).map(|_| stack.user("other"))).await;
    for other in &others {
        other.follow(&ann).await;
    }
    let threads = join_all(others.iter().map(|other| ann.open(other))).await;
    let mut stored = 0;
    let refused = 'flood: loop {
        for thread in &threads {
            let answer = ann.sending(thread, "to everybody").await;
            if answer.status != 201 {
                break 'flood answer;
            }
            stored += 1;
            assert!(stored < 400, "400 messages at once were not too many");
        }
    };
    retry_after(&refused);
}

#[tokio::test]
async fn long_messages_count_as_well() {
    let stack = stack([1, 10, 0, 0]);
    let pair = Pair::new(&stack).await;
    let long = "x".repeat(3_000);
    let mut refused = None;
    for _ in 0..60 {
        let answer = pair.ann.sending(&pair.thread, &long).await;
        if answer.status != 201 {
            refused = Some(answer);
            break;
        }
        stack.finished(&answer).await;
    }
    retry_after(&refused.expect("60 long messages are too many"));
}

#[tokio::test]
async fn writing_to_strangers_is_limited_and_to_followers_is_not() {
    let stack = stack([0, 0, 5, 0]);
    let ann = stack.user("ann").await;
    let strangers = join_all((0..8).map(|_| stack.user("stranger"))).await;
    let followers = join_all((0..8).map(|_| stack.user("follower"))).await;
    for follower in &followers {
        follower.follow(&ann).await;
    }
    for follower in &followers {
        ann.open(follower).await;
    }
    let thread = ann.open(&strangers[0]).await;
    assert_eq!(ann.open(&strangers[0]).await, thread, "what is open already is no new one");
    // Two of the five are left once a group has two strangers in it.
    let group = ann.create_group(&[&strangers[1], &strangers[2], &followers[0]]).await;
    let items = async || engine::everything(&stack).await.matches("\"pk\"").count();
    let before = (items().await, ann.thread(&group).await);
    let three = [&strangers[3], &strangers[4], &strangers[5]];
    let refused = ann.adding(&group, &three).await;
    let seconds = retry_after(&refused);
    assert!((1..=720).contains(&seconds), "one in 12 minutes is missing: {seconds}");
    retry_after(&ann.creating_group(&three).await);
    assert_eq!((items().await, ann.thread(&group).await), before, "what was refused changed nothing");
    ann.adding(&group, &three[..2]).await.expect(200);
    retry_after(&ann.opening(&strangers[6]).await);
    // A repeat of what was done, whose answer was lost, takes nothing and gets its answer.
    ann.open(&followers[7]).await;
    ann.add(&group, &[&followers[1]]).await;
    ann.leave(&group).await;
}

#[tokio::test]
async fn strangers_are_counted_exactly_however_many_requests_come_at_once() {
    let stack = stack([0, 0, 6, 0]);
    let ann = stack.user("ann").await;
    let strangers = join_all((0..16).map(|_| stack.user("stranger"))).await;
    let answers = join_all(strangers.iter().map(|stranger| ann.opening(stranger).into_future())).await;
    let opened = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(opened, 6);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        retry_after(refused);
    }
}

#[tokio::test]
async fn a_refused_opening_does_not_use_its_key_up_and_a_repeat_takes_nothing() {
    let stack = stack([0, 0, 1, 0]);
    let ann = stack.user("ann").await;
    let (one, two) = (stack.user("one").await, stack.user("two").await);
    let key = fresh_key();
    let opening = |other: &User, key: &str| {
        ann.post("/threads", &json!({"kind": "direct", "user_id": other.id, "message": {"text": "hello"}})).key(key)
    };
    let first = opening(&one, &key).await;
    let again = opening(&one, &key).await;
    assert_eq!((first.expect(201), again.replayed()), (again.expect(201), true));
    let key = fresh_key();
    retry_after(&opening(&two, &key).await);
    two.follow(&ann).await;
    let passed = opening(&two, &key).await;
    passed.expect(201);
    assert!(!passed.replayed());
}

#[tokio::test]
async fn searching_is_limited_and_a_counter_that_fails_refuses_nothing() {
    let stack = stack([0, 0, 0, 5]);
    let (ann, bob) = Pair::strangers(&stack).await;
    let search = |user: &User| user.get("/users?username=ann").into_future();
    let answers = join_all((0..12).map(|_| search(&ann))).await;
    let found = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(found, 5, "exactly, however many come at once");
    assert!((1..=60).contains(&retry_after(&search(&ann).await)));
    search(&bob).await.expect(200);
    // The table throttles what counts. The reads go on.
    let fails = Fault::database(DatabaseFault::Throttle).function("UserFunction").operation("UpdateItem").always();
    stack.inject(fails).await;
    stack.excuse("the counter fails");
    for _ in 0..7 {
        search(&bob).await.expect(200);
    }
}

#[tokio::test]
async fn searching_a_thread_is_a_search_and_who_is_refused_reads_no_messages() {
    let stack = stack([0, 0, 0, 4]);
    let pair = Pair::new(&stack).await;
    pair.ann.send(&pair.thread, "hello").await;
    pair.ann.get("/users?username=bob").await.expect(200);
    for _ in 0..3 {
        assert_eq!(pair.ann.searching(&pair.thread, "hello", "").await.items().len(), 1);
    }
    let refused = pair.ann.searching(&pair.thread, "hello", "").await;
    assert!((1..=60).contains(&retry_after(&refused)));
    let calls = stack.finished(&refused).await.calls;
    assert!(calls.iter().all(|call| call.operation != "Query"), "{calls:?}");
    retry_after(&pair.ann.get("/users?username=bob").await);
    pair.bob.searching(&pair.thread, "hello", "").await.expect(200);
    pair.ann.get(&pair.path("/messages")).await.expect(200);
    let stranger = stack.user("stranger").await;
    for _ in 0..6 {
        stranger.searching(&pair.thread, "hello", "").await.problem("not-found");
    }
}

#[tokio::test]
async fn uploads_and_reports_are_limited_and_a_repeat_takes_nothing() {
    let stack = Stack::with(Profile::Debug, &["--parameter", "UploadsPerHour=3", "--parameter", "ReportsPerHour=2"]);
    let (ann, bob) = Pair::strangers(&stack).await;
    let others = join_all((0..3).map(|_| stack.user("other"))).await;
    let key = fresh_key();
    for _ in 0..4 {
        ann.announcing("image/png", 10).key(&key).await.expect(201);
    }
    ann.announcing("image/png", 10).await.expect(201);
    ann.announcing("image/png", 10).await.expect(201);
    assert!((1..=1_200).contains(&retry_after(&ann.announcing("image/png", 10).await)));
    bob.announcing("image/png", 10).await.expect(201);
    let report = |other: &User| ann.post("/reports", &json!({"kind": "user", "user_id": other.id, "reason": "spam"}));
    for (other, status) in [(&others[0], 201), (&others[0], 200), (&others[1], 201), (&others[0], 200)] {
        assert_eq!(report(other).await.status, status);
    }
    assert!((1..=1_800).contains(&retry_after(&report(&others[2]).await)));
}

#[tokio::test]
async fn a_rate_of_zero_is_no_limit() {
    let stack = stack([0, 0, 0, 0]);
    let group = Group::new(&stack).await;
    for _ in 0..70 {
        group.ann.send(&group.thread, "on and on").await;
    }
    assert!(!engine::everything(&stack).await.contains("RATES"), "nothing is counted");
}

//! Sixteen at once in one thread, who throw away every tenth answer and ask again.

use std::time::Instant;

use serde_json::Value;
use tests::{Answer, Call, Pair, Stack, ThreadLog, User, fresh_key};

const SENDERS: usize = 16;

/// How many messages each sender sends; `BACKCHANNEL_LOAD` makes it more or fewer.
fn messages() -> usize {
    std::env::var("BACKCHANNEL_LOAD").map_or(200, |number| number.parse().expect("BACKCHANNEL_LOAD is a number"))
}

/// Asks until the answer is not that the service is too busy, as a client does; on a slow machine that may happen.
async fn ask(call: &Call) -> Answer {
    loop {
        let answer = call.clone().await;
        if answer.status != 503 {
            return answer;
        }
        println!("asked again: {}", answer.text());
    }
}

/// Sends `count` messages with `name` in front; every tenth answer counts as lost and the same is asked again.
async fn chatter(user: User, thread: String, name: usize, count: usize) -> Vec<(u64, String)> {
    let mut sent = Vec::new();
    for number in 0..count {
        let text = format!("{name}/{number}");
        let call =
            user.post(&format!("/threads/{thread}/messages"), &serde_json::json!({"text": text})).key(&fresh_key());
        let mut answer = ask(&call).await;
        if number % 10 == 9 {
            let thrown_away = answer;
            thrown_away.expect(201);
            answer = ask(&call).await;
            assert!(answer.replayed());
        }
        sent.push((answer.expect(201)["seq"].as_u64().unwrap(), text));
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_senders_in_one_thread_make_one_dense_log_that_both_see() {
    let (stack, count) = (Stack::own(), messages());
    stack.excuse("sixteen processes on a slow machine may run out of time, and are asked again");
    let pair = Pair::new(&stack).await;
    let (anns, bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    let started = Instant::now();
    let senders: Vec<_> = (0..SENDERS)
        .map(|name| {
            let user = if name % 2 == 0 { pair.ann.clone() } else { pair.bob.clone() };
            tokio::spawn(chatter(user, pair.thread.clone(), name, count))
        })
        .collect();
    let mut sent = Vec::new();
    for sender in senders {
        sent.extend(sender.await.unwrap());
    }
    println!("{} messages in {:?}", sent.len(), started.elapsed());
    sent.sort_unstable();
    let last_seq = (SENDERS * count + 1) as u64;
    let seqs: Vec<u64> = sent.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(seqs, (2..=last_seq).collect::<Vec<u64>>(), "every seq once");

    for (user, socket) in [(&pair.ann, &anns), (&pair.bob, &bobs)] {
        let mut log = ThreadLog::new(&pair.thread);
        log.absorb(socket);
        let repaired = log.repair(user).await;
        log.assert_dense(last_seq);
        assert_eq!(log.texts(), sent.iter().map(|(_, text)| text.clone()).collect::<Vec<String>>());
        println!("{}: {} pushed, {repaired} repaired", user.name, last_seq - repaired as u64);
    }
    let history: Vec<Value> = pair.bob.history(&pair.thread).await;
    assert_eq!(history.len(), SENDERS * count);
}

//! The whole stack is killed in the middle of a thousand sends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tests::{Pair, Stack, ThreadLog, User};

const SENDS: usize = 1_000;
const SENDERS: usize = 8;

/// Sends until the stack is gone, and gives the texts that were answered with their seqs.
async fn send_while_it_lasts(
    user: User,
    thread: String,
    name: usize,
    answered: Arc<AtomicUsize>,
) -> Vec<(u64, String)> {
    let mut known = Vec::new();
    for number in 0..SENDS / SENDERS {
        let text = format!("{name}/{number}");
        match user.sending(&thread, &text).outcome().await {
            Ok(answer) if answer.status == 201 => {
                known.push((answer.json["seq"].as_u64().unwrap(), text));
                answered.fetch_add(1, Ordering::Relaxed);
            }
            // The stack is going down; what became of this one is unknown.
            _ => break,
        }
    }
    known
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_thousand_sends_loses_nothing_that_was_answered() {
    let stack = Stack::own();
    let pair = Pair::new(&stack).await;
    let answered = Arc::new(AtomicUsize::new(0));
    let senders: Vec<_> = (0..SENDERS)
        .map(|name| {
            let user = if name % 2 == 0 { pair.ann.clone() } else { pair.bob.clone() };
            tokio::spawn(send_while_it_lasts(user, pair.thread.clone(), name, Arc::clone(&answered)))
        })
        .collect();
    let half = async || (answered.load(Ordering::Relaxed) >= SENDS / 2).then_some(());
    tests::wait::within_async(Duration::from_mins(2), "half of the sends", half).await;
    // The killing must not hold up this runtime, on which the senders go on.
    let stack = tokio::task::spawn_blocking(move || {
        stack.kill();
        stack
    })
    .await
    .unwrap();
    let mut known = Vec::new();
    for sender in senders {
        known.extend(sender.await.unwrap());
    }
    assert!(known.len() < SENDS, "the kill came too late to be in the middle");

    stack.restart();
    let (ann, bob) = (stack.back(&pair.ann).await, stack.back(&pair.bob).await);
    let events = ann.events(&pair.thread).await;
    assert_eq!(bob.events(&pair.thread).await, events);
    let mut log = ThreadLog::new(&pair.thread);
    log.repair(&ann).await;
    log.assert_dense(ann.thread(&pair.thread).await["last_seq"].as_u64().unwrap());

    for (seq, text) in &known {
        let event = &events[usize::try_from(*seq).unwrap() - 1];
        assert_eq!(event["data"]["text"], text.as_str(), "what was answered stands where it was said to stand");
    }
    let mut texts = log.texts();
    assert!(texts.len() <= known.len() + SENDERS, "only what was in flight may be there without an answer");
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), events.len() - 1, "some message is there twice");

    // And life goes on.
    let mut socket = bob.connect().await;
    ann.send(&pair.thread, "after the restart").await;
    socket.message("after the restart").await;
}

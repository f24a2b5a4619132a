//! A send whose first read is no snapshot: the record of the key is read long before the head.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tests::{DatabaseFault, Fault, Pair, Stack, agree};

/// After this time a function takes a call of the table for lost, and begins it again.
const ATTEMPT: Duration = Duration::from_secs(2);

/// A repeat reads the record of its key; then the first attempt is carried out, and `others` more messages; then the repeat
/// reads the head. `None` if that took too long to count.
async fn repeat_behind(stack: &Stack, others: usize) -> Option<()> {
    let pair = Pair::new(stack).await;
    let call = pair.ann.sending(&pair.thread, "once");
    let torn = Fault::database(DatabaseFault::TornAfter("IDEMPOTENCY#")).function("MessageFunction");
    let held = stack.hold(torn.operation("BatchGetItem")).await;
    let began = Instant::now();
    let repeat = tokio::spawn(call.clone().into_future());
    held.reached().await;
    let first = call.clone().await;
    stack.finished(&first).await;
    let more = (0..others).map(|number| pair.bob.sending(&pair.thread, &number.to_string()).into_future());
    join_all(more).await.iter().for_each(|answer| assert_eq!(answer.status, 201));
    held.release().await;
    let in_time = began.elapsed() < ATTEMPT;
    let repeat = repeat.await.unwrap();
    assert_eq!(repeat.expect(201), first.expect(201), "{others} messages came in between");
    assert!(repeat.replayed() && !first.replayed());
    let texts = agree::check(&pair.bob, &pair.thread).await;
    assert_eq!((texts.len(), texts[0].as_str()), (others + 1, "once"));
    in_time.then_some(())
}

#[tokio::test]
async fn rule_15_a_record_read_long_before_the_head_does_not_count() {
    let stack = Stack::own();
    // In the tail still; settled, and remembered by the head; forgotten.
    for others in [1, 20, 48] {
        let mut in_time = None;
        for _ in 0..10 {
            in_time = repeat_behind(&stack, others).await;
            if in_time.is_some() {
                break;
            }
        }
        assert!(in_time.is_some(), "{others} messages took longer than a call may take");
    }
}

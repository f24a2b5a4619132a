//! What a hundred messages in a row take in the mean: each is appended by one write, and every few of them settle the tail.

use tests::{Invocation, Pair, Stack, User, followers};

use super::budgets::measured_stack;
use super::seed::HOUR;
use crate::aging;

const SENDS: u32 = 100;
/// A message of common length.
const TEXT: &str = "see you at eight, and bring the others along";

/// What `SENDS` messages of `user` took in the mean, once all of them were settled as far as they are.
async fn mean_write_units(stack: &Stack, user: &User, thread: &str) -> f64 {
    // A message that moves its thread is another matter.
    user.send(thread, "good morning").await;
    let mut runs: Vec<Invocation> = Vec::new();
    for _ in 0..SENDS {
        let sent = user.sending(thread, TEXT).await;
        sent.expect(201);
        runs.push(stack.finished(&sent).await);
    }
    for run in &runs {
        let operations: Vec<&str> = run.calls.iter().map(|call| call.operation.as_str()).collect();
        assert!(!operations.contains(&"TransactWriteItems"), "{operations:?}");
    }
    runs.iter().map(|run| run.wru + run.wru_after).sum::<f64>() / f64::from(SENDS)
}

#[tokio::test]
async fn a_message_between_two_takes_three_and_a_half_write_units_in_the_mean() {
    let Some(stack) = measured_stack() else { return };
    let pair = Pair::new(&stack).await;
    let mean = mean_write_units(&stack, &pair.ann, &pair.thread).await;
    println!("between two: {mean} WRU in the mean");
    assert!(mean <= 3.5, "{mean} WRU");
}

#[tokio::test]
async fn a_message_in_a_group_of_fifteen_takes_five_write_units_in_the_mean() {
    let Some(stack) = measured_stack() else { return };
    let ann = stack.user("ann").await;
    let friends = followers(&stack, &ann, 14).await;
    let thread = ann.create_group(&friends.iter().collect::<Vec<_>>()).await;
    let mean = mean_write_units(&stack, &ann, &thread).await;
    println!("in a group of fifteen: {mean} WRU in the mean");
    assert!(mean <= 5.0, "{mean} WRU");
}

/// The write units of a day of twenty messages in a direct thread, in four conversations. Where `moves`, an hour goes by before each.
async fn day_of_twenty(stack: &Stack, moves: bool) -> f64 {
    let pair = Pair::new(stack).await;
    let mut units = 0.0;
    for conversation in 0..4 {
        if moves {
            aging::age(stack, &pair.thread, &[&pair.ann, &pair.bob], HOUR).await;
        }
        for number in 0..5 {
            let author = if (conversation + number) % 2 == 0 { &pair.ann } else { &pair.bob };
            let sent = author.sending(&pair.thread, TEXT).await;
            sent.expect(201);
            let run = stack.finished(&sent).await;
            assert!(run.calls.iter().all(|call| call.operation != "TransactWriteItems"), "{:?}", run.calls);
            units += run.wru + run.wru_after;
        }
        aging::in_place(stack, &pair.thread, &[&pair.ann, &pair.bob]).await;
    }
    units
}

#[tokio::test]
async fn a_day_of_twenty_messages_pays_at_most_one_write_unit_for_its_place() {
    let Some(stack) = measured_stack() else { return };
    let (moving, staying) = (day_of_twenty(&stack, true).await, day_of_twenty(&stack, false).await);
    let mean = (moving - staying) / 20.0;
    println!("twenty messages in four conversations: {mean} WRU each for the place of their thread");
    assert!(mean <= 1.0, "{moving} WRU, and {staying} where the thread stays where it is");
}

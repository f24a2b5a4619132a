//! How tests bring the tail of a thread where they want it.

use serde_json::Value;
use tests::{Stack, User};

/// More sends in a row than a tail takes.
pub(super) const FULL: usize = 24;

/// A message of common length that says where it was sent.
pub(super) fn text(what: &str, number: usize) -> String {
    format!("message {number} {what}, which is as long as messages commonly are")
}

/// A message that is too long for the tail is stored as an item, and everything before it as well.
pub(super) async fn settle(author: &User, thread: &str) -> Value {
    author.send(thread, &"long ".repeat(300)).await
}

/// The table calls of undisturbed sends up to the first one that settles the tail.
pub(super) async fn undisturbed(stack: &Stack, author: &User, thread: &str) -> Vec<String> {
    settle(author, thread).await;
    let mut calls = Vec::new();
    for number in 0..FULL {
        let answer = author.sending(thread, &text("undisturbed", number)).await;
        answer.expect(201);
        calls.extend(stack.finished(&answer).await.calls.into_iter().map(|call| call.operation));
        if calls.iter().any(|name| name == "Query") {
            return calls;
        }
    }
    panic!("nobody settles: {calls:?}");
}

/// Sends so many messages that the next one settles the tail. The head grows with the keys that it remembers, so the number that
/// it takes once may be too high the next time.
pub(super) async fn almost_settled(stack: &Stack, author: &User, thread: &str) {
    loop {
        let calls = undisturbed(stack, author, thread).await;
        let sends = calls.iter().filter(|name| *name == "PutItem").count() / 2;
        settle(author, thread).await;
        let mut too_many = false;
        for number in 1..sends {
            let answer = author.sending(thread, &text("undisturbed", number)).await;
            answer.expect(201);
            too_many |= stack.finished(&answer).await.calls.iter().any(|call| call.operation == "Query");
        }
        if !too_many {
            return;
        }
    }
}

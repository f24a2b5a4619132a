//! How fast messages travel and what they cost, between two and in groups of 15, one after the other and many at once, on a release
//! build: for whoever compares two builds. Nothing is asserted.
//!
//! `cargo bench -p tests --bench group`; `tests/README.md` says which numbers the environment sets and how to read what is printed.

mod contention;
mod costs;
mod crowd;
mod group;
mod lanes;
mod listener;
mod measured;
mod two;

use std::time::Duration;

use tests::bench;
use tests::{HIGH_RATES, Profile, Stack};

use crowd::Crowd;

/// Before its memory counts as that of an idle stack.
const SETTLE: Duration = Duration::from_secs(2);

fn main() {
    if !bench::asked() {
        return;
    }
    println!("Building the release binaries …");
    bench::run(measure());
}

async fn measure() {
    let stack = Stack::with(Profile::Release, &HIGH_RATES);
    stack.excuse("a benchmark counts the sends that are refused");
    println!("\nthe table: {}", stack.storage());
    tokio::time::sleep(SETTLE).await;
    let idle = stack.usage();
    let crowd = Crowd::gather(&stack).await;
    two::measure(&crowd).await;
    group::measure(&stack, &crowd, &idle).await;
    contention::measure(&stack, &crowd).await;
}

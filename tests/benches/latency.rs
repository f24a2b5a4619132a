//! From POST to the other user's socket on a release build, with the sizes of the binaries and what each operation costs.
//!
//! `cargo bench -p tests`; `BACKCHANNEL_SENDS` sets how many sends are measured.

use std::time::Instant;

use tests::bench::{self, HEADING, Times};
use tests::{Answer, HIGH_RATES, Pair, Profile, Stack, sizes};

const WARM_UP: usize = 200;

fn main() {
    if !bench::asked() {
        return;
    }
    println!("Building the release binaries …");
    print_sizes();
    bench::run(measure());
}

fn print_sizes() {
    println!("\n{:<12} {:>10}", "function", "MB");
    for (name, bytes) in sizes(Profile::Release) {
        #[expect(clippy::cast_precision_loss, reason = "a size for people")]
        let megabytes = bytes as f64 / 1e6;
        println!("{name:<12} {megabytes:>10.2}");
    }
}

async fn measure() {
    let sends = bench::number("BACKCHANNEL_SENDS", 1_000);
    let stack = Stack::with(Profile::Release, &HIGH_RATES);
    println!("\nthe table: {}", stack.storage());
    let pair = Pair::new(&stack).await;
    let (mut anns, mut bobs) = tokio::join!(pair.ann.connect(), pair.bob.connect());
    let (mut answers, mut arrivals) = (Vec::new(), Vec::new());
    for number in 0..WARM_UP + sends {
        let text = number.to_string();
        let started = Instant::now();
        let sent = async {
            pair.ann.send(&pair.thread, &text).await;
            started.elapsed()
        };
        let arrived = async {
            bobs.message(&text).await;
            started.elapsed()
        };
        let (answered, arrived) = tokio::join!(sent, arrived);
        anns.message(&text).await;
        if number >= WARM_UP {
            answers.push(answered);
            arrivals.push(arrived);
        }
    }
    println!("\n{:<34} {HEADING}", format!("{sends} sends, one after the other"));
    println!("{:<34} {}", "POST to its answer", Times::new(answers));
    println!("{:<34} {}", "POST to the other's socket", Times::new(arrivals));
    println!("\noperation                     calls    RRU    WRU   RRU after   WRU after");
    cost(&stack, "send", &pair.ann.sending(&pair.thread, "hello").await).await;
    cost(&stack, "history page of 50", &pair.bob.get(&pair.path("/messages?limit=50")).await).await;
    cost(&stack, "read mark", &pair.bob.read(&pair.thread, 3).await).await;
    cost(&stack, "inbox page", &pair.bob.get("/threads").await).await;
    let (carl, dora) = Pair::strangers(&stack).await;
    cost(&stack, "open a direct thread", &carl.opening(&dora).await).await;
}

async fn cost(stack: &Stack, what: &str, answer: &Answer) {
    let run = stack.finished(answer).await;
    println!(
        "{what:<29} {:>5} {:>6.1} {:>6.1} {:>11.1} {:>11.1}",
        run.sequential_calls, run.rru, run.wru, run.rru_after, run.wru_after
    );
}

//! More and more sends in flight in one thread; and as many in threads of their own, which tells contention from load.

use tests::Stack;
use tests::bench::{self, HEADING};

use crate::crowd::Crowd;
use crate::lanes::{Lane, Limit};
use crate::measured::Measured;

/// How many sends are in flight.
const LEVELS: [usize; 3] = [1, 16, 64];

/// The columns behind the times. The first is a share of the sends; CPU, conflicts and retries are for each acknowledged message.
const COUNTS: &str = "decided again conflicts retries   lost  refused";

/// Measures both phases and prints them as one table.
pub(crate) async fn measure(stack: &Stack, crowd: &Crowd) {
    let sends = bench::number("BACKCHANNEL_LEVEL", 1_000);
    println!("\n{sends} sends in threads of {}", crowd.users.len());
    println!("{:>9} {:>8} {:>9}    {HEADING} {:>7} {}", "in flight", "threads", "acked/s", "CPU ms", COUNTS);
    for level in LEVELS {
        let thread = crowd.group().await;
        let threads = vec![thread; level];
        row(&Measured::run(stack, crowd, &lanes(crowd, &threads), Limit::Sends(sends)).await, level, 1);
    }
    let most = LEVELS[LEVELS.len() - 1];
    let mut threads = Vec::new();
    for _ in 0..most {
        threads.push(crowd.group().await);
    }
    row(&Measured::run(stack, crowd, &lanes(crowd, &threads), Limit::Sends(sends)).await, most, most);
}

/// A lane for each of the threads; the users take turns.
fn lanes(crowd: &Crowd, threads: &[String]) -> Vec<Lane> {
    let users = crowd.users.iter().cycle();
    users.zip(threads).map(|(user, thread)| Lane { user: user.clone(), thread: thread.clone() }).collect()
}

fn row(measured: &Measured, in_flight: usize, threads: usize) {
    let Measured { sent, heard, costs, before, after } = measured;
    let cpu = after.stack_cpu + after.functions_cpu - before.stack_cpu - before.functions_cpu;
    println!(
        "{in_flight:>9} {threads:>8} {:>9.1}    {} {:>7.2} {:>13.3} {:>9.3} {:>7.3} {:>6}  {}",
        measured.per_second(),
        sent.answers,
        measured.each(cpu),
        costs.decided_again(),
        measured.each(costs.conflicts),
        measured.each(costs.retries),
        heard.lost,
        measured.refused(),
    );
}

//! A group of 15 who all listen, eight of whom write as fast as they are answered.

use std::time::Duration;

use tests::bench::{self, HEADING};
use tests::{Stack, Usage};

use crate::crowd::Crowd;
use crate::lanes::{Lane, Limit};
use crate::measured::Measured;

const SENDERS: usize = 8;

/// Measures the phase and prints it.
pub(crate) async fn measure(stack: &Stack, crowd: &Crowd, idle: &Usage) {
    let seconds = bench::number("BACKCHANNEL_SECONDS", 10);
    let thread = crowd.group().await;
    let senders = crowd.users.iter().take(SENDERS);
    let lanes: Vec<Lane> = senders.map(|user| Lane { user: user.clone(), thread: thread.clone() }).collect();
    let measured = Measured::run(stack, crowd, &lanes, Limit::After(Duration::from_secs(seconds))).await;
    let members = crowd.users.len();
    println!("\n{:<42} {HEADING}", format!("group of {members}: {SENDERS} senders, {seconds} s"));
    println!("{:<42} {}", "POST to its answer", measured.sent.answers);
    println!("{:<42} {}", "POST to each socket", measured.heard.took);
    print(&measured, idle);
}

fn print(measured: &Measured, idle: &Usage) {
    let Measured { heard, costs, before, after, .. } = measured;
    let cores = after.cores_since(before);
    row("acknowledged per second", measured.per_second(), 1);
    row("acknowledged", measured.acknowledged(), 0);
    text("refused, by status", &measured.refused());
    text("lost", &heard.lost.to_string());
    text("doubled", &heard.doubled.to_string());
    text("out of order", &format!("{} of {}", heard.out_of_order, heard.took.count()));
    row("share of sends that were decided again", costs.decided_again(), 3);
    println!("for each acknowledged message");
    row("  CPU ms of the stack", measured.each(after.stack_cpu - before.stack_cpu), 2);
    row("  CPU ms of the functions", measured.each(after.functions_cpu - before.functions_cpu), 2);
    row("  DynamoDB calls", measured.each(costs.calls), 2);
    row("  RRU", measured.each(costs.rru), 2);
    row("  WRU", measured.each(costs.wru), 2);
    row("  conflicts", measured.each(costs.conflicts), 3);
    row("  retries", measured.each(costs.retries), 3);
    println!("cores");
    row("  stack", cores.stack, 2);
    row("  functions", cores.functions, 2);
    row("  this client", cores.client, 2);
    row("  everything else", cores.others, 2);
    println!("memory of the stack and its functions, MB");
    memory("  idle", idle);
    memory("  after the group", after);
}

/// A line with a number.
fn row(what: &str, number: f64, decimals: usize) {
    println!("{what:<42} {number:>9.decimals$}");
}

fn text(what: &str, told: &str) {
    println!("{what:<42} {told:>9}");
}

fn memory(what: &str, usage: &Usage) {
    println!("{what:<42} {:>9.0} in {} processes", usage.resident_mb, usage.processes);
}

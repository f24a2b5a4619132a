//! How a function starts, and what a request costs it: the artifacts that are deployed, each behind a Runtime API of its own, with
//! its table behind TLS, beside a Node.js function that does the same read, all in one run.
//!
//! `cargo bench -p tests --bench start_up`; `BACKCHANNEL_STARTS` sets how often each is started (20).

mod meter;
mod node;
mod probe;
mod runtime_api;
mod subject;
mod tls;

use std::process::Command;

use tests::{Stack, bench, folder};

use probe::Probe;
use subject::{Figures, Subject};

/// Ceilings of the design for what is the same in every run. Sizes and glibc are judged by `infra/build`.
const MOST_START_CPU_MS: f64 = 6.0;
const MOST_WARM_CPU_US: f64 = 450.0;
const MOST_RSS_MB: f64 = 9.0;

fn main() {
    if !bench::asked() {
        return;
    }
    let root = folder(tests::Profile::Debug).ancestors().find(|folder| folder.join("infra/build").exists());
    let root = root.expect("the workspace has infra/build").to_owned();
    println!("Building what is deployed …");
    let built = Command::new(root.join("infra/build")).status().expect("infra/build can be run");
    assert!(built.success(), "infra/build failed");
    let script = node::build(&root);

    let starts = bench::number("BACKCHANNEL_STARTS", 20);
    let over = bench::run(async {
        let stack = Stack::own();
        let table = tls::Table::open(&stack).await;
        let probes = probe::all(&stack).await;
        let subjects = probes.iter().map(|probe| {
            let binary = root.join("target/lambda").join(probe.function).join("bootstrap");
            (Subject::native(probe.function, binary), probe)
        });
        let node = (Subject::node(script), &probes[0]);
        let mut over = Vec::new();
        println!(
            "\n{starts} starts each; table calls over TLS; 128 MB is a quota of 7.2 % of a core once a function has started\n"
        );
        println!("{}", Figures::HEADING);
        for (subject, probe) in subjects.chain([node]) {
            let figures = subject.measure(&table, probe, starts).await;
            println!("{figures}");
            over.extend(judge(&figures, probe));
        }
        over
    });
    assert!(over.is_empty(), "over a ceiling of the design:\n{}", over.join("\n"));
}

/// What is over a ceiling. A warm request's is that of a request with one read.
fn judge(figures: &Figures, probe: &Probe) -> Vec<String> {
    if figures.name == subject::NODE {
        return Vec::new();
    }
    let one_read = probe.calls == 1;
    let ceilings = [
        ("start, CPU ms", figures.start_cpu_ms, MOST_START_CPU_MS, true),
        ("warm, CPU µs", figures.warm_cpu_us, MOST_WARM_CPU_US, one_read),
        ("RSS MB", figures.rss_mb, MOST_RSS_MB, true),
    ];
    let over = ceilings.into_iter().filter(|(_, measured, ceiling, applies)| *applies && measured > ceiling);
    over.map(|(what, measured, ceiling, _)| format!("{}: {what} {measured:.2}, at most {ceiling}", figures.name))
        .collect()
}

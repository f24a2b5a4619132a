//! A function that is measured: started again and again, and asked many times once it runs.

use std::fmt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::meter::{self, Quota};
use crate::probe::Probe;
use crate::runtime_api::RuntimeApi;
use crate::tls::Table;

/// What the Node.js function is called.
pub(crate) const NODE: &str = "node.js";

/// Requests before the measured ones, and these: so many batches of so many.
const WARM_UP: u32 = 100;
const BATCHES: u32 = 10;
const BATCH: u32 = 50;

/// A program that runs as a function does.
pub(crate) struct Subject {
    name: &'static str,
    program: PathBuf,
    script: Option<PathBuf>,
}

/// Medians of all starts.
pub(crate) struct Figures {
    pub(crate) name: &'static str,
    route: &'static str,
    calls: usize,
    start_ms: f64,
    pub(crate) start_cpu_ms: f64,
    start_at_128_mb_ms: Option<f64>,
    pub(crate) rss_mb: f64,
    warm_us: f64,
    pub(crate) warm_cpu_us: f64,
}

/// From the start of the process to the answer of its first event.
struct Start {
    took_ms: f64,
    cpu_ms: f64,
    rss_mb: f64,
}

/// A process, ended with this value.
struct Running {
    child: Child,
    api: RuntimeApi,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Subject {
    /// A function of the workspace.
    pub(crate) fn native(name: &'static str, binary: PathBuf) -> Self {
        Self { name, program: binary, script: None }
    }

    /// The Node.js function.
    pub(crate) fn node(script: PathBuf) -> Self {
        Self { name: NODE, program: PathBuf::from("node"), script: Some(script) }
    }

    pub(crate) async fn measure(&self, table: &Table, probe: &Probe, starts: usize) -> Figures {
        let (mut free, mut held) = (Vec::new(), Vec::new());
        for _ in 0..starts {
            free.push(self.start(table, probe, None).await);
            if let Some(quota) = Quota::new() {
                held.push(self.start(table, probe, Some(&quota)).await.took_ms);
            }
        }
        let (warm_us, warm_cpu_us) = self.warm(table, probe).await;
        let median_of = |part: fn(&Start) -> f64| median(free.iter().map(part).collect());
        Figures {
            name: self.name,
            route: probe.route,
            calls: probe.calls,
            start_ms: median_of(|start| start.took_ms),
            start_cpu_ms: median_of(|start| start.cpu_ms),
            start_at_128_mb_ms: (!held.is_empty()).then(|| median(held)),
            rss_mb: median_of(|start| start.rss_mb),
            warm_us,
            warm_cpu_us,
        }
    }

    /// As Lambda does: everything that the machine has until it asks for an event, then what its memory buys.
    async fn start(&self, table: &Table, probe: &Probe, quota: Option<&Quota>) -> Start {
        let started = Instant::now();
        let running = self.run(table).await;
        let pid = running.child.id();
        if let Some(quota) = quota {
            running.api.until_asked().await;
            quota.hold(pid);
        }
        let answer = running.api.invoke(probe.event.clone()).await;
        let took_ms = started.elapsed().as_secs_f64() * 1e3;
        let answer: Value = serde_json::from_slice(&answer).expect("an answer is JSON");
        assert_eq!(answer["statusCode"], 200, "{} answered {answer}", self.name);
        Start { took_ms, cpu_ms: meter::cpu_us(pid) / 1e3, rss_mb: meter::peak_rss_mb(pid) }
    }

    /// The median time of a request, once many were answered, and its CPU in the best batch: in the others, somebody else was at
    /// the caches too.
    async fn warm(&self, table: &Table, probe: &Probe) -> (f64, f64) {
        let running = self.run(table).await;
        for _ in 0..WARM_UP {
            running.api.invoke(probe.event.clone()).await;
        }
        let (mut times, mut best_us) = (Vec::new(), f64::INFINITY);
        for _ in 0..BATCHES {
            let before_us = meter::cpu_us(running.child.id());
            for _ in 0..BATCH {
                let asked = Instant::now();
                running.api.invoke(probe.event.clone()).await;
                times.push(asked.elapsed().as_secs_f64() * 1e6);
            }
            best_us = best_us.min((meter::cpu_us(running.child.id()) - before_us) / f64::from(BATCH));
        }
        (median(times), best_us)
    }

    async fn run(&self, table: &Table) -> Running {
        let api = RuntimeApi::start().await;
        let root = table.root.path();
        let child = Command::new(&self.program)
            .args(&self.script)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("AWS_LAMBDA_RUNTIME_API", &api.address)
            .env("AWS_LAMBDA_FUNCTION_NAME", self.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/measured")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "measured")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", &table.access_key)
            .env("AWS_SECRET_ACCESS_KEY", "any")
            .env("AWS_ENDPOINT_URL_DYNAMODB", &table.url)
            .env("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", "https://localhost:1/dev")
            .env("SOCKET_URL", "wss://localhost:1/dev")
            .env("TABLE_NAME", &table.name)
            .env("RATE_LIMITS", "messages 100000/s 100000")
            // No request of the benchmark leaves work behind.
            .env("SNAPSHOTS_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/none")
            .env("ERASURE_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/none")
            // What trusts the table's certificate, in either language.
            .env("SSL_CERT_FILE", root)
            .env("NODE_EXTRA_CA_CERTS", root)
            .env("NODE_NO_WARNINGS", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("the function can be started");
        Running { child, api }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

impl Figures {
    pub(crate) const HEADING: &'static str =
        "function     start ms  CPU ms  at 128 MB ms  RSS MB  warm µs  warm CPU µs  table calls, route";
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, start_ms, start_cpu_ms, rss_mb, warm_us, warm_cpu_us, calls, route, .. } = self;
        let held = self.start_at_128_mb_ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1}"));
        write!(
            formatter,
            "{name:<12} {start_ms:>8.1} {start_cpu_ms:>7.1} {held:>13} {rss_mb:>7.1} {warm_us:>8.0} {warm_cpu_us:>12.0}  {calls}, {route}"
        )
    }
}

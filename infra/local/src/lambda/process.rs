//! One function process: an execution environment with a Runtime API of its own, as on Lambda.

use std::net::Ipv4Addr;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use bytes::Bytes;
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::UdpSocket;
use tokio::process::{Child, Command};
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::AbortHandle;

use super::environment::Services;
use super::{Host, Job, Outcome, Pool, environment, runtime_api};
use crate::invocations::Invocation;
use crate::net;

/// An event as a process receives it.
pub(super) struct Delivery {
    /// The request id.
    pub(super) request_id: String,
    /// The event.
    pub(super) payload: Bytes,
    /// When the time is up, in milliseconds since 1970.
    pub(super) deadline_ms: u128,
}

/// A function process.
pub(crate) struct Process {
    function: String,
    access_key: String,
    timeout: std::time::Duration,
    ready: AtomicBool,
    running: Mutex<Option<Running>>,
    kill: Notify,
    exited: watch::Sender<bool>,
}

/// The event that a process has in hand.
struct Running {
    invocation: Arc<Invocation>,
    answer: Option<oneshot::Sender<Outcome>>,
    timer: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.timer.abort();
    }
}

impl Process {
    /// The logical id of its function.
    pub(crate) fn function(&self) -> &str {
        &self.function
    }

    /// The access key that it signs with.
    pub(crate) fn access_key(&self) -> &str {
        &self.access_key
    }

    /// What it is working on.
    pub(crate) fn invocation(&self) -> Option<Arc<Invocation>> {
        self.running.lock().as_ref().map(|running| Arc::clone(&running.invocation))
    }

    /// Ends it at once.
    pub(crate) fn kill(&self) {
        self.kill.notify_one();
    }

    /// Ends it at once and waits until it is gone.
    pub(crate) async fn kill_and_wait(&self) {
        let mut exited = self.exited.subscribe();
        self.kill();
        let _ = exited.wait_for(|exited| *exited).await;
    }

    /// Whether this is the first time that it is ready.
    pub(super) fn becomes_ready(&self) -> bool {
        !self.ready.swap(true, Ordering::Relaxed)
    }

    /// Gives it an event through the slot in which it waits; the event comes back if it is gone.
    pub(super) fn hand_over(self: &Arc<Self>, job: Job, slot: oneshot::Sender<Delivery>) -> Result<(), Job> {
        if slot.is_closed() {
            return Err(job);
        }
        let deadline = SystemTime::now() + self.timeout;
        let delivery = Delivery {
            request_id: job.invocation.request_id().to_owned(),
            payload: job.payload,
            deadline_ms: deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis(),
        };
        let process = Arc::clone(self);
        let timer = tokio::spawn(async move {
            tokio::time::sleep(process.timeout).await;
            process.answer(None, Outcome::TimedOut);
            process.kill();
        });
        let running = Running { invocation: job.invocation, answer: Some(job.answer), timer: timer.abort_handle() };
        *self.running.lock() = Some(running);
        // Should it die in this very moment, whoever watches the process finds the event in its hand.
        let _ = slot.send(delivery);
        Ok(())
    }

    /// Passes the answer on; `false` if it belongs to no event in hand or comes a second time.
    pub(super) fn answer(&self, request_id: Option<&str>, outcome: Outcome) -> bool {
        let mut running = self.running.lock();
        let Some(running) = running.as_mut() else {
            return false;
        };
        if request_id.is_some_and(|id| id != running.invocation.request_id()) {
            return false;
        }
        let Some(answer) = running.answer.take() else {
            return false;
        };
        running.invocation.mark_answered();
        let _ = answer.send(outcome);
        true
    }

    /// It is done with the event in hand, if there is one.
    pub(super) fn release(&self) {
        drop(self.running.lock().take());
    }
}

/// Starts a process and looks after it until it is gone.
pub(super) async fn run(pool: Arc<Pool>, number: u64) {
    let process = Arc::new(Process {
        function: pool.spec.id.clone(),
        access_key: format!(
            "LOCAL{}{number}",
            pool.spec.id.replace(|letter: char| !letter.is_ascii_alphanumeric(), "")
        ),
        timeout: pool.spec.timeout,
        ready: AtomicBool::new(false),
        running: Mutex::default(),
        kill: Notify::new(),
        exited: watch::Sender::new(false),
    });
    pool.host.callers.add(&process);
    let why = match supervise(&pool, &process).await {
        Ok(status) => status.to_string(),
        Err(error) => format!("{error:#}"),
    };
    pool.host.callers.remove(&process);
    let interrupted = process.invocation();
    if let Some(invocation) = &interrupted {
        let text = format!("[{}] stopped ({why}) in the middle of {}", process.function, invocation.route_key());
        pool.host.console.warn(text);
    }
    drop(interrupted);
    process.answer(None, Outcome::Failed);
    process.release();
    pool.gone(&process, process.ready.load(Ordering::Relaxed), &why);
    process.exited.send_replace(true);
}

async fn supervise(pool: &Arc<Pool>, process: &Arc<Process>) -> Result<ExitStatus> {
    let listener = net::bind(0).await?;
    let daemon = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let services =
        Services { runtime_api: listener.local_addr()?.to_string(), xray_daemon: daemon.local_addr()?.to_string() };
    let mut child = spawn(pool, process, &services)?;
    let server = {
        let (pool, process) = (Arc::clone(pool), Arc::clone(process));
        let handler = move |request, _| runtime_api::handle(Arc::clone(&pool), Arc::clone(&process), request);
        tokio::spawn(net::serve(listener, handler))
    };
    let daemon = {
        let (xray, process) = (Arc::clone(&pool.host.xray), Arc::clone(process));
        tokio::spawn(async move { xray.listen(daemon, process).await })
    };
    let outputs = [
        child.stdout.take().map(|pipe| tokio::spawn(forward(Arc::clone(&pool.host), process.function.clone(), pipe))),
        child.stderr.take().map(|pipe| tokio::spawn(forward(Arc::clone(&pool.host), process.function.clone(), pipe))),
    ];
    let status = tokio::select! {
        status = child.wait() => status,
        () = process.kill.notified() => {
            let _ = child.start_kill();
            child.wait().await
        }
    };
    server.abort();
    daemon.abort();
    // Its last words explain its end, so they come first.
    for output in outputs.into_iter().flatten() {
        let _ = output.await;
    }
    Ok(status?)
}

fn spawn(pool: &Pool, process: &Process, services: &Services) -> Result<Child> {
    Command::new(&pool.binary)
        .env_clear()
        .envs(environment::of(&pool.spec, &pool.host, &process.access_key, services))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Ctrl-C in the terminal is for the stack, which lets the functions finish first.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} cannot be run", pool.binary.display()))
}

/// The part of a function's log line that decides whether people see it.
#[derive(Deserialize)]
struct LogLine {
    level: String,
}

/// Prints what a function writes. Its JSON lines are for machines and appear only if they warn, since the stack prints
/// a line of its own per request.
async fn forward(host: Arc<Host>, function: String, pipe: impl AsyncRead + Unpin) {
    let mut lines = BufReader::new(pipe).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        let ordinary = serde_json::from_slice::<LogLine>(&line)
            .is_ok_and(|line| !["error", "warn"].iter().any(|level| line.level.eq_ignore_ascii_case(level)));
        if host.verbose || !ordinary {
            host.console.say(format!("[{function}] {}", String::from_utf8_lossy(&line)));
        }
    }
}

//! Starts a function process, gives it a Runtime API of its own, and cleans up when it ends.

use std::net::Ipv4Addr;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::UdpSocket;
use tokio::process::{Child, Command};

use super::environment::{self, Services};
use super::function::Function;
use super::host::Host;
use super::job::Outcome;
use super::process::Process;
use super::runtime_api;
use crate::net;

/// Runs a process until it ends. Returns the number of the process that the queue wants next.
pub(super) async fn run(function: &Arc<Function>, number: u64) -> Option<u64> {
    let process = Arc::new(Process::new(&function.spec, number));
    let host = &function.host;
    host.callers.add(&process);
    let why = match supervise(function, &process).await {
        Ok(status) => status.to_string(),
        Err(error) => format!("{error:#}"),
    };
    host.callers.remove(&process);
    let interrupted = process.invocation();
    if let Some(invocation) = &interrupted {
        host.console.warn(format!("[{}] stopped ({why}) during {}", process.function(), invocation.route_key()));
    }
    drop(interrupted);
    process.finish(None, Outcome::Failed);
    process.release();
    let next = function.queue.remove(&process, &why);
    process.mark_exited();
    next
}

async fn supervise(function: &Arc<Function>, process: &Arc<Process>) -> Result<ExitStatus> {
    let listener = net::bind(0).await?;
    let daemon = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let services =
        Services { runtime_api: listener.local_addr()?.to_string(), xray_daemon: daemon.local_addr()?.to_string() };
    let mut child = spawn(function, process, &services)?;
    let server = {
        let (function, process) = (Arc::clone(function), Arc::clone(process));
        let handler = move |request, _| runtime_api::handle(Arc::clone(&function), Arc::clone(&process), request);
        tokio::spawn(net::serve(listener, handler))
    };
    let daemon = {
        let (xray, process) = (Arc::clone(&function.host.xray), Arc::clone(process));
        tokio::spawn(async move { xray.listen(daemon, process.function()).await })
    };
    let outputs = [
        child.stdout.take().map(|pipe| tokio::spawn(forward(Arc::clone(&function.host), Arc::clone(process), pipe))),
        child.stderr.take().map(|pipe| tokio::spawn(forward(Arc::clone(&function.host), Arc::clone(process), pipe))),
    ];
    let status = tokio::select! {
        status = child.wait() => status,
        () = process.killed() => {
            let _ = child.start_kill();
            child.wait().await
        }
    };
    server.abort();
    daemon.abort();
    // The last lines of the process usually say why it ended, so they are printed before anything else is said about it.
    for output in outputs.into_iter().flatten() {
        let _ = output.await;
    }
    Ok(status?)
}

fn spawn(function: &Function, process: &Process, services: &Services) -> Result<Child> {
    let variables = environment::variables(&function.spec, &function.host, process.access_key(), services);
    Command::new(&function.binary)
        .env_clear()
        .envs(variables)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Ctrl-C in the terminal must reach the stack only, which lets the functions finish.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} cannot be run", function.binary.display()))
}

/// The part of a log line that decides whether the line is printed.
#[derive(Deserialize)]
struct LogLine {
    level: String,
}

/// Prints the output of a function. Of its JSON log lines, only warnings and errors are printed, since the stack prints a line
/// of its own for each invocation.
async fn forward(host: Arc<Host>, process: Arc<Process>, pipe: impl AsyncRead + Unpin) {
    let mut lines = BufReader::new(pipe).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        let ordinary = serde_json::from_slice::<LogLine>(&line)
            .is_ok_and(|line| !["error", "warn"].iter().any(|level| line.level.eq_ignore_ascii_case(level)));
        if host.verbose || !ordinary {
            host.console.say(format!("[{}] {}", process.function(), String::from_utf8_lossy(&line)));
        }
    }
}

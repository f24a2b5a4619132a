//! The processes of one function: events wait for a process, processes wait for events.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout};

use super::process::{self, Delivery};
use super::{Host, Job, Outcome, Process};
use crate::invocations::Invocation;
use crate::template::FunctionSpec;

/// How many processes of one function run at most; beyond, events wait.
const MOST_PROCESSES: usize = 64;
/// How long a process beyond the first may idle.
const IDLE_LIMIT: Duration = Duration::from_mins(2);

/// One function and its processes.
pub(crate) struct Pool {
    /// The function as the template declares it.
    pub(crate) spec: FunctionSpec,
    /// The binary that its processes run.
    pub(super) binary: PathBuf,
    /// What it shares with the other functions.
    pub(super) host: Arc<Host>,
    state: Mutex<State>,
    first: watch::Sender<First>,
}

/// What is known of the first process.
#[derive(Clone, Debug)]
enum First {
    Starting,
    Ready,
    Failed(String),
}

#[derive(Default)]
struct State {
    /// Processes that asked for an event; the one that asked last is used first, so that the others can be ended.
    idle: Vec<Idle>,
    waiting: VecDeque<Job>,
    alive: usize,
    /// Those of the living that have not asked for their first event.
    starting: usize,
    started: u64,
    closed: bool,
}

struct Idle {
    process: Arc<Process>,
    slot: oneshot::Sender<Delivery>,
    since: Instant,
}

impl Pool {
    /// A function without processes.
    pub(crate) fn new(spec: FunctionSpec, binary: PathBuf, host: Arc<Host>) -> Arc<Self> {
        Arc::new(Self { spec, binary, host, state: Mutex::default(), first: watch::Sender::new(First::Starting) })
    }

    /// Starts one process and waits until it asks for its first event.
    ///
    /// # Errors
    /// A sentence if it stops instead.
    pub(crate) async fn warm_up(self: &Arc<Self>) -> Result<()> {
        self.start_process(&mut self.state.lock());
        let mut first = self.first.subscribe();
        let known = first.wait_for(|first| !matches!(first, First::Starting)).await;
        match known.map(|first| first.clone()) {
            Ok(First::Failed(why)) => bail!("{} could not start ({why}): what it printed above says why", self.spec.id),
            _ => Ok(()),
        }
    }

    /// Gives an event to a process and waits for the answer, at most for `patience`.
    pub(crate) async fn invoke(
        self: &Arc<Self>,
        request_id: String,
        route_key: &str,
        payload: Bytes,
        patience: Duration,
    ) -> (Outcome, Arc<Invocation>) {
        let invocation = Arc::new(Invocation::start(&self.host.ledger, request_id, &self.spec.id, route_key));
        let (answer, answered) = oneshot::channel();
        self.dispatch(Job { invocation: Arc::clone(&invocation), payload, answer });
        let outcome = match timeout(patience, answered).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Outcome::Failed,
            Err(_) => Outcome::TimedOut,
        };
        (outcome, invocation)
    }

    fn dispatch(self: &Arc<Self>, mut job: Job) {
        let mut state = self.state.lock();
        while let Some(idle) = state.idle.pop() {
            match idle.process.hand_over(job, idle.slot) {
                Ok(()) => return,
                Err(back) => job = back,
            }
        }
        state.waiting.push_back(job);
        if state.starting < state.waiting.len() {
            self.start_process(&mut state);
        }
    }

    fn start_process(self: &Arc<Self>, state: &mut State) {
        if state.alive < MOST_PROCESSES && !state.closed {
            state.alive += 1;
            state.starting += 1;
            state.started += 1;
            tokio::spawn(process::run(Arc::clone(self), state.started));
        }
    }

    /// The next event for a process, as soon as there is one; nothing if the process is to end.
    pub(super) async fn next(&self, process: &Arc<Process>) -> Option<Delivery> {
        process.release();
        let delivery = {
            let mut state = self.state.lock();
            if state.closed {
                return None;
            }
            let first_event = process.becomes_ready();
            if first_event {
                state.starting -= 1;
                self.first.send_if_modified(|first| {
                    let news = matches!(first, First::Starting);
                    *first = First::Ready;
                    news
                });
            }
            let (slot, delivery) = oneshot::channel();
            match state.waiting.pop_front() {
                Some(job) => {
                    // It was waited for: by this process's start, or by its work on another event.
                    if first_event {
                        job.invocation.mark_cold();
                    }
                    // The receiver is right here, so the job cannot come back.
                    let _ = process.hand_over(job, slot);
                }
                None => state.idle.push(Idle { process: Arc::clone(process), slot, since: Instant::now() }),
            }
            delivery
        };
        delivery.await.ok()
    }

    /// A process is gone: whoever waits for it is told, and another one is started where events wait.
    pub(super) fn gone(self: &Arc<Self>, process: &Process, was_ready: bool, why: &str) {
        let mut state = self.state.lock();
        state.alive -= 1;
        state.idle.retain(|idle| !std::ptr::eq(Arc::as_ptr(&idle.process), process));
        if !was_ready {
            state.starting -= 1;
            self.first.send_if_modified(|first| {
                let news = matches!(first, First::Starting);
                if news {
                    *first = First::Failed(why.to_owned());
                }
                news
            });
            // As Lambda does when the start fails: one event is used up, or a broken function would start for ever.
            if let Some(job) = state.waiting.pop_front() {
                let _ = job.answer.send(Outcome::Failed);
            }
        }
        if state.starting < state.waiting.len() {
            self.start_process(&mut state);
        }
    }

    /// Ends processes that idled for long, except one.
    pub(crate) fn end_idle(&self) {
        let mut state = self.state.lock();
        let spare = state.alive.saturating_sub(1);
        // The longest idle ones stand first.
        let long = state.idle.iter().take_while(|idle| idle.since.elapsed() > IDLE_LIMIT).count();
        state.idle.drain(..long.min(spare));
    }

    /// Whether no process has an event in hand.
    pub(crate) fn is_quiet(&self) -> bool {
        let state = self.state.lock();
        state.waiting.is_empty() && state.idle.len() + state.starting == state.alive
    }

    /// Starts no more processes and ends the idle ones.
    pub(crate) fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        state.idle.clear();
    }

    /// How many processes live.
    pub(crate) fn alive(&self) -> usize {
        self.state.lock().alive
    }
}

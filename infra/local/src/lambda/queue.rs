//! The queue of one function: events wait for processes, and processes wait for events.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use parking_lot::Mutex;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use super::job::{Delivery, Job, Outcome};
use super::process::Process;

/// The largest number of processes of one function. Further events wait.
const MOST_PROCESSES: usize = 64;
/// How long a function may finish nothing while events wait, before it counts as stuck.
pub(super) const STUCK_AFTER: Duration = Duration::from_millis(50);
/// How long a process beyond the first may be idle.
const IDLE_LIMIT: Duration = Duration::from_mins(2);

/// Methods that return `Option<u64>` ask the caller to start a process with this number.
pub(super) struct Queue {
    state: Mutex<State>,
    first: watch::Sender<First>,
}

/// The state of the first process.
#[derive(Clone, Debug)]
enum First {
    Starting,
    Ready,
    /// It ended before it asked for an event, for this reason.
    Failed(String),
}

#[derive(Default)]
struct State {
    /// Processes that asked for an event. The last one is used first, so that the others can be ended.
    idle: Vec<Idle>,
    waiting: VecDeque<Job>,
    alive: usize,
    /// Beyond these, one starts only when all are stuck.
    enough: usize,
    /// Processes among `alive` that have not asked for an event yet.
    starting: usize,
    started: u64,
    /// When a process was last done with an event.
    finished: Option<Instant>,
    closed: bool,
}

struct Idle {
    process: Arc<Process>,
    slot: oneshot::Sender<Delivery>,
    since: Instant,
}

impl State {
    fn start_process(&mut self) -> Option<u64> {
        if self.closed || self.alive == MOST_PROCESSES {
            return None;
        }
        self.alive += 1;
        self.starting += 1;
        self.started += 1;
        Some(self.started)
    }

    /// Each waiting event gets a process of its own that starts, unless the processes that are there get on with them.
    fn start_if_needed(&mut self) -> Option<u64> {
        let first = self.waiting.front()?;
        let is_long = |elapsed: Duration| elapsed >= STUCK_AFTER;
        let is_stuck = || is_long(first.invocation.elapsed()) && self.finished.is_none_or(|at| is_long(at.elapsed()));
        let is_needed = self.starting < self.waiting.len() && (self.alive < self.enough || is_stuck());
        if is_needed { self.start_process() } else { None }
    }
}

impl Queue {
    /// A queue for `enough` processes that run at once.
    pub(super) fn new(enough: usize) -> Self {
        Self { state: Mutex::new(State { enough, ..State::default() }), first: watch::Sender::new(First::Starting) }
    }

    pub(super) fn start_process(&self) -> Option<u64> {
        self.state.lock().start_process()
    }

    /// Waits until a process has asked for its first event.
    ///
    /// # Errors
    /// The reason if the first process ended before that.
    pub(super) async fn ready(&self) -> Result<()> {
        let mut first = self.first.subscribe();
        let known = first.wait_for(|first| !matches!(first, First::Starting)).await;
        match known.map(|first| first.clone()) {
            Ok(First::Failed(why)) => bail!(why),
            _ => Ok(()),
        }
    }

    /// Passes an event to an idle process, or queues it.
    pub(super) fn push(&self, mut job: Job) -> Option<u64> {
        let mut state = self.state.lock();
        while let Some(idle) = state.idle.pop() {
            match idle.process.hand_over(job, idle.slot) {
                Ok(()) => return None,
                Err(back) => job = back,
            }
        }
        state.waiting.push_back(job);
        state.start_if_needed()
    }

    /// To be asked again while an event waits.
    pub(super) fn start_if_needed(&self) -> Option<u64> {
        self.state.lock().start_if_needed()
    }

    /// The next event for a process; `None` if the process is to end.
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
                self.settle_first(First::Ready);
            } else {
                state.finished = Some(Instant::now());
            }
            let (slot, delivery) = oneshot::channel();
            match state.waiting.pop_front() {
                Some(job) => {
                    // The event waited for this process to start.
                    if first_event {
                        job.invocation.mark_cold();
                    }
                    // The receiver is in this function, so the job cannot come back.
                    let _ = process.hand_over(job, slot);
                }
                None => state.idle.push(Idle { process: Arc::clone(process), slot, since: Instant::now() }),
            }
            delivery
        };
        delivery.await.ok()
    }

    /// Removes a process that has ended.
    pub(super) fn remove(&self, process: &Process, why: &str) -> Option<u64> {
        let mut state = self.state.lock();
        state.alive -= 1;
        state.idle.retain(|idle| !std::ptr::eq(Arc::as_ptr(&idle.process), process));
        if !process.is_ready() {
            state.starting -= 1;
            self.settle_first(First::Failed(why.to_owned()));
            // As on Lambda, a failed start fails one event. Otherwise a broken function would be started forever.
            if let Some(job) = state.waiting.pop_front() {
                let _ = job.outcome.send(Outcome::Failed);
            }
        }
        state.start_if_needed()
    }

    fn settle_first(&self, state: First) {
        self.first.send_if_modified(|first| {
            let undecided = matches!(first, First::Starting);
            if undecided {
                *first = state;
            }
            undecided
        });
    }

    /// Ends processes that were idle for too long, except one.
    pub(super) fn end_idle(&self) {
        let mut state = self.state.lock();
        let spare = state.alive.saturating_sub(1);
        // `idle` begins with the processes that are idle for the longest time.
        let expired = state.idle.iter().take_while(|idle| idle.since.elapsed() > IDLE_LIMIT).count();
        state.idle.drain(..expired.min(spare));
    }

    /// Whether no process works on an event.
    pub(super) fn is_quiet(&self) -> bool {
        let state = self.state.lock();
        state.waiting.is_empty() && state.idle.len() + state.starting == state.alive
    }

    /// Starts no more processes and ends the idle ones.
    pub(super) fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        state.idle.clear();
    }

    /// The number of running processes.
    pub(super) fn alive(&self) -> usize {
        self.state.lock().alive
    }
}

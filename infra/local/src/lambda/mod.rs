//! Lambda: function processes behind the Runtime API.

mod environment;
mod pool;
mod process;
mod runtime_api;

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use parking_lot::Mutex;

use crate::console::Console;
use crate::invocations::{Invocation, Ledger};
use crate::xray::Xray;

pub(crate) use environment::Endpoints;
pub(crate) use pool::Pool;
pub(crate) use process::Process;

/// The largest event and the largest answer that Lambda passes on.
pub(crate) const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// What came of an invocation.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The function's answer.
    Answered(Bytes),
    /// The function reported an error, or its process died, or its answer was too large.
    Failed,
    /// It took longer than the function's timeout or the gateway's.
    TimedOut,
}

/// The function processes by the access key that each one signs with: so the servers that functions call know who
/// calls, as IAM would.
#[derive(Default)]
pub(crate) struct Callers {
    by_access_key: Mutex<HashMap<String, Weak<Process>>>,
}

impl Callers {
    fn add(&self, process: &Arc<Process>) {
        self.by_access_key.lock().insert(process.access_key().to_owned(), Arc::downgrade(process));
    }

    fn remove(&self, process: &Process) {
        self.by_access_key.lock().remove(process.access_key());
    }

    /// The living process with an access key.
    pub(crate) fn with_key(&self, access_key: &str) -> Option<Arc<Process>> {
        self.by_access_key.lock().get(access_key)?.upgrade()
    }
}

/// What all functions of the stack share.
pub(crate) struct Host {
    /// Where output goes.
    pub(crate) console: Console,
    /// Where invocations are remembered.
    pub(crate) ledger: Arc<Ledger>,
    /// Who calls.
    pub(crate) callers: Arc<Callers>,
    /// Where functions send what they trace.
    pub(crate) xray: Arc<Xray>,
    /// Where functions find what they call.
    pub(crate) endpoints: Endpoints,
    /// The region that functions believe to be in.
    pub(crate) region: String,
    /// Whether to print the functions' ordinary log lines too.
    pub(crate) verbose: bool,
}

/// An event on its way to a process.
struct Job {
    invocation: Arc<Invocation>,
    payload: Bytes,
    answer: tokio::sync::oneshot::Sender<Outcome>,
}

//! The functions that are called without anybody waiting for the response.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use parking_lot::Mutex;
use tokio::task::AbortHandle;

use super::line::{Line, Listed};
use crate::console::Console;
use crate::lambda::Functions;
use crate::sqs::Queues;
use crate::template::FunctionSpec;

pub(crate) struct Background {
    all: Vec<Arc<Line>>,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Background {
    /// Opens the events of all functions. Those of each are in a folder of their own in `folder`.
    ///
    /// # Errors
    /// A message that names the file or the folder that cannot be used.
    pub(crate) fn open(functions: &[FunctionSpec], folder: &Path, queues: &Queues, console: &Console) -> Result<Self> {
        let open = |function: &FunctionSpec| {
            let failed_to = function.retries.failed_to.as_ref().and_then(|id| queues.with_id(id)).cloned();
            Ok(Arc::new(Line::open(function, folder, failed_to, console.clone())?))
        };
        Ok(Self { all: functions.iter().map(open).collect::<Result<_>>()?, tasks: Mutex::default() })
    }

    /// Starts to call functions with their events.
    pub(crate) fn start(&self, functions: &Functions) {
        for line in &self.all {
            let Some(pool) = functions.get(&line.function).cloned() else { continue };
            self.tasks.lock().push(tokio::spawn(Arc::clone(line).run(pool)).abort_handle());
        }
    }

    /// Calls functions no more. The calls that are under way come to their end.
    pub(crate) fn stop(&self) {
        for task in self.tasks.lock().drain(..) {
            task.abort();
        }
    }

    /// Accepts an event for a function. From then on it survives the end of the stack. `cause` takes the place of a route in the
    /// ledger.
    ///
    /// # Errors
    /// If it cannot be stored.
    pub(crate) fn accept(&self, function: &str, cause: &str, payload: String) -> Result<()> {
        self.of(function).with_context(|| format!("there is no function {function}"))?.accept(cause, payload)
    }

    pub(crate) fn list(&self) -> Vec<Listed> {
        self.all.iter().map(|line| line.list()).collect()
    }

    /// The events of the function with a logical id.
    pub(crate) fn of(&self, function: &str) -> Option<&Arc<Line>> {
        self.all.iter().find(|line| line.function == function)
    }
}

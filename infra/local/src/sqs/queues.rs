//! The queues of the stack, and the event sources that read them.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use parking_lot::Mutex;
use tokio::task::AbortHandle;

use super::queue::{Listed, Queue};
use super::source::Source;
use crate::console::Console;
use crate::lambda::Functions;
use crate::template::QueueSpec;

pub(crate) struct Queues {
    all: Vec<Arc<Queue>>,
    sources: Mutex<Vec<AbortHandle>>,
}

impl Queues {
    /// Opens the queues of a template. The messages of each are in a folder of their own in `folder`.
    ///
    /// # Errors
    /// A message that names the file or the folder that cannot be used.
    pub(crate) fn open(specs: Vec<QueueSpec>, folder: &Path, console: &Console) -> Result<Self> {
        let open = |spec| Ok(Arc::new(Queue::open(spec, folder, console.clone())?));
        Ok(Self { all: specs.into_iter().map(open).collect::<Result<_>>()?, sources: Mutex::default() })
    }

    /// Starts to call functions with messages.
    pub(crate) fn start(&self, functions: &Arc<Functions>, region: &str) {
        for queue in &self.all {
            let Some(consumer) = queue.spec.consumer.clone() else { continue };
            let dead_letters = queue.spec.redrive.as_ref().and_then(|redrive| self.with_id(&redrive.dead_letters));
            let source = Arc::new(Source {
                queue: Arc::clone(queue),
                dead_letters: dead_letters.cloned(),
                consumer,
                functions: Arc::clone(functions),
                region: region.to_owned(),
            });
            self.sources.lock().push(tokio::spawn(source.run()).abort_handle());
        }
    }

    /// Calls functions no more. The calls that are under way come to their end.
    pub(crate) fn stop(&self) {
        for source in self.sources.lock().drain(..) {
            source.abort();
        }
    }

    pub(crate) fn list(&self) -> Vec<Listed> {
        self.all.iter().map(|queue| queue.list()).collect()
    }

    /// The queue with a logical id.
    pub(crate) fn with_id(&self, id: &str) -> Option<&Arc<Queue>> {
        self.all.iter().find(|queue| queue.spec.id == id)
    }

    pub(super) fn named(&self, name: &str) -> Option<&Arc<Queue>> {
        self.all.iter().find(|queue| queue.spec.name == name)
    }
}

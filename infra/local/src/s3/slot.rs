//! What is found out about a request while it is handled, and used once it has been.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::faults::{Hold, S3Fault};
use crate::lambda::Process;

/// Travels with a request through `s3s`, in its extensions.
#[derive(Clone, Default)]
pub(super) struct Slot(Arc<Mutex<Met>>);

#[derive(Default)]
pub(super) struct Met {
    /// The operation, unless the caller was refused before it was known.
    pub(super) operation: Option<String>,
    /// The process that calls. Whoever uses a signed URL is not one.
    pub(super) process: Option<Arc<Process>>,
    /// A fault that happens once the request has been handled.
    pub(super) fault: Option<(S3Fault, Hold)>,
}

impl Slot {
    pub(super) fn note(&self, change: impl FnOnce(&mut Met)) {
        change(&mut self.0.lock());
    }

    pub(super) fn take(&self) -> Met {
        std::mem::take(&mut self.0.lock())
    }
}

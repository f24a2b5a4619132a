//! One function: its declaration, its binary, and the queue of its events.

use std::path::PathBuf;
use std::sync::Arc;

use super::host::Host;
use super::queue::Queue;
use crate::template::FunctionSpec;

pub(super) struct Function {
    pub(super) spec: FunctionSpec,
    pub(super) binary: PathBuf,
    pub(super) host: Arc<Host>,
    pub(super) queue: Queue,
}

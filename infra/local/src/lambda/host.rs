//! What all functions of the stack share.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use super::callers::Callers;
use super::endpoints::Endpoints;
use crate::console::Console;
use crate::invocations::Ledger;
use crate::xray::Xray;

pub(crate) struct Host {
    pub(crate) console: Console,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) callers: Arc<Callers>,
    pub(crate) xray: Arc<Xray>,
    pub(crate) endpoints: Endpoints,
    /// `AWS_REGION` of the functions.
    pub(crate) region: String,
    /// How many processes of a function keep the machine busy: one more starts only when all are stuck.
    pub(crate) processes: usize,
    /// Whether all log lines of the functions are printed, not only warnings and errors.
    pub(crate) verbose: bool,
}

/// More than two for each core finish no more events on a busy machine, and each takes some megabytes. On Lambda, where the machine is
/// not ours, an event never waits.
pub(crate) fn default_processes() -> usize {
    2 * available_parallelism().map_or(1, NonZero::get)
}

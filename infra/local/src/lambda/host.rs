//! What all functions of the stack share.

use std::sync::Arc;

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
    /// Whether all log lines of the functions are printed, not only warnings and errors.
    pub(crate) verbose: bool,
}

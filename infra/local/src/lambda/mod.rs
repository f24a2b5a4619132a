//! Lambda: function processes behind the Runtime API.

mod callers;
mod endpoints;
mod environment;
mod function;
mod host;
mod job;
mod keys;
mod pool;
mod process;
mod queue;
mod runtime_api;
mod supervisor;

pub(crate) use callers::{Caller, Callers, Signer, Unidentified};
pub(crate) use endpoints::Endpoints;
pub(crate) use host::{Host, default_processes};
pub(crate) use job::{Outcome, PAYLOAD_LIMIT};
pub(crate) use keys::OWNER_KEY;
pub(crate) use pool::{Functions, Pool};
pub(crate) use process::Process;

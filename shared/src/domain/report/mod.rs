//! Reports: what a user puts before the operators of the deployment, with what it was about as the user saw it then (rule 28).

mod evidence;
mod filed;
mod reader;
#[cfg(test)]
pub(crate) mod sample;
mod subject;

pub use evidence::{Evidence, ReportedMessage, ReportedThread, ReportedUser};
pub use filed::{Closed, Report, ReportDraft, ReportPosition};
pub use reader::{Former, Reader};
pub use subject::{Note, Reason, ReportId, Subject};

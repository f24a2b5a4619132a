//! A report as it is kept.

use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::subject::{Note, Reason, ReportId, Subject};
use crate::domain::ids::{OperatorArn, UserId};
use crate::domain::limits::CLOSED_REPORT_LIFE;
use crate::domain::time::Timestamp;

/// A report that a user asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportDraft {
    pub subject: Subject,
    pub reason: Reason,
    pub note: Option<Note>,
}

/// A report. But for its end it never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub id: ReportId,
    pub reporter_id: UserId,
    pub subject: Subject,
    pub reason: Reason,
    pub note: Option<String>,
    pub created_at: Timestamp,
    /// What the reporter saw when they made it.
    pub evidence: Evidence,
    /// `None` while it is open.
    pub closed: Option<Closed>,
}

/// The end of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub at: Timestamp,
    /// The operator who closed it.
    pub by: OperatorArn,
}

impl Closed {
    /// When the report is gone, and the same can be reported anew: seconds since 1970, as the table compares them.
    #[must_use]
    pub fn expires_at(&self) -> i64 {
        self.at.plus(CLOSED_REPORT_LIFE).ttl_s()
    }
}

impl Report {
    /// Whether it is there still at `now`: the table removes what is over some days late.
    #[must_use]
    pub fn lasts(&self, now: Timestamp) -> bool {
        self.closed.as_ref().is_none_or(|closed| now.ms() / 1_000 < closed.expires_at())
    }

    /// Its place in the list of the open ones.
    #[must_use]
    pub fn position(&self) -> ReportPosition {
        ReportPosition { created_at: self.created_at, id: self.id.clone() }
    }
}

/// A place in the list of open reports, which is in the order of their times.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReportPosition {
    pub created_at: Timestamp,
    pub id: ReportId,
}

//! Reports: what users send, and what operators get.

use serde::{Deserialize, Deserializer, Serialize};

use super::message::MessageView;
use super::problem::Problem;
use crate::domain::ids::{OperatorArn, Seq, ThreadId, UserId};
use crate::domain::report::{
    Closed, Note, Reason, Report, ReportDraft, ReportId, ReportedThread, ReportedUser, Subject,
};
use crate::domain::time::{Timestamp, rfc3339};
use crate::domain::word::{self, Word};
use crate::service::FiledReport;

/// What is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReportKind {
    User,
    Thread,
    Message,
}

impl Word for ReportKind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("user", Self::User), ("thread", Self::Thread), ("message", Self::Message)];
}

impl<'de> Deserialize<'de> for ReportKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word::deserialize(deserializer)
    }
}

impl Serialize for ReportKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        word::serialize(*self, serializer)
    }
}

/// `POST /reports`. The kind says which of the ids belong to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportBody {
    kind: ReportKind,
    user_id: Option<UserId>,
    thread_id: Option<ThreadId>,
    seq: Option<Seq>,
    reason: Option<Reason>,
    note: Option<Note>,
}

impl ReportBody {
    /// The report that `reporter` asks for.
    ///
    /// # Errors
    /// `invalid-request` for an id that is missing or too many, and for oneself.
    pub fn draft(self, reporter: &UserId) -> Result<ReportDraft, Problem> {
        let Self { kind, user_id, thread_id, seq, reason, note } = self;
        let mut ids = Ids { kind, user_id, thread_id, seq };
        let subject = match kind {
            ReportKind::User => Subject::User { user_id: required("/user_id", ids.user_id.take())? },
            ReportKind::Thread => Subject::Thread { thread_id: required("/thread_id", ids.thread_id.take())? },
            ReportKind::Message => Subject::Message {
                thread_id: required("/thread_id", ids.thread_id.take())?,
                seq: required("/seq", ids.seq.take())?,
            },
        };
        ids.are_used_up()?;
        if matches!(&subject, Subject::User { user_id } if user_id == reporter) {
            return Err(Problem::invalid("/user_id", "must not be yourself"));
        }
        Ok(ReportDraft { subject, reason: reason.unwrap_or_default(), note })
    }
}

/// The ids of a body that nothing was made of yet.
struct Ids {
    kind: ReportKind,
    user_id: Option<UserId>,
    thread_id: Option<ThreadId>,
    seq: Option<Seq>,
}

impl Ids {
    fn are_used_up(&self) -> Result<(), Problem> {
        let left = [
            ("/user_id", self.user_id.is_some()),
            ("/thread_id", self.thread_id.is_some()),
            ("/seq", self.seq.is_some()),
        ];
        match left.into_iter().find(|(_, left)| *left) {
            Some((pointer, _)) => {
                Err(Problem::invalid(pointer, format!("does not belong to the report of a {}", self.kind.as_str())))
            }
            None => Ok(()),
        }
    }
}

fn required<T>(pointer: &str, id: Option<T>) -> Result<T, Problem> {
    id.ok_or_else(|| Problem::invalid(pointer, "is required"))
}

/// What the reporter gets: that the report is there.
#[derive(Debug, Serialize)]
pub struct ReportReceiptView {
    id: ReportId,
    #[serde(serialize_with = "rfc3339")]
    created_at: Timestamp,
}

impl From<FiledReport> for ReportReceiptView {
    fn from(filed: FiledReport) -> Self {
        let FiledReport { id, created_at, .. } = filed;
        Self { id, created_at }
    }
}

/// A report as operators read it.
#[derive(Debug, Serialize)]
pub struct ReportView {
    id: ReportId,
    kind: ReportKind,
    user_id: Option<UserId>,
    thread_id: Option<ThreadId>,
    seq: Option<Seq>,
    reason: Reason,
    note: Option<String>,
    reporter_id: UserId,
    #[serde(serialize_with = "rfc3339")]
    created_at: Timestamp,
    user: Option<ReportedUser>,
    thread: Option<ReportedThread>,
    messages: Vec<MessageView>,
}

impl From<Report> for ReportView {
    fn from(report: Report) -> Self {
        let Report { id, reporter_id, subject, reason, note, created_at, evidence, .. } = report;
        let (kind, user_id, thread_id, seq) = match subject {
            Subject::User { user_id } => (ReportKind::User, Some(user_id), None, None),
            Subject::Thread { thread_id } => (ReportKind::Thread, None, Some(thread_id), None),
            Subject::Message { thread_id, seq } => (ReportKind::Message, None, Some(thread_id), Some(seq)),
        };
        // Only a thread has messages.
        let messages = thread_id.iter().flat_map(|thread| {
            evidence.messages.iter().map(|message| MessageView::reported(thread.clone(), message.clone()))
        });
        let messages = messages.collect();
        let (user, thread) = (evidence.user, evidence.thread);
        Self { id, kind, user_id, thread_id, seq, reason, note, reporter_id, created_at, user, thread, messages }
    }
}

/// The end of a report.
#[derive(Debug, Serialize)]
pub struct ClosedReportView {
    id: ReportId,
    #[serde(serialize_with = "rfc3339")]
    closed_at: Timestamp,
    closed_by: OperatorArn,
}

impl ClosedReportView {
    /// The view of the end of the report `id`.
    #[must_use]
    pub fn new(id: ReportId, closed: Closed) -> Self {
        let Closed { at, by } = closed;
        Self { id, closed_at: at, closed_by: by }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ListView;
    use crate::domain::limits::MAX_REPORTS_ON_PAGE;
    use crate::domain::report::sample::largest;

    #[test]
    fn rule_28_the_longest_page_fits_into_a_response() {
        for letter in ["\"", "🦌"] {
            let items = (0..MAX_REPORTS_ON_PAGE).map(|_| ReportView::from(largest(letter))).collect();
            let page = ListView { items, next_cursor: Some("x".repeat(200)) };
            // The body is a text in the JSON that Lambda takes: 6 MB of it.
            let body = serde_json::to_string(&page).unwrap();
            let response = serde_json::json!({"statusCode": 200, "body": body}).to_string().len();
            assert!((4_000_000..6_000_000).contains(&response), "{response} bytes");
        }
    }
}

//! What an idempotency record refers to (rule 15).

use serde::{Deserialize, Serialize};

use super::ids::{Seq, ThreadId, Ticket};
use super::media::MediaId;
use super::report::ReportId;
use super::roster::ListedMember;
use super::time::Timestamp;

/// What a POST led to: ids and places in logs, never text that a user wrote. A repeat makes its response of what they refer
/// to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reference {
    /// A message was stored.
    Message { thread_id: ThreadId, seq: Seq },
    /// A thread was opened, created or accepted. Its log ended at `seq` then, with an entry of the time `at`.
    Thread { thread_id: ThreadId, seq: Seq, at: Timestamp, created: bool, members: Vec<ListedMember> },
    /// A message request was declined.
    Declined { thread_id: ThreadId },
    /// Members were added to a group. `members` are all members afterwards.
    Members { members: Vec<ListedMember> },
    /// An upload was announced.
    Media { media_id: MediaId },
    /// A socket ticket was issued.
    Ticket { ticket: Ticket, expires_at: Timestamp },
    /// Something was reported, or had been already.
    Report { report_id: ReportId, at: Timestamp, created: bool },
}

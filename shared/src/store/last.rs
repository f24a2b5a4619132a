//! The last message of a thread, as its head keeps it.

use serde::{Deserialize, Serialize};

use super::convert;
use super::error::StoreError;
use super::update::{Update, number};
use crate::domain::ids::{Seq, UserId};
use crate::domain::message::{Preview, PreviewState};
use crate::domain::time::Timestamp;

/// Seq, author, time, the seq that it replies to (0 for none), text, whether it was truncated, how many
/// attachments it has (none where an earlier release stored it).
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LastRecord(Seq, UserId, Timestamp, Seq, String, bool, #[serde(default)] u8);

impl LastRecord {
    pub(super) fn of(preview: &Preview) -> Self {
        let Preview { seq, author_id, created_at, state } = preview.clone();
        let (reply_to, text, truncated, attachments) = match state {
            PreviewState::Written { reply_to, text, truncated, attachments, .. } => {
                (reply_to, text, truncated, attachments)
            }
            PreviewState::Deleted { .. } => (None, String::new(), false, 0),
        };
        Self(seq, author_id, created_at, reply_to.unwrap_or(Seq::ZERO), text, truncated, attachments)
    }

    pub(super) fn parse(self, edited_at: Option<Timestamp>, deleted_at: Option<Timestamp>) -> Preview {
        let Self(seq, author_id, created_at, reply_to, text, truncated, attachments) = self;
        let reply_to = (reply_to > Seq::ZERO).then_some(reply_to);
        let state = match deleted_at {
            Some(at) => PreviewState::Deleted { at },
            None => PreviewState::Written { reply_to, text, truncated, edited_at, attachments },
        };
        Preview { seq, author_id, created_at, state }
    }
}

/// When the last message was edited or deleted: the names of the attributes, and their values.
pub(super) fn last_times(preview: Option<&Preview>) -> [(&'static str, Option<Timestamp>); 2] {
    let (edited, deleted) = match preview.map(|preview| &preview.state) {
        Some(PreviewState::Written { edited_at, .. }) => (*edited_at, None),
        Some(PreviewState::Deleted { at }) => (None, Some(*at)),
        None => (None, None),
    };
    [("edited", edited), ("deleted", deleted)]
}

/// Sets what a head says of the last message.
pub(super) fn set_last(head: &mut Update, last: &Preview) -> Result<(), StoreError> {
    head.set(&["last"], convert::value(LastRecord::of(last))?);
    for (name, at) in last_times(Some(last)) {
        match at {
            Some(at) => head.set(&[name], number(at.ms())),
            None => head.remove(&[name]),
        };
    }
    Ok(())
}

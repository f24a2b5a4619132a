//! The tail of a head: messages that are no items yet, in the order in which the table got them.

use serde::{Deserialize, Serialize};

use crate::domain::counts::Slot;
use crate::domain::idempotency::{Fingerprint, Idempotency, IdempotencyKey};
use crate::domain::message::{LoggedMessage, Message, MessageContent, Preview};
use crate::domain::tail::TailMessage;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;

/// Author's slot, time, attempt, key, fingerprint, content. The place in the list is the place in the log.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TailRecord(Slot, Timestamp, u32, String, Fingerprint, MessageContent);

impl TailRecord {
    /// `None` for a message that was deleted: it is in no tail.
    pub(super) fn of(message: &TailMessage) -> Option<Self> {
        let TailMessage { logged, slot, request, attempt } = message;
        let content = logged.message.written()?.content.clone();
        let (key, fingerprint) = (request.key.as_str().to_owned(), request.fingerprint.clone());
        Some(Self(*slot, logged.message.created_at, *attempt, key, fingerprint, content))
    }
}

/// Puts the messages of a tail behind the last entry of `thread`, each with the place, the time and the counts that it has
/// there; `None` if one cannot be read. Times never go back: a message whose sender's clock was behind has the time of the one
/// before.
pub(super) fn extend(thread: &mut Thread, records: Vec<TailRecord>) -> Option<()> {
    for TailRecord(slot, at, attempt, key, fingerprint, content) in records {
        let author = thread.members.iter().find(|member| member.slot == slot)?;
        let created_at = at.max(thread.last_entry_at);
        let message = Message::new(thread.last_seq.next(), author.user_id.clone(), created_at, content);
        thread.last_seq = message.seq;
        (thread.last_entry_at, thread.active_at) = (created_at, created_at);
        thread.counts = thread.counts.with_one_more(slot);
        thread.last_message = Some(Preview::of(&message));
        let logged = LoggedMessage { message, counts: thread.counts.clone(), slot: Some(slot) };
        let request = Idempotency { key: IdempotencyKey::try_from(key).ok()?, fingerprint };
        thread.tail.messages.push(TailMessage { logged, slot, request, attempt });
    }
    Some(())
}

//! Messages: an envelope that never changes, and the content that the author writes and may edit.

use serde::{Deserialize, Deserializer, Serialize};

use super::counts::{MessageCounts, Slot};
use super::ids::{Seq, UserId};
use super::invalid::{Invalid, no_control_characters};
use super::limits::{MAX_PREVIEW_BYTES, MAX_PREVIEW_GRAPHEMES, MAX_TEXT_BYTES, MAX_TEXT_CHARS};
use super::media::Attachment;
use super::reactions::Reactions;
use super::revision::Revision;
use super::text::{beginning, something_visible};
use super::time::Timestamp;

/// A message's text: trimmed, 1–4,000 characters (Unicode scalar values), at most 16 KiB of UTF-8 (rule 16). Any script and
/// any emoji are allowed, but something has to be visible; of the control characters only tab and line breaks. Links are plain
/// text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageText(String);

impl MessageText {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// No text: that of a message that has attachments instead.
    #[must_use]
    pub fn none() -> Self {
        Self(String::new())
    }
}

impl TryFrom<String> for MessageText {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        // Before trimming, which would take some of them for white space.
        no_control_characters(&text, &['\n', '\r', '\t'])?;
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::new("must not be empty"));
        }
        if text.len() > MAX_TEXT_BYTES {
            return Err(Invalid::new(format!("must have at most {MAX_TEXT_BYTES} bytes")));
        }
        if text.chars().count() > MAX_TEXT_CHARS {
            return Err(Invalid::new(format!("must have at most {MAX_TEXT_CHARS} characters")));
        }
        something_visible(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl MessageText {
    /// As the table has it: rules that came later do not make it unreadable.
    fn stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

impl From<MessageText> for String {
    fn from(text: MessageText) -> Self {
        text.0
    }
}

/// The content of a message. A draft is a content that is not stored yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageContent {
    #[serde(deserialize_with = "MessageText::stored")]
    pub text: MessageText,
    /// The message it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
    /// Members it mentions, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// Images and videos that are sent with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// A message in the log of a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub seq: Seq,
    pub author_id: UserId,
    /// When it was stored; never earlier than the entries before it.
    pub created_at: Timestamp,
    pub state: MessageState,
    /// Names this state of it.
    pub revision: Revision,
}

/// What there is of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageState {
    Written(Written),
    /// A tombstone: its place in the log stays, and nothing of what it said (rule 17).
    Deleted {
        at: Timestamp,
    },
}

/// A message that was not deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub content: MessageContent,
    /// The last edit; `None` if there was none.
    pub edited: Option<Edited>,
    pub reactions: Reactions,
}

impl Message {
    /// A message as it is sent.
    #[must_use]
    pub fn new(seq: Seq, author_id: UserId, created_at: Timestamp, content: MessageContent) -> Self {
        let state = MessageState::Written(Written { content, edited: None, reactions: Reactions::default() });
        Self { seq, author_id, created_at, state, revision: Revision::default() }
    }

    /// The message after a change.
    #[must_use]
    pub fn changed(&self, state: MessageState) -> Self {
        Self { state, revision: self.revision.next(), ..self.clone() }
    }

    /// Its images and videos.
    #[must_use]
    pub fn attachments(&self) -> &[Attachment] {
        self.written().map_or(&[], |written| &written.content.attachments)
    }

    /// What it says; `None` if it was deleted.
    #[must_use]
    pub fn written(&self) -> Option<&Written> {
        match &self.state {
            MessageState::Written(written) => Some(written),
            MessageState::Deleted { .. } => None,
        }
    }
}

/// That a message was edited (rule 17).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edited {
    pub at: Timestamp,
    pub times: u8,
}

/// A message as the log stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedMessage {
    pub message: Message,
    /// The counts of the thread up to and including this message.
    pub counts: MessageCounts,
    /// The slot of its author; `None` where an earlier release stored it.
    pub slot: Option<Slot>,
}

/// What the head of a thread keeps of the last message, so that a mailbox page reads heads alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub seq: Seq,
    pub author_id: UserId,
    pub created_at: Timestamp,
    pub state: PreviewState,
}

/// What a preview shows of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreviewState {
    Written {
        reply_to: Option<Seq>,
        /// The text or its beginning: at most 80 graphemes and 120 bytes.
        text: String,
        /// Whether `text` is only the beginning.
        truncated: bool,
        edited_at: Option<Timestamp>,
        /// How many images and videos it has.
        attachments: u8,
    },
    Deleted {
        at: Timestamp,
    },
}

impl Preview {
    /// The preview of `message`.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        let state = match &message.state {
            MessageState::Written(Written { content, edited, .. }) => {
                let (text, truncated) = beginning(content.text.as_str(), MAX_PREVIEW_GRAPHEMES, MAX_PREVIEW_BYTES);
                let edited_at = edited.map(|edited| edited.at);
                let attachments = u8::try_from(content.attachments.len()).unwrap_or(u8::MAX);
                PreviewState::Written { reply_to: content.reply_to, text, truncated, edited_at, attachments }
            }
            MessageState::Deleted { at } => PreviewState::Deleted { at: *at },
        };
        let Message { seq, author_id, created_at, .. } = message;
        Self { seq: *seq, author_id: author_id.clone(), created_at: *created_at, state }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: impl Into<String>) -> Result<MessageText, Invalid> {
        MessageText::try_from(text.into())
    }

    #[test]
    fn rule_16_length_counts_after_trimming_in_characters_and_in_bytes() {
        assert_eq!(text(" \n hello \t ").unwrap().as_str(), "hello");
        assert!(text("  \n\t ").is_err());
        assert!(text("é".repeat(4_000)).is_ok());
        assert!(text("x".repeat(4_001)).is_err());
        assert!(text("🙂".repeat(4_000)).is_ok(), "16,000 bytes");
        assert!(text(format!("  {}  ", "x".repeat(4_000))).is_ok());
    }

    #[test]
    fn rule_16_any_script_but_no_control_characters() {
        for fine in ["שלום\nעולם", "👩‍👩‍👧 \u{202e}rtl", "a\tb\r\nc", "https://example.com/?q=1"] {
            assert_eq!(text(fine).unwrap().as_str(), fine);
        }
        for bad in [
            "\u{200b}",
            " \u{3164}\u{2060} ",
            "\u{fe0f}",
            "a\u{0}b",
            "a\u{1b}[31m",
            "a\u{7f}",
            "a\u{85}b",
            "ab\u{c}",
            "\u{b}ab",
            "ab\u{85}",
        ] {
            assert!(text(bad).is_err(), "{bad:?}");
        }
    }
}

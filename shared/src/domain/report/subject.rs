//! What a report is about, and why it was made.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::invalid::{Invalid, no_control_characters};
use crate::domain::limits::MAX_NOTE_CHARS;
use crate::domain::text::something_visible;
use crate::domain::word::{self, Word};

/// What is reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    User { user_id: UserId },
    Thread { thread_id: ThreadId },
    Message { thread_id: ThreadId, seq: Seq },
}

/// The id of a report: `rep_` and 26 characters of lower-case base 32.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReportId(String);

const PREFIX: &str = "rep_";
const DIGITS: usize = 26;

impl ReportId {
    /// The id of the report of `subject` by `reporter`. It is derived from the two, so that a second report of the same by the same
    /// user is the same report, and no look-up is needed.
    #[must_use]
    pub fn of(reporter: &UserId, subject: &Subject) -> Self {
        let (kind, id, seq) = match subject {
            Subject::User { user_id } => ("user", user_id.as_str(), Seq::ZERO),
            Subject::Thread { thread_id } => ("thread", thread_id.as_str(), Seq::ZERO),
            Subject::Message { thread_id, seq } => ("message", thread_id.as_str(), *seq),
        };
        // Ids hold no control characters, so the separator keeps different subjects apart.
        let digest = [reporter.as_str(), kind, id]
            .into_iter()
            .fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update([0]));
        let digest = digest.chain_update(seq.to_string()).finalize();
        let text = data_encoding::BASE32_NOPAD.encode(&digest).to_ascii_lowercase();
        Self(format!("{PREFIX}{}", &text[..DIGITS]))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ReportId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let digits = text.strip_prefix(PREFIX).unwrap_or_default();
        let fits = digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if fits { Ok(Self(text)) } else { Err(Invalid::new("must be a report's id")) }
    }
}

impl From<ReportId> for String {
    fn from(id: ReportId) -> Self {
        id.0
    }
}

/// Why something is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reason {
    Spam,
    Harassment,
    Hate,
    Violence,
    Sexual,
    SelfHarm,
    Impersonation,
    #[default]
    Other,
}

impl Word for Reason {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("spam", Self::Spam),
        ("harassment", Self::Harassment),
        ("hate", Self::Hate),
        ("violence", Self::Violence),
        ("sexual", Self::Sexual),
        ("self_harm", Self::SelfHarm),
        ("impersonation", Self::Impersonation),
        ("other", Self::Other),
    ];
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        word::serialize(*self, serializer)
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word::deserialize(deserializer)
    }
}

/// What the reporter adds in their own words: 1–1,000 characters after trimming, something of it visible; of the control characters
/// only tab and line breaks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Note(String);

impl TryFrom<String> for Note {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        no_control_characters(&text, &['\n', '\r', '\t'])?;
        let text = text.trim();
        if !(1..=MAX_NOTE_CHARS).contains(&text.chars().count()) {
            return Err(Invalid::new(format!("must have 1–{MAX_NOTE_CHARS} characters")));
        }
        something_visible(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl From<Note> for String {
    fn from(note: Note) -> Self {
        note.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> UserId {
        UserId::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn rule_28_a_report_has_one_id_for_its_reporter_and_its_subject() {
        let thread_id = ThreadId::try_from(format!("thr_{}", "a".repeat(26))).unwrap();
        let message = |seq: u64| Subject::Message { thread_id: thread_id.clone(), seq: Seq::try_from(seq).unwrap() };
        let subjects = [
            Subject::User { user_id: user("bob") },
            Subject::Thread { thread_id: thread_id.clone() },
            message(1),
            message(11),
        ];
        let mut ids: Vec<ReportId> = Vec::new();
        for reporter in ["ann", "annb"] {
            for subject in &subjects {
                let id = ReportId::of(&user(reporter), subject);
                assert_eq!(id, ReportId::of(&user(reporter), subject));
                assert_eq!(ReportId::try_from(id.as_str().to_owned()), Ok(id.clone()));
                ids.push(id);
            }
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 8);
    }

    #[test]
    fn rule_28_a_note_is_of_bounded_length_and_can_be_seen() {
        let note = |text: &str| Note::try_from(text.to_owned()).map(String::from);
        assert_eq!(note("  he wrote\nto all \t ").unwrap(), "he wrote\nto all");
        assert!(note(&"é".repeat(1_000)).is_ok());
        for bad in ["", "  ", "\u{200b}", "a\u{0}", &"x".repeat(1_001)] {
            assert!(note(bad).is_err(), "{bad:?}");
        }
    }
}

//! Titles of groups and rooms.

use serde::{Deserialize, Deserializer, Serialize};

use super::invalid::Invalid;
use super::limits::MAX_TITLE_CHARS;
use super::text::one_line;

/// The title of a group or of a room: 1–60 characters after trimming, of any script, on one line and visible (rule 16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Title(String);

impl TryFrom<String> for Title {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        one_line(&text, MAX_TITLE_CHARS).map(Self)
    }
}

impl Title {
    /// As the table has it: rules that came later do not make it unreadable.
    pub(crate) fn stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Ok(Option::deserialize(deserializer)?.map(Self))
    }
}

impl From<Title> for String {
    fn from(title: Title) -> Self {
        title.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_refuse_what_cannot_be_shown() {
        assert_eq!(String::from(Title::try_from("  Book club ".to_owned()).unwrap()), "Book club");
        for text in ["", "  ", "a\nb", &"x".repeat(61)] {
            assert!(Title::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}

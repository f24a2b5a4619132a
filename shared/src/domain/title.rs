//! Titles of groups and rooms.

use serde::{Deserialize, Serialize};

use super::invalid::{Invalid, no_control_characters};
use super::limits::MAX_TITLE_CHARS;

/// The title of a group or of a room: 1–60 characters after trimming, of any script, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Title(String);

impl TryFrom<String> for Title {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let text = text.trim();
        no_control_characters(text, &[])?;
        if (1..=MAX_TITLE_CHARS).contains(&text.chars().count()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(format!("must have 1–{MAX_TITLE_CHARS} characters")))
        }
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

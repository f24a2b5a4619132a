//! Live audio rooms of the host application (rule 13).

use serde::{Deserialize, Deserializer, Serialize};

use super::invalid::Invalid;
use super::limits::MAX_ROOM_ID_CHARS;
use super::title::Title;

/// The id of a live audio room of the host application: 1–128 visible ASCII characters without `#`, which ends the id in a
/// key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoomId(String);

impl RoomId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RoomId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let fits = (1..=MAX_ROOM_ID_CHARS).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
            Ok(Self(text))
        } else {
            Err(Invalid::new(format!("must be 1–{MAX_ROOM_ID_CHARS} visible ASCII characters without '#'")))
        }
    }
}

impl From<RoomId> for String {
    fn from(id: RoomId) -> Self {
        id.0
    }
}

/// The room that a group accompanies (rule 13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    pub id: RoomId,
    pub title: Option<Title>,
}

impl Room {
    /// As the table has it: rules that came later do not make its title unreadable.
    pub(crate) fn stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        #[derive(Deserialize)]
        struct Stored {
            id: RoomId,
            #[serde(default, deserialize_with = "Title::stored")]
            title: Option<Title>,
        }
        let stored = Option::<Stored>::deserialize(deserializer)?;
        Ok(stored.map(|Stored { id, title }| Self { id, title }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_ids_refuse_what_cannot_be_a_key() {
        for text in ["", "a b", "a#b", &"x".repeat(129)] {
            assert!(RoomId::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}

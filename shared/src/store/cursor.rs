//! Cursors: places where lists continue. They are opaque to clients and made only of sort keys. The partition always comes
//! from the authorised request, so a forged cursor leads only to another place of the caller's own list.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::invalid::Invalid;

/// No cursor is longer. That of an inbox may have to name as many threads as were shown before their turn.
const MAX_CURSOR_BYTES: usize = 8_192;

/// A place in the list named `list`. The name keeps the cursors of different lists apart.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<P> {
    list: String,
    place: P,
}

/// The text of a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// The cursor for `place` in `list`.
    #[must_use]
    pub fn new<P: Serialize>(list: &str, place: &P) -> Self {
        let envelope = Envelope { list: list.to_owned(), place };
        // Places are plain records of numbers and texts, so turning them into JSON cannot fail.
        let json = serde_json::to_vec(&envelope).unwrap_or_default();
        Self(data_encoding::BASE64URL_NOPAD.encode(&json))
    }

    /// The cursor as text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }

    /// The place in `list` that a client's cursor names.
    ///
    /// # Errors
    /// If the text is no cursor of this list.
    pub fn read<P: DeserializeOwned>(list: &str, text: &str) -> Result<P, Invalid> {
        let invalid = || Invalid::new("must be a cursor that this list gave out");
        if text.len() > MAX_CURSOR_BYTES {
            return Err(invalid());
        }
        let json = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| invalid())?;
        let envelope: Envelope<P> = serde_json::from_slice(&json).map_err(|_| invalid())?;
        if envelope.list == list { Ok(envelope.place) } else { Err(invalid()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_list_only() {
        let text = Cursor::new("search", &7_u64).into_text();
        assert_eq!(Cursor::read::<u64>("search", &text), Ok(7));
        assert!(Cursor::read::<u64>("inbox", &text).is_err());
        assert!(Cursor::read::<bool>("search", &text).is_err());
        for forged in ["", "%", "e30", &"A".repeat(1_000)] {
            assert!(Cursor::read::<u64>("search", forged).is_err(), "{forged}");
        }
    }
}

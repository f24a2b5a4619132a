//! Enums that clients and the table write as words.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

use super::invalid::Invalid;

/// An enum whose values are written as words.
pub trait Word: Copy + PartialEq + 'static {
    /// Every word and its value, in the order in which an error lists them.
    const WORDS: &'static [(&'static str, Self)];

    /// The value of a word.
    ///
    /// # Errors
    /// If there is no such word. The error lists all words.
    fn parse(text: &str) -> Result<Self, Invalid> {
        let known = Self::WORDS.iter().find(|(word, _)| *word == text);
        known.map(|(_, value)| *value).ok_or_else(|| {
            let words: Vec<&str> = Self::WORDS.iter().map(|(word, _)| *word).collect();
            Invalid::new(format!("must be {}", words.join(" or ")))
        })
    }

    /// The word of a value.
    fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, value)| *value == self).map_or("", |(word, _)| word)
    }
}

/// Reads a word.
///
/// # Errors
/// If there is no such word.
pub fn deserialize<'de, T: Word, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    T::parse(&text).map_err(D::Error::custom)
}

/// Writes a word.
///
/// # Errors
/// Only what the serializer itself reports.
pub fn serialize<T: Word, S: Serializer>(value: T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.as_str())
}

//! The error of constructors whose input does not fit.

use std::fmt;

/// Why a value was refused. The sentence says what would fit and is safe to show to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(String);

impl Invalid {
    /// A refusal for this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl From<Invalid> for String {
    fn from(invalid: Invalid) -> Self {
        invalid.0
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Invalid {}

/// Refuses text with control characters other than those in `allowed`. They have no meaning in a name or a message, break
/// terminals and logs, and NUL ends strings in other languages.
pub(crate) fn no_control_characters(text: &str, allowed: &[char]) -> Result<(), Invalid> {
    match text.chars().find(|c| c.is_control() && !allowed.contains(c)) {
        Some(c) => Err(Invalid::new(format!("must not contain the control character U+{:04X}", u32::from(c)))),
        None => Ok(()),
    }
}

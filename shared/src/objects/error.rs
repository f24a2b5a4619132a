//! The error of the bucket.

/// A call to the bucket failed, for the log.
#[derive(Debug)]
pub struct ObjectError(pub String);

impl ObjectError {
    pub(super) fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

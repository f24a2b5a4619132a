//! Why an operation did not succeed.

use crate::domain::refusal::Refusal;
use crate::objects::ObjectError;
use crate::store::StoreError;

/// The error of an operation. Nothing was stored, but for `Unavailable` of the store, whose outcome the same idempotency key
/// finds out.
#[derive(Debug)]
pub enum Error {
    /// A rule refuses it.
    Refused(Refusal),
    /// The table failed.
    Store(StoreError),
    /// The bucket failed.
    Objects(String),
    /// A queue did not take a message.
    Queue(String),
    /// A defect; the cause is for the log.
    Internal(String),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ObjectError> for Error {
    fn from(error: ObjectError) -> Self {
        Self::Objects(error.0)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if error.failed(crate::store::Condition::Username) {
            return Self::Refused(Refusal::UsernameTaken);
        }
        Self::Store(error)
    }
}

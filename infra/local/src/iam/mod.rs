//! IAM: who calls, what the roles of the template allow them, and the refusal of everything else.
//!
//! A service asks [`Gate::identify`] who signed a request and [`Gate::authorize`] whether its [`Need`]s are granted. What is
//! the service's own is the way from a request to needs, and the form in which a refusal is told.

mod gate;
mod grants;
mod pattern;
mod policy;
mod role;

pub(crate) use gate::{Caller, Gate, OWNER_KEY, Stranger};
pub(crate) use policy::{Policy, one_or_many};
pub(crate) use role::{Denied, Role};

/// The account that everything local belongs to.
pub(crate) const ACCOUNT: &str = "123456789012";

/// One action on one resource, as a call needs it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Need {
    /// Such as `dynamodb:GetItem`.
    pub(crate) action: String,
    /// The ARN of what it is done to.
    pub(crate) resource: String,
}

impl Need {
    /// An action of a service on a resource of it.
    pub(crate) fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into() }
    }
}

/// The ARN of something in this account.
pub(crate) fn arn(service: &str, region: &str, name: &str) -> String {
    format!("arn:aws:{service}:{region}:{ACCOUNT}:{name}")
}

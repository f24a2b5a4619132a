//! What a call needs to be allowed.

/// The account id in every local ARN.
pub(crate) const ACCOUNT: &str = "123456789012";

/// One action on one resource.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Need {
    /// Such as `dynamodb:GetItem`.
    pub(crate) action: String,
    /// An ARN, or `*` for actions without resources.
    pub(crate) resource: String,
}

impl Need {
    pub(crate) fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into() }
    }
}

/// The ARN of a resource in the local account.
pub(crate) fn arn(service: &str, region: &str, name: &str) -> String {
    format!("arn:aws:{service}:{region}:{ACCOUNT}:{name}")
}

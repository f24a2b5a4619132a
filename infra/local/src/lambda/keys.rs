//! The access keys of function processes, and their secrets.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

/// The access key of the owner, who may do everything: for developers and tests that read or seed the table. It is its own secret.
pub(crate) const OWNER_KEY: &str = "seed";
/// With this the access keys of processes begin.
const PREFIX: &str = "LOCAL";

/// The access key of a process.
pub(super) fn key_of(function: &str, number: u64) -> String {
    format!("{PREFIX}{function}_{number}")
}

/// The logical id of the function whose process has or had an access key.
pub(super) fn function_of(access_key: &str) -> Option<&str> {
    let (function, _) = access_key.strip_prefix(PREFIX)?.rsplit_once('_')?;
    Some(function)
}

/// The secret that belongs to an access key: the same at each start of a stack.
pub(super) fn secret_of(stack: &str, access_key: &str) -> String {
    if access_key == OWNER_KEY {
        return OWNER_KEY.to_owned();
    }
    BASE64URL_NOPAD.encode(&Sha256::digest(format!("{stack}/{access_key}"))[..30])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_function_and_has_a_secret_of_its_own() {
        assert_eq!(function_of(&key_of("F1", 12)), Some("F1"));
        assert_eq!(function_of("AKIAIOSFODNN7EXAMPLE"), None);
        let secret = |stack: &str, number: u64| secret_of(stack, &key_of("F", number));
        assert_eq!((secret("a", 1).len(), secret("a", 1)), (40, secret("a", 1)));
        assert!(secret("a", 1) != secret("a", 2) && secret("a", 1) != secret("b", 1));
    }
}

//! Who calls a service: a function process or the owner of the stack, known by the access key in the signature.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Weak};

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use parking_lot::Mutex;

use super::keys::{OWNER_KEY, function_of, secret_of};
use super::process::Process;
use crate::console::Console;

/// The signer of a request.
pub(crate) enum Caller {
    Function(Arc<Process>),
    Owner,
}

impl Caller {
    pub(crate) fn process(&self) -> Option<&Process> {
        match self {
            Self::Function(process) => Some(process),
            Self::Owner => None,
        }
    }
}

/// Whose key it is, also when the process that had it is gone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Signer {
    /// The function with this logical id.
    Function(String),
    Owner,
}

/// Why the caller of a request is not known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unidentified {
    Unsigned,
    UnknownKey,
}

/// The running function processes by their access keys.
pub(crate) struct Callers {
    console: Console,
    /// The name of the stack, from which the secrets are made.
    stack: String,
    /// The logical ids of all functions.
    functions: BTreeSet<String>,
    by_access_key: Mutex<HashMap<String, Weak<Process>>>,
}

impl Callers {
    pub(crate) fn new(stack: &str, functions: BTreeSet<String>, console: Console) -> Self {
        Self { console, stack: stack.to_owned(), functions, by_access_key: Mutex::default() }
    }

    pub(super) fn add(&self, process: &Arc<Process>) {
        self.by_access_key.lock().insert(process.access_key().to_owned(), Arc::downgrade(process));
    }

    pub(super) fn remove(&self, process: &Process) {
        self.by_access_key.lock().remove(process.access_key());
    }

    /// Identifies the signer of a request. The signature is not verified: on loopback, the key is enough.
    ///
    /// # Errors
    /// [`Unidentified`] if the request has no known access key.
    pub(crate) fn identify(&self, headers: &HeaderMap) -> Result<Caller, Unidentified> {
        let identified = match access_key(headers) {
            None => Err(Unidentified::Unsigned),
            Some(OWNER_KEY) => Ok(Caller::Owner),
            Some(key) => self.with_key(key).map(Caller::Function).ok_or(Unidentified::UnknownKey),
        };
        if let Err(reason) = &identified {
            self.console.warn(format!("[unknown caller] a call was refused: {reason:?}"));
        }
        identified
    }

    /// Whose key it is. A URL that a function signed outlives the process that signed it, and the stack.
    pub(crate) fn signer(&self, access_key: &str) -> Option<Signer> {
        if access_key == OWNER_KEY {
            return Some(Signer::Owner);
        }
        self.functions.get(function_of(access_key)?).map(|function| Signer::Function(function.clone()))
    }

    /// The secret that belongs to an access key: the same at each start.
    pub(crate) fn secret(&self, access_key: &str) -> String {
        secret_of(&self.stack, access_key)
    }

    /// The running process with an access key.
    pub(crate) fn with_key(&self, access_key: &str) -> Option<Arc<Process>> {
        self.by_access_key.lock().get(access_key)?.upgrade()
    }
}

/// The access key in the header of Signature Version 4.
fn access_key(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = authorization.strip_prefix("AWS4-HMAC-SHA256 ")?.split_once("Credential=")?;
    let (key, _) = credential.split_once('/')?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(authorization: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        headers
    }

    #[test]
    fn only_known_keys_are_identified() {
        let (console, _writer) = Console::start();
        let callers = Callers::new("stack", BTreeSet::from(["F".to_owned()]), console);
        let is_owner = |headers: &HeaderMap| callers.identify(headers).map(|caller| caller.process().is_none());
        let known = "AWS4-HMAC-SHA256 Credential=seed/20250101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(is_owner(&signed(known)), Ok(true));
        let unknown = "AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=0";
        assert_eq!(is_owner(&signed(unknown)), Err(Unidentified::UnknownKey));
        assert_eq!(is_owner(&signed("Bearer token")), Err(Unidentified::Unsigned));
        assert_eq!(is_owner(&HeaderMap::new()), Err(Unidentified::Unsigned));
    }

    #[test]
    fn a_key_of_a_process_that_is_gone_is_still_that_of_its_function() {
        let (console, _writer) = Console::start();
        let callers = Callers::new("stack", BTreeSet::from(["F1".to_owned()]), console);
        assert_eq!(callers.signer("LOCALF1_12"), Some(Signer::Function("F1".to_owned())));
        assert_eq!(callers.signer("seed"), Some(Signer::Owner));
        assert_eq!(callers.signer("LOCALG_1"), None);
    }
}

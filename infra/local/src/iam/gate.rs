//! The gate that every call to a service passes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use parking_lot::Mutex;

use super::grants::{Listed, Rights};
use super::{Denied, Need, Role};
use crate::console::Console;
use crate::lambda::{Callers, Process};

/// The access key of the stack's owner, who may do everything: for people and tests that look at the table or seed it.
pub(crate) const OWNER_KEY: &str = "seed";

/// Who signed a request.
pub(crate) enum Caller {
    /// A function's process.
    Function(Arc<Process>),
    /// Whoever owns the stack.
    Owner,
}

impl Caller {
    /// The process, unless it is the owner.
    pub(crate) fn process(&self) -> Option<&Process> {
        match self {
            Self::Function(process) => Some(process),
            Self::Owner => None,
        }
    }
}

/// Why nobody knows who calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stranger {
    /// The request is not signed.
    Unsigned,
    /// It is signed with a key that belongs to nobody.
    UnknownKey,
}

/// The gate.
pub(crate) struct Gate {
    console: Console,
    callers: Arc<Callers>,
    by_function: Mutex<BTreeMap<String, Rights>>,
}

impl Gate {
    /// The gate for the functions of a template, by their logical ids.
    pub(crate) fn new(
        roles: impl IntoIterator<Item = (String, Role)>,
        callers: Arc<Callers>,
        console: Console,
    ) -> Self {
        let rights = roles.into_iter().map(|(function, role)| (function, Rights::new(role)));
        Self { console, callers, by_function: Mutex::new(rights.collect()) }
    }

    /// Who signed a request. The signature itself is not verified: on loopback, the key is enough.
    ///
    /// # Errors
    /// [`Stranger`] if nobody did, or somebody unknown.
    pub(crate) fn identify(&self, headers: &HeaderMap) -> Result<Caller, Stranger> {
        let known = match access_key(headers) {
            None => Err(Stranger::Unsigned),
            Some(OWNER_KEY) => Ok(Caller::Owner),
            Some(key) => self.callers.with_key(key).map(Caller::Function).ok_or(Stranger::UnknownKey),
        };
        if let Err(stranger) = &known {
            self.console.warn(format!("[nobody] a call by a stranger was refused: {stranger:?}"));
        }
        known
    }

    /// Notes that somebody asks for a call that needs all of these, and whether they may.
    ///
    /// # Errors
    /// The refusal of the first one that is not granted.
    pub(crate) fn authorize(&self, caller: &Caller, needs: &BTreeSet<Need>) -> Result<(), Denied> {
        let Some(process) = caller.process() else { return Ok(()) };
        let mut by_function = self.by_function.lock();
        // Every process belongs to a function of the template, and every such function has a role.
        let Some(rights) = by_function.get_mut(process.function()) else { return Ok(()) };
        let asked = rights.ask(needs);
        if let Err(denied) = &asked {
            self.console.warn(format!("[{}] AccessDenied: {denied}", process.function()));
        }
        asked
    }

    /// What is granted and what became of it so far.
    pub(crate) fn list(&self) -> Listed {
        let mut listed = Listed::default();
        for (function, rights) in self.by_function.lock().iter() {
            rights.list(function, &mut listed);
        }
        listed
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
    fn only_known_keys_are_let_in() {
        let (console, _writer) = Console::start();
        let gate = Gate::new([], Arc::default(), console);
        let who = |headers: &HeaderMap| gate.identify(headers).map(|caller| caller.process().is_none());
        let known = "AWS4-HMAC-SHA256 Credential=seed/20250101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(who(&signed(known)), Ok(true));
        assert_eq!(who(&signed("AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=0")), Err(Stranger::UnknownKey));
        assert_eq!(who(&signed("Bearer token")), Err(Stranger::Unsigned));
        assert_eq!(who(&HeaderMap::new()), Err(Stranger::Unsigned));
    }
}

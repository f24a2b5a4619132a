//! What the template's policies grant, what functions use of it, and the refusal of everything else.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use serde::Serialize;

use crate::console::Console;

/// The right to post to connections.
pub(crate) const MANAGE_CONNECTIONS: &str = "execute-api:ManageConnections";

/// The rights of one function.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Rights {
    /// The actions that its policies allow.
    granted: BTreeSet<String>,
    /// Those of them that it asked for.
    used: BTreeSet<String>,
}

impl Rights {
    fn allow(&self, action: &str) -> bool {
        let covers = |granted: &String| granted.strip_suffix('*').is_some_and(|prefix| action.starts_with(prefix));
        self.granted.contains(action) || self.granted.iter().any(covers)
    }
}

/// The rights of all functions.
pub(crate) struct Grants {
    console: Console,
    by_function: Mutex<BTreeMap<String, Rights>>,
}

impl Grants {
    /// The actions that each function is granted.
    pub(crate) fn new(granted: impl Iterator<Item = (String, BTreeSet<String>)>, console: Console) -> Self {
        let rights = |(function, granted)| (function, Rights { granted, used: BTreeSet::new() });
        Self { console, by_function: Mutex::new(granted.map(rights).collect()) }
    }

    /// Notes that a function asks for actions.
    ///
    /// # Errors
    /// The sentence with which AWS refuses the first one that is not granted.
    pub(crate) fn ask<'a>(&self, function: &str, actions: impl IntoIterator<Item = &'a str>) -> Result<(), String> {
        let mut by_function = self.by_function.lock();
        let Some(rights) = by_function.get_mut(function) else { return Ok(()) };
        for action in actions {
            if !rights.allow(action) {
                self.console.warn(format!("[{function}] refused: its policies in the template do not grant {action}"));
                return Err(format!(
                    "User: arn:aws:sts::{}:assumed-role/{function}Role/{function} is not authorized to perform: {action} because no \
                     identity-based policy allows the {action} action",
                    crate::template::ACCOUNT
                ));
            }
            if !rights.used.contains(action) {
                rights.used.insert(action.to_owned());
            }
        }
        Ok(())
    }

    /// The rights of all functions as they are now.
    pub(crate) fn list(&self) -> BTreeMap<String, Rights> {
        self.by_function.lock().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_granted_is_allowed_and_noted() {
        let (console, _writer) = Console::start();
        let granted = BTreeSet::from(["dynamodb:GetItem".to_owned(), "execute-api:*".to_owned()]);
        let grants = Grants::new([("F".to_owned(), granted)].into_iter(), console);
        assert!(grants.ask("F", ["dynamodb:GetItem", MANAGE_CONNECTIONS]).is_ok());
        assert!(grants.ask("F", ["dynamodb:PutItem"]).is_err_and(|refusal| refusal.contains("dynamodb:PutItem")));
        assert_eq!(grants.list()["F"].used.len(), 2);
    }
}

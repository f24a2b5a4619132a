//! The check that every call to a service passes.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;

use super::grants::{Listed, Rights};
use super::need::Need;
use super::role::{Denied, Role};
use crate::console::Console;

/// The roles of all functions, and how their grants were used.
pub(crate) struct Gate {
    console: Console,
    by_function: Mutex<BTreeMap<String, Rights>>,
}

impl Gate {
    /// `roles` pairs the logical id of each function with its role.
    pub(crate) fn new(roles: impl IntoIterator<Item = (String, Role)>, console: Console) -> Self {
        let rights = roles.into_iter().map(|(function, role)| (function, Rights::new(role)));
        Self { console, by_function: Mutex::new(rights.collect()) }
    }

    /// Checks and counts a call of a function that needs all of `needs`.
    ///
    /// # Errors
    /// The refusal of the first need that is not granted.
    pub(crate) fn authorize(&self, function: &str, needs: &BTreeSet<Need>) -> Result<(), Denied> {
        let mut by_function = self.by_function.lock();
        // Every function of the template has a role.
        let Some(rights) = by_function.get_mut(function) else { return Ok(()) };
        let checked = rights.check(needs);
        if let Err(denied) = &checked {
            self.console.warn(format!("[{function}] AccessDenied: {denied}"));
        }
        checked
    }

    /// Whether a function may. It counts only where it may: a refusal here is no failure of the function.
    pub(crate) fn allows(&self, function: &str, need: &Need) -> bool {
        let mut by_function = self.by_function.lock();
        let Some(rights) = by_function.get_mut(function) else { return true };
        rights.allow(need) && rights.check(&BTreeSet::from([need.clone()])).is_ok()
    }

    /// All grants with their use, and all refusals.
    pub(crate) fn list(&self) -> Listed {
        let mut listed = Listed::default();
        for (function, rights) in self.by_function.lock().iter() {
            rights.list(function, &mut listed);
        }
        listed
    }
}

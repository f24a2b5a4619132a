//! The grants of each role with their use, and the refused needs.

use std::collections::BTreeSet;

use serde::Serialize;

use super::need::Need;
use super::role::{Denied, Role};

/// An action on a resource by a function. In a grant, action and resource may be patterns.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
struct Right {
    function: String,
    action: String,
    resource: String,
}

/// A right that the template grants.
#[derive(Serialize)]
struct Grant {
    #[serde(flatten)]
    right: Right,
    /// How many calls this grant allowed.
    used: u64,
    /// How many of them no other grant would have allowed. A grant with 0 could be removed.
    needed: u64,
}

/// The grants and refusals of all functions, as the control API lists them.
#[derive(Default, Serialize)]
pub(crate) struct Listed {
    granted: Vec<Grant>,
    refused: Vec<Right>,
}

/// The role of one function with the use of its grants.
pub(super) struct Rights {
    role: Role,
    /// `used` and `needed` of each allowing rule of the role.
    uses: Vec<(u64, u64)>,
    refused: BTreeSet<Need>,
}

impl Rights {
    pub(super) fn new(role: Role) -> Self {
        Self { uses: vec![(0, 0); role.policy.allowed().len()], role, refused: BTreeSet::new() }
    }

    /// Checks and counts a call that needs all of `needs`.
    ///
    /// # Errors
    /// The refusal of the first need that is not granted.
    pub(super) fn check(&mut self, needs: &BTreeSet<Need>) -> Result<(), Denied> {
        for need in needs {
            match self.role.authorize(need) {
                Ok(allowing) => {
                    let alone = u64::from(allowing.len() == 1);
                    for index in allowing {
                        self.uses[index].0 += 1;
                        self.uses[index].1 += alone;
                    }
                }
                Err(denied) => {
                    self.refused.insert(need.clone());
                    return Err(denied);
                }
            }
        }
        Ok(())
    }

    /// Whether a call that needs this would be allowed.
    pub(super) fn allow(&self, need: &Need) -> bool {
        self.role.authorize(need).is_ok()
    }

    pub(super) fn list(&self, function: &str, listed: &mut Listed) {
        let right = |action: String, resource: String| Right { function: function.to_owned(), action, resource };
        let rules = self.role.policy.allowed().iter().zip(&self.uses);
        listed.granted.extend(rules.map(|(rule, (used, needed))| Grant {
            right: right(rule.action.to_string(), rule.resource.to_string()),
            used: *used,
            needed: *needed,
        }));
        listed.refused.extend(self.refused.iter().map(|need| right(need.action.clone(), need.resource.clone())));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn after(actions: &Value, asked: &[&str]) -> Value {
        let mut role = Role::default();
        let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "t"});
        role.policy.add(&json!({ "Statement": statement })).unwrap();
        let mut rights = Rights::new(role);
        for action in asked {
            let _ = rights.check(&BTreeSet::from([Need::new(*action, "t")]));
        }
        let mut listed = Listed::default();
        rights.list("F", &mut listed);
        serde_json::to_value(listed).unwrap()
    }

    #[test]
    fn every_grant_counts_its_calls() {
        let listed = after(&json!(["a:Get", "a:Put"]), &["a:Get", "a:Get", "a:Scan", "a:Scan"]);
        assert_eq!(
            listed,
            json!({
                "granted": [
                    {"function": "F", "action": "a:Get", "resource": "t", "used": 2, "needed": 2},
                    {"function": "F", "action": "a:Put", "resource": "t", "used": 0, "needed": 0},
                ],
                "refused": [{"function": "F", "action": "a:Scan", "resource": "t"}],
            })
        );
    }

    #[test]
    fn a_grant_that_another_one_covers_is_used_and_not_needed() {
        let listed = after(&json!(["a:Get", "a:*"]), &["a:Get", "a:Put"]);
        let counts =
            |index: usize| (listed["granted"][index]["used"].as_u64(), listed["granted"][index]["needed"].as_u64());
        assert_eq!((counts(0), counts(1)), ((Some(1), Some(0)), (Some(2), Some(1))));
    }
}

//! What is granted, what of it is needed, and what was asked for in vain.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Denied, Need, Role};

/// The right of a function to an action on a resource. In a grant, both may be patterns.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
struct Right {
    /// The logical id of the function.
    function: String,
    action: String,
    resource: String,
}

/// A right that the template gives.
#[derive(Serialize)]
struct Grant {
    #[serde(flatten)]
    right: Right,
    /// How many calls it allowed.
    used: u64,
    /// How many of them nothing else would have allowed. Without such a call, it could be taken away.
    needed: u64,
}

/// The rights of all functions, in the form of the control API.
#[derive(Default, Serialize)]
pub(crate) struct Listed {
    granted: Vec<Grant>,
    refused: Vec<Right>,
}

/// The role of a function, and what became of its rights so far.
pub(super) struct Rights {
    role: Role,
    /// For every rule of the role that allows something: how often it was used, and needed.
    uses: Vec<(u64, u64)>,
    refused: BTreeSet<Need>,
}

impl Rights {
    /// The rights of a role that was not used yet.
    pub(super) fn new(role: Role) -> Self {
        Self { uses: vec![(0, 0); role.policy.allowed().len()], role, refused: BTreeSet::new() }
    }

    /// Notes a call that needs all of these.
    ///
    /// # Errors
    /// The refusal of the first one that is not granted.
    pub(super) fn ask(&mut self, needs: &BTreeSet<Need>) -> Result<(), Denied> {
        for need in needs {
            match self.role.judge(need) {
                Ok(allowing) => {
                    let alone = u64::from(allowing.len() == 1);
                    for place in allowing {
                        self.uses[place].0 += 1;
                        self.uses[place].1 += alone;
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

    /// Adds them to a list, under the name of their function.
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
            let _ = rights.ask(&BTreeSet::from([Need::new(*action, "t")]));
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
            |place: usize| (listed["granted"][place]["used"].as_u64(), listed["granted"][place]["needed"].as_u64());
        assert_eq!((counts(0), counts(1)), ((Some(1), Some(0)), (Some(2), Some(1))));
    }
}

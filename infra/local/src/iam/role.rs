//! The role of a function: what it may do, and the words of its refusals.

use std::fmt;

use super::{ACCOUNT, Need, Policy};

/// The role that SAM makes for a function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Role {
    /// Its name.
    pub(crate) name: String,
    /// The name of its session, which is the function's.
    pub(crate) session: String,
    /// What its policies say.
    pub(crate) policy: Policy,
    /// What SAM attaches to it, which a template cannot make narrower.
    pub(crate) attached: Policy,
    /// What it cannot exceed, whatever its policies say.
    pub(crate) boundary: Option<Policy>,
}

impl Role {
    /// The places of the rules in its policy that allow this.
    ///
    /// # Errors
    /// The refusal: nothing allows it, or something denies it.
    pub(crate) fn judge(&self, need: &Need) -> Result<Vec<usize>, Denied> {
        let refuse = |why| {
            let user = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{}/{}", self.name, self.session);
            Err(Denied { user, need: need.clone(), why })
        };
        let boundary = self.boundary.as_ref();
        if self.policy.denies(need) {
            return refuse(Why::Explicit("an identity-based policy"));
        }
        if boundary.is_some_and(|boundary| boundary.denies(need)) {
            return refuse(Why::Explicit("a permissions boundary"));
        }
        let allowing = self.policy.allowing(need);
        if allowing.is_empty() && self.attached.allowing(need).is_empty() {
            return refuse(Why::Implicit("identity-based policy"));
        }
        if boundary.is_some_and(|boundary| boundary.allowing(need).is_empty()) {
            return refuse(Why::Implicit("permissions boundary"));
        }
        Ok(allowing)
    }
}

/// A refusal. Its text is the sentence with which AWS refuses.
#[derive(Clone, Debug)]
pub(crate) struct Denied {
    user: String,
    /// What was refused.
    pub(crate) need: Need,
    why: Why,
}

/// Which kind of policy is to blame.
#[derive(Clone, Copy, Debug)]
enum Why {
    Explicit(&'static str),
    Implicit(&'static str),
}

impl fmt::Display for Denied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, need: Need { action, resource }, why } = self;
        write!(formatter, "User: {user} is not authorized to perform: {action} on resource: {resource} ")?;
        match why {
            Why::Explicit(kind) => write!(formatter, "with an explicit deny in {kind}"),
            Why::Implicit(kind) => write!(formatter, "because no {kind} allows the {action} action"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn role(statements: &Value, boundary: Option<&Value>) -> Role {
        let policy = |statements: &Value| {
            let mut policy = Policy::default();
            policy.add(&json!({ "Statement": statements })).unwrap();
            policy
        };
        Role {
            name: "FRole".to_owned(),
            session: "F".to_owned(),
            policy: policy(statements),
            attached: Policy::default(),
            boundary: boundary.map(policy),
        }
    }

    fn told(role: &Role, action: &str) -> String {
        role.judge(&Need::new(action, "arn:t")).map_or_else(|denied| denied.to_string(), |_| "allowed".to_owned())
    }

    #[test]
    fn what_nothing_allows_is_refused_in_the_words_of_aws() {
        let role = role(&json!({"Effect": "Allow", "Action": "a:Get", "Resource": "arn:t"}), None);
        assert_eq!(told(&role, "a:Get"), "allowed");
        assert_eq!(
            told(&role, "a:Put"),
            "User: arn:aws:sts::123456789012:assumed-role/FRole/F is not authorized to perform: a:Put on resource: arn:t \
             because no identity-based policy allows the a:Put action"
        );
    }

    #[test]
    fn a_denial_is_stronger_than_any_grant() {
        let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        let deny = json!({"Effect": "Deny", "Action": "a:Put", "Resource": "arn:*"});
        assert!(
            told(&role(&json!([allow, deny]), None), "a:Put")
                .ends_with(" with an explicit deny in an identity-based policy")
        );
        let bounded = role(&allow, Some(&json!([allow, deny])));
        assert!(told(&bounded, "a:Put").ends_with(" with an explicit deny in a permissions boundary"));
        assert_eq!(told(&bounded, "a:Get"), "allowed");
    }

    #[test]
    fn a_boundary_allows_nothing_by_itself_and_limits_what_is_allowed() {
        let allow = |action: &str| json!({"Effect": "Allow", "Action": action, "Resource": "*"});
        let role = role(&json!([allow("a:Get"), allow("a:Put")]), Some(&json!([allow("a:Get"), allow("a:List")])));
        assert_eq!(told(&role, "a:Get"), "allowed");
        assert!(told(&role, "a:Put").ends_with(" because no permissions boundary allows the a:Put action"));
        assert!(told(&role, "a:List").ends_with(" because no identity-based policy allows the a:List action"));
    }
}

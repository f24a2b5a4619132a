//! The role of a function, and the message of a refusal.

use std::fmt;

use super::need::{ACCOUNT, Need};
use super::policy::Policy;

/// The role that SAM generates for a function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Role {
    pub(crate) name: String,
    /// The session name, which is the function's name.
    pub(crate) session: String,
    pub(crate) policy: Policy,
    /// The managed policies that SAM attaches. A template cannot narrow them.
    pub(crate) attached: Policy,
    /// The permissions boundary.
    pub(crate) boundary: Option<Policy>,
}

impl Role {
    /// The indices of the rules in `policy` that allow `need`.
    ///
    /// # Errors
    /// The refusal, if no rule allows `need` or one denies it.
    pub(crate) fn authorize(&self, need: &Need) -> Result<Vec<usize>, Denied> {
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

/// A refusal. It displays as the message of AWS.
#[derive(Clone, Debug)]
pub(crate) struct Denied {
    user: String,
    pub(crate) need: Need,
    why: Why,
}

/// The kind of policy that refuses.
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
        role.authorize(&Need::new(action, "arn:t")).map_or_else(|denied| denied.to_string(), |_| "allowed".to_owned())
    }

    #[test]
    fn a_need_that_nothing_allows_is_refused_with_the_message_of_aws() {
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

//! Policy documents.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::need::Need;
use super::pattern::Pattern;

/// One action and one resource of a statement. A statement has a rule for each such pair.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) action: Pattern,
    pub(super) resource: Pattern,
}

impl Rule {
    fn covers(&self, need: &Need) -> bool {
        self.action.covers_action(&need.action) && self.resource.covers_resource(&need.resource)
    }
}

/// The rules of some policy documents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    allowed: Vec<Rule>,
    denied: Vec<Rule>,
}

impl Policy {
    /// Adds the statements of a document. Its intrinsic functions must be evaluated already.
    ///
    /// Conditions are not evaluated: an Allow with a condition never allows, a Deny with a condition always denies.
    ///
    /// # Errors
    /// A message if `document` is not a policy document, or uses what the local stack does not support.
    pub(crate) fn add(&mut self, document: &Value) -> Result<()> {
        let statements = document.get("Statement").with_context(|| {
            format!("the policy {document} is not written out: the local stack supports policy documents only")
        })?;
        for statement in one_or_many(statements) {
            let rules = rules(statement).with_context(|| format!("the statement {statement}"))?;
            match statement.get("Effect").and_then(Value::as_str) {
                Some("Allow") if statement.get("Condition").is_some() => {}
                Some("Allow") => self.allowed.extend(rules),
                Some("Deny") => self.denied.extend(rules),
                _ => bail!("the statement {statement} needs the Effect Allow or Deny"),
            }
        }
        Ok(())
    }

    pub(super) fn allowed(&self) -> &[Rule] {
        &self.allowed
    }

    /// The indices in [`Policy::allowed`] of the rules that allow `need`.
    pub(super) fn allowing(&self, need: &Need) -> Vec<usize> {
        let covering = self.allowed.iter().enumerate().filter(|(_, rule)| rule.covers(need));
        covering.map(|(index, _)| index).collect()
    }

    /// Whether a Deny covers `need`.
    pub(super) fn denies(&self, need: &Need) -> bool {
        self.denied.iter().any(|rule| rule.covers(need))
    }
}

fn rules(statement: &Value) -> Result<Vec<Rule>> {
    let actions = patterns(statement, "Action")?;
    let resources = patterns(statement, "Resource")?;
    let of_action = |action: &Pattern| {
        let rule = |resource: &Pattern| Rule { action: action.clone(), resource: resource.clone() };
        resources.iter().map(rule).collect::<Vec<_>>()
    };
    Ok(actions.iter().flat_map(of_action).collect())
}

/// The patterns of an element or of its negative form.
fn patterns(statement: &Value, element: &str) -> Result<Vec<Pattern>> {
    let texts = |value: &Value| one_or_many(value).iter().map(text).collect::<Result<Vec<_>>>();
    match (statement.get(element), statement.get(format!("Not{element}"))) {
        (Some(values), None) => Ok(texts(values)?.into_iter().map(Pattern::Like).collect()),
        (None, Some(values)) => Ok(vec![Pattern::Unlike(texts(values)?)]),
        _ => bail!("it needs either {element} or Not{element}"),
    }
}

fn text(value: &Value) -> Result<String> {
    let text = value.as_str().with_context(|| format!("{value} is not a string"))?;
    if text.contains("${") {
        bail!("{text} contains a policy variable, which the local stack does not support");
    }
    Ok(text.to_owned())
}

/// IAM accepts a single value in place of a list.
pub(crate) fn one_or_many(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(statements: &Value) -> Policy {
        let mut policy = Policy::default();
        policy.add(&json!({ "Version": "2012-10-17", "Statement": statements })).unwrap();
        policy
    }

    #[test]
    fn a_statement_is_every_action_on_every_resource() {
        let policy = policy(&json!({"Effect": "Allow", "Action": ["a:X", "a:Y"], "Resource": ["r1", "r2"]}));
        let pairs: Vec<_> = policy.allowed().iter().map(|rule| format!("{} {}", rule.action, rule.resource)).collect();
        assert_eq!(pairs, ["a:X r1", "a:X r2", "a:Y r1", "a:Y r2"]);
        assert_eq!(policy.allowing(&Need::new("a:Y", "r1")), [2]);
        assert!(policy.allowing(&Need::new("a:Y", "r3")).is_empty());
    }

    #[test]
    fn a_condition_never_allows_and_always_denies() {
        let condition = json!({"StringEquals": {"a:b": "c"}});
        let policy = policy(&json!([
            {"Effect": "Allow", "Action": "a:X", "Resource": "*", "Condition": condition},
            {"Effect": "Deny", "Action": "a:Y", "Resource": "*", "Condition": condition},
        ]));
        assert!(policy.allowing(&Need::new("a:X", "r")).is_empty());
        assert!(policy.denies(&Need::new("a:Y", "r")) && !policy.denies(&Need::new("a:X", "r")));
    }

    #[test]
    fn unsupported_policies_are_refused() {
        let told = |document: Value| format!("{:#}", Policy::default().add(&document).unwrap_err());
        assert!(told(json!("AmazonDynamoDBFullAccess")).contains("not written out"));
        assert!(told(json!({"Statement": {"Action": "*", "Resource": "*"}})).contains("Effect"));
        assert!(
            told(json!({"Statement": {"Effect": "Allow", "Action": "*"}})).contains("either Resource or NotResource")
        );
        let variable = json!({"Effect": "Allow", "Action": "*", "Resource": "${aws:username}"});
        assert!(told(json!({"Statement": [variable]})).contains("policy variable"));
    }
}

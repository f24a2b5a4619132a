//! The roles that SAM makes for functions: `<function>Role`, with the function's policies.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::intrinsics::Scope;
use super::{Reader, Resource};
use crate::iam::{self, Policy, Role};

/// What the managed policy allows that SAM attaches where `Tracing` is set, to whatever value.
const TRACING: [&str; 2] = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// Gives a function's role the name and the ARN that a template may refer to.
pub(super) fn name(function: &str, scope: &mut Scope, stack: &str) {
    let role = format!("{function}Role");
    let name = format!("{stack}-{role}");
    scope.attributes.insert(format!("{role}.Arn"), format!("arn:aws:iam::{}:role/{name}", iam::ACCOUNT));
    scope.references.insert(role, name);
}

/// The role of a function, with everything in this template that says what it may do, and what SAM attaches for traces. What
/// it attaches for logs is for a service that is not here.
pub(super) fn read(reader: &Reader<'_>, function: &Resource<'_>) -> Result<Role> {
    ensure!(
        function.property("Role").is_none(),
        "it brings a role of its own: the local stack knows the one that SAM makes of Policies"
    );
    let name = reader.scope.references[&format!("{}Role", function.id)].clone();
    let mut policy = Policy::default();
    if let Some(own) = function.property("Policies") {
        for document in iam::one_or_many(&reader.scope.evaluate(own)?) {
            policy.add(document)?;
        }
    }
    for kind in ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"] {
        for attached in reader.of_kind(kind).filter(|resource| is_attached(reader, resource, &name)) {
            add(&mut policy, reader, attached)?;
        }
    }
    let mut attached = Policy::default();
    let globals = reader.globals.get("Function").and_then(|globals| globals.get("Tracing"));
    if function.property("Tracing").or(globals).is_some() {
        attached.add(&json!({ "Statement": { "Effect": "Allow", "Action": TRACING, "Resource": "*" } }))?;
    }
    let session = reader.scope.references[function.id].clone();
    Ok(Role { name, session, policy, attached, boundary: boundary(reader, function)? })
}

/// Whether a policy that stands by itself lists a role. Roles of other templates may be listed too.
fn is_attached(reader: &Reader<'_>, policy: &Resource<'_>, role: &str) -> bool {
    let listed = policy.property("Roles").and_then(|roles| reader.scope.evaluate(roles).ok());
    listed.is_some_and(|roles| iam::one_or_many(&roles).iter().any(|listed| listed == role))
}

/// The permissions boundary, if it is a policy of this template. What one from elsewhere says cannot be known here.
fn boundary(reader: &Reader<'_>, function: &Resource<'_>) -> Result<Option<Policy>> {
    const NAME: &str = "PermissionsBoundary";
    let globals = reader.globals.get("Function").and_then(|globals| globals.get(NAME));
    let Some(value) = function.property(NAME).or(globals) else { return Ok(None) };
    let id = reader.scope.evaluate(value).context(NAME)?;
    let mut policies = reader.of_kind("AWS::IAM::ManagedPolicy");
    let Some(found) = policies.find(|policy| id == reader.scope.references[policy.id].as_str()) else {
        return Ok(None);
    };
    let mut boundary = Policy::default();
    add(&mut boundary, reader, found)?;
    Ok(Some(boundary))
}

fn add(policy: &mut Policy, reader: &Reader<'_>, resource: &Resource<'_>) -> Result<()> {
    let document = resource.property("PolicyDocument").unwrap_or(&Value::Null);
    let document = reader.scope.evaluate(document).with_context(|| resource.id.to_owned())?;
    policy.add(&document).with_context(|| resource.id.to_owned())
}

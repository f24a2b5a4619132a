//! The roles that SAM generates for functions: `<function>Role`, with the function's policies.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::intrinsics::Scope;
use super::reader::{Reader, Resource};
use crate::iam::{self, Policy, Role};

/// The actions of the managed policy that SAM attaches if `Tracing` is set, to any value.
const TRACING: [&str; 2] = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// Defines the name and the ARN of a function's role, to which a template may refer.
pub(super) fn name(function: &str, scope: &mut Scope, stack: &str) {
    let role = format!("{function}Role");
    let name = format!("{stack}-{role}");
    scope.attributes.insert(format!("{role}.Arn"), format!("arn:aws:iam::{}:role/{name}", iam::ACCOUNT));
    scope.references.insert(role, name);
}

/// The role of a function: its own policies, the policies of this template that list the role, and the managed policy for traces.
/// The managed policy for logs is left out, because the local stack has no CloudWatch Logs.
pub(super) fn read(reader: &Reader<'_>, function: &Resource<'_>) -> Result<Role> {
    ensure!(
        function.property("Role").is_none(),
        "it has a Role of its own: the local stack supports only the role that SAM generates from Policies"
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

/// Whether a policy resource lists a role. It may list roles of other templates too.
fn is_attached(reader: &Reader<'_>, policy: &Resource<'_>, role: &str) -> bool {
    let listed = policy.property("Roles").and_then(|roles| reader.scope.evaluate(roles).ok());
    listed.is_some_and(|roles| iam::one_or_many(&roles).iter().any(|listed| listed == role))
}

/// The permissions boundary, if it is a policy of this template. The content of another policy is not known here.
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

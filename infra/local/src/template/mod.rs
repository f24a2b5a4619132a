//! `infra/template.yaml`, read as a deployment would read it.

mod http_api;
mod intrinsics;
mod resources;
mod roles;
mod socket_api;
mod yaml;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value, json};

pub(crate) use http_api::{Cors, HttpApi, HttpRoute};
pub(crate) use resources::{FunctionSpec, Table};
pub(crate) use socket_api::{SocketApi, SocketRoute};

use intrinsics::Scope;

use crate::iam::ACCOUNT;

/// The region that everything local is in, unless `AWS_REGION` says otherwise.
const DEFAULT_REGION: &str = "us-east-1";

/// Everything of a template that the local stack runs.
#[derive(Debug)]
pub(crate) struct Template {
    /// The Lambda functions.
    pub(crate) functions: Vec<FunctionSpec>,
    /// The HTTP API.
    pub(crate) http: HttpApi,
    /// The WebSocket API, if there is one.
    pub(crate) socket: Option<SocketApi>,
    /// The DynamoDB tables.
    pub(crate) tables: Vec<Table>,
    /// The region that the pseudo parameter stands for.
    pub(crate) region: String,
}

/// A resource of the template: type and properties, not yet evaluated.
struct Resource<'a> {
    id: &'a str,
    kind: &'a str,
    body: &'a Value,
}

impl<'a> Resource<'a> {
    fn property(&self, name: &str) -> Option<&'a Value> {
        self.body.get("Properties")?.get(name)
    }
}

/// What the parts of the template are read with.
struct Reader<'a> {
    scope: Scope,
    globals: &'a Value,
    resources: Vec<Resource<'a>>,
}

impl<'a> Reader<'a> {
    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Resource<'a>> {
        self.resources.iter().filter(move |resource| resource.kind == kind)
    }

    /// A property as text, if it is set.
    fn text(&self, resource: &Resource<'_>, name: &str) -> Result<Option<String>> {
        let value = resource.property(name).map(|value| self.scope.text(value)).transpose();
        value.with_context(|| format!("{name} of {}", resource.id))
    }
}

/// Reads a template file.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub(crate) fn read(path: &Path, parameters: &[(String, String)], stack_name: &str) -> Result<Template> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("the template {} cannot be read: give its path with --template", path.display()))?;
    parse(&text, parameters, stack_name).with_context(|| format!("the template {} cannot be used", path.display()))
}

fn parse(text: &str, given: &[(String, String)], stack_name: &str) -> Result<Template> {
    let document = yaml::parse(text)?;
    let null = Value::Null;
    let section = |name: &str| document.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    let declared = document.get("Resources").and_then(Value::as_object).context("it has no Resources")?;
    let region = std::env::var("AWS_REGION").unwrap_or_else(|_| DEFAULT_REGION.to_owned());
    let mut scope = Scope {
        parameters: parameters(&section("Parameters"), given, &region, stack_name)?,
        conditions: section("Conditions"),
        mappings: section("Mappings"),
        ..Scope::default()
    };
    let mut present = Vec::new();
    for (id, body) in declared {
        if let Some(condition) = body.get("Condition").and_then(Value::as_str)
            && !scope.condition(condition)?
        {
            continue;
        }
        let kind =
            body.get("Type").and_then(Value::as_str).with_context(|| format!("the resource {id} has no Type"))?;
        present.push(Resource { id, kind, body });
    }
    resources::name_all(&present, &mut scope, &region, stack_name)?;
    let reader = Reader { scope, globals: document.get("Globals").unwrap_or(&null), resources: present };
    Ok(Template {
        functions: resources::functions(&reader)?,
        http: http_api::read(&reader)?,
        socket: socket_api::read(&reader)?,
        tables: resources::tables(&reader)?,
        region,
    })
}

/// The declared parameters with their given or default values, and the pseudo parameters.
fn parameters(
    declared: &Map<String, Value>,
    given: &[(String, String)],
    region: &str,
    stack_name: &str,
) -> Result<BTreeMap<String, Option<Value>>> {
    let mut all = BTreeMap::new();
    for (name, body) in declared {
        let default = body.get("Default").cloned();
        all.insert(name.clone(), default);
    }
    for (name, value) in given {
        let Some(body) = declared.get(name) else {
            let known: Vec<&str> = declared.keys().map(String::as_str).collect();
            bail!("it has no parameter {name}; its parameters are {}", known.join(", "));
        };
        if let Some(allowed) = body.get("AllowedValues").and_then(Value::as_array)
            && !allowed.iter().any(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned) == *value)
        {
            return Err(anyhow!("the parameter {name} cannot be {value:?}; allowed are {}", json!(allowed)));
        }
        all.insert(name.clone(), Some(json!(value)));
    }
    // A list parameter is a list wherever it is referred to.
    for (name, value) in &mut all {
        let kind = declared[name].get("Type").and_then(Value::as_str).unwrap_or_default();
        if (kind == "CommaDelimitedList" || kind.starts_with("List<"))
            && let Some(Value::String(joined)) = value
        {
            *value = Some(joined.split(',').map(|item| json!(item.trim())).collect());
        }
    }
    let pseudo = [
        ("AWS::AccountId", ACCOUNT.to_owned()),
        ("AWS::Partition", "aws".to_owned()),
        ("AWS::Region", region.to_owned()),
        ("AWS::StackId", format!("arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{stack_name}/local")),
        ("AWS::StackName", stack_name.to_owned()),
        ("AWS::URLSuffix", "amazonaws.com".to_owned()),
    ];
    all.extend(pseudo.map(|(name, value)| (name.to_owned(), Some(json!(value)))));
    Ok(all)
}

#[cfg(test)]
mod tests;

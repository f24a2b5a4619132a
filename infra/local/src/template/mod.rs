//! `infra/template.yaml`, evaluated as in a deployment.

mod buckets;
mod http_api;
mod intrinsics;
mod notifications;
mod parameters;
mod queues;
mod reader;
mod resources;
mod retries;
mod roles;
mod schedules;
mod socket_api;
mod yaml;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

pub(crate) use buckets::{BucketSpec, CorsRule};
pub(crate) use http_api::{Authorization, Cors, HttpApi, HttpRoute};
pub(crate) use notifications::Listener;
pub(crate) use queues::{Consumer, QueueSpec};
pub(crate) use resources::{FunctionSpec, Table};
pub(crate) use schedules::ScheduleSpec;
pub(crate) use socket_api::{SocketApi, SocketRoute};

use intrinsics::Scope;
use reader::{Reader, Resource};

/// The region of the local stack, unless `AWS_REGION` is set.
const DEFAULT_REGION: &str = "us-east-1";

/// The parts of a template that the local stack runs.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) functions: Vec<FunctionSpec>,
    pub(crate) http: HttpApi,
    pub(crate) socket: Option<SocketApi>,
    pub(crate) tables: Vec<Table>,
    pub(crate) queues: Vec<QueueSpec>,
    pub(crate) buckets: Vec<BucketSpec>,
    pub(crate) schedules: Vec<ScheduleSpec>,
    /// The name of the stack.
    pub(crate) stack: String,
    pub(crate) region: String,
}

/// Reads a template file.
///
/// # Errors
/// A message that names the file and the mistake.
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
        parameters: parameters::read(&section("Parameters"), given, &region, stack_name)?,
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
    reader::check_events(&reader)?;
    Ok(Template {
        functions: resources::functions(&reader)?,
        http: http_api::read(&reader)?,
        socket: socket_api::read(&reader)?,
        tables: resources::tables(&reader)?,
        queues: queues::read(&reader)?,
        buckets: buckets::read(&reader)?,
        schedules: schedules::read(&reader)?,
        stack: stack_name.to_owned(),
        region,
    })
}

#[cfg(test)]
mod tests;

//! The functions and tables of a template, and the names that a deployment would generate.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use data_encoding::BASE32_NOPAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::intrinsics::Scope;
use super::reader::{Reader, Resource};
use super::retries::{self, Retries};
use super::{buckets, queues, roles};
use crate::iam::{Role, arn};

/// Lambda's default.
const DEFAULT_TIMEOUT_S: u64 = 3;
/// Lambda's default.
const DEFAULT_MEMORY_MIB: u64 = 128;

#[derive(Clone, Debug)]
pub(crate) struct FunctionSpec {
    /// The logical id.
    pub(crate) id: String,
    /// The name, as a deployment would generate it.
    pub(crate) name: String,
    pub(crate) arn: String,
    /// The name of the cargo binary.
    pub(crate) binary: String,
    /// The limit of one invocation.
    pub(crate) timeout: Duration,
    pub(crate) memory_mib: u64,
    /// `Tracing: Active`.
    pub(crate) traced: bool,
    /// The variables of the template.
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) role: Role,
    /// What becomes of an event that it fails to handle, when nobody waits for its response.
    pub(crate) retries: Retries,
}

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    /// The input of `CreateTable`.
    pub(crate) create: Value,
    /// The TTL attribute.
    pub(crate) expires_by: Option<String>,
}

/// Defines the values of `Ref` and `GetAtt` for every resource.
pub(super) fn name_all(resources: &[Resource<'_>], scope: &mut Scope, region: &str, stack: &str) -> Result<()> {
    for resource in resources {
        let id = resource.id;
        let given =
            |property: &str, scope: &Scope| resource.property(property).map(|value| scope.text(value)).transpose();
        let mut attribute = |name: &str, value: String| scope.attributes.insert(format!("{id}.{name}"), value);
        let reference = match resource.kind {
            "AWS::Serverless::Function" => {
                let name = given("FunctionName", scope)?.unwrap_or_else(|| format!("{stack}-{id}"));
                scope.attributes.insert(format!("{id}.Arn"), arn("lambda", region, &format!("function:{name}")));
                roles::name(id, scope, stack);
                name
            }
            "AWS::DynamoDB::Table" => {
                let name = given("TableName", scope)?.unwrap_or_else(|| format!("{stack}-{id}"));
                scope.attributes.insert(format!("{id}.Arn"), arn("dynamodb", region, &format!("table/{name}")));
                name
            }
            "AWS::SQS::Queue" => {
                let name = given("QueueName", scope)?.unwrap_or_else(|| format!("{stack}-{id}"));
                queues::name(id, &name, scope, region)
            }
            "AWS::S3::Bucket" => {
                let name = given("BucketName", scope)?;
                buckets::name(id, name, scope, region, stack)?
            }
            "AWS::Serverless::HttpApi" | "AWS::Serverless::WebSocketApi" | "AWS::ApiGatewayV2::Api" => {
                let api = api_id(stack, id);
                let scheme = if resource.kind.ends_with("HttpApi") { "https" } else { "wss" };
                attribute("ApiEndpoint", format!("{scheme}://{api}.execute-api.{region}.amazonaws.com"));
                attribute("ApiId", api.clone());
                api
            }
            _ => {
                attribute("Arn", arn("local", region, id));
                id.to_owned()
            }
        };
        scope.references.insert(id.to_owned(), reference);
    }
    Ok(())
}

/// Ten lower-case letters and digits, the same at each start.
fn api_id(stack: &str, id: &str) -> String {
    BASE32_NOPAD.encode(&Sha256::digest(format!("{stack}/{id}")))[..10].to_ascii_lowercase()
}

pub(super) fn functions(reader: &Reader<'_>) -> Result<Vec<FunctionSpec>> {
    reader
        .of_kind("AWS::Serverless::Function")
        .map(|resource| function(reader, resource).with_context(|| format!("the function {}", resource.id)))
        .collect()
}

fn function(reader: &Reader<'_>, resource: &Resource<'_>) -> Result<FunctionSpec> {
    let globals = reader.globals.get("Function");
    let number = |name: &str, default: u64| -> Result<u64> {
        let value = resource.property(name).or_else(|| globals?.get(name));
        value
            .map_or(Ok(default), |value| reader.scope.text(value)?.parse().context("it is not a number"))
            .context(name.to_owned())
    };
    let mut environment = BTreeMap::new();
    let own = resource.property("Environment");
    for variables in [globals.and_then(|globals| globals.get("Environment")), own].into_iter().flatten() {
        for (name, value) in variables.get("Variables").and_then(Value::as_object).into_iter().flatten() {
            let text = reader.scope.text(value).with_context(|| format!("its environment variable {name}"))?;
            environment.insert(name.clone(), text);
        }
    }
    let tracing = resource.property("Tracing").or_else(|| globals?.get("Tracing"));
    let tracing = tracing.map(|value| reader.scope.evaluate(value)).transpose().context("Tracing")?;
    let binary = resource.body.pointer("/Metadata/BuildProperties/Binary").and_then(Value::as_str);
    Ok(FunctionSpec {
        id: resource.id.to_owned(),
        name: reader.scope.references[resource.id].clone(),
        arn: reader.scope.attributes[&format!("{}.Arn", resource.id)].clone(),
        binary: binary
            .context(
                "it has no binary: add Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: … } }",
            )?
            .to_owned(),
        timeout: Duration::from_secs(number("Timeout", DEFAULT_TIMEOUT_S)?),
        memory_mib: number("MemorySize", DEFAULT_MEMORY_MIB)?,
        traced: tracing == Some(json!("Active")),
        environment,
        role: roles::read(reader, resource)?,
        retries: retries::read(reader, resource)?,
    })
}

pub(super) fn tables(reader: &Reader<'_>) -> Result<Vec<Table>> {
    reader
        .of_kind("AWS::DynamoDB::Table")
        .map(|resource| table(reader, resource).with_context(|| format!("the table {}", resource.id)))
        .collect()
}

fn table(reader: &Reader<'_>, resource: &Resource<'_>) -> Result<Table> {
    let name = reader.scope.references[resource.id].clone();
    let mut create = Map::new();
    create.insert("TableName".to_owned(), json!(name));
    create.insert("BillingMode".to_owned(), json!("PAY_PER_REQUEST"));
    for property in ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        if let Some(value) = resource.property(property) {
            create.insert(property.to_owned(), reader.scope.evaluate(value)?);
        }
    }
    let expiry = resource.property("TimeToLiveSpecification").map(|value| reader.scope.evaluate(value)).transpose()?;
    let expires_by = expiry
        .filter(|expiry| expiry.get("Enabled").is_some_and(|enabled| enabled.as_bool() == Some(true)))
        .and_then(|expiry| expiry.get("AttributeName")?.as_str().map(str::to_owned));
    Ok(Table { name, create: Value::Object(create), expires_by })
}

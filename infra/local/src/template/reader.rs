//! The resources of a template, and the scope in which their properties are evaluated.

use std::fmt;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::intrinsics::Scope;

/// A resource of the template. Its properties are not evaluated yet.
pub(super) struct Resource<'a> {
    pub(super) id: &'a str,
    pub(super) kind: &'a str,
    pub(super) body: &'a Value,
}

impl<'a> Resource<'a> {
    pub(super) fn property(&self, name: &str) -> Option<&'a Value> {
        self.body.get("Properties")?.get(name)
    }
}

pub(super) struct Reader<'a> {
    pub(super) scope: Scope,
    pub(super) globals: &'a Value,
    pub(super) resources: Vec<Resource<'a>>,
}

impl<'a> Reader<'a> {
    pub(super) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Resource<'a>> {
        self.resources.iter().filter(move |resource| resource.kind == kind)
    }

    /// A property as text, if it is set.
    pub(super) fn text(&self, resource: &Resource<'_>, name: &str) -> Result<Option<String>> {
        let value = resource.property(name).map(|value| self.scope.text(value)).transpose();
        value.with_context(|| format!("{name} of {}", resource.id))
    }
}

/// An event of a function: what calls it. Its properties are not evaluated yet.
pub(super) struct Event<'a> {
    pub(super) name: &'a str,
    /// The logical id of the function.
    pub(super) function: &'a str,
    /// The type, such as `HttpApi`.
    pub(super) kind: &'a str,
    pub(super) properties: &'a Value,
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the event {} of {}", self.name, self.function)
    }
}

/// The types of events that the local stack knows.
const KINDS: [&str; 5] = ["HttpApi", "S3", "SQS", "Schedule", "ScheduleV2"];

/// The events of all functions.
pub(super) fn events<'a>(reader: &Reader<'a>) -> impl Iterator<Item = Event<'a>> {
    let functions = reader.of_kind("AWS::Serverless::Function");
    functions.flat_map(|function| {
        let declared = function.property("Events").and_then(Value::as_object).into_iter().flatten();
        declared.map(|(name, body)| Event {
            name,
            function: function.id,
            kind: body.get("Type").and_then(Value::as_str).unwrap_or_default(),
            properties: body.get("Properties").unwrap_or(&Value::Null),
        })
    })
}

/// Refuses events that nobody would deliver.
///
/// # Errors
/// A message that names such an event.
pub(super) fn check_events(reader: &Reader<'_>) -> Result<()> {
    for event in events(reader) {
        let known = KINDS.join(", ");
        ensure!(KINDS.contains(&event.kind), "{event} is not of a type that the local stack supports: {known}");
    }
    Ok(())
}

/// Refuses what would be ignored, and might matter.
///
/// # Errors
/// A message that names it.
pub(super) fn only<'a>(names: impl Iterator<Item = &'a String>, supported: &[&str]) -> Result<()> {
    let others: Vec<&str> = names.map(String::as_str).filter(|name| !supported.contains(name)).collect();
    ensure!(others.is_empty(), "the local stack does not support {}", others.join(", "));
    Ok(())
}

/// The items of a list in an evaluated value; none if there is no such list.
pub(super) fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

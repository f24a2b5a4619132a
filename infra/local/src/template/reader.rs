//! The resources of a template, and the scope in which their properties are evaluated.

use anyhow::{Context, Result};
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

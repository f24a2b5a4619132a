//! Update expressions. Every attribute and every value has a placeholder, so that no name can be a reserved word ("Reserved
//! words in DynamoDB" in its developer guide).

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::error::Condition;
use super::keys::Key;
use super::write::{Action, Write};

/// A number as an attribute.
#[expect(clippy::needless_pass_by_value, reason = "numbers are small")]
pub(super) fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A text as an attribute.
pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// Builds the update of one item.
#[derive(Debug)]
pub(super) struct Update {
    key: Key,
    sets: Vec<String>,
    removes: Vec<String>,
    adds: Vec<String>,
    deletes: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Update {
    pub(super) fn new(key: Key) -> Self {
        Self {
            key,
            sets: Vec::new(),
            removes: Vec::new(),
            adds: Vec::new(),
            deletes: Vec::new(),
            conditions: Vec::new(),
            names: HashMap::new(),
            values: HashMap::new(),
        }
    }

    /// The placeholder of an attribute; several names lead into maps.
    pub(super) fn path(&mut self, path: &[&str]) -> String {
        let placeholders: Vec<String> = path.iter().map(|name| self.name(name)).collect();
        placeholders.join(".")
    }

    fn name(&mut self, name: &str) -> String {
        if let Some((placeholder, _)) = self.names.iter().find(|(_, known)| known.as_str() == name) {
            return placeholder.clone();
        }
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    /// The placeholder of a value.
    pub(super) fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// Sets an attribute.
    pub(super) fn set(&mut self, path: &[&str], value: AttributeValue) -> &mut Self {
        let (path, value) = (self.path(path), self.value(value));
        self.sets.push(format!("{path} = {value}"));
        self
    }

    /// Sets an attribute unless it exists already.
    pub(super) fn set_if_absent(&mut self, name: &str, value: AttributeValue) -> &mut Self {
        let (path, value) = (self.path(&[name]), self.value(value));
        self.sets.push(format!("{path} = if_not_exists({path}, {value})"));
        self
    }

    /// Sets one element of a list.
    pub(super) fn set_element(&mut self, list: &str, index: usize, value: AttributeValue) -> &mut Self {
        let (path, value) = (self.path(&[list]), self.value(value));
        self.sets.push(format!("{path}[{index}] = {value}"));
        self
    }

    /// Appends to a list that exists.
    pub(super) fn append(&mut self, list: &str, values: Vec<AttributeValue>) -> &mut Self {
        let (path, values) = (self.path(&[list]), self.value(AttributeValue::L(values)));
        self.sets.push(format!("{path} = list_append({path}, {values})"));
        self
    }

    /// Removes the first elements of a list.
    pub(super) fn remove_first(&mut self, list: &str, count: usize) -> &mut Self {
        if count == 0 {
            // A name that no expression uses is refused.
            return self;
        }
        let path = self.path(&[list]);
        self.removes.extend((0..count).map(|index| format!("{path}[{index}]")));
        self
    }

    /// Removes an attribute.
    pub(super) fn remove(&mut self, path: &[&str]) -> &mut Self {
        let path = self.path(path);
        self.removes.push(path);
        self
    }

    /// Adds to a number or to a set.
    pub(super) fn add(&mut self, name: &str, value: AttributeValue) -> &mut Self {
        let (path, value) = (self.path(&[name]), self.value(value));
        self.adds.push(format!("{path} {value}"));
        self
    }

    /// Removes from a set.
    pub(super) fn delete(&mut self, name: &str, value: AttributeValue) -> &mut Self {
        let (path, value) = (self.path(&[name]), self.value(value));
        self.deletes.push(format!("{path} {value}"));
        self
    }

    /// Requires that an attribute has this value.
    pub(super) fn require_equal(&mut self, name: &str, value: AttributeValue) -> &mut Self {
        let (path, value) = (self.path(&[name]), self.value(value));
        self.require(format!("{path} = {value}"))
    }

    /// Requires that an attribute exists.
    pub(super) fn require_exists(&mut self, path: &[&str]) -> &mut Self {
        let path = self.path(path);
        self.require(format!("attribute_exists({path})"))
    }

    /// Requires that an attribute does not exist.
    pub(super) fn require_absent(&mut self, name: &str) -> &mut Self {
        let path = self.path(&[name]);
        self.require(format!("attribute_not_exists({path})"))
    }

    /// Requires this expression of placeholders.
    pub(super) fn require(&mut self, expression: String) -> &mut Self {
        self.conditions.push(expression);
        self
    }

    /// Whether there is nothing to change.
    pub(super) fn is_empty(&self) -> bool {
        [&self.sets, &self.removes, &self.adds, &self.deletes].into_iter().all(Vec::is_empty)
    }

    /// The write without a condition.
    pub(super) fn build(&mut self) -> Write {
        let clauses = [("SET", &self.sets), ("REMOVE", &self.removes), ("ADD", &self.adds), ("DELETE", &self.deletes)];
        let clauses: Vec<String> = clauses
            .into_iter()
            .filter(|(_, parts)| !parts.is_empty())
            .map(|(clause, parts)| format!("{clause} {}", parts.join(", ")))
            .collect();
        let mut write = Write::new(self.key.clone(), Action::Update(clauses.join(" ")));
        write.names = std::mem::take(&mut self.names);
        write.values = std::mem::take(&mut self.values);
        write
    }

    /// The write on the condition of all that is required. If it fails, the error names `condition`.
    pub(super) fn only_if(&mut self, condition: Condition) -> Write {
        let expression = self.conditions.join(" AND ");
        self.build().only_if(condition, expression)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_is_one_expression_of_placeholders() {
        let key = Key { pk: "p".to_owned(), sk: "s".to_owned() };
        let mut update = Update::new(key);
        update.set(&["at"], number(1)).remove(&["a", "b"]).add("n", number(2)).require_equal("at", number(0));
        let write = update.only_if(Condition::Head);
        let Action::Update(expression) = &write.action else { panic!("it is an update") };
        assert_eq!(expression, "SET #n0 = :v0 REMOVE #n1.#n2 ADD #n3 :v1");
        assert_eq!(write.condition, Some((Condition::Head, "#n0 = :v2".to_owned())));
        assert_eq!(write.names["#n0"], "at");
        assert_eq!(write.values[":v2"], number(0));
    }
}

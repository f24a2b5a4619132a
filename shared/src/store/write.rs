//! A write as the rest of the store words it: what to do to which item, on which condition, under which name.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::error::Guard;
use super::keys::Key;
use super::table::Item;

/// What is done to an item.
#[derive(Debug, Clone)]
pub(super) enum Action {
    /// Stores it whole.
    Put(Item),
    /// Changes it by this update expression.
    Update(String),
    /// Removes it.
    Delete,
    /// Leaves it alone: only its condition counts. For transactions.
    Check,
}

/// One write, alone or in a transaction.
#[derive(Debug, Clone)]
pub(super) struct Write {
    pub(super) key: Key,
    pub(super) action: Action,
    pub(super) condition: Option<(Guard, String)>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Write {
    fn new(key: Key, action: Action) -> Self {
        Self { key, action, condition: None, names: HashMap::new(), values: HashMap::new() }
    }

    /// Stores `item` at `key`, whatever is there.
    pub(super) fn put(key: Key, mut item: Item) -> Self {
        item.insert("pk".to_owned(), AttributeValue::S(key.pk.clone()));
        item.insert("sk".to_owned(), AttributeValue::S(key.sk.clone()));
        Self::new(key, Action::Put(item))
    }

    /// Changes the item at `key` by an update expression.
    pub(super) fn update(key: Key, expression: impl Into<String>) -> Self {
        Self::new(key, Action::Update(expression.into()))
    }

    /// Replaces the expression of an update, where its clauses are known only after its values.
    pub(super) fn expression(mut self, expression: String) -> Self {
        self.action = Action::Update(expression);
        self
    }

    /// Removes the item at `key`, if it is there.
    pub(super) fn delete(key: Key) -> Self {
        Self::new(key, Action::Delete)
    }

    /// Leaves the item at `key` alone, but lets the transaction hang on its condition.
    pub(super) fn check(key: Key) -> Self {
        Self::new(key, Action::Check)
    }

    /// Only if `condition` holds; if it does not, [`super::StoreError::Lost`] says `guard`.
    pub(super) fn only_if(mut self, guard: Guard, condition: impl Into<String>) -> Self {
        self.condition = Some((guard, condition.into()));
        self
    }

    /// Gives a placeholder (`:name`) its value.
    pub(super) fn value(mut self, placeholder: impl Into<String>, value: AttributeValue) -> Self {
        self.values.insert(placeholder.into(), value);
        self
    }

    /// Gives a placeholder its number.
    pub(super) fn number(self, placeholder: &str, number: &impl ToString) -> Self {
        self.value(placeholder, AttributeValue::N(number.to_string()))
    }

    /// Gives a placeholder its text.
    pub(super) fn text(self, placeholder: &str, text: impl Into<String>) -> Self {
        self.value(placeholder, AttributeValue::S(text.into()))
    }

    /// Gives a placeholder (`#name`) the attribute it stands for.
    pub(super) fn name(mut self, placeholder: impl Into<String>, attribute: impl Into<String>) -> Self {
        self.names.insert(placeholder.into(), attribute.into());
        self
    }
}

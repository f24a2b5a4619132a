//! Writes: what to do to which item, on which condition.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;

use super::error::Condition;
use super::item::Item;
use super::keys::Key;
use super::user_change::UserChange;
use crate::domain::ids::UserId;
use crate::domain::membership_change;
use crate::domain::thread::Thread;

/// What is done to an item.
#[derive(Debug, Clone)]
pub(super) enum Action {
    /// Replaces the whole item.
    Put(Item),
    /// Changes the item by this update expression.
    Update(String),
    Delete,
    /// Changes nothing. The transaction depends on its condition.
    Check,
}

/// One write, alone or in a transaction.
#[derive(Debug, Clone)]
pub(super) struct Write {
    pub(super) key: Key,
    pub(super) action: Action,
    pub(super) condition: Option<(Condition, String)>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

/// Writes that are stored together, or not at all.
#[derive(Debug, Default)]
pub struct Writes {
    /// Threads whose log gets an entry of another kind: all messages in their tails become items before.
    pub(super) settling: Vec<Thread>,
    /// What is stored together.
    pub(super) together: Vec<Write>,
    /// What changes with it in the profiles of users.
    pub(super) users: BTreeMap<UserId, UserChange>,
    /// Whether a single write is sent as such and not as a transaction, at half the price. It must then be safe to repeat
    /// after a lost response.
    pub(super) repeatable: bool,
}

impl Writes {
    /// No writes.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.together.is_empty() && self.users.is_empty()
    }

    pub(super) fn all(writes: Vec<Write>) -> Self {
        Self { together: writes, ..Self::default() }
    }

    /// Adds writes.
    pub(super) fn extend(&mut self, writes: impl IntoIterator<Item = Write>) {
        self.together.extend(writes);
    }

    /// Adds all of another change.
    pub(super) fn join(&mut self, other: Self) {
        self.settling.extend(other.settling);
        self.together.extend(other.together);
        for (user, change) in other.users {
            self.user(&user).join(&change);
        }
    }

    /// The change of a user's profile.
    pub(super) fn user(&mut self, user: &UserId) -> &mut UserChange {
        self.users.entry(user.clone()).or_default()
    }

    /// Counts the groups of those for whom a transition changes how many there are.
    pub(super) fn count_memberships(&mut self, before: Option<&Thread>, after: &Thread) {
        for (user, change) in membership_change::changes(before, after) {
            self.user(user).count(change);
        }
    }

    pub(super) fn repeatable(write: Write) -> Self {
        Self { together: vec![write], repeatable: true, ..Self::default() }
    }
}

impl Write {
    pub(super) fn new(key: Key, action: Action) -> Self {
        Self { key, action, condition: None, names: HashMap::new(), values: HashMap::new() }
    }

    /// Stores `item` at `key`, and replaces an existing one.
    pub(super) fn put(key: Key, mut item: Item) -> Self {
        item.insert("pk".to_owned(), AttributeValue::S(key.pk.clone()));
        item.insert("sk".to_owned(), AttributeValue::S(key.sk.clone()));
        Self::new(key, Action::Put(item))
    }

    /// Removes the item at `key`, if it exists.
    pub(super) fn delete(key: Key) -> Self {
        Self::new(key, Action::Delete)
    }

    /// Changes nothing at `key`. The transaction depends on the condition of this write.
    pub(super) fn check(key: Key) -> Self {
        Self::new(key, Action::Check)
    }

    /// Writes only if `expression` holds. If it does not, [`super::StoreError::ConditionFailed`] names `condition`.
    pub(super) fn only_if(mut self, condition: Condition, expression: impl Into<String>) -> Self {
        self.condition = Some((condition, expression.into()));
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
}

//! Conversions between the types of the store and those of the SDK.

use std::collections::HashMap;
use std::hash::Hash;

use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, KeysAndAttributes, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::backoff::{Attempt, classify, classify_cancelled};
use super::error::{Condition, StoreError};
use super::item::Item;
use super::keys::Key;
use super::write::{Action, Write};

/// The version of stored items, in their attribute `v`. It rises when older code would misread a new item; older code then
/// refuses that item. So one release has to read a version before a later one writes it.
pub(super) const ITEM_VERSION: u8 = 1;
/// The version of heads: since 2, the end of the log may be in their tail.
pub(super) const HEAD_VERSION: u8 = 2;

/// A key as attributes.
pub(super) fn key(key: &Key) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    HashMap::from([("pk".to_owned(), text(&key.pk)), ("sk".to_owned(), text(&key.sk))])
}

/// The key of an item.
pub(super) fn key_of(item: &Item) -> Result<Key, StoreError> {
    let part = |name| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    match (part("pk"), part("sk")) {
        (Some(pk), Some(sk)) => Ok(Key { pk, sk }),
        _ => Err(StoreError::Refused { reason: "an item came back without its key".to_owned() }),
    }
}

/// The stored form of a record.
pub(super) fn item(record: &impl Serialize) -> Result<Item, StoreError> {
    serde_dynamo::to_item(record).map_err(|error| StoreError::Refused { reason: format!("cannot be stored: {error}") })
}

/// The stored form of a part of a record.
pub(super) fn value(value: impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value)
        .map_err(|error| StoreError::Refused { reason: format!("cannot be stored: {error}") })
}

/// The record in an item. An item that does not parse is an error with its key, and is never skipped. So is an item of a later
/// version, which this code could misread. Unknown attributes are ignored and stay in the item.
pub(super) fn record<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    record_of_version(item, ITEM_VERSION)
}

/// As [`record`], of an item that has versions of its own.
pub(super) fn record_of_version<T: DeserializeOwned>(item: Item, known: u8) -> Result<T, StoreError> {
    let key = key_of(&item)?;
    let version = item.get("v").and_then(|version| version.as_n().ok()?.parse::<u32>().ok());
    if version.is_some_and(|version| version > known.into()) {
        return Err(StoreError::Corrupt { key, reason: "the version is of a later release".to_owned() });
    }
    // An error of serde may quote the value. Log lines must not have messages or names in them.
    serde_dynamo::from_item(item).map_err(|_| StoreError::Corrupt { key, reason: "the shape does not fit".to_owned() })
}

/// `None` for an empty map, which `DynamoDB` refuses.
pub(super) fn some<K: Eq + Hash, V>(map: HashMap<K, V>) -> Option<HashMap<K, V>> {
    (!map.is_empty()).then_some(map)
}

/// The keys of one batch.
pub(super) fn keys(batch: &[Key], consistent: bool) -> Result<KeysAndAttributes, StoreError> {
    KeysAndAttributes::builder()
        .set_keys(Some(batch.iter().map(key).collect()))
        .consistent_read(consistent)
        .build()
        .map_err(|error| malformed(&error))
}

/// One write of a transaction.
pub(super) fn transact_item(table: &str, write: Write) -> Result<TransactWriteItem, StoreError> {
    let condition = write.condition.map(|(_, condition)| condition);
    let (names, values) = (some(write.names), some(write.values));
    let old = ReturnValuesOnConditionCheckFailure::AllOld;
    let item = TransactWriteItem::builder();
    let item = match write.action {
        Action::Put(record) => item.put(
            Put::builder()
                .table_name(table)
                .set_item(Some(record))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(old)
                .build()
                .map_err(|error| malformed(&error))?,
        ),
        Action::Update(expression) => item.update(
            Update::builder()
                .table_name(table)
                .set_key(Some(key(&write.key)))
                .update_expression(expression)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(old)
                .build()
                .map_err(|error| malformed(&error))?,
        ),
        Action::Delete => item.delete(
            Delete::builder()
                .table_name(table)
                .set_key(Some(key(&write.key)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(old)
                .build()
                .map_err(|error| malformed(&error))?,
        ),
        Action::Check => item.condition_check(
            ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(key(&write.key)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(old)
                .build()
                .map_err(|error| malformed(&error))?,
        ),
    };
    Ok(item.build())
}

fn malformed(error: &BuildError) -> StoreError {
    StoreError::Refused { reason: error.to_string() }
}

/// The error of a failed update: its condition, or what [`classify`] returns.
pub(super) fn update_failed(condition: Option<Condition>, error: &SdkError<UpdateItemError>) -> Attempt {
    match (condition, error.as_service_error()) {
        (Some(condition), Some(UpdateItemError::ConditionalCheckFailedException(failed))) => {
            Attempt::Final(StoreError::ConditionFailed { condition, item: failed.item().cloned().map(Box::new) })
        }
        _ => classify(error),
    }
}

/// The error of a failed put: its condition, or what [`classify`] returns.
pub(super) fn put_failed(condition: Option<Condition>, error: &SdkError<PutItemError>) -> Attempt {
    match (condition, error.as_service_error()) {
        (Some(condition), Some(PutItemError::ConditionalCheckFailedException(_))) => {
            Attempt::Final(StoreError::ConditionFailed { condition, item: None })
        }
        _ => classify(error),
    }
}

/// The error of a failed transaction: the first failed condition, or what its other reasons mean.
pub(super) fn transaction_failed(
    conditions: &[Option<Condition>],
    error: &SdkError<TransactWriteItemsError>,
) -> Attempt {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return classify(error);
    };
    let reasons = cancelled.cancellation_reasons();
    let failed = conditions.iter().zip(reasons).find_map(|(condition, reason)| {
        let failed = reason.code() == Some("ConditionalCheckFailed");
        condition.filter(|_| failed).map(|condition| (condition, reason.item()))
    });
    match failed {
        Some((condition, item)) => {
            // Some engines return an empty item for one that does not exist.
            let item = item.filter(|item| !item.is_empty()).cloned().map(Box::new);
            Attempt::Final(StoreError::ConditionFailed { condition, item })
        }
        None => classify_cancelled(&reasons.iter().filter_map(|reason| reason.code()).collect::<Vec<_>>()),
    }
}

//! The one door to the table: all calls of the SDK are here. They are retried by one policy, counted, and return types of this
//! crate.
#![expect(clippy::disallowed_methods, reason = "this is the one door to the table")]

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConsumedCapacity, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
};
use futures_util::TryFutureExt;
use serde::Serialize;
use tokio::time::Instant;

use super::backoff::{Attempt, Backoff, classify};
use super::convert;
use super::error::StoreError;
use super::item::Item;
use super::keys::{Key, Range};
use super::write::{Action, Write};
use crate::random;
use crate::trace::{Ended, Service, Trace};

/// The consistency of a read. Consistent reads cost twice as much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// It sees every write that was acknowledged before. Decisions and users' own writes depend on it.
    Consistent,
    /// It may be some milliseconds late.
    Eventual,
}

/// Keys that one `BatchGetItem` takes (`DynamoDB`'s limit).
const BATCH_KEYS: usize = 100;

/// What the calls of one invocation have cost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Usage {
    /// Calls, retries included.
    #[serde(rename = "dynamodb_calls")]
    pub calls: u32,
    /// Calls that repeated a failed one.
    pub retries: u32,
    /// Writes that lost a race.
    pub conflicts: u32,
    /// Read units.
    pub rru: f64,
    /// Write units.
    pub wru: f64,
}

/// The table, for the calls of one invocation.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: Arc<str>,
    calls: Arc<Calls>,
    give_up_at: Instant,
}

/// What all calls of one invocation share.
#[derive(Debug)]
struct Calls {
    trace: Arc<Trace>,
    began: Instant,
    usage: Mutex<Usage>,
}

/// A page of items, and the key behind which the next one starts.
#[derive(Debug)]
pub(super) struct QueryPage {
    pub(super) items: Vec<Item>,
    pub(super) more_after: Option<Key>,
}

/// Which part of a range to read, and how.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) range: Range,
    pub(super) newest_first: bool,
    pub(super) after: Option<Key>,
    pub(super) limit: usize,
    pub(super) read: Read,
}

impl Table {
    /// The table `name`. The retries of `client` itself have to be off. Calls are retried until `give_up_at` and recorded in
    /// `trace`.
    #[must_use]
    pub fn new(client: Client, name: Arc<str>, trace: Arc<Trace>, give_up_at: Instant) -> Self {
        let calls = Arc::new(Calls { trace, began: Instant::now(), usage: Mutex::default() });
        Self { client, name, calls, give_up_at }
    }

    /// The same table and usage, with another moment to give up.
    #[must_use]
    pub fn until(&self, give_up_at: Instant) -> Self {
        Self { give_up_at, ..self.clone() }
    }

    /// What the calls of this invocation have cost so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        *self.counted()
    }

    /// A backoff that ends when these calls have to give up.
    #[must_use]
    pub fn backoff(&self) -> Backoff {
        Backoff::until(self.calls.began, self.give_up_at)
    }

    fn counted(&self) -> MutexGuard<'_, Usage> {
        // Counters have no state that a panic could leave half-changed.
        self.calls.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count<'a>(&self, write: bool, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        let units: f64 = consumed.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
        let mut usage = self.counted();
        if write {
            usage.wru += units;
        } else {
            usage.rru += units;
        }
    }

    /// Repeats a call until it succeeds, fails for good, or no time is left.
    async fn retry<T, F>(&self, operation: &'static str, call: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Attempt>>,
    {
        let mut backoff = self.backoff();
        loop {
            self.counted().calls += 1;
            // Boxed, because the SDK's futures are large and every caller would hold one in its own. The timeout keeps time
            // for the response before the invocation ends.
            let attempt = tokio::time::timeout_at(self.give_up_at, Box::pin(call()));
            match self.calls.trace.call(Service::DynamoDb, operation, attempt, ended).await {
                Ok(Ok(response)) => return Ok(response),
                Ok(Err(Attempt::Final(error))) => {
                    self.counted().conflicts += u32::from(error.is_lost_race());
                    return Err(error);
                }
                Err(_) => return Err(StoreError::Unavailable),
                Ok(Err(Attempt::Again(error))) => {
                    if !backoff.pause().await {
                        return Err(error);
                    }
                    self.counted().retries += 1;
                }
            }
        }
    }

    /// Reads one item.
    pub(super) async fn get(&self, key: &Key, read: Read) -> Result<Option<Item>, StoreError> {
        let request = self
            .client
            .get_item()
            .table_name(&*self.name)
            .set_key(Some(convert::key(key)))
            .consistent_read(read == Read::Consistent)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let call = || request.clone().send().map_err(|error| classify(&error));
        let response = self.retry("GetItem", call).await?;
        self.count(false, response.consumed_capacity());
        Ok(response.item)
    }

    /// Reads those of the items that exist, in no order. More than a hundred are read in several calls at once.
    pub(super) async fn batch_get(&self, keys: &[Key], read: Read) -> Result<Vec<Item>, StoreError> {
        let unique: Vec<Key> = keys.iter().cloned().collect::<HashSet<_>>().into_iter().collect();
        let chunks = unique.chunks(BATCH_KEYS).map(|chunk| self.batch_get_chunk(chunk, read));
        let items = futures_util::future::try_join_all(chunks).await?;
        Ok(items.into_iter().flatten().collect())
    }

    /// Reads those of the items that exist. They may be some milliseconds late, but none that exists is missing: items that an
    /// eventual read does not find are read again consistently.
    pub(super) async fn batch_get_complete(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        let mut items = self.batch_get(keys, Read::Eventual).await?;
        let found = items.iter().map(convert::key_of).collect::<Result<HashSet<_>, _>>()?;
        let missing: Vec<Key> = keys.iter().filter(|key| !found.contains(key)).cloned().collect();
        items.extend(self.batch_get(&missing, Read::Consistent).await?);
        Ok(items)
    }

    async fn batch_get_chunk(&self, keys: &[Key], read: Read) -> Result<Vec<Item>, StoreError> {
        let mut pending = convert::keys(keys, read == Read::Consistent)?;
        let mut items = Vec::with_capacity(keys.len());
        let mut backoff = self.backoff();
        loop {
            let request = self
                .client
                .batch_get_item()
                .request_items(&*self.name, pending)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let call = || request.clone().send().map_err(|error| classify(&error));
            let response = self.retry("BatchGetItem", call).await?;
            self.count(false, response.consumed_capacity());
            items.extend(response.responses.unwrap_or_default().into_values().flatten());
            match response.unprocessed_keys.and_then(|mut tables| tables.remove(&*self.name)) {
                None => return Ok(items),
                Some(left) => pending = left,
            }
            if !backoff.pause().await {
                return Err(StoreError::Throttled);
            }
        }
    }

    /// Reads one page of a range. It ends at `limit` items or at `DynamoDB`'s megabyte, whichever comes first.
    pub(super) async fn query(&self, query: &Query) -> Result<QueryPage, StoreError> {
        if query.range.from > query.range.to {
            // The range is empty, and DynamoDB refuses such a query.
            return Ok(QueryPage { items: Vec::new(), more_after: None });
        }
        let request = self
            .client
            .query()
            .table_name(&*self.name)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", AttributeValue::S(query.range.pk.clone()))
            .expression_attribute_values(":from", AttributeValue::S(query.range.from.clone()))
            .expression_attribute_values(":to", AttributeValue::S(query.range.to.clone()))
            .scan_index_forward(!query.newest_first)
            .limit(i32::try_from(query.limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(query.after.as_ref().map(convert::key))
            .consistent_read(query.read == Read::Consistent)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let call = || request.clone().send().map_err(|error| classify(&error));
        let response = self.retry("Query", call).await?;
        self.count(false, response.consumed_capacity());
        let more_after = response.last_evaluated_key.as_ref().map(convert::key_of).transpose()?;
        Ok(QueryPage { items: response.items.unwrap_or_default(), more_after })
    }

    /// Carries out one write that is safe to repeat after a lost response. An update returns the item afterwards.
    pub(super) async fn write(&self, write: Write) -> Result<Option<Item>, StoreError> {
        let Write { key, action, condition, names, values } = write;
        let (condition, expression) = condition.unzip();
        let (names, values) = (convert::some(names), convert::some(values));
        match action {
            Action::Put(item) => {
                let request = self
                    .client
                    .put_item()
                    .table_name(&*self.name)
                    .set_item(Some(item))
                    .set_condition_expression(expression)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_consumed_capacity(ReturnConsumedCapacity::Total);
                let call = || request.clone().send().map_err(|error| convert::put_failed(condition, &error));
                let response = self.retry("PutItem", call).await?;
                self.count(true, response.consumed_capacity());
                Ok(None)
            }
            // No condition of a deletion or a check stands alone.
            Action::Delete => self.delete(&key).await.map(|()| None),
            Action::Check => Ok(None),
            Action::Update(update) => {
                let request = self
                    .client
                    .update_item()
                    .table_name(&*self.name)
                    .set_key(Some(convert::key(&key)))
                    .update_expression(update)
                    .set_condition_expression(expression)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values(ReturnValue::AllNew)
                    .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                    .return_consumed_capacity(ReturnConsumedCapacity::Total);
                let call = || request.clone().send().map_err(|error| convert::update_failed(condition, &error));
                let response = self.retry("UpdateItem", call).await?;
                self.count(true, response.consumed_capacity());
                Ok(response.attributes)
            }
        }
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        let request = self
            .client
            .delete_item()
            .table_name(&*self.name)
            .set_key(Some(convert::key(key)))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let call = || request.clone().send().map_err(|error| classify(&error));
        let response = self.retry("DeleteItem", call).await?;
        self.count(true, response.consumed_capacity());
        Ok(())
    }

    /// Carries out all of the writes, or none. A repeat after an unknown outcome is safe: it has the same token, and
    /// `DynamoDB` carries out a token only once in ten minutes.
    pub(super) async fn transact(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let conditions: Vec<_> =
            writes.iter().map(|write| write.condition.as_ref().map(|(condition, _)| *condition)).collect();
        let items: Result<Vec<_>, _> =
            writes.into_iter().map(|write| convert::transact_item(&self.name, write)).collect();
        let request = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items?))
            .client_request_token(token()?)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let call = || request.clone().send().map_err(|error| convert::transaction_failed(&conditions, &error));
        let response = self.retry("TransactWriteItems", call).await?;
        self.count(true, response.consumed_capacity());
        Ok(())
    }
}

/// How an attempt ended, for its trace.
fn ended<T, E>(attempt: &Result<Result<T, Attempt>, E>) -> Ended {
    match attempt {
        Ok(Ok(_)) => Ended::Well,
        Ok(Err(Attempt::Again(StoreError::Throttled))) => Ended::Throttle,
        Ok(Err(Attempt::Final(_))) => Ended::Error,
        Ok(Err(Attempt::Again(_))) | Err(_) => Ended::Fault,
    }
}

/// The token of one transaction, the same for its repeats.
fn token() -> Result<String, StoreError> {
    let bytes: [u8; 16] = random::bytes().map_err(|reason| StoreError::Refused { reason })?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}

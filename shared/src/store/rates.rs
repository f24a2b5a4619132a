//! The buckets of a user: how much of their rates is used up.

use std::time::Duration;

use super::access::Store;
use super::convert::ITEM_VERSION;
use super::error::{Condition, StoreError};
use super::item::Item;
use super::keys;
use super::table::Read;
use super::update::{Update, number};
use super::write::{Write, Writes};
use crate::domain::ids::UserId;
use crate::domain::rate::{Buckets, Limit, Rate, Taken};
use crate::domain::time::Timestamp;

/// How long an item stays after its last change: longer than any bucket takes to be full.
const KEPT: Duration = Duration::from_hours(24);

/// The buckets in an item. What cannot be read is full.
pub(super) fn parse(item: &Item) -> Buckets {
    let full_at = |limit: Limit| {
        let ms = item.get(limit.name())?.as_n().ok()?.parse().ok()?;
        Some((limit, Timestamp::from_ms(ms).ok()?))
    };
    Buckets::new(Limit::ALL.into_iter().filter_map(full_at))
}

/// The write that takes from a bucket, on the condition that it is as it was read.
fn take(user: &UserId, Taken { limit, before, after }: Taken) -> Write {
    let mut update = changed(user, after);
    update.set(&[limit.name()], number(after.ms()));
    match before {
        Some(before) => update.require_equal(limit.name(), number(before.ms())),
        None => update.require_absent(limit.name()),
    };
    update.only_if(Condition::Rate)
}

impl Writes {
    /// Takes from a bucket of a user. Fails with [`Condition::Rate`] if something else was taken since it was read.
    pub fn take(&mut self, user: &UserId, taken: Option<Taken>) {
        self.extend(taken.map(|taken| take(user, taken)));
    }
}

impl Store {
    /// The buckets of a user.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn buckets(&self, user: &UserId) -> Result<Buckets, StoreError> {
        let item = self.table.get(&keys::rates(user), Read::Consistent).await?;
        Ok(item.as_ref().map(parse).unwrap_or_default())
    }

    /// Takes one from a bucket of a user, exactly, however many do so at once. Returns how long it takes until there is one again, if
    /// there is none.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn take_one(
        &self,
        user: &UserId,
        limit: Limit,
        Rate { interval, burst }: Rate,
        now: Timestamp,
    ) -> Result<Option<Duration>, StoreError> {
        if self.begin(user, limit, interval, now).await? {
            return Ok(None);
        }
        let latest = now.plus(interval * burst.saturating_sub(1));
        let mut more = changed(user, now);
        let (path, latest) = (more.path(&[limit.name()]), more.value(number(latest.ms())));
        more.add(limit.name(), number(interval.as_millis())).require(format!("{path} <= {latest}"));
        match self.table.write(more.only_if(Condition::Rate)).await {
            Ok(_) => Ok(None),
            Err(StoreError::ConditionFailed { condition: Condition::Rate, item }) => {
                let full_at = item.and_then(|item| parse(&item).full_at(limit)).unwrap_or(now);
                Ok(Some((full_at.since(now) + interval).saturating_sub(interval * burst)))
            }
            Err(error) => Err(error),
        }
    }

    /// Takes from a bucket that is full at `now`: it is full again `later`. Returns whether it was.
    async fn begin(&self, user: &UserId, limit: Limit, later: Duration, now: Timestamp) -> Result<bool, StoreError> {
        let mut full = changed(user, now);
        let (path, limit_at) = (full.path(&[limit.name()]), full.value(number(now.ms())));
        full.set(&[limit.name()], number(now.plus(later).ms()))
            .require(format!("(attribute_not_exists({path}) OR {path} <= {limit_at})"));
        self.unless_failed(full.only_if(Condition::Rate), Condition::Rate).await
    }

    /// Counts messages of a user, who sent them already: the bucket is full so much later. `buckets` are as they were read before.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn count_messages(
        &self,
        user: &UserId,
        buckets: &Buckets,
        later: Duration,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let full = buckets.full_at(Limit::Messages).is_none_or(|at| at <= now);
        if full && self.begin(user, Limit::Messages, later, now).await? {
            return Ok(());
        }
        // Others may count at the same time, and each of them counts.
        let mut more = changed(user, now);
        more.add(Limit::Messages.name(), number(later.as_millis()));
        self.table.write(more.build()).await.map(|_| ())
    }
}

/// The beginning of an update of the buckets of a user, which are kept for a day from `now`.
fn changed(user: &UserId, now: Timestamp) -> Update {
    let mut update = Update::new(keys::rates(user));
    update.set(&["v"], number(ITEM_VERSION)).set(&["expires_at"], number(now.plus(KEPT).ttl_s()));
    update
}

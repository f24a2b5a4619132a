//! Storing the writes of an operation.

use super::access::Store;
use super::error::StoreError;
use super::idempotency::{IdempotencyRecord, idempotency_write};
use super::profile::user_write;
use super::settle::Stored;
use super::write::Writes;

impl Store {
    /// Stores `writes` and the idempotency record of the request, all or nothing. Returns the head of the thread afterwards if
    /// an update of it was the only write, and safe to repeat. What settles a tail is stored before: it stays right whatever
    /// becomes of the rest.
    ///
    /// # Errors
    /// [`StoreError::ConditionFailed`] names the first condition that failed. That of the idempotency key comes first, because
    /// an earlier use of the key decides the response.
    pub async fn commit(
        &self,
        writes: Writes,
        record: Option<&IdempotencyRecord>,
    ) -> Result<Option<Stored>, StoreError> {
        let Writes { settling, together: mut writes, users, repeatable } = writes;
        writes.extend(users.iter().map(|(user, change)| user_write(user, change)));
        for thread in &settling {
            self.make_items(thread).await?;
        }
        if let Some(record) = record {
            writes.insert(0, idempotency_write(record)?);
        } else if repeatable && let [write] = writes.as_slice() {
            let item = self.table.write(write.clone()).await?;
            return item.map(Stored::updated).transpose();
        }
        if !writes.is_empty() {
            self.table.transact(writes).await?;
        }
        Ok(None)
    }
}

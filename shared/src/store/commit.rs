//! Committing what an operation decided.

use super::access::Store;
use super::error::StoreError;
use super::head::Head;
use super::idempotency::{IdempotencyRecord, idempotency_write};
use super::write::Writes;

impl Store {
    /// Stores `writes` and the record of the request that led to them, all or nothing. Responds with the head of the thread
    /// as it is afterwards, where that was the only write.
    ///
    /// # Errors
    /// [`StoreError::ConditionFailed`] names the first condition that did not hold; that of the key comes first, because a
    /// request that was carried out before counts most.
    pub async fn commit(&self, writes: Writes, record: Option<&IdempotencyRecord>) -> Result<Option<Head>, StoreError> {
        let Writes { mut writes, repeatable } = writes;
        if let Some(record) = record {
            writes.insert(0, idempotency_write(record)?);
        } else if repeatable && let [write] = writes.as_slice() {
            let item = self.table.write(write.clone()).await?;
            return item.map(|item| Head::parse(Some(item))).transpose();
        }
        if !writes.is_empty() {
            self.table.transact(writes).await?;
        }
        Ok(None)
    }
}

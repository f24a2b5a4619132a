//! The store: everything that is read from the table and written to it.

use super::error::{Condition, StoreError};
use super::head::Head;
use super::idempotency::{IdempotencyRecord, idempotency_write};
use super::table::Table;
use super::write::{Write, Writes};

/// Everything that is stored, for one invocation.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) table: Table,
}

impl Store {
    /// The store on `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The table itself: for the shell that counts its use and sets its deadline.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

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

    /// Writes, and responds whether the condition held.
    pub(super) async fn unless_failed(&self, write: Write, condition: Condition) -> Result<bool, StoreError> {
        match self.table.write(write).await {
            Ok(_) => Ok(true),
            Err(error) if error.failed(condition) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

//! The store: all that is read from the table and written to it.

use super::error::{Condition, StoreError};
use super::item::Item;
use super::table::Table;
use super::write::Write;

/// The store of one invocation.
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

    /// The table, for the code that logs its usage and sets its deadline.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Writes, and returns whether the condition held.
    pub(super) async fn unless_failed(&self, write: Write, condition: Condition) -> Result<bool, StoreError> {
        match self.table.write(write).await {
            Ok(_) => Ok(true),
            Err(error) if error.failed(condition) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Updates an item and returns it; `None` if the condition did not hold.
    pub(super) async fn updated(&self, update: Write, condition: Condition) -> Result<Option<Item>, StoreError> {
        match self.table.write(update).await {
            Err(error) if error.failed(condition) => Ok(None),
            written => written,
        }
    }
}

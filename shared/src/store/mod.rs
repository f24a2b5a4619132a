//! The table: keys, items, and what is read and written together.
//!
//! One file per entity; `table` is the only door to the SDK, `keys` the only place that builds a key. Nothing here
//! decides who may do what: the store is told what to write and on which condition, and says which condition was lost.

mod about;
mod company;
mod connection;
mod convert;
mod cursor;
mod edge;
mod error;
mod group;
mod head;
mod keys;
mod listing;
mod log;
mod once;
mod profile;
mod retry;
mod seat;
mod table;
mod thread;
mod write;

pub use company::Company;
pub use connection::Connection;
pub use cursor::Cursor;
pub use edge::{Between, OnFollow};
pub use error::{Guard, StoreError};
pub use group::{Joiner, Joiners};
pub use head::{Head, Vacancy};
pub use keys::Edge;
pub use listing::BoxEntry;
pub use once::{OnceRecord, Outcome, SendContext, Used};
pub use profile::{Listed, SettingsChange};
pub use retry::Pauses;
pub use table::{Table, Usage};
pub use thread::Moved;

/// The version that stored items carry as `v`. It rises when an item comes to mean something else to code that does not know
/// it; that code then refuses it instead of misreading it, which is why a release must read a version before one writes it.
const ITEM_VERSION: u8 = 1;

/// Everything that is stored.
#[derive(Debug)]
pub struct Store {
    table: Table,
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
}

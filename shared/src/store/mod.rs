//! The table: keys, items, and what is read and written together.
//!
//! One file per entity. Only `table` calls the SDK, and only `keys` builds keys. Nothing here decides who may do what: the
//! caller says what to write on which condition, and the store says which condition failed.

mod access;
mod append;
mod backoff;
mod commit;
mod connection;
mod convert;
mod cursor;
mod deletions;
mod details;
mod edge;
mod ending;
mod entry;
mod error;
mod group;
mod head;
mod hidden;
mod idempotency;
mod invite;
mod item;
mod keys;
mod last;
mod log;
mod mailbox;
mod media;
mod member_codec;
mod page;
mod preferences;
mod profile;
mod rates;
mod report;
mod rest;
mod settle;
mod table;
mod tail;
mod thread;
mod update;
mod user_change;
mod write;

pub use access::Store;
pub use backoff::Backoff;
pub use connection::ConnectedUser;
pub use cursor::Cursor;
pub use edge::{EdgeEnds, OnBlock, OnFollow, PairContext};
pub use error::{Condition, StoreError};
pub use group::{FormerMember, NewMember, NewMembers, snapshots};
pub use head::{AbsentHead, End, Head};
pub use idempotency::{EarlierUse, IdempotencyRecord, SendContext};
pub use invite::InviteContext;
pub use keys::Edge;
pub use media::DueMedia;
pub use page::Page;
pub use profile::FoundUser;
pub use rest::Declined;
pub use settle::Stored;
pub use table::{Table, Usage};
pub use write::Writes;

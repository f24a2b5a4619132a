//! End to end: the real binaries behind the local gateway, driven by nothing but the public API. Folders are
//! subjects; a test's name begins with the number of the rule that it proves.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod aging;
mod api;
mod blocks;
mod contact;
mod costs;
mod groups;
mod live;
mod media;
mod messages;
mod reliability;
mod reports;
mod threads;
mod users;

//! End to end: the real binaries behind the local gateway, driven by nothing but the public API. Modules follow the rules
//! of the contract; a test's name begins with the number of the rule that it proves.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod blocks;
mod budgets;
mod connections;
mod contact;
mod edges;
#[path = "../store/engine.rs"]
mod engine;
mod events;
mod exactly_once;
mod faults;
mod history;
mod idempotency;
mod kill;
mod load;
mod messages;
mod privacy;
mod profile;
mod push;
mod read_marks;
mod requests;
mod seed;
mod settings;
mod socket;
mod threads;
mod typing;
mod users;

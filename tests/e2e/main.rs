//! End to end: the real binaries behind the local gateway, driven by nothing but the public API. Modules follow the rules
//! of the product; a test's name begins with the number of the rule that it proves.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_groups;
mod bad_input;
mod blocked_in_group;
mod blocks;
mod budgets;
mod capacity;
mod connections;
mod consent;
mod contact;
mod costs;
mod edges;
#[path = "../store/engine.rs"]
mod engine;
mod events;
mod eviction;
mod exactly_once;
mod faults;
mod group_budgets;
mod group_requests;
mod groups;
mod hidden;
mod hidden_stays;
mod history;
mod idempotency;
mod kill;
mod load;
mod logs;
mod members;
mod messages;
mod newcomers;
mod permissions;
mod preferences;
mod prices;
mod privacy;
mod profile;
mod push;
mod read_marks;
mod requests;
mod rooms;
mod roster;
mod seed;
mod settings;
mod socket;
#[path = "../infra/sources.rs"]
#[expect(dead_code, reason = "of the infra suite's view of the checkout only the root is needed here")]
mod sources;
mod succession;
#[path = "../infra/template.rs"]
#[expect(dead_code, reason = "of the infra suite's view of the template only the routes are needed here")]
mod template;
mod threads;
mod titles;
mod traces;
mod typing;
mod unseen_block;
mod users;
mod view;

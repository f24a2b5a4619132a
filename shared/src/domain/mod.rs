//! The pure core: types whose constructors check their input, and decisions as plain functions of values.
//!
//! Nothing here is `async`, knows AWS, or reads a clock, an environment variable or a random source. Times and ids are
//! arguments, so that a test of a rule only calls a function.

pub mod append;
pub mod block;
pub mod clear;
pub mod connection;
pub mod contact;
pub mod counts;
pub mod delete;
pub mod deletions;
pub mod details;
pub mod edit;
pub mod emoji;
pub mod group;
pub mod hidden;
pub mod idempotency;
pub mod ids;
pub mod inbox;
pub mod invalid;
pub mod limits;
pub mod log;
pub mod mailbox;
pub mod media;
pub mod member;
pub mod membership_change;
pub mod memberships;
pub mod message;
pub mod message_request;
pub mod open;
pub mod pin;
pub mod pins;
pub mod profile;
pub mod rate;
pub mod react;
pub mod reactions;
pub mod read;
pub mod reference;
pub mod refusal;
pub mod report;
pub mod revision;
pub mod room;
pub mod roster;
pub mod search;
pub mod seen;
pub mod send;
pub mod tail;
pub(crate) mod text;
pub mod thread;
pub mod time;
pub mod title;
pub mod transition;
pub mod word;
pub mod work;

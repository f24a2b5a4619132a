//! The pure core: types whose constructors are the checks, and decisions as plain functions of values.
//!
//! Nothing here is `async`, knows AWS, reads a clock, an environment variable or a random source: time and ids come in
//! as arguments, so every rule of the contract can be tested by calling a function.

pub mod about;
pub mod block;
pub mod contact;
pub mod group;
pub mod idempotency;
pub mod ids;
pub mod inbox;
pub mod invalid;
pub mod limits;
pub mod log;
pub mod member;
pub mod message;
pub mod open;
pub mod profile;
pub mod read;
pub mod request;
pub mod send;
pub mod tally;
pub mod thread;
pub mod time;

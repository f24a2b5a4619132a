//! What holds for all routes.

mod bad_groups;
mod bad_input;
mod logs;
mod permissions;
pub(crate) mod privacy;
mod rates;
mod traces;

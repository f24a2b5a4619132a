//! Groups: their members and moderators (rules 8–12).

mod add;
mod end;
mod leave;
mod moderator;
mod role;
mod stay;
#[cfg(test)]
mod tests;

pub use add::{Blocks, Candidate, NewGroup, add, create, invitees, may_add};
pub use end::{ended, may_end};
pub use leave::{leave, needs_hidden_stays, remove};
pub use role::{rename, set_role};
pub use stay::{Stay, declines_by_leaving};

//! Blocks, in direct threads and in groups.

mod direct;
mod hidden;
mod hidden_stays;
mod in_groups;
mod unseen;

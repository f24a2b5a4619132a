//! Groups: their members, who joins, who leaves.

mod bounds;
mod capacity;
mod consent;
mod creating;
mod ending;
mod eviction;
mod members;
mod new_members;
mod requests;
mod rests;
mod succession;
mod titles;

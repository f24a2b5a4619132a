//! What holds when answers get lost, processes die and the table fails.

mod collisions;
mod deaths;
mod exactly_once;
mod faults;
mod idempotency;
mod kill;
mod load;
mod moves;
mod settling;
mod snapshots;
mod tail_races;
mod torn;

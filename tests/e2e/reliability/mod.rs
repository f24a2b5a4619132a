//! What holds when answers get lost, processes die and the table fails.

mod exactly_once;
mod faults;
mod idempotency;
mod kill;
mod load;

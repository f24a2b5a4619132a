//! Messages, and the log that they are a part of.

mod deleting;
mod editing;
mod history;
mod log;
mod pins;
mod reactions;
mod searching;
mod sending;

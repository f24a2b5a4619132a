//! Messages, and the log that they are a part of.

mod editing;
mod history;
mod log;
mod sending;

//! The common crate of the functions.

pub mod domain;

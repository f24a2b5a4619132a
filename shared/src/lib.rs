#![doc = include_str!("../README.md")]

pub mod api;
pub mod clock;
pub mod delivery;
pub mod domain;
pub mod lambda;
pub mod objects;
pub mod random;
pub mod service;
pub mod store;
pub mod trace;

pub use lambda_runtime::Error;

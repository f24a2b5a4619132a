#![doc = include_str!("../README.md")]

pub mod act;
pub mod app;
pub mod clock;
pub mod domain;
pub mod http;
pub mod push;
pub mod random;
pub mod store;
pub mod trace;
pub mod view;

pub use lambda_runtime::Error;

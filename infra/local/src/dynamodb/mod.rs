//! DynamoDB: an engine, the template's tables in it, and a proxy in front that checks roles, measures calls and injects faults.

mod actions;
mod client;
mod engine;
mod proxy;
mod refusals;
mod tables;
mod torn;

pub(crate) use client::Client;
pub(crate) use engine::Engine;
pub(crate) use proxy::Proxy;
pub(crate) use tables::create as create_tables;

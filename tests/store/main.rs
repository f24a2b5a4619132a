//! The product's store against a real engine: what its conditions, transactions and pages promise. The embedded engine by
//! default; `AWS_ENDPOINT_URL_DYNAMODB` names another, such as the official DynamoDB Local, and the same tests run on it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod connections;
mod edges;
mod engine;
mod given;
mod given_tail;
mod groups;
mod log;
mod once;
mod pages;
mod profiles;
mod reports;
mod settling;
mod tail;
mod threads;
mod versions;

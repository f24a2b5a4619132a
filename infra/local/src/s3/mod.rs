//! S3: buckets in the data folder, the endpoint for those who call, and the events of new objects.
//!
//! The crate `s3s` reads requests, verifies their signatures and writes responses. It calls the store here, which is a file for each
//! object, and asks `access` whether the caller may.

mod access;
mod actions;
mod attributes;
mod body;
mod bucket;
mod buckets;
mod conditions;
mod cors;
mod disk;
mod endpoint;
mod event;
mod listing;
mod notifier;
mod object;
mod parts;
mod reading;
mod signature;
mod signers;
mod slot;
mod store;
mod writing;

pub(crate) use buckets::Buckets;
pub(crate) use endpoint::{Endpoint, Surroundings};

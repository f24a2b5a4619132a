//! The control API of the local stack, in types: buckets and events.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A bucket and its objects.
#[derive(Clone, Debug, Deserialize)]
pub struct Bucket {
    /// Its logical id in the template.
    pub bucket: String,
    pub name: String,
    /// In the order of their keys.
    pub objects: Vec<StoredObject>,
}

/// An object of a bucket.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredObject {
    pub key: String,
    pub size: u64,
    pub content_type: String,
    /// Without quotes.
    pub e_tag: String,
    pub modified_at: String,
    pub tags: BTreeMap<String, String>,
}

/// How many events of a function there are that nobody waits for.
#[derive(Clone, Debug, Deserialize)]
pub struct Events {
    /// The function's logical id in the template.
    pub function: String,
    /// Those for which the function is to be called next.
    pub waiting: usize,
    /// Those on which the function works.
    pub running: usize,
    /// Those that it failed to handle and will get again.
    pub failed: usize,
}

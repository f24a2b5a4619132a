//! One bucket: its objects in memory and on disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;
use parking_lot::Mutex;
use s3s::{S3Result, s3_error};
use serde::Serialize;

use super::conditions::Conditions;
use super::disk::Disk;
use super::object::Object;
use crate::clock::iso_time;
use crate::console::Console;
use crate::template::BucketSpec;

pub(crate) struct Bucket {
    pub(super) spec: BucketSpec,
    console: Console,
    disk: Disk,
    objects: Mutex<BTreeMap<String, Object>>,
}

/// A bucket as the control API lists it.
#[derive(Serialize)]
pub(crate) struct Listed {
    bucket: String,
    name: String,
    objects: Vec<ListedObject>,
}

#[derive(Serialize)]
struct ListedObject {
    key: String,
    size: u64,
    content_type: String,
    e_tag: String,
    modified_at: String,
    tags: BTreeMap<String, String>,
}

impl Bucket {
    /// Opens a bucket with the objects that are in it.
    ///
    /// # Errors
    /// A message that names the file or the folder that cannot be used.
    pub(super) fn open(spec: BucketSpec, folder: &Path, console: Console) -> Result<Self> {
        let (disk, objects) = Disk::open(&folder.join(&spec.name))?;
        Ok(Self { spec, console, disk, objects: Mutex::new(objects) })
    }

    /// The name and the path of a file for the bytes of a new object.
    pub(super) fn new_file(&self) -> (String, PathBuf) {
        self.disk.new_file()
    }

    /// The path of a file with bytes.
    pub(super) fn bytes(&self, file: &str) -> PathBuf {
        self.disk.bytes(file)
    }

    /// Removes bytes that belong to no object.
    pub(super) fn discard(&self, file: &str) {
        self.check(self.disk.discard(file));
    }

    pub(super) fn get(&self, key: &str) -> Option<Object> {
        self.objects.lock().get(key).cloned()
    }

    /// An object, and its bytes to read.
    pub(super) fn read(&self, key: &str) -> S3Result<Option<(Object, File)>> {
        // While the lock is held, nobody removes the bytes.
        let objects = self.objects.lock();
        let Some(object) = objects.get(key) else { return Ok(None) };
        let file = File::open(self.disk.bytes(&object.file)).map_err(|error| s3_error!(error, InternalError))?;
        Ok(Some((object.clone(), file)))
    }

    /// Stores an object, in place of the one with this key. From then on it survives the end of the stack.
    ///
    /// # Errors
    /// If it does not meet the conditions, or cannot be stored.
    pub(super) fn put(&self, object: &Object, conditions: &Conditions) -> S3Result<()> {
        let mut objects = self.objects.lock();
        conditions.check_write(objects.get(&object.key))?;
        self.disk.keep(object).map_err(|error| s3_error!(InternalError, "{error:#}"))?;
        if let Some(replaced) = objects.insert(object.key.clone(), object.clone()) {
            self.check(self.disk.forget(&replaced));
        }
        Ok(())
    }

    /// Gives an object other tags; `false` if there is no such object.
    ///
    /// # Errors
    /// If they cannot be stored.
    pub(super) fn tag(&self, key: &str, tags: BTreeMap<String, String>) -> S3Result<bool> {
        let mut objects = self.objects.lock();
        let Some(object) = objects.get_mut(key) else { return Ok(false) };
        let tagged = Object { tags, ..object.clone() };
        self.disk.keep(&tagged).map_err(|error| s3_error!(InternalError, "{error:#}"))?;
        *object = tagged;
        Ok(true)
    }

    /// Removes an object, if it is there.
    pub(super) fn delete(&self, key: &str) {
        let mut objects = self.objects.lock();
        if let Some(object) = objects.remove(key) {
            self.check(self.disk.forget(&object));
        }
    }

    /// Removes the objects that a rule makes expire until `now_ms`, and tells how many these were.
    pub(super) fn expire(&self, now_ms: u64) -> usize {
        let mut objects = self.objects.lock();
        let mut expired = 0;
        objects.retain(|key, object| {
            let is_over = self
                .spec
                .expiry
                .iter()
                .any(|rule| key.starts_with(&rule.prefix) && object.is_older_than(rule.after, now_ms));
            if is_over {
                self.check(self.disk.forget(object));
                expired += 1;
            }
            !is_over
        });
        expired
    }

    /// The objects whose keys begin so, in the order of their keys.
    pub(super) fn with_prefix(&self, prefix: &str) -> Vec<Object> {
        let objects = self.objects.lock();
        let from = objects.range(prefix.to_owned()..);
        from.take_while(|(key, _)| key.starts_with(prefix)).map(|(_, object)| object.clone()).collect()
    }

    /// A file that stays behind costs room only, so this is only said.
    fn check(&self, done: io::Result<()>) {
        if let Err(error) = done {
            self.console.warn(format!("[{}] a file could not be removed: {error}", self.spec.id));
        }
    }

    pub(crate) fn list(&self) -> Listed {
        let listed = |object: &Object| ListedObject {
            key: object.key.clone(),
            size: object.size,
            content_type: object.attributes.content_type(),
            e_tag: object.e_tag.clone(),
            modified_at: iso_time(object.modified_ms),
            tags: object.tags.clone(),
        };
        Listed {
            bucket: self.spec.id.clone(),
            name: self.spec.name.clone(),
            objects: self.objects.lock().values().map(listed).collect(),
        }
    }
}

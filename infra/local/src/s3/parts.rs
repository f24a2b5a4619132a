//! Uploads in parts that are under way. They end with the stack: their bytes are removed at the next start.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;

use parking_lot::Mutex;
use s3s::dto::CompletedPart;
use s3s::{S3Result, s3_error};
use uuid::Uuid;

use super::attributes::Attributes;
use super::bucket::Bucket;
use super::writing::{Written, failed};

/// The least size of a part that is not the last.
const LEAST_PART: u64 = 5 * 1024 * 1024;

pub(super) struct Upload {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) attributes: Attributes,
    pub(super) tags: BTreeMap<String, String>,
    parts: BTreeMap<i32, Written>,
}

#[derive(Default)]
pub(super) struct Uploads(Mutex<HashMap<String, Upload>>);

impl Uploads {
    /// Begins an upload, and gives its id.
    pub(super) fn begin(
        &self,
        bucket: String,
        key: String,
        attributes: Attributes,
        tags: BTreeMap<String, String>,
    ) -> String {
        let id = Uuid::new_v4().simple().to_string();
        self.0.lock().insert(id.clone(), Upload { bucket, key, attributes, tags, parts: BTreeMap::new() });
        id
    }

    /// Adds a part, in place of one with its number.
    ///
    /// # Errors
    /// If there is no such upload. Then the bytes of the part are removed.
    pub(super) fn add(&self, bucket: &Bucket, id: &str, number: i32, part: Written) -> S3Result<()> {
        let mut uploads = self.0.lock();
        let Some(upload) = uploads.get_mut(id) else {
            bucket.discard(&part.file);
            return Err(s3_error!(NoSuchUpload));
        };
        if let Some(replaced) = upload.parts.insert(number, part) {
            bucket.discard(&replaced.file);
        }
        Ok(())
    }

    /// Ends an upload.
    ///
    /// # Errors
    /// If there is no such upload of this object.
    pub(super) fn end(&self, id: &str, bucket: &str, key: &str) -> S3Result<Upload> {
        let mut uploads = self.0.lock();
        match uploads.remove(id) {
            Some(upload) if upload.bucket == bucket && upload.key == key => Ok(upload),
            Some(other) => {
                uploads.insert(id.to_owned(), other);
                Err(s3_error!(NoSuchUpload))
            }
            None => Err(s3_error!(NoSuchUpload)),
        }
    }

    /// Takes back an upload that could not be completed.
    pub(super) fn resume(&self, id: &str, upload: Upload) {
        self.0.lock().insert(id.to_owned(), upload);
    }
}

impl Upload {
    /// The files of the parts that are to be joined, and the `ETag` of the whole.
    ///
    /// # Errors
    /// If a part is missing, is another one or is too small, or the order is wrong.
    pub(super) fn chosen(&self, bucket: &Bucket, parts: &[CompletedPart]) -> S3Result<(Vec<File>, String)> {
        let (mut files, mut digests, mut before) = (Vec::new(), Vec::new(), 0);
        for (index, wanted) in parts.iter().enumerate() {
            let number = wanted.part_number.unwrap_or_default();
            if number <= before {
                return Err(s3_error!(InvalidPartOrder));
            }
            before = number;
            let Some(part) = self.parts.get(&number) else { return Err(s3_error!(InvalidPart)) };
            if wanted.e_tag.as_ref().is_some_and(|e_tag| e_tag.value() != super::writing::e_tag(part.md5)) {
                return Err(s3_error!(InvalidPart));
            }
            if part.size < LEAST_PART && index + 1 < parts.len() {
                return Err(s3_error!(EntityTooSmall));
            }
            files.push(File::open(bucket.bytes(&part.file)).map_err(failed)?);
            digests.extend(part.md5);
        }
        if files.is_empty() {
            return Err(s3_error!(MalformedXML));
        }
        let e_tag = format!("{}-{}", super::writing::e_tag(md5::compute(digests).0), files.len());
        Ok((files, e_tag))
    }

    /// Removes the bytes of all parts.
    pub(super) fn discard(&self, bucket: &Bucket) {
        for part in self.parts.values() {
            bucket.discard(&part.file);
        }
    }
}

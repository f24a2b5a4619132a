//! The buckets of the stack, and the sweep of what expires in them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use super::bucket::{Bucket, Listed};
use crate::clock::{ms, now_ms};
use crate::console::Console;
use crate::template::BucketSpec;

/// How often expired objects are deleted. On AWS this takes up to days.
const SWEEP_PAUSE: Duration = Duration::from_mins(1);

pub(crate) struct Buckets {
    all: Vec<Arc<Bucket>>,
}

impl Buckets {
    /// Opens the buckets of a template. The objects of each are in a folder of their own in `folder`.
    ///
    /// # Errors
    /// A message that names the file or the folder that cannot be used.
    pub(crate) fn open(specs: Vec<BucketSpec>, folder: &Path, console: &Console) -> Result<Self> {
        let open = |spec| Ok(Arc::new(Bucket::open(spec, folder, console.clone())?));
        Ok(Self { all: specs.into_iter().map(open).collect::<Result<_>>()? })
    }

    /// Deletes expired objects once a minute.
    pub(crate) async fn sweep_by_the_clock(self: Arc<Self>) {
        loop {
            tokio::time::sleep(SWEEP_PAUSE).await;
            for bucket in &self.all {
                bucket.expire(now_ms());
            }
        }
    }

    /// Deletes what will have expired in a bucket after so much time, and tells how many objects these were; `None` if there is no
    /// bucket with this logical id.
    pub(crate) fn sweep(&self, id: &str, ahead: Duration) -> Option<usize> {
        let bucket = self.all.iter().find(|bucket| bucket.spec.id == id)?;
        Some(bucket.expire(now_ms().saturating_add(ms(ahead))))
    }

    pub(crate) fn list(&self) -> Vec<Listed> {
        self.all.iter().map(|bucket| bucket.list()).collect()
    }

    /// The names of all buckets.
    pub(crate) fn names(&self) -> Vec<String> {
        self.all.iter().map(|bucket| bucket.spec.name.clone()).collect()
    }

    pub(super) fn named(&self, name: &str) -> Option<&Arc<Bucket>> {
        self.all.iter().find(|bucket| bucket.spec.name == name)
    }
}

//! The files of a bucket: two for each object, its bytes and what is known of it. The second names the first and is written last and
//! at once, so an object is there as a whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use uuid::Uuid;

use super::object::Object;
use crate::folder::write_whole;

/// The extension of a file with what is known of an object. The one with its bytes has none.
const WHOLE: &str = "json";

pub(super) struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Opens or creates a folder, and gives the objects in it. Bytes without an object are removed: their upload was not finished.
    ///
    /// # Errors
    /// A message that names the folder or the file that cannot be used.
    pub(super) fn open(folder: &Path) -> Result<(Self, BTreeMap<String, Object>)> {
        let unusable = || format!("the folder {} cannot be used", folder.display());
        fs::create_dir_all(folder).with_context(unusable)?;
        let disk = Self { folder: folder.to_owned() };
        let mut objects: BTreeMap<String, Object> = BTreeMap::new();
        let mut others = Vec::new();
        for entry in fs::read_dir(folder).with_context(unusable)? {
            let path = entry.with_context(unusable)?.path();
            if path.extension().is_some_and(|extension| extension == WHOLE) {
                let object = read(&path).with_context(|| format!("the file {} cannot be read", path.display()))?;
                // An object that was replaced when the stack ended may still be there.
                let is_newer = |other: &Object| other.sequencer > object.sequencer;
                if objects.get(&object.key).is_some_and(is_newer) {
                    disk.forget(&object).with_context(unusable)?;
                } else if let Some(older) = objects.insert(object.key.clone(), object) {
                    disk.forget(&older).with_context(unusable)?;
                }
            } else {
                others.push(path);
            }
        }
        let known =
            |path: &Path| objects.values().any(|object| path.file_name().is_some_and(|name| *name == *object.file));
        for path in others.iter().filter(|path| !known(path)) {
            let _ = fs::remove_file(path);
        }
        Ok((disk, objects))
    }

    /// The name and the path of a new file for bytes.
    pub(super) fn new_file(&self) -> (String, PathBuf) {
        let name = Uuid::new_v4().to_string();
        let path = self.bytes(&name);
        (name, path)
    }

    /// The path of a file with bytes.
    pub(super) fn bytes(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Stores what is known of an object. From then on it is there.
    ///
    /// # Errors
    /// A message that names the file.
    pub(super) fn keep(&self, object: &Object) -> Result<()> {
        write_whole(&self.known(object), &serde_json::to_vec(object)?)
    }

    /// Removes an object. Whoever reads it can still read it to the end.
    ///
    /// # Errors
    /// If a file cannot be removed.
    pub(super) fn forget(&self, object: &Object) -> io::Result<()> {
        fs::remove_file(self.known(object))?;
        self.discard(&object.file)
    }

    /// Removes a file with bytes.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub(super) fn discard(&self, file: &str) -> io::Result<()> {
        match fs::remove_file(self.bytes(file)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    fn known(&self, object: &Object) -> PathBuf {
        self.folder.join(&object.file).with_extension(WHOLE)
    }
}

fn read(path: &Path) -> Result<Object> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

#[cfg(test)]
mod tests {
    use super::super::attributes::Attributes;
    use super::*;

    fn object(disk: &Disk, key: &str, sequencer: u64) -> Object {
        let (file, path) = disk.new_file();
        fs::write(path, "bytes").unwrap();
        Object {
            key: key.to_owned(),
            file,
            size: 5,
            e_tag: String::new(),
            modified_ms: 0,
            sequencer,
            attributes: Attributes::default(),
            tags: BTreeMap::new(),
        }
    }

    #[test]
    fn of_what_a_killed_stack_leaves_only_the_newest_whole_objects_remain() {
        let folder = std::env::temp_dir().join(format!("backchannel-objects-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let (disk, none) = Disk::open(&folder).unwrap();
        assert!(none.is_empty());
        let (old, new, cut) = (object(&disk, "a", 1), object(&disk, "a", 2), object(&disk, "b", 3));
        disk.keep(&old).unwrap();
        disk.keep(&new).unwrap();
        let (disk, left) = Disk::open(&folder).unwrap();
        assert_eq!(left.get("a"), Some(&new));
        assert!(!disk.bytes(&old.file).exists() && !disk.bytes(&cut.file).exists() && disk.bytes(&new.file).exists());
        disk.forget(&new).unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        fs::remove_dir_all(folder).unwrap();
    }
}

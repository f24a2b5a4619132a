//! The data folder: it keeps the data of a stack between runs. One stack uses it at a time.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use data_encoding::BASE32_NOPAD;

/// The data folder, locked for this stack.
pub(crate) struct Folder {
    path: PathBuf,
    /// The operating system releases the lock when the process ends.
    _lock: File,
}

impl Folder {
    /// Creates the folder if it does not exist, and locks it.
    ///
    /// # Errors
    /// A message if the folder cannot be written or another stack uses it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let unusable =
            || format!("the data folder {} cannot be written: choose another one with --data", path.display());
        fs::create_dir_all(path).with_context(unusable)?;
        let lock = File::create(path.join("lock")).with_context(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => bail!(
                "another local stack uses the data folder {}: stop it, or choose another folder with --data and another port with --port",
                path.display()
            ),
            Err(TryLockError::Error(error)) => Err(error).with_context(unusable),
        }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The name of the stack, from which the names of resources are made. It is random and stored in the folder, so that stacks
    /// that share an engine have separate tables.
    ///
    /// # Errors
    /// If the name cannot be stored.
    pub(crate) fn stack_name(&self) -> Result<String> {
        let file = self.file("stack-name");
        if let Ok(name) = fs::read_to_string(&file)
            && !name.trim().is_empty()
        {
            return Ok(name.trim().to_owned());
        }
        let mut random = [0; 5];
        getrandom::fill(&mut random)?;
        let name = format!("local-{}", BASE32_NOPAD.encode(&random).to_ascii_lowercase());
        write_whole(&file, name.as_bytes())?;
        Ok(name)
    }
}

/// Writes a file atomically: a reader sees the old content or all of the new content.
///
/// # Errors
/// A message that names the file.
pub(crate) fn write_whole(file: &Path, content: &[u8]) -> Result<()> {
    let write = || -> io::Result<()> {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}", std::process::id()));
        let partial = file.with_file_name(name);
        let mut options = File::options();
        // Readable by the owner only, because one of these files is a signing key.
        options.write(true).create(true).truncate(true).mode(0o600).open(&partial)?.write_all(content)?;
        fs::rename(&partial, file)
    };
    write().with_context(|| format!("the file {} cannot be written", file.display()))
}

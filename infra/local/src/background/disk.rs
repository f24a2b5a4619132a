//! The files of the events of a function: one for each, so that an event that was accepted survives the end of the stack.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::events::Event;
use crate::folder::write_whole;

/// The extension of a whole file. While it is written, it has another one.
const WHOLE: &str = "json";

pub(super) struct Disk {
    folder: PathBuf,
}

/// The content of a file. Its name is the id of the event.
#[derive(Deserialize, Serialize)]
struct Stored {
    came_ms: u64,
    cause: String,
    payload: String,
}

impl Disk {
    /// Opens or creates a folder, and gives the events in it, oldest first.
    ///
    /// # Errors
    /// A message that names the folder or the file that cannot be used.
    pub(super) fn open(folder: PathBuf) -> Result<(Self, Vec<Event>)> {
        let unusable = || format!("the folder {} cannot be used", folder.display());
        fs::create_dir_all(&folder).with_context(unusable)?;
        let mut events = Vec::new();
        for entry in fs::read_dir(&folder).with_context(unusable)? {
            let path = entry.with_context(unusable)?.path();
            if path.extension().is_some_and(|extension| extension == WHOLE) {
                events.push(read(&path).with_context(|| format!("the file {} cannot be read", path.display()))?);
            } else {
                // It was being written when a stack ended, so its event was not accepted.
                fs::remove_file(&path).with_context(unusable)?;
            }
        }
        events.sort_by_key(|event| event.came_ms);
        Ok((Self { folder }, events))
    }

    /// Stores an event.
    ///
    /// # Errors
    /// A message that names the file.
    pub(super) fn keep(&self, event: &Event) -> Result<()> {
        let stored = Stored { came_ms: event.came_ms, cause: event.cause.clone(), payload: event.payload.clone() };
        write_whole(&self.file(&event.id), &serde_json::to_vec(&stored)?)
    }

    /// Removes an event.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub(super) fn forget(&self, id: &str) -> io::Result<()> {
        fs::remove_file(self.file(id))
    }

    fn file(&self, id: &str) -> PathBuf {
        self.folder.join(id).with_extension(WHOLE)
    }
}

/// It is called for at once, and its calls are counted anew: what happened before the stack ended is not known any more.
fn read(path: &Path) -> Result<Event> {
    let stored: Stored = serde_json::from_slice(&fs::read(path)?)?;
    let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Event::new(id, stored.cause, stored.payload, stored.came_ms))
}

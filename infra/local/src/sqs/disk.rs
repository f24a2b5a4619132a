//! The files of a queue: one for each message, so that a message that was accepted survives the end of the stack.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::messages::Message;
use crate::folder::write_whole;

/// The extension of a whole file. While it is written, it has another one.
const WHOLE: &str = "json";

pub(super) struct Disk {
    folder: PathBuf,
}

/// The content of a file. Its name is the id of the message.
#[derive(Deserialize, Serialize)]
struct Stored {
    sent_ms: u64,
    body: String,
}

impl Disk {
    /// Opens or creates a folder, and gives the messages in it, oldest first.
    ///
    /// # Errors
    /// A message that names the folder or the file that cannot be used.
    pub(super) fn open(folder: PathBuf) -> Result<(Self, Vec<Message>)> {
        let unusable = || format!("the folder {} cannot be used", folder.display());
        fs::create_dir_all(&folder).with_context(unusable)?;
        let mut messages = Vec::new();
        for entry in fs::read_dir(&folder).with_context(unusable)? {
            let path = entry.with_context(unusable)?.path();
            if path.extension().is_some_and(|extension| extension == WHOLE) {
                messages.push(read(&path).with_context(|| format!("the file {} cannot be read", path.display()))?);
            } else {
                // It was being written when a stack ended, so its message was not accepted.
                fs::remove_file(&path).with_context(unusable)?;
            }
        }
        messages.sort_by_key(|message| message.sent_ms);
        Ok((Self { folder }, messages))
    }

    /// Stores a message.
    ///
    /// # Errors
    /// A message that names the file.
    pub(super) fn keep(&self, message: &Message) -> Result<()> {
        let stored = Stored { sent_ms: message.sent_ms, body: message.body.clone() };
        write_whole(&self.file(&message.id), &serde_json::to_vec(&stored)?)
    }

    /// Removes a message.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub(super) fn forget(&self, id: &str) -> io::Result<()> {
        fs::remove_file(self.file(id))
    }

    /// Moves a message to another queue, at no moment of which it is in none or in both.
    ///
    /// # Errors
    /// If the file cannot be moved.
    pub(super) fn hand_over(&self, id: &str, to: &Self) -> io::Result<()> {
        fs::rename(self.file(id), to.file(id))
    }

    fn file(&self, id: &str) -> PathBuf {
        self.folder.join(id).with_extension(WHOLE)
    }
}

/// It is visible at once: what it waited for before the stack ended is not known any more.
fn read(path: &Path) -> Result<Message> {
    let stored: Stored = serde_json::from_slice(&fs::read(path)?)?;
    let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Message::new(id, stored.body, stored.sent_ms, 0))
}

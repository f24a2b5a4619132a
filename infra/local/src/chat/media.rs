//! Images and videos: sending a file, and saving one.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::api::thread_path;
use super::failure::Failure;
use super::session::Session;
use super::view;

/// How long the service may take to look at an upload.
const LOOKED_AT_WITHIN: Duration = Duration::from_mins(1);
/// The pause between two questions whether it has.
const ASK_EVERY: Duration = Duration::from_millis(200);

/// The types by the endings of names. The service looks at the bytes.
const TYPES: [(&str, &str); 8] = [
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("webp", "image/webp"),
    ("gif", "image/gif"),
    ("mp4", "video/mp4"),
    ("mov", "video/mp4"),
    ("webm", "video/webm"),
];

impl Session {
    /// Sends a file to the open conversation.
    pub(super) async fn send_file(&mut self, path: &str) -> Result<(), Failure> {
        let thread = self.open_id()?;
        let ending = Path::new(path).extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
        let known = TYPES.iter().find(|(known, _)| *known == ending);
        let (_, content_type) = known.ok_or_else(|| Failure::Impossible(format!("{path} is no image and no video")))?;
        let bytes = fs::read(path).map_err(|error| Failure::Impossible(format!("{path}: {error}")))?;
        let announced = json!({ "content_type": content_type, "bytes": bytes.len() });
        let announced = self.api.post_once("/media", &announced).await?;
        self.api.upload(view::text(&announced["upload"], "url"), content_type, bytes).await?;
        let media = view::text(&announced, "media_id");
        self.looked_at(media).await?;
        let body = json!({ "attachments": [media] });
        self.api.post_once(&format!("{}/messages", thread_path(&thread)), &body).await?;
        Ok(())
    }

    /// Waits until the service has looked at an upload.
    async fn looked_at(&self, media: &str) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            match self.api.redirect(&format!("/media/{media}")).await {
                Err(failure) if failure.code() == Some("conflict") && started.elapsed() < LOOKED_AT_WITHIN => {
                    sleep(ASK_EVERY).await;
                }
                looked_at => return looked_at.map(|_| ()),
            }
        }
    }

    /// Saves the first image or video of a message.
    pub(super) async fn save_file(&mut self, seq: u64, path: &str) -> Result<(), Failure> {
        let message = format!("{}/messages/{seq}", thread_path(&self.open_id()?));
        let message = self.api.get(&message).await?;
        let attachments = message.get("attachments").and_then(Value::as_array).into_iter().flatten();
        let first = attachments.map(|attachment| view::text(attachment, "media_id")).next();
        let media = first.ok_or_else(|| Failure::Impossible(format!("message {seq} has no image and no video")))?;
        let address = self.api.redirect(&format!("/media/{media}")).await?;
        let bytes = self.api.download(&address).await?;
        fs::write(path, bytes).map_err(|error| Failure::Impossible(format!("{path}: {error}")))?;
        self.console.say(format!("--- saved {path}"));
        Ok(())
    }
}

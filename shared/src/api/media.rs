//! Images and videos.

use serde::Serialize;

use crate::domain::media::{MediaId, MediaType};
use crate::domain::time::{Timestamp, rfc3339};
use crate::service::Announcement;

/// An announced upload: where it goes, and how.
#[derive(Debug, Serialize)]
pub struct AnnouncementView {
    media_id: MediaId,
    upload: UploadView,
}

#[derive(Debug, Serialize)]
struct UploadView {
    method: &'static str,
    url: String,
    headers: UploadHeaders,
    #[serde(serialize_with = "rfc3339")]
    expires_at: Timestamp,
}

/// The signature holds these: another type or length is refused.
#[derive(Debug, Serialize)]
struct UploadHeaders {
    #[serde(rename = "content-type")]
    content_type: MediaType,
    #[serde(rename = "content-length")]
    content_length: String,
}

impl From<Announcement> for AnnouncementView {
    fn from(Announcement { media, upload }: Announcement) -> Self {
        let headers = UploadHeaders { content_type: media.declared, content_length: media.bytes.to_string() };
        let upload = UploadView { method: "PUT", url: upload.url, headers, expires_at: upload.expires_at };
        Self { media_id: media.id, upload }
    }
}

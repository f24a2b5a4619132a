//! The `image` function: looks at what was uploaded. S3 tells its queue of new objects.

use serde::Deserialize;
use shared::domain::media::MediaId;
use shared::domain::work::Worked;
use shared::lambda::{App, Job, serve_queue};
use shared::service::Error;

mod look;

/// What S3 tells: new objects; nothing in its first message, which only says that it will tell.
#[derive(Debug, Deserialize)]
struct Told {
    #[serde(default, rename = "Records")]
    records: Vec<Record>,
}

#[derive(Debug, Deserialize)]
struct Record {
    s3: Stored,
}

#[derive(Debug, Deserialize)]
struct Stored {
    object: Object,
}

#[derive(Debug, Deserialize)]
struct Object {
    /// Encoded as in a URL; of ours, no character is.
    key: String,
}

impl Record {
    /// The upload that it is about, if it is one.
    fn media_id(self) -> Option<MediaId> {
        self.s3.object.key.strip_prefix("uploads/")?.to_owned().try_into().ok()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    let app = App::from_env().and_then(|app| app.with_bucket("MEDIA_URL"));
    serve_queue(app, "image", look_at_all).await
}

async fn look_at_all(job: Job, told: Told) -> Result<Worked, Error> {
    for id in told.records.into_iter().filter_map(Record::media_id) {
        look::look_at(&job, &id).await?;
    }
    Ok(Worked::Done)
}

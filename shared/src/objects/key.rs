//! The names of objects.

use crate::domain::media::MediaId;

/// An object of the bucket. Each image or video has up to three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// What a client uploads. Nobody but the function that looks at it reads it.
    #[must_use]
    pub fn upload(id: &MediaId) -> Self {
        Self(format!("uploads/{id}"))
    }

    /// What is left of it once somebody has looked at it.
    #[must_use]
    pub fn media(id: &MediaId) -> Self {
        Self(format!("media/{id}"))
    }

    /// A small picture of it.
    #[must_use]
    pub fn thumbnail(id: &MediaId) -> Self {
        Self(format!("thumbnails/{id}"))
    }

    /// All objects of an image or a video.
    #[must_use]
    pub fn all(id: &MediaId) -> [Self; 3] {
        [Self::upload(id), Self::media(id), Self::thumbnail(id)]
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

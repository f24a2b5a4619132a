//! Pictures: cleaned in memory, without decoding them.

mod cleaned;
mod gif;
mod jpeg;
mod jpeg_frame;
mod jpeg_segments;
mod png;
mod webp;
mod webp_chunks;
mod webp_frame;

use crate::audit;
use crate::kind::Kind;
use crate::limits::MAX_PICTURE_BYTES;
use crate::orientation::Orientation;
use crate::refusal::Refusal;

/// A picture that was checked and holds no metadata but its orientation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    kind: Kind,
    bytes: Vec<u8>,
    width: u32,
    height: u32,
    frames: u32,
    orientation: Orientation,
}

impl Picture {
    /// Checks an upload against the kind that its sender declared, and removes what is not pixels, colours, animation or
    /// orientation. The pixels stay as they are stored. Whether they can be decoded, [`thumbnail`](crate::thumbnail) finds out.
    ///
    /// # Errors
    /// A [`Refusal`], also if the kind is one of videos.
    pub fn clean(declared: Kind, upload: Vec<u8>) -> Result<Self, Refusal> {
        declared.check(&upload)?;
        if upload.len() > MAX_PICTURE_BYTES {
            return Err(Refusal::TooLarge);
        }
        let cleaned = match declared {
            Kind::Jpeg => jpeg::clean(&upload),
            Kind::Png => png::clean(&upload),
            Kind::WebP => webp::clean(&upload),
            Kind::Gif => gif::clean(&upload),
            Kind::Mp4 | Kind::WebM => Err(Refusal::NotSupported),
        }?;
        // The upload is not needed any more, and what comes next needs memory.
        drop(upload);
        if !audit::is_clean(declared, &cleaned.bytes) {
            return Err(Refusal::Broken("it could not be cleaned"));
        }
        let (width, height) = cleaned.orientation.displayed(cleaned.width, cleaned.height);
        let (bytes, frames, orientation) = (cleaned.bytes, cleaned.frames, cleaned.orientation);
        Ok(Self { kind: declared, bytes, width, height, frames, orientation })
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The cleaned file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The cleaned file, taken out.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The width as displayed.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The height as displayed.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// How many frames it has: 1 unless it is an animation.
    #[must_use]
    pub fn frames(&self) -> u32 {
        self.frames
    }

    /// How its stored pixels are turned for display.
    #[must_use]
    pub fn orientation(&self) -> Orientation {
        self.orientation
    }
}

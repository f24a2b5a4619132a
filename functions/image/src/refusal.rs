//! Why an upload is not taken.

use std::fmt;

/// A refusal of an upload. Its text may be shown to the sender: it holds nothing of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The bytes are of no type that is taken, or use a part of it that is not.
    NotSupported,
    /// The bytes are of this type, and the sender declared another.
    TypeDiffers(&'static str),
    /// The file does not keep to its format, or ends too early. The text names the place for the log.
    Broken(&'static str),
    /// The file has more bytes than its type may have.
    TooLarge,
    /// Decoded, the picture would not fit into the function's memory.
    TooManyPixels,
    /// The animation has more frames than are taken.
    TooManyFrames,
    /// The video has a track that is neither picture nor sound. Such a track can carry places.
    ForeignTrack,
    /// The headers of the video, or the list of what has to change in it, are longer than is held in memory.
    TooManyParts,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSupported => f.write_str("The file is of a type that is not supported."),
            Self::TypeDiffers(kind) => write!(f, "The file is {kind}, not what was declared."),
            Self::Broken(place) => write!(f, "The file is broken: {place}."),
            Self::TooLarge => f.write_str("The file is too large."),
            Self::TooManyPixels => f.write_str("The picture has too many pixels."),
            Self::TooManyFrames => f.write_str("The animation has too many frames."),
            Self::ForeignTrack => f.write_str("The video has a track that is neither picture nor sound."),
            Self::TooManyParts => f.write_str("The video has too many parts."),
        }
    }
}

impl std::error::Error for Refusal {}

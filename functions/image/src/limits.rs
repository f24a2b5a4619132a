//! What is taken at most. `README.md` says how much memory that needs.

/// Bytes of a picture.
pub const MAX_PICTURE_BYTES: usize = 10 * 1024 * 1024;
/// Bytes of a video.
pub const MAX_VIDEO_BYTES: u64 = 100 * 1024 * 1024;
/// Pixels of a JPEG. It is decoded at an eighth of its size.
pub const MAX_JPEG_PIXELS: u64 = 50_000_000;
/// Bytes of the coefficients of a progressive JPEG, which its decoder holds all at once.
pub const MAX_COEFFICIENT_BYTES: u64 = 160 * 1024 * 1024;
/// Scans of a JPEG. Each may go over the whole picture again; encoders write about ten.
pub const MAX_SCANS: u32 = 64;
/// Tables and scans of a JPEG. An encoder writes some dozens of them.
pub const MAX_SEGMENTS: usize = 4_096;
/// Pixels of a PNG, WebP or GIF.
pub const MAX_PIXELS: u64 = 40_000_000;
/// Bytes of a decoded PNG, WebP or GIF.
pub const MAX_DECODED_BYTES: u64 = 200 * 1024 * 1024;
/// Frames of an animation.
pub const MAX_FRAMES: u32 = 1_000;
/// Bytes of a colour profile; one that is longer is dropped.
pub const MAX_ICC_BYTES: usize = 4 * 1024 * 1024;
/// The longer side of a thumbnail.
pub const THUMBNAIL_SIDE: u32 = 640;
/// The quality of a thumbnail.
pub const THUMBNAIL_QUALITY: u8 = 80;
/// Bytes of a colour profile that a thumbnail keeps; without it, a longer one would be most of the thumbnail.
pub const MAX_THUMBNAIL_ICC_BYTES: usize = 64 * 1024;
/// Bytes of one header of a video that is held in memory: `moov`, `moof`, `Tracks` and the like.
pub const MAX_HEADER_BYTES: u64 = 8 * 1024 * 1024;
/// Boxes that stand in one other box of an MP4.
pub const MAX_BOXES: usize = 4_096;
/// Changes of a video. Each takes about 32 bytes.
pub const MAX_PATCHES: usize = 200_000;
/// Parts of a video that are looked at: boxes, elements, blocks.
pub const MAX_PARTS: u32 = 1_000_000;

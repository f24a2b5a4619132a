//! The seeds, and what their bytes show.

use std::fs;
use std::path::{Path, PathBuf};

use media_check::Kind;

/// Marks a place wherever it is plain text.
pub(crate) const SECRET: &[u8] = b"secret-place";

/// The pictures among the seeds.
pub(crate) const PICTURES: [&str; 17] = [
    "alpha.png",
    "animated.png",
    "animated.webp",
    "base.gif",
    "base.jpg",
    "base.png",
    "base.webp",
    "behind.png",
    "cmyk.jpg",
    "gray.jpg",
    "lossless.webp",
    "palette.png",
    "places.gif",
    "places.jpg",
    "places.png",
    "places.webp",
    "progressive.jpg",
];

/// Those of them that hold a place.
pub(crate) const WITH_PLACE: [&str; 6] =
    ["animated.webp", "behind.png", "places.gif", "places.jpg", "places.png", "places.webp"];

/// The videos among the seeds that are taken.
pub(crate) const VIDEOS: [&str; 9] = [
    "attached.webm",
    "fast.mp4",
    "fragments.mp4",
    "live.webm",
    "loci.mp4",
    "places.mov",
    "places.mp4",
    "places.webm",
    "turned.mp4",
];

/// The bytes of a seed.
pub(crate) fn read(name: &str) -> Vec<u8> {
    fs::read(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Where a seed lies.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seeds").join(name)
}

/// The kind that a name states.
pub(crate) fn kind(name: &str) -> Kind {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("jpg") => Kind::Jpeg,
        Some("png") => Kind::Png,
        Some("webp") => Kind::WebP,
        Some("gif") => Kind::Gif,
        Some("webm") => Kind::WebM,
        _ => Kind::Mp4,
    }
}

/// Whether bytes hold others.
pub(crate) fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

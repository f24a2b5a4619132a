//! What a file is, by its first bytes. Name and declared type are not asked.

use crate::refusal::Refusal;

/// The types that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Jpeg,
    Png,
    WebP,
    Gif,
    /// MP4, and what telephones call MOV: the same boxes under another brand.
    Mp4,
    WebM,
}

/// As many bytes of a file as [`sniff`] looks at.
pub const SNIFFED_BYTES: usize = 64;

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Jpeg, Self::Png, Self::WebP, Self::Gif, Self::Mp4, Self::WebM];

    /// The content type under which files of this kind are declared and served.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Mp4 => "video/mp4",
            Self::WebM => "video/webm",
        }
    }

    /// The kind with this content type.
    #[must_use]
    pub fn declared(content_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.content_type() == content_type)
    }

    /// Whether it is a video, which is cleaned as a stream, and not a picture, which is cleaned in memory.
    #[must_use]
    pub fn is_video(self) -> bool {
        matches!(self, Self::Mp4 | Self::WebM)
    }

    /// Compares the declared kind with the bytes.
    ///
    /// # Errors
    /// [`Refusal::NotSupported`] and [`Refusal::TypeDiffers`].
    pub fn check(self, first: &[u8]) -> Result<(), Refusal> {
        match sniff(first) {
            None => Err(Refusal::NotSupported),
            Some(kind) if kind != self => Err(Refusal::TypeDiffers(kind.content_type())),
            Some(_) => Ok(()),
        }
    }
}

/// What a file is that begins with these bytes. Give [`SNIFFED_BYTES`] of them, or the whole file if it is shorter.
#[must_use]
pub fn sniff(first: &[u8]) -> Option<Kind> {
    let at = |place: usize, bytes: &[u8]| first.get(place..).is_some_and(|rest| rest.starts_with(bytes));
    if at(0, b"\xff\xd8\xff") {
        Some(Kind::Jpeg)
    } else if at(0, b"\x89PNG\r\n\x1a\n") {
        Some(Kind::Png)
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        Some(Kind::WebP)
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        Some(Kind::Gif)
    } else if at(4, b"ftyp") && first.get(8..12).is_some_and(|brand| !is_still(brand)) {
        Some(Kind::Mp4)
    } else if at(0, b"\x1a\x45\xdf\xa3") && first.windows(7).any(|bytes| bytes == b"\x42\x82\x84webm") {
        Some(Kind::WebM)
    } else {
        None
    }
}

/// Whether a brand of `ftyp` is one of a picture: HEIF, AVIF, and Canon's raw format. Every other brand counts as a video; its
/// `moov` decides.
fn is_still(brand: &[u8]) -> bool {
    const STILL: [&[u8; 4]; 13] = [
        b"mif1", b"mif2", b"miaf", b"msf1", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"avif", b"avis",
        b"crx ",
    ];
    STILL.iter().any(|still| still.as_slice() == brand)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_21_the_bytes_say_what_a_file_is() {
        let kinds: [(&[u8], Option<Kind>); 14] = [
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Some(Kind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some(Kind::Png)),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Some(Kind::WebP)),
            (b"RIFF\x24\0\0\0WAVEfmt ", None),
            (b"GIF89a\x01\0", Some(Kind::Gif)),
            (b"\0\0\0\x18ftypisom\0\0\x02\0", Some(Kind::Mp4)),
            (b"\0\0\0\x14ftypqt  \0\0\0\0", Some(Kind::Mp4)),
            (b"\0\0\0\x18ftypheic\0\0\0\0", None),
            (b"\0\0\0\x18ftypavif\0\0\0\0", None),
            (b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm", Some(Kind::WebM)),
            (b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska", None),
            (b"<!DOCTYPE html><script>", None),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", None),
            (b"", None),
        ];
        for (first, kind) in kinds {
            assert_eq!(sniff(first), kind, "{}", first.escape_ascii());
        }
    }

    #[test]
    fn rule_21_the_declared_type_has_to_be_the_checked_one() {
        assert_eq!(Kind::declared("image/png"), Some(Kind::Png));
        assert_eq!(Kind::declared("image/svg+xml"), None);
        assert_eq!(Kind::Png.check(b"\x89PNG\r\n\x1a\n"), Ok(()));
        assert_eq!(Kind::Png.check(b"\xff\xd8\xff\xe0"), Err(Refusal::TypeDiffers("image/jpeg")));
        assert_eq!(Kind::Png.check(b"<svg/>"), Err(Refusal::NotSupported));
    }
}

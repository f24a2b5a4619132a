use std::io::Read;

use flate2::read::ZlibDecoder;

use super::parts::{cut, own_exif};
use crate::icc;
use crate::limits::MAX_ICC_BYTES;

/// The profile has no name of its own and nothing behind it.
fn profile(body: &[u8]) -> Option<()> {
    let packed = body.strip_prefix(b"icc\0\0")?;
    let mut decoder = ZlibDecoder::new(packed);
    let mut profile = Vec::new();
    decoder.by_ref().take(MAX_ICC_BYTES as u64 + 1).read_to_end(&mut profile).ok()?;
    let whole = decoder.total_in() == packed.len() as u64;
    (whole && icc::profile(&profile)?.len() == profile.len()).then_some(())
}

pub(super) fn check(bytes: &[u8]) -> Option<()> {
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    loop {
        let length = u32::from_be_bytes(cut(&mut rest, 4)?.try_into().ok()?);
        let kind = cut(&mut rest, 4)?;
        let body = cut(&mut rest, usize::try_from(length).ok()?)?;
        cut(&mut rest, 4)?;
        match (kind, body.len()) {
            (b"IEND", 0) => return rest.is_empty().then_some(()),
            (b"IHDR", 13)
            | (b"PLTE", 0..=768)
            | (b"tRNS", 0..=256)
            | (b"IDAT" | b"fdAT", _)
            | (b"cHRM", 32)
            | (b"gAMA" | b"cICP", 4)
            | (b"sRGB", 1)
            | (b"sBIT", 1..=4)
            | (b"bKGD", 1..=6)
            | (b"pHYs", 9)
            | (b"acTL", 8)
            | (b"fcTL", 26) => {}
            (b"iCCP", _) => profile(body)?,
            (b"eXIf", _) => own_exif(body)?,
            _ => return None,
        }
    }
}

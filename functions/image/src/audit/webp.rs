use super::parts::{cut, own_exif};
use crate::icc;

/// Cuts the next chunk off, with the byte that fills it up.
fn chunk<'a>(rest: &mut &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let name = cut(rest, 4)?;
    let length = u32::from_le_bytes(cut(rest, 4)?.try_into().ok()?);
    let body = cut(rest, usize::try_from(length).ok()?)?;
    if length % 2 == 1 && cut(rest, 1)? != [0] {
        return None;
    }
    Some((name, body))
}

pub(super) fn check(bytes: &[u8]) -> Option<()> {
    let mut rest = bytes;
    let (b"RIFF", body) = chunk(&mut rest)? else { return None };
    let mut chunks = body.strip_prefix(b"WEBP")?;
    while !chunks.is_empty() {
        match chunk(&mut chunks)? {
            (b"VP8X", body) if body.len() == 10 => {}
            (b"ANIM", body) if body.len() == 6 => {}
            (b"ALPH" | b"VP8 " | b"VP8L", _) => {}
            (b"ICCP", body) if icc::profile(body)?.len() == body.len() => {}
            (b"EXIF", body) => own_exif(body)?,
            (b"ANMF", mut frame) => {
                cut(&mut frame, 16)?;
                while !frame.is_empty() {
                    let (b"ALPH" | b"VP8 " | b"VP8L", _) = chunk(&mut frame)? else { return None };
                }
            }
            _ => return None,
        }
    }
    rest.is_empty().then_some(())
}

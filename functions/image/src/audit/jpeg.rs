use super::parts::{cut, own_exif};

/// The lengths of a JPEG's tables state what they hold, so that nothing hangs behind them.
fn tables(marker: u8, mut body: &[u8]) -> Option<()> {
    while !body.is_empty() {
        let first = *cut(&mut body, 1)?.first()?;
        let length = match marker {
            0xdb => 64 << (first >> 4).min(1),
            _ => cut(&mut body, 16)?.iter().map(|count| usize::from(*count)).sum(),
        };
        cut(&mut body, length)?;
    }
    Some(())
}

pub(super) fn check(bytes: &[u8]) -> Option<()> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let [0xff, marker] = cut(&mut rest, 2)? else { return None };
        if *marker == 0xd9 {
            return rest.is_empty().then_some(());
        }
        let length = u16::from_be_bytes(cut(&mut rest, 2)?.try_into().ok()?);
        let body = cut(&mut rest, usize::from(length).checked_sub(2)?)?;
        match (marker, body) {
            // JFIF without a thumbnail, and how many blocks lie between restarts.
            (0xe0, [b'J', b'F', b'I', b'F', 0, _, _, _, _, _, _, _, 0, 0]) | (0xdd, [_, _]) => {}
            (0xe1, body) => own_exif(body.strip_prefix(b"Exif\0\0")?)?,
            // The profile, and Adobe's way of coding colours.
            (0xe2, body) if body.starts_with(b"ICC_PROFILE\0") && body.len() > 14 => {}
            (0xee, body) if body.starts_with(b"Adobe") && body.len() == 12 => {}
            (0xc0..=0xc2, [_, _, _, _, _, count, components @ ..]) if components.len() == 3 * usize::from(*count) => {}
            (0xc4 | 0xdb, body) => tables(*marker, body)?,
            (0xda, [count, components @ ..]) if components.len() == 3 + 2 * usize::from(*count) => {
                let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7);
                let scan = rest.windows(2).position(ends)?;
                cut(&mut rest, scan)?;
            }
            _ => return None,
        }
    }
}

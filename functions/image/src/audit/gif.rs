use super::parts::cut;

/// Cuts a list of blocks off.
fn blocks(rest: &mut &[u8]) -> Option<()> {
    loop {
        let length = usize::from(*cut(rest, 1)?.first()?);
        if length == 0 {
            return Some(());
        }
        cut(rest, length)?;
    }
}

fn table(rest: &mut &[u8], flags: u8) -> Option<()> {
    if flags & 0x80 != 0 {
        cut(rest, 3 * (2 << (flags & 7)))?;
    }
    Some(())
}

pub(super) fn check(bytes: &[u8]) -> Option<()> {
    let mut rest = bytes.strip_prefix(b"GIF89a")?;
    let screen = cut(&mut rest, 7)?;
    table(&mut rest, screen[4])?;
    loop {
        match cut(&mut rest, 1)? {
            [0x3b] => return rest.is_empty().then_some(()),
            [0x2c] => {
                let place = cut(&mut rest, 9)?;
                table(&mut rest, place[8])?;
                cut(&mut rest, 1)?;
                blocks(&mut rest)?;
            }
            _ => match cut(&mut rest, 2)? {
                [0xf9, 4] => {
                    let [_, _, _, _, 0] = cut(&mut rest, 5)? else { return None };
                }
                [0xff, 11] => {
                    let [b'N', b'E', b'T', b'S', b'C', b'A', b'P', b'E', b'2', b'.', b'0', 3, 1, _, _, 0] =
                        cut(&mut rest, 16)?
                    else {
                        return None;
                    };
                }
                _ => return None,
            },
        }
    }
}

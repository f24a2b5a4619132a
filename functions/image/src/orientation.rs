//! How a picture is turned for display: the one thing of EXIF that is kept.

use crate::bytes::{be16, be32, le16, le32};
use crate::refusal::Refusal;

/// The EXIF orientation, 1–8. 1 is upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation(u8);

/// The tag of the orientation.
const TAG: u16 = 0x0112;
/// Numbers of two and four bytes, as a tag's type says.
const SHORT: u16 = 3;
const LONG: u16 = 4;

impl Orientation {
    /// Not turned.
    pub const UPRIGHT: Self = Self(1);

    /// The orientation with this number.
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        u8::try_from(number).ok().filter(|number| (1..=8).contains(number)).map(Self)
    }

    /// Its number in EXIF.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }

    /// What an EXIF block says. One that cannot be read says nothing: bad EXIF is no reason to refuse a picture.
    #[must_use]
    pub fn read(exif: &[u8]) -> Self {
        // Some writers put the prefix of JPEG before the block in other formats too.
        let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
        find(tiff).ok().flatten().unwrap_or(Self::UPRIGHT)
    }

    /// An EXIF block that says this and nothing else.
    #[must_use]
    pub fn block(self) -> [u8; 26] {
        let mut block = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
        block[19] = self.0;
        block
    }

    /// Whether width and height change places.
    #[must_use]
    pub fn swaps_sides(self) -> bool {
        self.0 >= 5
    }

    /// Width and height as displayed, from those of the stored pixels.
    #[must_use]
    pub fn displayed(self, width: u32, height: u32) -> (u32, u32) {
        if self.swaps_sides() { (height, width) } else { (width, height) }
    }

    /// Turns RGB pixels.
    #[must_use]
    pub(crate) fn turn(self, width: u32, height: u32, rgb: Vec<u8>) -> (u32, u32, Vec<u8>) {
        if self == Self::UPRIGHT {
            return (width, height, rgb);
        }
        let (wide, high) = self.displayed(width, height);
        let mut turned = Vec::with_capacity(rgb.len());
        for y in 0..high {
            for x in 0..wide {
                let (from_x, from_y) = self.source(x, y, width, height);
                let at = (from_y as usize * width as usize + from_x as usize) * 3;
                turned.extend_from_slice(rgb.get(at..at + 3).unwrap_or(&[0; 3]));
            }
        }
        (wide, high, turned)
    }

    /// The stored pixel that is displayed at a place.
    fn source(self, x: u32, y: u32, width: u32, height: u32) -> (u32, u32) {
        let (right, bottom) = (width - 1, height - 1);
        match self.0 {
            2 => (right - x, y),
            3 => (right - x, bottom - y),
            4 => (x, bottom - y),
            5 => (y, x),
            6 => (y, bottom - x),
            7 => (right - y, bottom - x),
            8 => (right - y, x),
            _ => (x, y),
        }
    }
}

/// The orientation in the first directory of a TIFF block.
fn find(tiff: &[u8]) -> Result<Option<Orientation>, Refusal> {
    type Read<T> = fn(&[u8], usize) -> Result<T, Refusal>;
    let (short, long): (Read<u16>, Read<u32>) = match tiff.get(..4) {
        Some(b"MM\0*") => (be16, be32),
        Some(b"II*\0") => (le16, le32),
        _ => return Ok(None),
    };
    let directory = crate::bytes::index(long(tiff, 4)?)?;
    for entry in 0..usize::from(short(tiff, directory)?) {
        let at = directory.saturating_add(2 + entry * 12);
        if short(tiff, at)? == TAG {
            let value = match short(tiff, at + 2)? {
                SHORT => u32::from(short(tiff, at + 8)?),
                LONG => long(tiff, at + 8)?,
                _ => return Ok(None),
            };
            return Ok(Orientation::new(value));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for number in 1..=8 {
            let orientation = Orientation::new(number).unwrap();
            assert_eq!(Orientation::read(&orientation.block()), orientation);
            assert_eq!(Orientation::read(&[b"Exif\0\0", orientation.block().as_slice()].concat()), orientation);
        }
        assert_eq!(Orientation::new(0), None);
        assert_eq!(Orientation::new(9), None);
    }

    #[test]
    fn the_other_byte_order_is_read_and_bad_blocks_say_nothing() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        assert_eq!(Orientation::read(little).get(), 6);
        let far = b"II*\0\xff\xff\xff\xff\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        for bad in [b"".as_slice(), b"II", &little[..18], far, b"II*\0\x08\0\0\0\xff\xff"] {
            assert_eq!(Orientation::read(bad), Orientation::UPRIGHT);
        }
    }

    #[test]
    fn pixels_are_turned_as_exif_says() {
        // Stored: a b c / d e f. EXIF says where the displayed picture's first row and column are in it.
        let stored: Vec<u8> = b"abcdef".iter().flat_map(|c| [*c; 3]).collect();
        let displayed = ["abc/def", "cba/fed", "fed/cba", "def/abc", "ad/be/cf", "da/eb/fc", "fc/eb/da", "cf/be/ad"];
        for (number, expected) in (1..).zip(displayed) {
            let (wide, _, turned) = Orientation::new(number).unwrap().turn(3, 2, stored.clone());
            let letters: Vec<u8> = turned.chunks(3).map(|pixel| pixel[0]).collect();
            let rows: Vec<&str> = letters.chunks(wide as usize).map(|row| str::from_utf8(row).unwrap()).collect();
            assert_eq!(rows.join("/"), expected, "orientation {number}");
        }
    }
}

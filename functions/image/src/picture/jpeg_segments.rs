//! A JPEG as the segments it consists of.

use crate::bytes::{be16, byte, take};
use crate::refusal::Refusal;

/// Markers that are told apart.
pub(crate) mod marker {
    pub(crate) const SOF0: u8 = 0xc0;
    pub(crate) const SOF1: u8 = 0xc1;
    pub(crate) const SOF2: u8 = 0xc2;
    pub(crate) const DHT: u8 = 0xc4;
    pub(crate) const SOI: u8 = 0xd8;
    pub(crate) const EOI: u8 = 0xd9;
    pub(crate) const SOS: u8 = 0xda;
    pub(crate) const DQT: u8 = 0xdb;
    pub(crate) const DRI: u8 = 0xdd;
    pub(crate) const APP0: u8 = 0xe0;
    pub(crate) const APP1: u8 = 0xe1;
    pub(crate) const APP2: u8 = 0xe2;
    pub(crate) const APP14: u8 = 0xee;
    pub(crate) const APP15: u8 = 0xef;
    pub(crate) const COM: u8 = 0xfe;
}

/// One segment.
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    /// What stands behind the length.
    pub(crate) body: &'a [u8],
    /// The entropy-coded data behind a start of scan.
    pub(crate) scan: &'a [u8],
}

/// The segments between start and end of the picture.
pub(crate) struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Segments<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, Refusal> {
        match take(bytes, 0, 2)? {
            [0xff, marker::SOI] => Ok(Self { bytes, at: 2 }),
            _ => Err(Refusal::Broken("a JPEG without its beginning")),
        }
    }

    /// The next segment; nothing at the end of the picture. Whatever stands behind it is not looked at.
    pub(crate) fn next(&mut self) -> Result<Option<Segment<'a>>, Refusal> {
        let marker = self.marker()?;
        if marker == marker::EOI {
            return Ok(None);
        }
        // The markers that have no length do not stand between segments.
        if !(marker::SOF0..=marker::COM).contains(&marker) || (0xd0..=marker::SOI).contains(&marker) {
            return Err(Refusal::Broken("a marker of JPEG in the wrong place"));
        }
        let length = usize::from(be16(self.bytes, self.at)?);
        let body = length.checked_sub(2).ok_or(Refusal::Broken("a segment of JPEG that is too short"))?;
        let body = take(self.bytes, self.at + 2, body)?;
        self.at += length;
        let scan = if marker == marker::SOS { self.scan() } else { &[] };
        Ok(Some(Segment { marker, body, scan }))
    }

    /// A marker, which any number of fill bytes may stand before.
    fn marker(&mut self) -> Result<u8, Refusal> {
        if byte(self.bytes, self.at)? != 0xff {
            return Err(Refusal::Broken("bytes between the segments of a JPEG"));
        }
        while byte(self.bytes, self.at)? == 0xff {
            self.at += 1;
        }
        self.at += 1;
        byte(self.bytes, self.at - 1)
    }

    /// Entropy-coded data. It ends at a marker that is neither an escaped byte nor a restart.
    fn scan(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut end = 0;
        while let Some(found) = rest.get(end..).and_then(|rest| rest.iter().position(|byte| *byte == 0xff)) {
            end += found;
            if !matches!(rest.get(end + 1), Some(0 | 0xd0..=0xd7)) {
                break;
            }
            end += 2;
        }
        let scan = rest.get(..end).unwrap_or(rest);
        self.at += scan.len();
        scan
    }
}

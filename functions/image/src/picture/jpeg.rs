//! JPEG: what is kept of it.

use super::cleaned::Cleaned;
use super::jpeg_frame::Frame;
use super::jpeg_segments::{Segment, Segments, marker};
use crate::icc;
use crate::limits::{MAX_SCANS, MAX_SEGMENTS};
use crate::orientation::Orientation;
use crate::refusal::Refusal;

/// What stands at the beginning of a segment that an application owns.
const JFIF: &[u8] = b"JFIF\0";
const EXIF: &[u8] = b"Exif\0\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
const ADOBE: &[u8] = b"Adobe";
/// The length of Adobe's segment. Its last byte says how colours are coded, so decoders need it.
const ADOBE_BYTES: usize = 12;
/// As many bytes of a profile as fit into one segment with their name and numbers.
const ICC_PART_BYTES: usize = 65_519;

/// What is found out on the way through the segments.
#[derive(Default)]
struct Found<'a> {
    /// Version and pixel density of the JFIF segment.
    jfif: Option<&'a [u8]>,
    exif: Option<&'a [u8]>,
    adobe: Option<&'a [u8]>,
    /// The parts of the profile with their numbers, and how many there should be.
    profile: Vec<(u8, u8, &'a [u8])>,
    frame: Option<Frame>,
    scans: u32,
    /// What draws the picture.
    drawing: Vec<Segment<'a>>,
}

/// Keeps what draws the picture, its profile and its orientation. What stands behind the end goes: a second picture, a video.
pub(crate) fn clean(bytes: &[u8]) -> Result<Cleaned, Refusal> {
    let mut found = Found::default();
    let mut segments = Segments::of(bytes)?;
    while let Some(segment) = segments.next()? {
        found.take(segment)?;
    }
    let frame = found.frame.as_ref().filter(|_| found.scans > 0).ok_or(Refusal::Broken("a JPEG without a picture"))?;
    let orientation = found.exif.map_or(Orientation::UPRIGHT, Orientation::read);
    let bytes = found.write(bytes.len(), orientation);
    Ok(Cleaned { bytes, width: frame.width, height: frame.height, frames: 1, orientation })
}

impl<'a> Found<'a> {
    fn take(&mut self, segment: Segment<'a>) -> Result<(), Refusal> {
        let body = segment.body;
        if self.drawing.len() >= MAX_SEGMENTS {
            return Err(Refusal::Broken("a segment of a JPEG too many"));
        }
        match segment.marker {
            marker::APP0 => self.jfif = self.jfif.or(body.strip_prefix(JFIF).and_then(|rest| rest.get(..7))),
            marker::APP1 => self.exif = self.exif.or(body.strip_prefix(EXIF)),
            marker::APP2 => {
                if let Some([number, count, part @ ..]) = body.strip_prefix(ICC)
                    && self.profile.len() < 256
                {
                    self.profile.push((*number, *count, part));
                }
            }
            marker::APP14 if body.starts_with(ADOBE) => self.adobe = self.adobe.or(body.get(..ADOBE_BYTES)),
            marker::APP0..=marker::APP15 | marker::COM => {}
            marker::SOF0 | marker::SOF1 | marker::SOF2 => {
                if self.frame.is_some() {
                    return Err(Refusal::Broken("a JPEG with two pictures"));
                }
                self.frame = Some(Frame::read(segment.marker, body)?);
                self.drawing.push(segment);
            }
            marker::SOS => {
                self.scans += 1;
                if self.scans > MAX_SCANS || self.frame.is_none() {
                    return Err(Refusal::Broken("a scan of a JPEG too many"));
                }
                self.drawing.push(segment);
            }
            marker::DHT | marker::DQT | marker::DRI => self.drawing.push(segment),
            // Lossless, arithmetic and hierarchical coding: no browser shows them.
            _ => return Err(Refusal::NotSupported),
        }
        Ok(())
    }

    fn write(&self, most: usize, orientation: Orientation) -> Vec<u8> {
        let mut out = Vec::with_capacity(most.saturating_add(64));
        out.extend_from_slice(&[0xff, marker::SOI]);
        if let Some(jfif) = self.jfif {
            // Without the thumbnail that it may hold.
            append(&mut out, marker::APP0, &[JFIF, jfif, &[0, 0]]);
        }
        if orientation != Orientation::UPRIGHT {
            append(&mut out, marker::APP1, &[EXIF, &orientation.block()]);
        }
        let profile = self.profile();
        if let Some(profile) = icc::profile(&profile) {
            let parts = profile.chunks(ICC_PART_BYTES);
            // At most 65 parts, since a profile is at most 4 MiB.
            let count = u8::try_from(parts.len()).unwrap_or(u8::MAX);
            for (number, part) in (1..=count).zip(parts) {
                append(&mut out, marker::APP2, &[ICC, &[number, count], part]);
            }
        }
        if let Some(adobe) = self.adobe {
            append(&mut out, marker::APP14, &[adobe]);
        }
        for segment in &self.drawing {
            append(&mut out, segment.marker, &[segment.body]);
            out.extend_from_slice(segment.scan);
        }
        out.extend_from_slice(&[0xff, marker::EOI]);
        out
    }

    /// The profile, put together; empty, if a part is missing.
    fn profile(&self) -> Vec<u8> {
        let mut parts = self.profile.clone();
        parts.sort_by_key(|(number, ..)| *number);
        let count = parts.len();
        let fits = |place, number, of| usize::from(number) == place && usize::from(of) == count;
        let complete = (1..).zip(&parts).all(|(place, (number, of, _))| fits(place, *number, *of));
        if complete { parts.iter().flat_map(|(.., part)| *part).copied().collect() } else { Vec::new() }
    }
}

/// Appends a segment. Its parts came out of one segment, so they fit into one.
fn append(out: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let length: usize = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
    out.extend_from_slice(&[0xff, marker]);
    out.extend_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
}

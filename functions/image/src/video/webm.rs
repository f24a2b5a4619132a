//! `WebM`: a walk over its elements.

use std::time::Duration;

use super::ebml::{Header, MAX_HEADER, header, void};
use super::plan::Found;
use super::vorbis;
use super::webm_elements::{
    Action, CLUSTER, CODEC_ID, CODEC_PRIVATE, DISPLAY_HEIGHT, DISPLAY_UNIT, DISPLAY_WIDTH, DOC_TYPE, DURATION, EBML,
    FILE, PIXEL_HEIGHT, PIXEL_WIDTH, SEGMENT, TIMESTAMP_SCALE, TRACK, TRACK_TYPE, action, ends_cluster,
};
use super::window::{Stop, Window};
use crate::limits::MAX_PARTS;
use crate::refusal::Refusal;

/// As many bytes of an element are read at most. Only the setup of a decoder is longer than some dozens.
const MAX_READ: u64 = 64 * 1024;
/// Times of a file that does not say otherwise are milliseconds.
const DEFAULT_SCALE: u32 = 1_000_000;

/// An element that the walk is in.
#[derive(Debug, Clone, Copy)]
struct Inside {
    id: u32,
    end: u64,
    /// Whether the file says where it ends.
    known: bool,
}

/// A walk over the elements.
#[derive(Debug)]
pub(crate) struct WebM {
    at: u64,
    parts: u32,
    inside: Vec<Inside>,
    /// Nanoseconds of a unit of time.
    scale: u32,
    duration: Option<f64>,
    segments: u32,
    /// Whether the file says that it is `WebM`.
    named: bool,
    track: Track,
}

/// What is found out about the track that is being read.
#[derive(Debug, Default)]
struct Track {
    is_picture: bool,
    typed: bool,
    codec: Option<&'static str>,
    pixels: (u32, u32),
    shown: (u32, u32),
    /// Whether the shown size is one in pixels.
    other_unit: bool,
}

/// The codecs that are taken.
const CODECS: [&str; 5] = ["V_VP8", "V_VP9", "V_AV1", "A_OPUS", "A_VORBIS"];

impl WebM {
    /// For a file of this length.
    pub(crate) fn new(file: u64) -> Self {
        let inside = vec![Inside { id: FILE, end: file, known: true }];
        let track = Track::default();
        Self { at: 0, parts: 0, inside, scale: DEFAULT_SCALE, duration: None, segments: 0, named: false, track }
    }

    /// Goes over one element; false at the end.
    pub(crate) fn step(&mut self, window: &Window, found: &mut Found) -> Result<bool, Stop> {
        let Some(parent) = self.inside.last().copied() else { return Ok(false) };
        if self.at >= parent.end {
            self.leave(parent, found)?;
            return Ok(true);
        }
        let element = header(window.get(self.at, (parent.end - self.at).min(MAX_HEADER))?)?;
        if !parent.known && parent.id == CLUSTER && ends_cluster(element.id) {
            self.inside.pop();
            return Ok(true);
        }
        let body = self.at + element.length;
        let end = match element.body {
            Some(length) => body.checked_add(length).filter(|end| *end <= parent.end),
            // As in the files of browsers' recorders.
            None if matches!(element.id, SEGMENT | CLUSTER) => Some(parent.end),
            None => None,
        };
        let end = end.ok_or(Refusal::Broken("the length of an element"))?;
        self.take(parent.id, element, (body, end), (window, found))?;
        self.parts += 1;
        if self.parts > MAX_PARTS { Err(Refusal::TooManyParts.into()) } else { Ok(true) }
    }

    /// Does what has to be done with an element, and goes on behind it or into it.
    fn take(
        &mut self,
        parent: u32,
        element: Header,
        (body, end): (u64, u64),
        (window, found): (&Window, &mut Found),
    ) -> Result<(), Stop> {
        match action(parent, element.id) {
            Action::Void => found.patch(self.at..end, &void(element.length, end - self.at))?,
            Action::Number if end - body <= 8 => {}
            Action::Number => return Err(Refusal::Broken("a number of a WebM").into()),
            Action::Data => {}
            Action::Empty => found.patch(body..end, b"")?,
            Action::Refuse => return Err(Refusal::NotSupported.into()),
            Action::Look => {
                if end - body > MAX_READ {
                    return Err(Refusal::TooManyParts.into());
                }
                // With its header, so that the window always holds both.
                let whole = window.get(self.at, end - self.at)?;
                let header = usize::try_from(element.length).unwrap_or(usize::MAX);
                self.look(element.id, whole.get(header..).unwrap_or_default(), body, found)?;
            }
            Action::Enter => {
                self.segments += u32::from(element.id == SEGMENT);
                if self.segments > 1 {
                    return Err(Refusal::Broken("a WebM with two segments").into());
                }
                if element.id == TRACK {
                    self.track = Track::default();
                }
                self.inside.push(Inside { id: element.id, end, known: element.body.is_some() });
                self.at = body;
                return Ok(());
            }
        }
        self.at = end;
        Ok(())
    }

    fn look(&mut self, id: u32, body: &[u8], at: u64, found: &mut Found) -> Result<(), Refusal> {
        match id {
            DOC_TYPE if trimmed(body) != b"webm" => return Err(Refusal::NotSupported),
            DOC_TYPE => self.named = true,
            TIMESTAMP_SCALE => self.scale = small(body)?,
            DURATION => self.duration = Some(float(body)?),
            TRACK_TYPE => {
                self.track.is_picture = match number(body)? {
                    1 => true,
                    2 => false,
                    _ => return Err(Refusal::ForeignTrack),
                };
                self.track.typed = true;
            }
            CODEC_ID => {
                let codec = CODECS.into_iter().find(|codec| codec.as_bytes() == trimmed(body));
                self.track.codec = Some(codec.ok_or(Refusal::NotSupported)?);
            }
            // Its tags stand in the setup of the decoder. Only Vorbis has them, and its setup begins like no other.
            CODEC_PRIVATE => vorbis::clean(body, at, found)?,
            PIXEL_WIDTH => self.track.pixels.0 = small(body)?,
            PIXEL_HEIGHT => self.track.pixels.1 = small(body)?,
            DISPLAY_WIDTH => self.track.shown.0 = small(body)?,
            DISPLAY_HEIGHT => self.track.shown.1 = small(body)?,
            DISPLAY_UNIT => self.track.other_unit = number(body)? != 0,
            _ => {}
        }
        Ok(())
    }

    /// Leaves an element at its end, and checks what it held.
    fn leave(&mut self, inside: Inside, found: &mut Found) -> Result<(), Refusal> {
        self.inside.pop();
        let track = &self.track;
        match inside.id {
            TRACK => {
                let codec =
                    track.codec.filter(|_| track.typed).ok_or(Refusal::Broken("a track that is not described"))?;
                if codec.starts_with("V_") != track.is_picture {
                    return Err(Refusal::Broken("a track of two kinds"));
                }
                if track.is_picture {
                    let (width, height) = if track.other_unit { (0, 0) } else { track.shown };
                    let or = |shown: u32, pixels: u32| if shown > 0 { shown } else { pixels };
                    found.size(or(width, track.pixels.0), or(height, track.pixels.1));
                }
            }
            EBML if !self.named => return Err(Refusal::NotSupported),
            SEGMENT => {
                let seconds = self.duration.unwrap_or_default() * f64::from(self.scale) / 1e9;
                // One that is not even a time is as good as none.
                let duration = Duration::try_from_secs_f64(seconds).unwrap_or_default();
                found.duration(u64::try_from(duration.as_millis()).unwrap_or_default(), 1000);
            }
            _ => {}
        }
        Ok(())
    }
}

/// A text without the zeros that may fill it up.
fn trimmed(body: &[u8]) -> &[u8] {
    body.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn number(body: &[u8]) -> Result<u64, Refusal> {
    if body.len() > 8 {
        return Err(Refusal::Broken("a number of a WebM"));
    }
    Ok(body.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}

/// A number that is no larger than sense.
fn small(body: &[u8]) -> Result<u32, Refusal> {
    u32::try_from(number(body)?).map_err(|_| Refusal::Broken("a number of a WebM"))
}

fn float(body: &[u8]) -> Result<f64, Refusal> {
    match body.len() {
        0 => Ok(0.0),
        4 => crate::bytes::array(body, 0).map(f32::from_be_bytes).map(f64::from),
        8 => crate::bytes::array(body, 0).map(f64::from_be_bytes),
        _ => Err(Refusal::Broken("a number of a WebM")),
    }
}

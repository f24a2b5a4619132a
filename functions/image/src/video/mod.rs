//! Videos: looked through by their headers, and cleaned in place while their bytes pass.

mod ebml;
mod mp4;
mod mp4_boxes;
mod mp4_movie;
mod mp4_samples;
mod plan;
mod vorbis;
mod webm;
mod webm_elements;
mod window;

use std::ops::Range;

use self::mp4::Mp4;
use self::plan::Found;
pub use self::plan::{Patch, VideoPlan};
use self::webm::WebM;
use self::window::{Stop, Window};
use crate::kind::Kind;
use crate::limits::MAX_VIDEO_BYTES;
use crate::refusal::Refusal;

/// Looks through the headers of a video, wherever its bytes are: it says which of them it wants, and is given them. It holds the
/// bytes that it was given last and the changes to be made, never the video.
///
/// ```
/// # use media_check::{Kind, Refusal, Step, Survey, VideoPlan};
/// fn plan(kind: Kind, file: &[u8]) -> Result<VideoPlan, Refusal> {
///     let mut survey = Survey::new(kind, file.len() as u64)?;
///     loop {
///         match survey.step()? {
///             Step::Read(range) => survey.give(file[range.start as usize..range.end as usize].to_vec()),
///             Step::Done(plan) => return Ok(plan),
///         }
///     }
/// }
/// # assert!(plan(Kind::Mp4, b"no video").is_err());
/// ```
#[derive(Debug)]
pub struct Survey {
    kind: Kind,
    window: Window,
    walk: Walk,
    found: Found,
    checked: bool,
}

/// What a survey needs next, or what it found out.
#[derive(Debug)]
pub enum Step {
    /// Read these bytes of the file and [`give`](Survey::give) them.
    Read(Range<u64>),
    /// Apply this to the file.
    Done(VideoPlan),
}

#[derive(Debug)]
enum Walk {
    Mp4(Mp4),
    WebM(WebM),
}

impl Survey {
    /// For a file of this length that is declared as this kind.
    ///
    /// # Errors
    /// [`Refusal::NotSupported`] for pictures, [`Refusal::TooLarge`].
    pub fn new(declared: Kind, length: u64) -> Result<Self, Refusal> {
        if length > MAX_VIDEO_BYTES {
            return Err(Refusal::TooLarge);
        }
        let walk = match declared {
            Kind::Mp4 => Walk::Mp4(Mp4::default()),
            Kind::WebM => Walk::WebM(WebM::new(length)),
            Kind::Jpeg | Kind::Png | Kind::WebP | Kind::Gif => return Err(Refusal::NotSupported),
        };
        let found = Found::default();
        Ok(Self { kind: declared, window: Window::new(length), walk, found, checked: false })
    }

    /// Goes on as far as the given bytes reach.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub fn step(&mut self) -> Result<Step, Refusal> {
        loop {
            match self.go_on() {
                Ok(true) => {}
                Ok(false) => return std::mem::take(&mut self.found).plan(self.window.file()).map(Step::Done),
                Err(Stop::Missing(range)) => return Ok(Step::Read(range)),
                Err(Stop::Refused(refusal)) => return Err(refusal),
            }
        }
    }

    /// Takes the bytes that were asked for. There may be more of them, from the same place on. If there are fewer, the file is not as
    /// long as was said: a later step refuses it.
    pub fn give(&mut self, bytes: Vec<u8>) {
        self.window.give(bytes);
    }

    /// Goes over one part; false at the end.
    fn go_on(&mut self) -> Result<bool, Stop> {
        if !self.checked {
            self.kind.check(self.window.beginning()?)?;
            self.checked = true;
        }
        match &mut self.walk {
            Walk::Mp4(walk) => walk.step(&self.window, &mut self.found),
            Walk::WebM(walk) => walk.step(&self.window, &mut self.found),
        }
    }
}

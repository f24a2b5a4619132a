//! Rows of decoded pixels, averaged on the way: what stays in memory is not the whole picture but at most 1,280 pixels a side.

use crate::limits::THUMBNAIL_SIDE;
use crate::refusal::Refusal;

/// A decoded picture and its colour profile.
pub(super) struct Decoded {
    pub(super) pixels: Pixels,
    pub(super) profile: Option<Vec<u8>>,
}

/// Red, green and blue in turn.
pub(super) struct Pixels {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) rgb: Vec<u8>,
}

/// What the bytes of a pixel mean.
#[derive(Clone, Copy)]
pub(super) enum Layout {
    Gray,
    GrayAlpha,
    Rgb,
    Rgba,
    Cmyk,
}

/// Takes the rows of a picture from top to bottom. Each cell of some pixels a side becomes one pixel, their mean.
pub(super) struct Shrinker {
    layout: Layout,
    /// The side of a cell.
    side: usize,
    width: usize,
    height: usize,
    /// Rows taken so far.
    rows: usize,
    sums: Vec<[u32; 3]>,
    rgb: Vec<u8>,
}

impl Shrinker {
    /// For a picture of this size. At least twice the thumbnail's size is left, for a good filter to go on with.
    pub(super) fn new(width: u32, height: u32, layout: Layout) -> Result<Self, Refusal> {
        let side = (width.max(height) / (2 * THUMBNAIL_SIDE)).max(1) as usize;
        let (width, height) = (width as usize, height as usize);
        if width == 0 || height == 0 {
            return Err(Refusal::Broken("a picture without pixels"));
        }
        let cells = width.div_ceil(side);
        let rgb = Vec::with_capacity(cells * height.div_ceil(side) * 3);
        Ok(Self { layout, side, width, height, rows: 0, sums: vec![[0; 3]; cells], rgb })
    }

    /// Takes the next row.
    pub(super) fn push(&mut self, row: &[u8]) {
        if self.side == 1 && matches!(self.layout, Layout::Rgb) {
            self.rgb.extend_from_slice(row);
            self.rows += 1;
            return;
        }
        match self.layout {
            Layout::Gray => self.add::<1>(row, |[gray]| [gray; 3]),
            Layout::GrayAlpha => self.add::<2>(row, |[gray, alpha]| [on_white(gray, alpha); 3]),
            Layout::Rgb => self.add::<3>(row, |rgb| rgb),
            Layout::Rgba => self.add::<4>(row, |[r, g, b, alpha]| [r, g, b].map(|colour| on_white(colour, alpha))),
            Layout::Cmyk => self.add::<4>(row, |[c, m, y, k]| [c, m, y].map(|ink| on_black(ink, k))),
        }
        self.rows += 1;
        if self.rows.is_multiple_of(self.side) || self.rows == self.height {
            self.finish_cells();
        }
    }

    fn add<const N: usize>(&mut self, row: &[u8], rgb: impl Fn([u8; N]) -> [u8; 3]) {
        let (pixels, _) = row.as_chunks::<N>();
        for (sums, cell) in self.sums.iter_mut().zip(pixels.chunks(self.side)) {
            for pixel in cell {
                let colours = rgb(*pixel);
                for (sum, colour) in sums.iter_mut().zip(colours) {
                    *sum += u32::from(colour);
                }
            }
        }
    }

    fn finish_cells(&mut self) {
        let high = (self.rows - 1) % self.side + 1;
        let last = (self.width - 1) % self.side + 1;
        let cells = self.sums.len();
        for (place, sums) in self.sums.iter_mut().enumerate() {
            let wide = if place + 1 == cells { last } else { self.side };
            let count = u32::try_from(wide * high).unwrap_or(u32::MAX);
            for sum in std::mem::take(sums) {
                self.rgb.push(u8::try_from((sum + count / 2) / count).unwrap_or(u8::MAX));
            }
        }
    }

    /// The pixels, once every row was taken.
    pub(super) fn pixels(self) -> Result<Pixels, Refusal> {
        let side = |pixels: usize| u32::try_from(pixels.div_ceil(self.side)).unwrap_or(u32::MAX);
        let (width, height) = (side(self.width), side(self.height));
        if self.rows == self.height { Ok(Pixels { width, height, rgb: self.rgb }) } else { Err(crate::bytes::CUT) }
    }
}

/// A colour that covers white as far as `alpha` says.
fn on_white(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u32::from(colour), u32::from(alpha));
    u8::try_from((colour * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

/// What is left of white under an ink and black.
fn on_black(ink: u8, black: u8) -> u8 {
    let light = u32::from(255 - ink) * u32::from(255 - black);
    u8::try_from((light + 127) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_means_also_at_the_edges() {
        // 2,561 pixels a side make cells of two by two; the last column has one.
        let mut shrinker = Shrinker::new(2561, 2, Layout::Gray).unwrap();
        let mut row = vec![10; 2561];
        row[0] = 20;
        row[2560] = 99;
        shrinker.push(&row);
        shrinker.push(&row);
        let pixels = shrinker.pixels().unwrap();
        assert_eq!((pixels.width, pixels.height), (1281, 1));
        assert_eq!((pixels.rgb[0], pixels.rgb[3], pixels.rgb[3 * 1280]), (15, 10, 99));
    }

    #[test]
    fn a_missing_row_is_noticed() {
        let mut shrinker = Shrinker::new(2, 2, Layout::Rgb).unwrap();
        shrinker.push(&[0; 6]);
        assert!(shrinker.pixels().is_err());
    }

    #[test]
    fn what_is_clear_is_white_and_inks_take_light_away() {
        assert_eq!((on_white(0, 0), on_white(0, 255), on_white(100, 255)), (255, 0, 100));
        assert_eq!((on_black(0, 0), on_black(255, 0), on_black(0, 255)), (255, 0, 0));
    }
}

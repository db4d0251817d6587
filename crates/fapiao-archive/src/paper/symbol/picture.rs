//! Dots, and the codes among them.

use super::corners::{CORNERS_MAX, corners};
use rqrr::PreparedImage;

/// A picture with a shorter edge is no code.
pub(super) const DOTS_MIN: usize = 21;
/// A picture of more dots is not looked at: what a telephone takes has 12 to 24 million.
pub(super) const DOTS_MAX: usize = 25_000_000;
/// Longest edges at which a large picture is looked at: in a photograph of a whole page a code is small, in one of the code
/// alone its every module is a spot.
const EDGES: [usize; 4] = [1600, 2600, 2000, 900];
/// Up to here a picture is first looked at as it is: what was drawn by a program is sharp.
const EDGE_SHARP: usize = 2000;
/// A smaller picture is set larger.
const EDGE_MIN: usize = 300;

/// Dots from 0, black, to 255, white.
pub(in super::super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) dots: Vec<u8>,
}

/// Dark and light: what is looked at for codes.
pub(super) struct Spots {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) dark: Vec<bool>,
}

impl Picture {
    pub(super) fn blank(width: usize, height: usize) -> Picture {
        Picture {
            width,
            height,
            dots: vec![255; width * height],
        }
    }

    pub(super) fn blacken(
        &mut self,
        columns: std::ops::Range<usize>,
        rows: std::ops::Range<usize>,
    ) {
        for row in rows.start..rows.end.min(self.height) {
            let (from, to) = (columns.start.min(self.width), columns.end.min(self.width));
            self.dots[row * self.width..][from..to].fill(0);
        }
    }

    /// The texts of its codes, at the first size at which one is found.
    pub(super) fn codes(&self) -> Vec<String> {
        let longest = self.width.max(self.height);
        let own = (longest <= EDGE_SHARP).then_some(longest);
        let smaller = EDGES.into_iter().filter(|edge| *edge < longest);
        own.into_iter()
            .chain(smaller)
            .map(|edge| self.no_longer_than(edge).spots().codes())
            .find(|it| !it.is_empty())
            .unwrap_or_default()
    }

    /// The picture, made smaller where an edge is longer: each dot is the mean of those it stands for.
    fn no_longer_than(&self, edge: usize) -> Picture {
        let longest = self.width.max(self.height);
        let grown = |dots: usize| (dots * edge / longest.max(1)).max(1);
        let (width, height) = if edge < longest {
            (grown(self.width), grown(self.height))
        } else {
            (self.width, self.height)
        };
        let mut dots = Vec::with_capacity(width * height);
        for row in 0..height {
            let rows = share(row, height, self.height);
            for column in 0..width {
                let columns = share(column, width, self.width);
                let mut sum = 0;
                for line in rows.clone() {
                    let line = &self.dots[line * self.width..][columns.clone()];
                    sum += line.iter().map(|it| usize::from(*it)).sum::<usize>();
                }
                let mean = sum / (rows.len() * columns.len()).max(1);
                dots.push(u8::try_from(mean).unwrap_or(255));
            }
        }
        Picture {
            width,
            height,
            dots,
        }
    }

    /// Dark is what is clearly darker than what lies around it: a photograph has shadows. Small pictures are set larger, and
    /// each has a blank edge, for a code is found by what it is not.
    fn spots(&self) -> Spots {
        let factor = (EDGE_MIN / self.width.max(1)).clamp(1, 8);
        let edge = 4 * factor.max(2);
        let dark = self.darker();
        let (width, height) = (
            self.width * factor + 2 * edge,
            self.height * factor + 2 * edge,
        );
        let mut spots = vec![false; width * height];
        for (row, line) in spots.chunks_mut(width).enumerate() {
            let Some(y) = row.checked_sub(edge).map(|it| it / factor) else {
                continue;
            };
            let Some(own) = dark.chunks(self.width.max(1)).nth(y) else {
                break;
            };
            for (spot, place) in line[edge..].iter_mut().zip(0..self.width * factor) {
                *spot = own[place / factor];
            }
        }
        Spots {
            width,
            height,
            dark: spots,
        }
    }

    fn darker(&self) -> Vec<bool> {
        // Sums over all dots above and to the left make the mean around a dot a matter of four numbers.
        let stride = self.width + 1;
        let mut sums = vec![0_u64; stride * (self.height + 1)];
        for y in 0..self.height {
            let mut row = 0;
            for x in 0..self.width {
                row += u64::from(self.dots[y * self.width + x]);
                sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row;
            }
        }
        let reach = (self.width.max(self.height) / 16).max(10);
        let mut dark = Vec::with_capacity(self.dots.len());
        for y in 0..self.height {
            let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(self.height));
            for x in 0..self.width {
                let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(self.width));
                let sum = sums[bottom * stride + right] + sums[top * stride + left]
                    - sums[top * stride + right]
                    - sums[bottom * stride + left];
                let count = ((bottom - top) * (right - left)) as u64;
                let dot = u64::from(self.dots[y * self.width + x]);
                // A tenth darker than the mean, where the mean is not black itself.
                dark.push(dot * count * 10 < sum * 9);
            }
        }
        dark
    }
}

/// How light a coloured dot is.
pub(super) fn grey_of(red: u8, green: u8, blue: u8) -> u8 {
    let sum = u16::from(red) + u16::from(green) + u16::from(blue);
    u8::try_from(sum / 3).unwrap_or(255)
}

/// Which of `of` dots the dot at `place` among `among` stands for.
fn share(place: usize, among: usize, of: usize) -> std::ops::Range<usize> {
    let from = place * of / among;
    from..((place + 1) * of / among).max(from + 1).min(of)
}

impl Spots {
    fn codes(&self) -> Vec<String> {
        // The reader tries every three of the corners: a picture made of thousands would keep it busy for hours.
        if corners(self) > CORNERS_MAX {
            return Vec::new();
        }
        let mut prepared = PreparedImage::prepare_from_bitmap(self.width, self.height, |x, y| {
            self.dark[y * self.width + x]
        });
        let grids = prepared.detect_grids();
        grids
            .into_iter()
            .filter_map(|grid| grid.decode().ok().map(|(_, text)| text))
            .collect()
    }
}

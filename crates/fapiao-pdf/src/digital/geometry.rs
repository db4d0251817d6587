//! Where things are on the digital form (210 mm wide): the numbers shared by labels, rows and values.

use crate::{
    ink::Colour,
    rows::{Grid, Place},
};

/// Lines and labels.
pub(super) const MAROON: Colour = Colour(128, 0, 0);
/// Left and right edge of the frame.
pub(super) const LEFT: f64 = 4.5;
pub(super) const RIGHT: f64 = 205.5;
/// Right edge of the narrow columns at the left, which name parties and remark. The published widths come to 10.5, but the
/// bureau's papers have it here, and the columns of the parties (105.2, 111.2) fit only this.
pub(super) const BAND: f64 = 10.7;
/// Where the bands end when nothing grows: title, parties, items, total, remark.
pub(super) const HEADER_END: f64 = 30.0;
pub(super) const PARTIES_END: f64 = 52.0;
pub(super) const ITEMS_END: f64 = 96.0;
pub(super) const TOTAL_END: f64 = 104.0;
pub(super) const REMARK_END: f64 = 124.0;
/// Height of the page when nothing grows.
const BASE_HEIGHT: f64 = 140.0;
/// Baseline of the first row and the distance to the next.
pub(super) const FIRST_ROW: f64 = 59.3;
pub(super) const ROW_PITCH: f64 = 4.375;

/// Rows on a page that is the only one.
pub(crate) const MOST_ROWS: usize = 42;
/// Rows on a page that is followed by another: the bands of total and remark give their room to the items.
pub(crate) const MOST_ROWS_CONTINUED: usize = 47;
/// Rows on the last of several pages: one row less than on an only page, for the page's own sum.
pub(crate) const MOST_ROWS_LAST: usize = MOST_ROWS - 1;

/// How far a page of so many rows grows: steps of four rows up to 40, then one half step.
fn growth(rows: usize) -> f64 {
    match rows {
        0..=8 => 0.0,
        9..=40 => 17.5 * (rows - 8).div_ceil(4) as f64,
        _ => 17.5 * 8.0 + 8.75,
    }
}

/// The shape of a page: everything that its lines and labels depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    /// Ordinary or special (the title).
    pub(crate) special: bool,
    /// Rows that decide the height.
    steps: u8,
    /// Whether this is one of several pages, and whether it is the last of them.
    pub(crate) part: Part,
    /// Whether the sample marks are drawn.
    pub(crate) sample: bool,
}

/// Which of several pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// There is one page.
    Only,
    /// Another page follows.
    Continued,
    /// The last of several.
    Last,
}

impl Shape {
    /// The shape of a page with `rows` rows; pages of a series are all as high as the largest single page.
    pub(crate) fn new(special: bool, rows: usize, part: Part, sample: bool) -> Shape {
        let rows = match part {
            Part::Only => rows,
            Part::Continued | Part::Last => MOST_ROWS,
        };
        // Rows of one step give one shape, so that few shapes are ever drawn.
        let steps = match rows {
            0..=8 => 0,
            9..=40 => (rows - 8).div_ceil(4) as u8,
            _ => 9,
        };
        Shape {
            special,
            steps,
            part,
            sample,
        }
    }

    /// One shape of each kind, for what must be known before any invoice is.
    pub(crate) fn kinds() -> impl Iterator<Item = Shape> {
        [Part::Only, Part::Continued, Part::Last]
            .into_iter()
            .flat_map(|part| [false, true].map(|special| Shape::new(special, 1, part, true)))
    }

    /// How far everything below the items moves down.
    pub(super) fn growth(self) -> f64 {
        growth(match self.steps {
            0 => 0,
            9.. => MOST_ROWS,
            steps => 8 + usize::from(steps) * 4,
        })
    }

    /// Height of the page.
    pub(crate) fn height(self) -> f64 {
        BASE_HEIGHT + self.growth()
    }

    /// Where the item band ends.
    pub(super) fn items_end(self) -> f64 {
        let end = match self.part {
            Part::Continued => REMARK_END,
            Part::Only | Part::Last => ITEMS_END,
        };
        end + self.growth()
    }

    /// Whether total and remark are on this page.
    pub(super) fn has_total(self) -> bool {
        self.part != Part::Continued
    }
}

/// Baseline of the heads, and where their glyph groups start.
pub(super) const FIRST_HEAD: f64 = 56.02;
pub(super) const HEADS: [(f64, &str); 13] = [
    (16.03, "项目名称"),
    (42.13, "规格型号"),
    (67.03, "单"),
    (73.33, "位"),
    (93.03, "数"),
    (99.33, "量"),
    (118.03, "单"),
    (124.33, "价"),
    (143.53, "金"),
    (149.83, "额"),
    (157.53, "税率/征收率"),
    (194.53, "税"),
    (200.83, "额"),
];

/// The columns. Three edges are not the published ones, on purpose. The name begins half a millimetre inside the frame
/// (4.5), on whose line it would stand else, and ends at 37.5 instead of 41.5: readers take what lies further right for the
/// specification. The tax ends at 205.0, where its sum ends, and not on the frame (205.5).
pub(crate) static GRID: Grid = Grid {
    name: (5.0, 37.5),
    spec: (42.0, 65.0),
    unit: (66.0, 77.0),
    quantity: (78.0, 102.5),
    price: (103.5, 127.5),
    amount: (128.5, 153.0),
    rate: (153.5, 178.5),
    tax: (179.5, 205.0),
    rate_at: Place::Middle,
    first_row: FIRST_ROW,
    pitch: ROW_PITCH,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_grows_by_the_published_table() {
        let height = |rows| Shape::new(false, rows, Part::Only, false).height();
        for (rows, expected) in [
            (1, 140.0),
            (8, 140.0),
            (9, 157.5),
            (12, 157.5),
            (13, 175.0),
            (36, 262.5),
            (37, 280.0),
            (40, 280.0),
            (41, 288.75),
            (42, 288.75),
        ] {
            assert_eq!(height(rows), expected, "{rows} rows");
        }
        assert_eq!(Shape::new(false, 3, Part::Last, false).height(), 288.75);
    }

    #[test]
    fn the_last_row_stays_above_the_sums() {
        for (part, rows, sums) in [
            (Part::Only, MOST_ROWS, 1),
            (Part::Last, MOST_ROWS_LAST, 2),
            (Part::Continued, MOST_ROWS_CONTINUED, 2),
        ] {
            let shape = Shape::new(false, rows, part, false);
            let last = FIRST_ROW + ROW_PITCH * (rows - 1) as f64;
            let first_sum = shape.items_end() - 1.0 - ROW_PITCH * f64::from(sums - 1);
            assert!(first_sum - last >= ROW_PITCH - 0.01, "{part:?}");
        }
    }
}

//! The older form 增值税电子普通发票 (210 × 140 mm, eight rows) with its list page 销货清单.

mod labels;
mod list;
mod values;

pub(crate) use labels::layer;
pub(crate) use values::pages;

use crate::{
    ink::Colour,
    rows::{Grid, Place},
};
use fapiao_domain::province::province_names;

/// Lines and labels of the form; the list is black.
const BROWN: Colour = Colour(156, 82, 35);
/// Rows on the form; with more the lines go to list pages.
const MOST_ROWS: usize = 8;

/// The shape of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    page: Sheet,
    /// Short name of the province in the title, such as 浙江; empty where it is not known.
    province: &'static str,
    sample: bool,
}

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Sheet {
    /// The form itself.
    Form,
    /// A page of the list, and whether it is the last.
    List { last: bool },
}

impl Shape {
    /// Height of the page.
    pub(crate) fn height(self) -> f64 {
        match self.page {
            Sheet::Form => 140.0,
            Sheet::List { .. } => 297.0,
        }
    }

    /// Every shape there is, for what must be known before any invoice is.
    pub(crate) fn all() -> impl Iterator<Item = Shape> {
        let sheets = [
            Sheet::Form,
            Sheet::List { last: false },
            Sheet::List { last: true },
        ];
        // The empty one is for digits that are not known.
        let provinces = std::iter::once("").chain(province_names());
        provinces.flat_map(move |province| {
            sheets.map(|page| Shape {
                page,
                province,
                sample: true,
            })
        })
    }
}

/// The columns of the form. The specification starts at 60.2: readers take what lies further left for the name.
static GRID: Grid = Grid {
    name: (5.5, 55.5),
    spec: (60.2, 82.0),
    unit: (82.5, 94.5),
    quantity: (95.0, 113.5),
    price: (115.0, 133.5),
    amount: (135.0, 163.5),
    rate: (164.5, 174.9),
    rate_at: Place::Right,
    tax: (176.0, 204.5),
    first_row: 59.84,
    pitch: 4.5,
};

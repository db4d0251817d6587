//! The older form 增值税电子普通发票 (210 × 140 mm, eight rows) with its list page 销货清单.

mod labels;
mod list;
mod values;

pub(crate) use labels::layer;
pub(crate) use values::pages;

use crate::{ink::Colour, rows::Grid};

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
        PROVINCES.iter().flat_map(move |&(_, province)| {
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
    rate: (164.5, 175.5),
    tax: (176.0, 204.5),
    first_row: 59.84,
    pitch: 4.5,
};

/// Short names of the provinces by their two digits; the first is for digits that are not known.
const PROVINCES: [(&str, &str); 32] = [
    ("", ""),
    ("11", "北京"),
    ("12", "天津"),
    ("13", "河北"),
    ("14", "山西"),
    ("15", "内蒙古"),
    ("21", "辽宁"),
    ("22", "吉林"),
    ("23", "黑龙江"),
    ("31", "上海"),
    ("32", "江苏"),
    ("33", "浙江"),
    ("34", "安徽"),
    ("35", "福建"),
    ("36", "江西"),
    ("37", "山东"),
    ("41", "河南"),
    ("42", "湖北"),
    ("43", "湖南"),
    ("44", "广东"),
    ("45", "广西"),
    ("46", "海南"),
    ("50", "重庆"),
    ("51", "四川"),
    ("52", "贵州"),
    ("53", "云南"),
    ("54", "西藏"),
    ("61", "陕西"),
    ("62", "甘肃"),
    ("63", "青海"),
    ("64", "宁夏"),
    ("65", "新疆"),
];

fn province(digits: &str) -> &'static str {
    PROVINCES
        .iter()
        .find(|(code, _)| *code == digits)
        .map_or("", |(_, name)| name)
}

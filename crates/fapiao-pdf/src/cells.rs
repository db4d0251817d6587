//! The property that nothing on a paper leaves its cell or touches its neighbour, however long the texts are: random
//! faces are laid out, and the ink of every glyph is measured.

use crate::{
    RenderError, classic, digital,
    fonts::{Face, Fonts},
    ink::{Field, Mark, PT_PER_MM},
    testing,
};
use fapiao_domain::{
    face::{DifferenceKind, DifferenceTax, InvoiceFace, RedReference, SpecialBusiness},
    invoice::{Identity, InvoiceKind},
    money::Fen,
    party::TitleKind,
};
use rust_decimal::Decimal;
use std::{collections::HashMap, fmt};

/// Left, top, right and bottom in millimetres.
type Frame = [f64; 4];

/// What hairlines and serifs may reach over an edge.
const SLACK: f64 = 0.13;
/// How far the tail of a letter may reach between the tops of the next row of the same text: the published distance of
/// rows is little more than the letters are high.
const TAIL: f64 = 0.45;

/// What is tried for texts: plain, wide, hanging below the line, closing, Latin, rare.
const LETTERS: [&str; 7] = [
    "浙江省杭州市西湖区文三路国家税务总局有限责任公司",
    "龘䶮鬱灪",
    "gjpqy,;_Q",
    "）。，；：",
    "WM@%ABCxyz0123456789-/ ",
    "𠮷𤋮㙍",
    "0123456789",
];

/// A small generator: the same faces each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        // Multiplier and addend of Knuth's MMIX.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    /// A text of up to `most` characters: of one sort half the time, else mixed.
    fn text(&mut self, most: usize) -> String {
        let length = self.below(most + 1);
        let sort = self.below(LETTERS.len() * 2);
        let text: String = (0..length)
            .filter_map(|_| {
                let letters = match LETTERS.get(sort) {
                    Some(letters) => letters,
                    None => LETTERS[self.below(LETTERS.len())],
                };
                letters.chars().nth(self.below(letters.chars().count()))
            })
            .collect();
        text.trim().to_owned()
    }

    /// An amount of up to so many digits.
    fn amount(&mut self, digits: usize) -> Fen {
        let length = 1 + self.below(digits);
        let text: String = (0..length)
            .map(|_| char::from(b'0' + self.below(10) as u8))
            .collect();
        let fen: i64 = text.parse().unwrap();
        Fen::new(if self.below(3) == 0 { -fen } else { fen }).unwrap()
    }

    fn number(&mut self) -> Option<Decimal> {
        let places = self.below(14) as u32;
        let digits = self.below(16);
        let whole = (0..digits).fold(1_i64, |sum, _| sum * 10 + self.below(10) as i64);
        (self.below(5) > 0).then(|| Decimal::new(whole, places))
    }

    fn tax_number(&mut self) -> String {
        let length = 15 + self.below(6);
        (0..length)
            .map(|place| if place % 3 == 0 { 'M' } else { '0' })
            .collect()
    }

    fn face(&mut self, classic: bool) -> InvoiceFace {
        let most = if self.below(3) == 0 { 60 } else { 12 };
        let mut face = testing::face_of(1 + self.below(most));
        face.sample = false;
        if classic {
            face.kind = InvoiceKind::ClassicOrdinary;
            face.identity = Identity::Classic {
                code: "099992600111".to_owned(),
                number: "99999999".to_owned(),
                check_code: "88888888888888888888".to_owned(),
                machine: "499000000001".to_owned(),
            };
            face.extras.cipher = (0..self.below(5)).map(|_| "<".repeat(28)).collect();
        } else if self.below(2) == 0 {
            face.kind = InvoiceKind::DigitalSpecial;
        }
        if self.below(2) == 0 {
            face.buyer.kind = TitleKind::Organisation;
        }
        face.buyer.name = self.text(70);
        face.buyer.tax_number = self.tax_number();
        face.buyer.address = self.text(50);
        face.buyer.phone = self.text(20);
        face.buyer.bank = self.text(40);
        face.buyer.bank_account = self.text(24);
        face.seller.name = self.text(70);
        face.seller.tax_number = self.tax_number();
        face.seller.address = self.text(50);
        face.seller.phone = self.text(20);
        face.seller.bank = self.text(40);
        face.seller.bank_account = self.text(24);
        // Sixteen is what the settings take.
        face.drawer = self.text(16);
        face.payee = self.text(16);
        face.reviewer = self.text(16);
        face.remark = [self.text(120), self.text(60), self.text(20)].join("\n");
        for line in &mut face.lines {
            let brief = self.below(2) == 0;
            line.name = self.text(if brief { 12 } else { 60 });
            line.short_name = self.text(if brief { 4 } else { 12 });
            line.spec = self.text(if brief { 6 } else { 30 });
            line.unit = self.text(if brief { 2 } else { 8 });
            line.quantity = self.number();
            line.unit_price = self.number();
            line.amount = self.amount(11);
            line.tax = self.amount(11);
        }
        face.totals.amount = self.amount(11);
        face.totals.tax = self.amount(11);
        face.totals.total = self.amount(11);
        if self.below(3) == 0 {
            face.red = Some(RedReference {
                blue: face.identity.clone(),
                confirmation: "3".repeat(20),
            });
        }
        if self.below(3) == 0 {
            face.extras.difference = Some(DifferenceTax {
                kind: DifferenceKind::Difference,
                deduction: Fen::ZERO,
            });
        }
        if self.below(3) == 0 {
            face.extras.business = Some(SpecialBusiness {
                name: self.text(7),
                elements: Vec::new(),
            });
        }
        face
    }
}

/// A page ready to be measured: its height and everything on it.
struct Sheet {
    height: f64,
    marks: Vec<Mark>,
    labels: Vec<Mark>,
}

fn sheets(fonts: &Fonts, face: &InvoiceFace) -> Result<Vec<Sheet>, RenderError> {
    if face.kind == InvoiceKind::ClassicOrdinary {
        classic::pages(fonts, face)?
            .into_iter()
            .map(|page| {
                Ok(Sheet {
                    height: page.height,
                    labels: classic::layer(fonts, page.layer)?,
                    marks: page.marks,
                })
            })
            .collect()
    } else {
        digital::pages(fonts, face)?
            .into_iter()
            .map(|page| {
                Ok(Sheet {
                    height: page.height,
                    labels: digital::layer(fonts, page.layer)?,
                    marks: page.marks,
                })
            })
            .collect()
    }
}

/// Where a value of the digital form may have ink; what is below the items moves with the height of the page.
fn digital_cell(what: &str, height: f64) -> Frame {
    let down = height - 140.0;
    let rows = [56.3, 124.0 + down];
    match what {
        "invoice number" | "issue date" | "page" => [169.4, 8.0, 205.5, 30.0],
        "special business" | "difference tax" => [29.0, 6.0, 57.0, 26.0],
        "buyer name" => [19.4, 30.0, 105.2, 44.0],
        "buyer tax number" => [54.6, 43.0, 105.2, 52.0],
        "seller name" => [119.4, 30.0, 205.5, 44.0],
        "seller tax number" => [155.1, 43.0, 205.5, 52.0],
        // The name ends where readers begin to take text for the specification.
        "name" => [4.5, rows[0], 37.6, rows[1]],
        "specification" => [41.5, rows[0], 65.5, rows[1]],
        "unit" => [65.5, rows[0], 77.5, rows[1]],
        "quantity" => [77.5, rows[0], 102.5, rows[1]],
        "unit price" => [102.5, rows[0], 127.5, rows[1]],
        "amount" => [127.5, rows[0], 153.5, rows[1]],
        "rate" => [153.5, rows[0], 178.5, rows[1]],
        "tax" => [178.5, rows[0], 205.5, rows[1]],
        "net sum" | "page net sum" => [102.5, 85.0, 153.5, 124.0 + down],
        "tax sum" | "page tax sum" => [153.5, 85.0, 205.5, 124.0 + down],
        "amount in capitals" => [62.0, 96.0 + down, 143.53, 104.0 + down],
        "total" => [154.9, 96.0 + down, 205.5, 104.0 + down],
        "remark" => [10.7, 104.0 + down, 205.5, 124.0 + down],
        "drawer" => [31.4, 124.0 + down, 205.5, height],
        other => panic!("the cell of {other} is not known"),
    }
}

fn classic_cell(what: &str, height: f64) -> Frame {
    if height > 140.0 {
        return list_cell(what);
    }
    let rows = [56.0, 96.0];
    match what {
        "machine number" => [21.4, 23.5, 68.5, 30.0],
        "invoice code" | "invoice number" | "issue date" | "check code" => {
            [163.4, 6.0, 205.5, 30.0]
        }
        what if what.starts_with("buyer ") => [35.4, 30.0, 119.5, 52.0],
        what if what.starts_with("seller ") => [35.4, 104.0, 119.5, 124.0],
        "cipher area" => [124.5, 30.0, 205.5, 52.0],
        "name" | "list reference" => [4.5, rows[0], 56.5, rows[1]],
        "specification" => [59.6, rows[0], 82.5, rows[1]],
        "unit" => [82.5, rows[0], 94.5, rows[1]],
        "quantity" => [94.5, rows[0], 114.5, rows[1]],
        "unit price" => [114.5, rows[0], 134.5, rows[1]],
        "amount" | "net sum" => [134.5, rows[0], 164.5, rows[1]],
        "rate" => [164.5, rows[0], 175.5, rows[1]],
        "tax" | "tax sum" => [175.5, rows[0], 205.5, rows[1]],
        "amount in capitals" => [62.0, 96.0, 156.6, 104.0],
        "total" => [167.4, 96.0, 205.5, 104.0],
        "remark" => [124.5, 104.0, 205.5, 124.0],
        "payee" => [21.4, 124.0, 63.6, 140.0],
        "reviewer" => [73.9, 124.0, 105.7, 140.0],
        "drawer" => [118.4, 124.0, 150.0, 140.0],
        other => panic!("the cell of {other} is not known"),
    }
}

fn list_cell(what: &str) -> Frame {
    let rows = [66.0, 269.0];
    match what {
        "buyer name" | "seller name" => [28.0, 34.0, 205.5, 49.0],
        "invoice code" | "invoice number" | "page" => [50.0, 49.0, 205.5, 59.0],
        "line number" => [4.5, rows[0], 13.5, rows[1]],
        "name" => [13.5, rows[0], 56.5, rows[1]],
        "specification" => [56.5, rows[0], 82.5, rows[1]],
        "unit" => [82.5, rows[0], 94.5, rows[1]],
        "quantity" => [94.5, rows[0], 114.5, rows[1]],
        "unit price" => [114.5, rows[0], 134.5, rows[1]],
        "amount" => [134.5, rows[0], 164.5, rows[1]],
        "rate" => [164.5, rows[0], 175.5, rows[1]],
        "tax" => [175.5, rows[0], 205.5, rows[1]],
        "sum" => [134.5, 247.0, 205.5, rows[1]],
        "issue date" => [160.0, 277.0, 205.5, 285.0],
        other => panic!("the cell of {other} is not known on the list"),
    }
}

/// The boxes of glyphs in font units: left, top, right and bottom, y upwards.
#[derive(Default)]
struct Boxes(HashMap<(Face, char), Option<Frame>>);

impl Boxes {
    fn of(&mut self, fonts: &Fonts, face: Face, character: char) -> Option<Frame> {
        *self.0.entry((face, character)).or_insert_with(|| {
            let rings = fonts.file(face).rings(character);
            let points = rings.iter().flatten();
            points
                .map(|it| (f64::from(it.p.x.0), f64::from(it.p.y.0)))
                .map(|(x, y)| [x, y, x, y])
                .reduce(|one, it| {
                    [
                        one[0].min(it[0]),
                        one[1].max(it[1]),
                        one[2].max(it[2]),
                        one[3].min(it[3]),
                    ]
                })
        })
    }
}

/// The ink of a run.
struct Ink {
    frame: Frame,
    field: Field,
    text: String,
    size: f64,
}

impl fmt::Display for Ink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ink {
            frame,
            field,
            text,
            size,
        } = self;
        write!(f, "{field} `{text}` at {size} points, {frame:.2?}")
    }
}

/// `None` of blanks and of what is no text.
fn ink(fonts: &Fonts, boxes: &mut Boxes, mark: &Mark) -> Option<Ink> {
    let Mark::Text {
        field,
        face,
        size,
        stretch,
        x,
        y,
        text,
        ..
    } = mark
    else {
        return None;
    };
    let file = fonts.file(*face);
    let scale = size / f64::from(file.units()) / PT_PER_MM;
    let mut frame = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    let mut pen = 0.0;
    for character in text.chars() {
        if let Some([left, top, right, bottom]) = boxes.of(fonts, *face, character) {
            let across = |units: f64| x + (pen + units) * scale * stretch;
            frame = [
                frame[0].min(across(left)),
                frame[1].min(y - top * scale),
                frame[2].max(across(right)),
                frame[3].max(y - bottom * scale),
            ];
        }
        pen += file
            .glyph(character)
            .map_or(0.0, |glyph| f64::from(file.advance(glyph)));
    }
    (frame[0] < f64::MAX).then(|| Ink {
        frame,
        field: *field,
        text: text.clone(),
        size: *size,
    })
}

fn check(
    fonts: &Fonts,
    boxes: &mut Boxes,
    face: &InvoiceFace,
    wrong: &mut Vec<String>,
) -> Result<(), RenderError> {
    let cell = if face.kind == InvoiceKind::ClassicOrdinary {
        classic_cell
    } else {
        digital_cell
    };
    for sheet in sheets(fonts, face)? {
        let mut inks: Vec<Ink> = sheet
            .marks
            .iter()
            .filter_map(|mark| ink(fonts, boxes, mark))
            .collect();
        for it in &inks {
            let cell = cell(it.field.what, sheet.height);
            let inside = it.frame[0] > cell[0] - SLACK
                && it.frame[1] > cell[1] - SLACK
                && it.frame[2] < cell[2] + SLACK
                && it.frame[3] < cell[3] + SLACK;
            if !inside {
                wrong.push(format!("{it} leaves {cell:.2?}"));
            }
        }
        let labels = sheet.labels.iter();
        inks.extend(labels.filter_map(|mark| ink(fonts, boxes, mark)));
        for (place, one) in inks.iter().enumerate() {
            for other in &inks[place + 1..] {
                let (a, b) = (one.frame, other.frame);
                let across = a[2].min(b[2]) - a[0].max(b[0]);
                let down = a[3].min(b[3]) - a[1].max(b[1]);
                let same = one.field == other.field && one.field.what != "label";
                let most = if same { TAIL } else { SLACK };
                if across > SLACK && down > most {
                    wrong.push(format!("{one} lies on {other}"));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn random_texts_never_leave_their_cells_nor_touch_each_other() {
    let fonts = Fonts::embedded();
    let mut dice = Dice(20_261_122);
    let mut wrong = Vec::new();
    let mut laid_out = [0, 0];
    let mut boxes = Boxes::default();
    for round in 0..400 {
        let classic = round % 2 == 0;
        let face = dice.face(classic);
        match check(&fonts, &mut boxes, &face, &mut wrong) {
            Ok(()) => laid_out[usize::from(classic)] += 1,
            // A text that fits in no allowed size is refused by name, before a number is taken.
            Err(RenderError::TooLong { field, .. }) => assert!(!field.is_empty()),
            Err(error) => panic!("{error}"),
        }
    }
    assert!(laid_out.iter().all(|&count| count > 40), "{laid_out:?}");
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

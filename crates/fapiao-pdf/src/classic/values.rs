//! What belongs to one paper of the older form.

use super::{GRID, MOST_ROWS, Shape, Sheet, list};
use crate::{
    MAX_LINES, RenderError,
    fonts::{Face, Fonts},
    ink::{Colour, PT_PER_MM, Page},
    label::{self, BODY},
    rows::{self, Item},
    symbol,
    text::{Setter, fit, width},
};
use fapiao_domain::{
    capital,
    face::InvoiceFace,
    invoice::{Identity, InvoiceKind},
    line::{NO_TAX, printed_tax_sum},
    province::province_name,
    qr,
};

/// What the values of a party are, from above.
const BUYER: [&str; 4] = [
    "buyer name",
    "buyer tax number",
    "buyer address and phone",
    "buyer bank and account",
];
const SELLER: [&str; 4] = [
    "seller name",
    "seller tax number",
    "seller address and phone",
    "seller bank and account",
];
/// Rows of the cipher area.
const CIPHER_ROWS: usize = 4;
/// Width of a party's values and the (size, rows) they may take.
const PARTY_WIDTH: f64 = 82.5;
const PARTY_SIZES: [(f64, usize); 5] = [(9.0, 1), (8.0, 1), (7.0, 1), (6.0, 2), (5.0, 2)];
/// The clerks' names in the foot, each up to the next label: (size, rows).
const CLERK_SIZES: [(f64, usize); 5] = [(9.0, 1), (8.0, 1), (7.0, 1), (6.0, 1), (5.0, 1)];
/// The remark: width, and (size, rows) it may take.
const REMARK_WIDTH: f64 = 78.2;
const REMARK_SIZES: [(f64, usize); 4] = [(9.0, 5), (8.0, 5), (7.0, 6), (6.0, 7)];

/// Lays a paper of the older form out, with list pages when it has more rows than the form.
///
/// # Errors
/// [`RenderError`] when something cannot be printed or does not fit.
pub(crate) fn pages(fonts: &Fonts, face: &InvoiceFace) -> Result<Vec<Page<Shape>>, RenderError> {
    let Identity::Classic {
        code,
        number,
        check_code,
        machine,
    } = &face.identity
    else {
        return Err(RenderError::IdentityMismatch {
            kind: InvoiceKind::ClassicOrdinary.as_str(),
        });
    };
    match face.lines.len() {
        0 => return Err(RenderError::NoLines),
        lines if lines > MAX_LINES => {
            return Err(RenderError::TooManyLines {
                lines,
                most: MAX_LINES,
            });
        }
        _ => {}
    }
    let shape = Shape {
        page: Sheet::Form,
        province: province_name(&face.province).unwrap_or_default(),
        sample: face.sample,
    };
    let mut set = Setter::new(fonts, Colour::BLACK);
    set.marks
        .push(symbol::symbol(&qr::payload(face), 8.5, 3.5, 20.0)?);
    label::seal(&mut set, face)?;
    cipher(&mut set, &face.extras.cipher)?;
    for (field, at, text) in [
        ("machine number", (22.0, 26.73), machine),
        ("invoice code", (164.0, 10.29), code),
        ("invoice number", (164.0, 15.79), number),
        ("issue date", (164.0, 21.29), &face.printed_day()),
        ("check code", (164.0, 26.79), &in_fives(check_code)),
    ] {
        set.left(field, Face::Song, BODY, at, text)?;
    }
    let (buyer, seller) = (&face.buyer, &face.seller);
    let parties = [
        (
            BUYER,
            [34.49, 39.77, 44.99, 50.49],
            [
                buyer.printed_name(),
                joined(&buyer.address, &buyer.phone),
                joined(&buyer.bank, &buyer.bank_account),
            ],
            &buyer.tax_number,
        ),
        (
            SELLER,
            [108.49, 113.02, 117.19, 122.39],
            [
                seller.name.clone(),
                joined(&seller.address, &seller.phone),
                joined(&seller.bank, &seller.bank_account),
            ],
            &seller.tax_number,
        ),
    ];
    let [buyer, seller] = &parties;
    party(&mut set, buyer.0, buyer.1, &buyer.2, buyer.3)?;
    party(&mut set, seller.0, seller.1, &seller.2, seller.3)?;

    let items = rows::items(fonts, &GRID, face);
    let mut lists = Vec::new();
    if items.iter().map(Item::rows).sum::<usize>() <= MOST_ROWS {
        let mut row = 0;
        for item in &items {
            item.set(&mut set, row)?;
            row += item.rows();
        }
    } else {
        let y = GRID.first_row;
        set.left(
            "list reference",
            Face::Song,
            BODY,
            (GRID.name.0, y),
            "（详见销货清单）",
        )?;
        set.right(
            "net sum",
            BODY,
            (GRID.amount.1, y),
            &face.totals.amount.to_string(),
        )?;
        let tax = printed_tax_sum(&face.lines, face.totals.tax);
        let tax = tax.as_deref().unwrap_or(NO_TAX);
        set.right("tax sum", BODY, (GRID.tax.1, y), tax)?;
        lists = list::pages(fonts, face, shape, code, number)?;
    }
    sums(&mut set, face)?;
    remark(&mut set, face)?;
    for (field, x, end, text) in [
        ("payee", 22.0, 63.1, &face.payee),
        ("reviewer", 74.5, 105.2, &face.reviewer),
        ("drawer", 121.0, 149.5, &face.drawer),
    ] {
        let fitted = fit(fonts, field, text, end - x, &CLERK_SIZES)?;
        for row in &fitted.rows {
            set.left(field, Face::Song, fitted.size, (x, 128.29), row)?;
        }
    }
    let mut pages = vec![Page {
        height: shape.height(),
        layer: shape,
        marks: set.marks,
    }];
    pages.append(&mut lists);
    Ok(pages)
}

/// The cipher area: rows as the tax device gives them.
fn cipher(set: &mut Setter<'_>, rows: &[String]) -> Result<(), RenderError> {
    if rows.len() > CIPHER_ROWS {
        return Err(RenderError::TooLong {
            field: "cipher area".to_owned(),
            rows: rows.len(),
            most: CIPHER_ROWS,
        });
    }
    for (place, row) in rows.iter().enumerate() {
        let at = (129.99, 35.66 + 4.5 * place as f64);
        // Glyphs 2.5 mm apart.
        set.stretched("cipher area", Face::Mono, 12.0, 2.5 / 2.54, at, row)?;
    }
    Ok(())
}

/// The check code as people read it out: four groups of five.
fn in_fives(check_code: &str) -> String {
    let digits: Vec<char> = check_code.chars().collect();
    let groups: Vec<String> = digits
        .chunks(5)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}

/// Two values that share a row.
fn joined(one: &str, other: &str) -> String {
    [one, other].join(" ").trim().to_owned()
}

fn party(
    set: &mut Setter<'_>,
    fields: [&'static str; 4],
    [name, number, address, bank]: [f64; 4],
    texts: &[String; 3],
    tax_number: &str,
) -> Result<(), RenderError> {
    value(set, fields[0], name, &texts[0])?;
    set.left(fields[1], Face::Mono, 12.0, (36.0, number), tax_number)?;
    value(set, fields[2], address, &texts[1])?;
    value(set, fields[3], bank, &texts[2])
}

/// Sets a value of a party; two small rows share the place of one.
fn value(set: &mut Setter<'_>, field: &'static str, y: f64, text: &str) -> Result<(), RenderError> {
    let fitted = fit(set.fonts, field, text, PARTY_WIDTH, &PARTY_SIZES)?;
    let pitch = fitted.size / PT_PER_MM * 1.05;
    // Two rows stand a little higher than their middle: the tails of the lower one would reach the frame.
    let above = match fitted.rows.len() {
        0 | 1 => 0.0,
        rows => pitch / 2.0 * (rows - 1) as f64 + 0.25,
    };
    for (place, row) in fitted.rows.iter().enumerate() {
        let at = (36.0, y - above + pitch * place as f64);
        set.left(field, Face::Song, fitted.size, at, row)?;
    }
    Ok(())
}

fn sums(set: &mut Setter<'_>, face: &InvoiceFace) -> Result<(), RenderError> {
    let amount = format!("¥{}", face.totals.amount);
    let tax = rows::tax_with_sign(&face.lines, face.totals.tax);
    for (field, right, text) in [("net sum", 163.5, amount), ("tax sum", 204.5, tax)] {
        let x = right - width(set.fonts, Face::Mono, BODY, &text);
        set.left(field, Face::Mono, BODY, (x, 95.09), &text)?;
    }
    let capitals = capital::capital(face.totals.total);
    set.left(
        "amount in capitals",
        Face::Song,
        BODY,
        (63.0, 101.39),
        &capitals,
    )?;
    let total = format!("¥{}", face.totals.total);
    set.left("total", Face::Mono, 11.0, (168.0, 101.23), &total)
        .map(|_| ())
}

/// The remark, led by the reference of a red paper when it does not have it yet.
fn remark(set: &mut Setter<'_>, face: &InvoiceFace) -> Result<(), RenderError> {
    let mut text = String::new();
    if let Some(red) = &face.red
        && !face.remark.contains(red.blue.number())
    {
        text = format!(
            "对应正数发票代码:{}号码:{}\n",
            red.blue.code(),
            red.blue.number()
        );
    }
    text.push_str(&face.remark);
    let fitted = fit(set.fonts, "remark", &text, REMARK_WIDTH, &REMARK_SIZES)?;
    // 3.6 mm at 9 points, in proportion below.
    let pitch = 0.4 * fitted.size;
    for (place, row) in fitted.rows.iter().enumerate() {
        let at = (126.3, 107.5 + pitch * place as f64);
        set.left("remark", Face::Song, fitted.size, at, row)?;
    }
    Ok(())
}

//! Random orders with the totals computed from them, one JSON text per line: `totals COUNT SEED`. An independent program
//! reads them and computes everything again.
#![allow(clippy::print_stdout, reason = "a program that writes to its output")]

use fapiao_domain::{
    discount::allocate,
    line::{InvoiceLine, OrderLine},
    money::Fen,
    rate::Rate,
    totals::{compute, sum},
};
use rust_decimal::Decimal;
use std::{
    fmt::Write as _,
    io::{self, BufWriter, Write},
};

const RATES: [&str; 14] = [
    "0.13",
    "0.09",
    "0.06",
    "0.05",
    "0.03",
    "0.015",
    "0.01",
    "0",
    "exempt",
    "not_taxed",
    "0.17",
    "0.16",
    "0.11",
    "0.10",
];

/// SplitMix64: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A positive decimal with up to `decimals` decimals and up to `digits` digits.
    fn decimal(&mut self, digits: u32, decimals: u32) -> Decimal {
        let digits = self.below(u64::from(digits)) as u32 + 1;
        let mantissa = 1 + self.below(10_u64.pow(digits) - 1);
        let scale = self.below(u64::from(decimals) + 1) as u32;
        Decimal::from_i128_with_scale(i128::from(mantissa), scale).normalize()
    }
}

fn order(dice: &mut Dice) -> Vec<OrderLine> {
    let not_taxed = dice.chance(5);
    let most = if dice.chance(90) { 6 } else { 40 };
    let lines = 1 + dice.below(most);
    (0..lines)
        .map(|_| {
            let rate = match RATES[dice.below(RATES.len() as u64) as usize] {
                _ if not_taxed => "not_taxed",
                "not_taxed" => "0.13",
                rate => rate,
            };
            let (quantity, unit_price) = match dice.below(3) {
                0 => (dice.decimal(3, 0), dice.decimal(6, 2)),
                1 => (dice.decimal(5, 3), dice.decimal(7, 4)),
                _ => (dice.decimal(8, 8), dice.decimal(9, 8)),
            };
            OrderLine {
                preference: None,
                name: "x".to_owned(),
                tax_code: if not_taxed {
                    "6010000000000000000"
                } else {
                    "1030205010000000000"
                }
                .to_owned(),
                spec: String::new(),
                unit: String::new(),
                quantity,
                unit_price,
                tax_included: dice.chance(70),
                rate: Rate::parse(rate).unwrap_or(Rate::Exempt),
                discount: Fen::ZERO,
            }
        })
        .collect()
}

/// Discounts of lines, or one of the whole order shared out; the latter is told.
fn with_discounts(dice: &mut Dice, lines: &mut [OrderLine]) -> Option<(Fen, Vec<Fen>)> {
    let price = |line: &OrderLine| {
        fapiao_domain::exact::amount_of(line.quantity, line.unit_price).unwrap_or_default()
    };
    match dice.below(4) {
        0 => {
            for line in lines {
                let most = price(line).get();
                if most > 1 && dice.chance(40) {
                    line.discount = Fen::new(dice.below(most as u64) as i64).unwrap_or_default();
                }
            }
            None
        }
        1 => {
            let prices: Vec<Fen> = lines.iter().map(price).collect();
            let whole: Fen = prices.iter().copied().sum();
            if whole.get() < 2 {
                return None;
            }
            let discount = Fen::new(dice.below(whole.get() as u64) as i64).ok()?;
            let shares = allocate(discount, &prices).ok()?;
            for (line, share) in lines.iter_mut().zip(&shares) {
                line.discount = *share;
            }
            Some((discount, shares))
        }
        _ => None,
    }
}

fn json(
    text: &mut String,
    lines: &[OrderLine],
    shared: Option<&(Fen, Vec<Fen>)>,
    made: &[InvoiceLine],
) {
    text.clear();
    let mut put = |piece: std::fmt::Arguments<'_>| {
        let _ = text.write_fmt(piece);
    };
    put(format_args!("{{\"lines\":["));
    for (at, line) in lines.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        // A shared discount is told once, for the other side to share it out by itself.
        let discount = if shared.is_some() {
            Fen::ZERO
        } else {
            line.discount
        };
        put(format_args!(
            "{comma}[\"{}\",\"{}\",{},\"{}\",\"{discount}\"]",
            line.quantity, line.unit_price, line.tax_included, line.rate
        ));
    }
    let discount = shared.map_or(Fen::ZERO, |(discount, _)| *discount);
    put(format_args!("],\"discount\":\"{discount}\",\"made\":["));
    for (at, line) in made.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        put(format_args!(
            "{comma}[\"{}\",\"{}\",\"{}\",\"{}\",\"{}\"]",
            line.kind.code(),
            line.amount,
            line.tax,
            line.gross,
            line.unit_price.map(|it| it.to_string()).unwrap_or_default(),
        ));
    }
    let totals = sum(made);
    put(format_args!(
        "],\"totals\":[\"{}\",\"{}\",\"{}\"]}}\n",
        totals.amount, totals.tax, totals.total
    ));
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|it| it.parse::<u64>());
    let mut number = |what: &str| match arguments.next() {
        Some(Ok(number)) => Ok(number),
        _ => Err(io::Error::other(format!(
            "usage: totals COUNT SEED; {what} is no number"
        ))),
    };
    let (count, seed) = (number("COUNT")?, number("SEED")?);
    let mut dice = Dice(seed);
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut text = String::new();
    let mut written = 0;
    while written < count {
        let mut lines = order(&mut dice);
        let shared = with_discounts(&mut dice, &mut lines);
        // Orders that the rules refuse (too large, all given away, a price of nothing) have no totals to compare.
        let Ok(computed) = compute(&lines, &|_| Some("y".to_owned())) else {
            continue;
        };
        json(&mut text, &lines, shared.as_ref(), &computed.lines);
        out.write_all(text.as_bytes())?;
        written += 1;
    }
    out.flush()
}

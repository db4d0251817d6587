//! Where each fen of a total went: the exact value before every rounding, and what the rounding took or gave.

use crate::{
    discount::allocate,
    exact::{amount_of, product, round_div},
    face::{DifferenceKind, DifferenceTax},
    line::{InvoiceLine, LineKind, OrderLine},
    money::Fen,
    rate::Rate,
    totals::{Totals, sum},
};

/// Decimals of a yuan in which exact values are told; a thirteenth is periodic.
const DECIMALS: u32 = 6;
/// Millionths of a yuan in a fen.
const PER_FEN: i128 = 10_000;

/// Which amount of a line the others follow from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Drive {
    /// The price holds the tax: `tax = gross × r ÷ (1 + r)`, `net = gross − tax`.
    Gross,
    /// The price is without tax: `tax = net × r`, `gross = net + tax`.
    Net,
    /// The line carries what other parts left over: the last partial red letter, or a part of a cut line.
    Remainder,
}

impl Drive {
    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Drive::Gross => "gross",
            Drive::Net => "net",
            Drive::Remainder => "remainder",
        }
    }
}

/// One line, step by step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRounding {
    /// The line as it stands on the invoice.
    pub line: InvoiceLine,
    /// Which line of the order it came from, from 0; `None` when that cannot be told.
    pub order_line: Option<usize>,
    /// What drives it.
    pub drive: Drive,
    /// `quantity × unit price` before rounding, where the order states both: every digit.
    pub product: Option<String>,
    /// What that was rounded to; the line's driving amount.
    pub driving: Fen,
    /// The tax as a sum to be checked with a pocket calculator: `99.99 × 13 ÷ 113`.
    pub formula: String,
    /// The tax before rounding, in millionths of a yuan.
    pub exact_tax: i128,
    /// What rounding added to the tax (positive) or took from it, in millionths of a yuan; with what is carried.
    pub gap: i128,
    /// What the tax has beyond what the formula gives, rounded: the fen that the other parts of the whole line left over.
    /// Zero unless it is a [`Drive::Remainder`].
    pub carried: Fen,
    /// On a discount line, what of a discount on the whole order it holds.
    pub share: Option<Share>,
}

/// A line's share of a discount on the whole order (整单折扣).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The whole discount.
    pub discount: Fen,
    /// What the line came to after its own discount.
    pub base: Fen,
    /// What all lines came to so.
    pub of: Fen,
    /// `20.00 × 59.90 ÷ 200.00`.
    pub formula: String,
    /// What that gives, in millionths of a yuan.
    pub exact: i128,
    /// The share: that cut to the fen, and one more where its remainder was among the largest.
    pub share: Fen,
    /// Whether it got one of the fen that cutting left over.
    pub got_left_over: bool,
    /// The line's own discount beside it.
    pub own: Fen,
}

/// All lines of one rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateRounding {
    /// The rate.
    pub rate: Rate,
    /// How many lines, discounts included.
    pub lines: usize,
    /// Their sums.
    pub totals: Totals,
    /// The tax of their sum, rounded once instead of line by line; `None` when gross- and net-driven lines stand together.
    pub tax_at_once: Option<Fen>,
}

impl RateRounding {
    /// How far the lines' tax is from the tax of their sum: the tail difference (尾差), which is legal. `None` where no one
    /// formula gives the tax of the sum.
    pub fn tail(&self) -> Option<Fen> {
        self.tax_at_once.map(|once| self.totals.tax - once)
    }
}

/// Where the fen of a document went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rounding {
    /// Line by line.
    pub lines: Vec<LineRounding>,
    /// Rate by rate, the highest first.
    pub rates: Vec<RateRounding>,
    /// The sums.
    pub totals: Totals,
}

impl Rounding {
    /// What all roundings together added to the tax, in millionths of a yuan.
    pub fn gap(&self) -> i128 {
        self.lines.iter().map(|it| it.gap).sum()
    }

    /// The same, with what of a discount on the whole order fell to each of its lines. Shares that are not what such a
    /// discount comes to are left out.
    #[must_use]
    pub fn with_shares(mut self, order: &[OrderLine], shares: &[Fen]) -> Rounding {
        let shared = shared(order, shares);
        for line in &mut self.lines {
            let source = line
                .order_line
                .filter(|_| line.line.kind == LineKind::Discount);
            let found = source.and_then(|at| Some((order.get(at)?, shared.get(at)?)));
            line.share = found
                .filter(|(own, share)| own.discount == -line.driving && share.share.is_positive())
                .map(|(_, share)| share.clone());
        }
        self
    }
}

/// How a discount was shared out; empty when the shares are not those of one discount on these lines.
fn shared(order: &[OrderLine], shares: &[Fen]) -> Vec<Share> {
    let worth = |(line, share): (&OrderLine, &Fen)| {
        let own = line.discount - *share;
        let price = amount_of(line.quantity, line.unit_price).ok()?;
        (!own.is_negative() && own <= price).then(|| price - own)
    };
    let bases: Option<Vec<Fen>> = order.iter().zip(shares).map(worth).collect();
    let discount: Fen = shares.iter().copied().sum();
    let bases = bases.unwrap_or_default();
    if order.len() != shares.len() || allocate(discount, &bases).as_deref() != Ok(shares) {
        return Vec::new();
    }
    let of: Fen = bases.iter().copied().sum();
    if !of.is_positive() {
        return Vec::new();
    }
    let whole = i128::from(of.get());
    let told = |((line, share), base): ((&OrderLine, &Fen), Fen)| {
        let product = i128::from(discount.get()) * i128::from(base.get());
        Share {
            discount,
            base,
            of,
            formula: format!("{discount} × {base} ÷ {of}"),
            exact: round_div(product * PER_FEN, whole),
            share: *share,
            got_left_over: i128::from(share.get()) > product / whole,
            own: line.discount - *share,
        }
    };
    order.iter().zip(shares).zip(bases).map(told).collect()
}

/// Millionths of a yuan as text: `-0.003274`.
pub fn millionths(value: i128) -> String {
    decimal_text(value, DECIMALS)
}

fn decimal_text(value: i128, decimals: u32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!(
        "{:0>width$}",
        value.unsigned_abs(),
        width = decimals as usize + 1
    );
    match digits.len() - decimals as usize {
        whole if decimals == 0 => digits[..whole].to_owned(),
        whole => format!("{sign}{}.{}", &digits[..whole], &digits[whole..]),
    }
}

/// Explains invoice lines; `order` are the lines they were computed from, as far as they are known.
pub fn explain(lines: &[InvoiceLine], order: &[OrderLine]) -> Rounding {
    explain_sale(lines, order, None)
}

/// The same with difference tax: where the deduction leaves the tax base, the sum says so.
pub fn explain_sale(
    lines: &[InvoiceLine],
    order: &[OrderLine],
    difference: Option<&DifferenceTax>,
) -> Rounding {
    let deduction = difference
        .filter(|it| it.kind == DifferenceKind::Difference)
        .map(|it| it.deduction);
    let mut explained = Vec::with_capacity(lines.len());
    let mut next = 0;
    let mut current = None;
    for line in lines {
        if line.kind != LineKind::Discount {
            current = order
                .get(next)
                .filter(|it| is_source(line, it))
                .map(|_| next);
            next += usize::from(current.is_some());
        }
        explained.push(match deduction {
            Some(deduction) => {
                explain_difference(line, current.map(|at| (at, &order[at])), deduction)
            }
            None => explain_line(line, current.map(|at| (at, &order[at]))),
        });
    }
    Rounding {
        rates: by_rate(&explained),
        lines: explained,
        totals: sum(lines),
    }
}

fn is_source(line: &InvoiceLine, source: &OrderLine) -> bool {
    line.name == source.name.trim()
        && line.tax_code == source.tax_code
        && line.rate == source.rate
        && line.quantity.is_some_and(|it| it == source.quantity)
}

fn explain_line(line: &InvoiceLine, source: Option<(usize, &OrderLine)>) -> LineRounding {
    let drive = drive_of(line, source.map(|(_, it)| it.tax_included));
    let driving = match drive {
        Drive::Net => line.amount,
        Drive::Gross | Drive::Remainder => line.gross,
    };
    let is_product = |it: &OrderLine| amount_of(it.quantity, it.unit_price) == Ok(driving);
    let product = source
        .filter(|(_, it)| line.kind != LineKind::Discount && is_product(it))
        .and_then(|(_, it)| product(it.quantity, it.unit_price))
        .map(|(value, decimals)| decimal_text(value, decimals));
    let (share, whole) = match drive {
        Drive::Net => line.rate.net_share(),
        Drive::Gross | Drive::Remainder => line.rate.gross_share(),
    };
    let exact_tax = round_div(i128::from(driving.get()) * share * PER_FEN, whole);
    let carried = match drive {
        Drive::Remainder => line.tax - line.rate.tax_in_gross(driving),
        Drive::Gross | Drive::Net => Fen::ZERO,
    };
    LineRounding {
        order_line: source.map(|(at, _)| at),
        drive,
        product,
        driving,
        formula: formula(driving, share, whole),
        exact_tax,
        gap: i128::from(line.tax.get()) * PER_FEN - exact_tax,
        carried,
        share: None,
        line: line.clone(),
    }
}

/// A line whose tax leaves the deduction out: the rate goes on what is left of the price.
fn explain_difference(
    line: &InvoiceLine,
    source: Option<(usize, &OrderLine)>,
    deduction: Fen,
) -> LineRounding {
    let signed = if line.gross.is_negative() {
        -deduction
    } else {
        deduction
    };
    let base = line.gross - signed;
    let (share, whole) = line.rate.gross_share();
    let exact_tax = round_div(i128::from(base.get()) * share * PER_FEN, whole);
    let plain = formula(base, share, whole);
    let told = match plain.split_once(" × ") {
        Some((_, rest)) => format!("({} − {signed}) × {rest}", line.gross),
        None => plain,
    };
    LineRounding {
        drive: Drive::Gross,
        driving: line.gross,
        formula: told,
        exact_tax,
        gap: i128::from(line.tax.get()) * PER_FEN - exact_tax,
        carried: Fen::ZERO,
        ..explain_line(line, source)
    }
}

/// The order says it; without the order, the formula that gives the line's tax.
fn drive_of(line: &InvoiceLine, tax_included: Option<bool>) -> Drive {
    let fits = |drive: Drive| match drive {
        Drive::Gross => line.rate.tax_in_gross(line.gross) == line.tax,
        Drive::Net => line.rate.tax_on_net(line.amount) == line.tax,
        Drive::Remainder => true,
    };
    let candidates = match tax_included {
        Some(false) => [Drive::Net, Drive::Remainder],
        Some(true) => [Drive::Gross, Drive::Remainder],
        None if fits(Drive::Gross) => [Drive::Gross, Drive::Remainder],
        None => [Drive::Net, Drive::Remainder],
    };
    candidates
        .into_iter()
        .find(|it| fits(*it))
        .unwrap_or(Drive::Remainder)
}

/// `99.99 × 13 ÷ 113`, `0.50 × 1 ÷ 100`; nothing to compute without tax.
fn formula(driving: Fen, share: i128, whole: i128) -> String {
    if share == 0 {
        return String::new();
    }
    let mut unit = 10_000;
    while share % unit != 0 || whole % unit != 0 {
        unit /= 10;
    }
    format!("{driving} × {} ÷ {}", share / unit, whole / unit)
}

fn by_rate(lines: &[LineRounding]) -> Vec<RateRounding> {
    let mut rates: Vec<Rate> = lines.iter().map(|it| it.line.rate).collect();
    rates.sort_by(|a, b| b.cmp(a));
    rates.dedup();
    rates.sort_by_key(|it| std::cmp::Reverse(it.fraction()));
    rates
        .into_iter()
        .map(|rate| {
            let of_rate: Vec<&LineRounding> =
                lines.iter().filter(|it| it.line.rate == rate).collect();
            let own: Vec<InvoiceLine> = of_rate.iter().map(|it| it.line.clone()).collect();
            let totals = sum(&own);
            let all = |drive: Drive| of_rate.iter().all(|it| it.drive == drive);
            let plain = of_rate.iter().all(|it| !it.formula.starts_with('('));
            let tax_at_once = if !plain {
                None
            } else if all(Drive::Gross) {
                Some(rate.tax_in_gross(totals.total))
            } else if all(Drive::Net) {
                Some(rate.tax_on_net(totals.amount))
            } else {
                None
            };
            RateRounding {
                rate,
                lines: own.len(),
                totals,
                tax_at_once,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::totals::compute;
    use rust_decimal::Decimal;

    fn order_line(
        quantity: &str,
        price: &str,
        rate: &str,
        tax_included: bool,
        discount: i64,
    ) -> OrderLine {
        OrderLine {
            preference: None,
            name: "茶".to_owned(),
            tax_code: "1030205010000000000".to_owned(),
            spec: String::new(),
            unit: String::new(),
            quantity: quantity.parse::<Decimal>().unwrap(),
            unit_price: price.parse::<Decimal>().unwrap(),
            tax_included,
            rate: Rate::parse(rate).unwrap(),
            discount: Fen::raw(discount),
        }
    }

    fn explained(order: &[OrderLine]) -> Rounding {
        let computed = compute(order, &|_| Some("茶".to_owned())).unwrap();
        explain(&computed.lines, order)
    }

    #[test]
    fn each_step_of_a_line_is_told_exactly() {
        let told = explained(&[
            order_line("3", "33.333", "0.13", true, 1000),
            order_line("0.5", "1.00", "0.01", false, 0),
        ]);
        let first = &told.lines[0];
        assert_eq!(first.product.as_deref(), Some("99.999"));
        assert_eq!(
            (first.driving, first.formula.as_str()),
            (Fen::raw(10_000), "100.00 × 13 ÷ 113")
        );
        assert_eq!(millionths(first.exact_tax), "11.504425");
        assert_eq!(
            (first.line.tax, millionths(first.gap).as_str()),
            (Fen::raw(1150), "-0.004425")
        );
        // The discount is a line of its own, with its own rounding and without a product.
        let discount = &told.lines[1];
        assert_eq!(
            (discount.order_line, discount.product.as_ref()),
            (Some(0), None)
        );
        assert_eq!(millionths(discount.exact_tax), "-1.150442");
        // A tie goes away from zero: 0.005 becomes 0.01.
        let net = &told.lines[2];
        assert_eq!(
            (net.drive, net.formula.as_str()),
            (Drive::Net, "0.50 × 1 ÷ 100")
        );
        assert_eq!(
            (millionths(net.exact_tax), millionths(net.gap)),
            ("0.005000".into(), "0.005000".into())
        );
    }

    #[test]
    fn the_tail_is_what_rounding_line_by_line_makes() {
        let line = order_line("1", "1.00", "0.13", true, 0);
        let told = explained(&[line.clone(), line.clone(), line]);
        let rate = &told.rates[0];
        assert_eq!((rate.lines, rate.totals.tax), (3, Fen::raw(36)));
        assert_eq!(
            (rate.tax_at_once, rate.tail()),
            (Some(Fen::raw(35)), Some(Fen::raw(1)))
        );
        assert_eq!(told.gap(), told.lines.iter().map(|it| it.gap).sum::<i128>());
    }

    #[test]
    fn without_the_order_the_formula_that_fits_is_found() {
        let order = [
            order_line("1", "0.04", "0.13", true, 0),
            order_line("1", "12.50", "0.09", false, 0),
        ];
        let computed = compute(&order, &|_| Some("茶".to_owned())).unwrap();
        let mut lines = computed.lines;
        let told = explain(&lines, &[]);
        assert_eq!(told.lines[0].drive, Drive::Gross);
        assert_eq!(told.lines[1].order_line, None);
        assert_eq!(told.lines[1].line.tax, Fen::raw(113));
        // A remainder fits neither formula.
        lines[0].tax = Fen::raw(1);
        lines[0].amount = Fen::raw(3);
        let told = explain(&lines, &[]);
        assert_eq!(told.lines[0].drive, Drive::Remainder);
        // The formula gives 0.00 of 0.04; the fen beyond it is carried, and said to be.
        assert_eq!(told.lines[0].carried, Fen::raw(1));
        assert_eq!(told.lines[1].carried, Fen::ZERO);
        // Of 5.52 of tax the other part has taken 0.93 less by rounding: −4.582212 becomes −4.59.
        lines[0].gross = Fen::raw(-3983);
        lines[0].tax = Fen::raw(-459);
        lines[0].amount = lines[0].gross - lines[0].tax;
        let told = explain(&lines[..1], &[]);
        assert_eq!(millionths(told.lines[0].exact_tax), "-4.582212");
        assert_eq!(told.lines[0].carried, Fen::raw(-1));
    }

    #[test]
    fn a_share_of_the_order_s_discount_tells_its_formula_and_who_got_the_fen_left_over() {
        let mut order = [
            order_line("1", "59.90", "0.13", true, 0),
            order_line("1", "39.90", "0.13", true, 100),
            order_line("1", "0.20", "0.13", true, 0),
        ];
        let bases = [Fen::raw(5990), Fen::raw(3890), Fen::raw(20)];
        let shares = allocate(Fen::raw(1000), &bases).unwrap();
        for (line, share) in order.iter_mut().zip(&shares) {
            line.discount += *share;
        }
        let told = explained(&order).with_shares(&order, &shares);
        let share = told.lines[1].share.clone().unwrap();
        assert_eq!(share.formula, "10.00 × 59.90 ÷ 99.00");
        assert_eq!(millionths(share.exact), "6.050505");
        assert_eq!((share.share, share.got_left_over), (Fen::raw(605), false));
        let share = told.lines[3].share.clone().unwrap();
        assert_eq!(
            (share.own, share.share, share.got_left_over),
            (Fen::raw(100), Fen::raw(393), true)
        );
        assert_eq!(millionths(share.exact), "3.929293");
        assert!(told.lines[0].share.is_none());
        // What no discount comes to is not told as one.
        let told = explained(&order).with_shares(&order, &[Fen::raw(1), Fen::ZERO, Fen::ZERO]);
        let told = told.with_shares(&order, &shares[..2]);
        assert!(told.lines.iter().all(|it| it.share.is_none()));
    }

    #[test]
    fn without_one_formula_for_the_sum_there_is_no_tail() {
        let told = explained(&[
            order_line("1", "1.00", "0.13", true, 0),
            order_line("1", "1.00", "0.13", false, 0),
        ]);
        assert_eq!(
            (told.rates[0].tax_at_once, told.rates[0].tail()),
            (None, None)
        );
    }

    #[test]
    fn exempt_lines_have_nothing_to_round() {
        let told = explained(&[order_line("1", "50.00", "exempt", true, 0)]);
        assert_eq!(
            (told.lines[0].exact_tax, told.lines[0].formula.as_str()),
            (0, "")
        );
        assert_eq!(
            (decimal_text(-5, 2), decimal_text(7, 0)),
            ("-0.05".into(), "7".into())
        );
    }
}

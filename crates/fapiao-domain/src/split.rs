//! One order, several invoices: by a limit on the net amount and by a limit on lines.
//!
//! A third limit is the tax side's own: the tax of an invoice may be 1.27 yuan away from the sum of `net × rate`, which
//! very many tiny lines reach. Gross, net and tax of the pieces add up to the order's, line by line: each cut gives the
//! rest the tax of its own gross amount, and the piece what remains of the tax.

use crate::{
    checks::{CheckError, LINE_TAX_TOLERANCE, TOTAL_TAX_TOLERANCE, check_blue},
    exact::{UNIT_PRICE_DECIMALS, quotient, round_div, within_one_fen},
    line::{InvoiceLine, LineKind},
    money::Fen,
    totals::{Computed, MAX_LINES, sum},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use thiserror::Error;

/// How much one invoice may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitLimits {
    /// Most net amount (单张开票限额); `None` where the quota of the month is the only limit.
    pub net: Option<Fen>,
    /// Most lines, discount lines included; at least 2.
    pub lines: usize,
    /// Most invoices of one order; a division that would need more is not begun with.
    pub pieces: usize,
}

impl Default for SplitLimits {
    fn default() -> Self {
        Self {
            net: None,
            lines: MAX_LINES,
            pieces: usize::MAX,
        }
    }
}

/// One invoice of a split order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its lines, numbered from 1, and its sums.
    pub computed: Computed,
    /// By place, the number of the line that each line is, or is a part of; for a discount that of its line.
    pub sources: Vec<u32>,
}

/// Why an order cannot be split.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SplitError {
    /// No lines.
    #[error("there are no lines to split")]
    Empty,
    /// The limits leave no room.
    #[error("an invoice must have room for 2 lines and for an amount above 0.00")]
    NoRoom,
    /// A discount without its line.
    #[error("line {0} is a discount without its line")]
    Unpaired(u32),
    /// Not even a small part fits.
    #[error("line {0} cannot be cut into parts that fit the limit")]
    Unsplittable(u32),
    /// A piece would hold nothing but lines that are discounted in full.
    #[error(
        "an invoice would hold nothing but gifts: raise the limit on lines or leave some of them out"
    )]
    GiftsAlone,
    /// More invoices than are made of one order.
    #[error("more than {0} invoices would be needed")]
    TooMany(usize),
    /// A piece fails the tax side's checks.
    #[error("a piece would fail {} checks of the tax side, first: {}", .0.len(), .0.first().map_or("", |it| it.message.as_str()))]
    Checks(Vec<CheckError>),
}

/// Splits computed lines into invoices, filling each up to the limits. The line that crosses a limit is cut by whole
/// quantities where it has them, otherwise by amount with the quantity derived; a discount stays with its line, in
/// proportion. An order within the limits comes back as one piece. Lines with difference tax cannot be split.
///
/// # Errors
/// [`SplitError`].
pub fn split(lines: &[InvoiceLine], limits: &SplitLimits) -> Result<Vec<Computed>, SplitError> {
    let parts = split_parts(lines, limits)?;
    Ok(parts.into_iter().map(|part| part.computed).collect())
}

/// Splits as [`split`] does and tells where each line came from.
///
/// # Errors
/// [`SplitError`].
pub fn split_parts(lines: &[InvoiceLine], limits: &SplitLimits) -> Result<Vec<Part>, SplitError> {
    if lines.is_empty() {
        return Err(SplitError::Empty);
    }
    if limits.lines < 2 || limits.net.is_some_and(|net| !net.is_positive()) {
        return Err(SplitError::NoRoom);
    }
    let mut pieces = vec![Piece::default()];
    // Told at the first one too many: an order of a great sum must not be cut into millions of pieces to find it out.
    let another = |pieces: &mut Vec<Piece>| {
        if pieces.len() >= limits.pieces {
            return Err(SplitError::TooMany(limits.pieces));
        }
        pieces.push(Piece::default());
        Ok(())
    };
    for mut item in items(lines)? {
        loop {
            let at = pieces.len() - 1;
            let piece = &mut pieces[at];
            let strays = (piece.drift + item.drift()).abs() > DRIFT_MAX && !piece.items.is_empty();
            if strays || piece.rows + item.rows() > limits.lines {
                another(&mut pieces)?;
                continue;
            }
            let room = limits
                .net
                .map_or(Fen::MAX + Fen::MAX, |net| net - piece.net);
            if item.net() <= room {
                piece.push(item);
                break;
            }
            let fresh = piece.net == Fen::ZERO;
            let cut = item.cut_by_quantity(room).or_else(|| {
                // Whole things rather go on the next invoice than be cut; a single one beyond the limit must be.
                (fresh || !item.is_countable()).then(|| item.cut_by_amount(room))?
            });
            match cut {
                Some((part, rest)) => {
                    piece.push(part);
                    item = rest;
                }
                None if fresh => return Err(SplitError::Unsplittable(item.line.no)),
                None => {}
            }
            another(&mut pieces)?;
        }
    }
    lend_to_gifts(&mut pieces, limits)?;
    pieces.into_iter().map(Piece::finish).collect()
}

/// A last piece of nothing but gifts takes a paid line from the one before.
fn lend_to_gifts(pieces: &mut [Piece], limits: &SplitLimits) -> Result<(), SplitError> {
    if let [.., before, last] = pieces {
        while last.net == Fen::ZERO {
            let item = before.items.pop().ok_or(SplitError::GiftsAlone)?;
            before.rows -= item.rows();
            before.net -= item.net();
            last.rows += item.rows();
            last.net += item.net();
            before.drift -= item.drift();
            last.drift += item.drift();
            last.items.insert(0, item);
        }
    }
    let sound = |piece: &Piece| piece.net.is_positive() && piece.rows <= limits.lines;
    if pieces.iter().all(sound) {
        Ok(())
    } else {
        Err(SplitError::GiftsAlone)
    }
}

/// [`TOTAL_TAX_TOLERANCE`] less what one cut may add, in millionths of a fen.
const DRIFT_MAX: i128 = (TOTAL_TAX_TOLERANCE.get() - LINE_TAX_TOLERANCE.get()) as i128 * 1_000_000;

#[derive(Default)]
struct Piece {
    items: Vec<Item>,
    rows: usize,
    net: Fen,
    /// How far the tax is from the sum of `net × rate`, in millionths of a fen.
    drift: i128,
}

impl Piece {
    fn push(&mut self, item: Item) {
        self.rows += item.rows();
        self.net += item.net();
        self.drift += item.drift();
        self.items.push(item);
    }

    fn finish(self) -> Result<Part, SplitError> {
        let mut lines: Vec<InvoiceLine> = Vec::with_capacity(self.rows);
        let mut sources = Vec::with_capacity(self.rows);
        for item in self.items {
            sources.resize(
                sources.len() + 1 + usize::from(item.discount.is_some()),
                item.line.no,
            );
            lines.push(item.line);
            lines.extend(item.discount);
        }
        for (index, line) in lines.iter_mut().enumerate() {
            line.no = index as u32 + 1;
        }
        let totals = sum(&lines);
        check_blue(&lines, &totals).map_err(SplitError::Checks)?;
        Ok(Part {
            computed: Computed { lines, totals },
            sources,
        })
    }
}

/// A line and its discount: they stay together.
#[derive(Clone)]
struct Item {
    line: InvoiceLine,
    discount: Option<InvoiceLine>,
}

fn items(lines: &[InvoiceLine]) -> Result<Vec<Item>, SplitError> {
    let mut items: Vec<Item> = Vec::with_capacity(lines.len());
    for line in lines {
        if line.kind != LineKind::Discount {
            items.push(Item {
                line: line.clone(),
                discount: None,
            });
            continue;
        }
        match items.last_mut() {
            Some(item) if item.line.kind == LineKind::Discounted && item.discount.is_none() => {
                item.discount = Some(line.clone());
            }
            _ => return Err(SplitError::Unpaired(line.no)),
        }
    }
    Ok(items)
}

impl Item {
    fn rows(&self) -> usize {
        1 + usize::from(self.discount.is_some())
    }

    fn net(&self) -> Fen {
        self.line.amount + self.discount.as_ref().map_or(Fen::ZERO, |it| it.amount)
    }

    fn drift(&self) -> i128 {
        let of = |line: &InvoiceLine| {
            let (share, whole) = line.rate.net_share();
            let exact = i128::from(line.amount.get()) * share * 1_000_000;
            i128::from(line.tax.get()) * 1_000_000 - round_div(exact, whole)
        };
        of(&self.line) + self.discount.as_ref().map_or(0, of)
    }

    fn discount_gross(&self) -> Fen {
        self.discount.as_ref().map_or(Fen::ZERO, |it| -it.gross)
    }

    /// Whether it is counted in whole things.
    fn is_countable(&self) -> bool {
        self.line
            .quantity
            .is_some_and(|quantity| quantity.fract().is_zero())
    }

    /// As many whole things as fit, at least one, and at least one left.
    fn cut_by_quantity(&self, room: Fen) -> Option<(Item, Item)> {
        let whole = self
            .line
            .quantity
            .filter(|_| self.is_countable())
            .and_then(|quantity| quantity.to_i128())?;
        let net = self.net();
        let estimate = i128::from(room.get()) * whole / i128::from(net.get());
        let share = |amount: Fen, count: i128| {
            Fen::raw(round_div(i128::from(amount.get()) * count, whole) as i64)
        };
        // Rounding moves the amount by a fen or two, so that the estimate may be one too high.
        let highest = estimate.min(whole - 1);
        (highest.saturating_sub(2).max(1)..=highest)
            .rev()
            .find_map(|count| {
                let gross = share(self.line.gross, count);
                let quantity = Decimal::try_from_i128_with_scale(count, 0).ok()?;
                self.discounts_near(share(self.discount_gross(), count))
                    .filter_map(|discount| self.cut(gross, discount, Some(quantity)))
                    .find(|(part, _)| part.net() <= room)
            })
    }

    /// The largest amount that fits; the quantity follows from it.
    fn cut_by_amount(&self, room: Fen) -> Option<(Item, Item)> {
        let wide = |fen: Fen| i128::from(fen.get());
        let (line, net) = (&self.line, wide(self.net()));
        let share = wide(self.discount_gross()) * wide(room) / net;
        self.discounts_near(Fen::raw(share as i64))
            .find_map(|discount| {
                // The gross amount whose net, less the discount's, is the room; then its neighbours, for rounding.
                let discount_net = discount - line.rate.tax_in_gross(discount);
                let estimate = wide(room + discount_net) * wide(line.gross) / wide(line.amount);
                let estimate = estimate.min(wide(line.gross) - 1) as i64;
                (0..8)
                    .filter_map(|step| self.cut(Fen::raw(estimate + 4 - step), discount, None))
                    .find(|(part, _)| part.net() <= room)
            })
    }

    /// Shares of the discount to try: the proportional one, its neighbours, and last none or all of it. A discount
    /// of a few fen cannot be cut everywhere.
    fn discounts_near(&self, share: Fen) -> impl Iterator<Item = Fen> + use<> {
        let whole = self.discount_gross();
        let shares = [0, -1, 1, -2, 2].map(|step| share + Fen::raw(step));
        let count = if whole == Fen::ZERO {
            1
        } else {
            shares.len() + 2
        };
        shares
            .into_iter()
            .chain([Fen::ZERO, whole])
            .filter(move |share| !share.is_negative() && *share <= whole)
            .take(count)
    }

    /// Cuts off `gross` and `discount` (both positive) and, if given, `quantity`; both sides must stay positive.
    fn cut(&self, gross: Fen, discount: Fen, quantity: Option<Decimal>) -> Option<(Item, Item)> {
        let (mut part, mut rest) = cut_amounts(&self.line, gross)?;
        if !part.amount.is_positive() || !rest.amount.is_positive() {
            return None;
        }
        share_quantity(&self.line, quantity, &mut part, &mut rest);
        let (part_discount, rest_discount) = match &self.discount {
            None => (None, None),
            Some(line) => {
                let (part, rest) = cut_amounts(line, -discount)?;
                let kept = |line: InvoiceLine| (line.gross != Fen::ZERO).then_some(line);
                (kept(part), kept(rest))
            }
        };
        let sound = |line: &InvoiceLine, discount: &Option<InvoiceLine>| {
            discount.as_ref().is_none_or(|discount| {
                discount.amount.is_negative()
                    && !discount.tax.is_positive()
                    && discount.amount.abs() <= line.amount
                    && discount.gross.abs() <= line.gross
            })
        };
        if !sound(&part, &part_discount) || !sound(&rest, &rest_discount) {
            return None;
        }
        for (line, discount) in [(&mut part, &part_discount), (&mut rest, &rest_discount)] {
            if discount.is_none() {
                line.kind = LineKind::Normal;
            }
        }
        let part = Item {
            line: part,
            discount: part_discount,
        };
        let rest = Item {
            line: rest,
            discount: rest_discount,
        };
        (part.net() <= self.net()).then_some((part, rest))
    }
}

/// Two lines of `gross` and what is left of it, with the tax shared so that nothing is lost: the rest gets the tax of
/// its gross amount. Where that leaves the part nothing but tax (amounts of a few fen), the part gets its own.
fn cut_amounts(line: &InvoiceLine, gross: Fen) -> Option<(InvoiceLine, InvoiceLine)> {
    let rest_gross = line.gross - gross;
    let by_rest = line.tax - line.rate.tax_in_gross(rest_gross);
    let sign = line.gross.get().signum();
    // Both of the line's sign, the tax smaller than the amount and near its own; or nothing at all. Without the bound
    // of 2 fen many cuts could drift beyond the tolerance of the checks.
    let sound = |gross: Fen, tax: Fen| {
        let drift = (tax - line.rate.tax_in_gross(gross)).abs();
        let (gross, tax) = (gross.get() * sign, tax.get() * sign);
        (gross == 0 && tax == 0) || (0 <= tax && tax < gross && drift <= Fen::raw(2))
    };
    let tax = [by_rest, line.rate.tax_in_gross(gross)]
        .into_iter()
        .find(|&tax| sound(gross, tax) && sound(rest_gross, line.tax - tax))?;
    let with = |gross: Fen, tax: Fen| InvoiceLine {
        amount: gross - tax,
        tax,
        gross,
        ..line.clone()
    };
    Some((with(gross, tax), with(rest_gross, line.tax - tax)))
}

/// Gives both parts their quantities, and a price of their own where the common one misses the amount.
fn share_quantity(
    line: &InvoiceLine,
    quantity: Option<Decimal>,
    part: &mut InvoiceLine,
    rest: &mut InvoiceLine,
) {
    let (Some(whole), Some(unit_price)) = (line.quantity, line.unit_price) else {
        return;
    };
    let taken = quantity
        .or_else(|| in_proportion(whole, part.amount, line.amount))
        .filter(|taken| *taken > Decimal::ZERO && *taken < whole);
    for (line, quantity) in [(part, taken), (rest, taken.map(|taken| whole - taken))] {
        let price = quantity.and_then(|quantity| {
            if within_one_fen(quantity, unit_price, line.amount) {
                Some(unit_price)
            } else {
                quotient(line.amount, quantity, UNIT_PRICE_DECIMALS)
            }
        });
        line.quantity = quantity
            .filter(|_| price.is_some())
            .map(|it| it.normalize());
        line.unit_price = price;
    }
}

/// `quantity × part ÷ whole`, to the decimals of a unit price. A quantity in proportion to the amount keeps the price.
fn in_proportion(quantity: Decimal, part: Fen, whole: Fen) -> Option<Decimal> {
    let quantity = quantity.normalize();
    let decimals = quantity.scale().max(UNIT_PRICE_DECIMALS);
    let mantissa = quantity
        .mantissa()
        .checked_mul(10_i128.checked_pow(decimals - quantity.scale())?)?
        .checked_mul(i128::from(part.get()))?;
    let share = round_div(mantissa, i128::from(whole.get()));
    Decimal::try_from_i128_with_scale(share, decimals).ok()
}

#[cfg(test)]
mod tests;

//! How a part of a line is rounded so that both it and the rest pass the checks.

use super::Rest;
use crate::{
    checks::LINE_TAX_TOLERANCE,
    exact::{amount_of, round_div, within_one_fen},
    money::Fen,
    rate::Rate,
};
use rust_decimal::Decimal;

/// Net and tax of an amount with tax out of what is left.
pub(super) fn by_gross(rest: &Rest, gross: Fen) -> Option<(Fen, Fen)> {
    near(rest.line.rate.tax_in_gross(gross))
        .map(|tax| (gross - tax, tax))
        .find(|&(amount, tax)| passes(rest, amount, tax))
}

/// Net and tax of a quantity out of what is left: those of its gross share where the checks allow it, else the
/// nearest that leave the rest sound.
pub(super) fn by_quantity(rest: &Rest, quantity: Decimal, left: Decimal) -> Option<(Fen, Fen)> {
    let unit_price = rest.unit_price?;
    let gross = share(rest.gross(), quantity, left)?;
    let fits = |amount: Fen| {
        within_one_fen(quantity, unit_price, amount)
            && within_one_fen(left - quantity, unit_price, rest.amount - amount)
    };
    let own = gross - rest.line.rate.tax_in_gross(gross);
    let nominal = amount_of(quantity, unit_price).ok()?;
    let nominal_rest = amount_of(left - quantity, unit_price).ok()?;
    let mut others = [nominal, nominal - Fen::raw(1), nominal + Fen::raw(1)];
    others.sort_by_key(|&amount| (rest.amount - amount - nominal_rest).abs());
    let amounts = std::iter::once(own)
        .chain(others)
        .filter(|&amount| fits(amount));
    amounts
        .flat_map(|amount| {
            let on_net = rest.line.rate.tax_on_net(amount);
            std::iter::once(gross - amount)
                .chain(near(on_net))
                .map(move |tax| (amount, tax))
        })
        .find(|&(amount, tax)| passes(rest, amount, tax))
}

/// Whether a part and what it leaves are both positive and within the tolerance of the line's tax.
fn passes(rest: &Rest, amount: Fen, tax: Fen) -> bool {
    let sound = |amount: Fen, tax: Fen| {
        amount.is_positive() && !tax.is_negative() && tax_fits(rest.line.rate, amount, tax)
    };
    sound(amount, tax) && sound(rest.amount - amount, rest.tax - tax)
}

fn tax_fits(rate: Rate, amount: Fen, tax: Fen) -> bool {
    let (share, whole) = rate.net_share();
    let tolerance = if share == 0 {
        Fen::ZERO
    } else {
        LINE_TAX_TOLERANCE
    };
    let gap = i128::from(amount.get()) * share - i128::from(tax.get()) * whole;
    gap.abs() <= i128::from(tolerance.get()) * whole
}

/// An amount and its neighbours, nearest first, as far as the tolerance of a line's tax reaches.
fn near(middle: Fen) -> impl Iterator<Item = Fen> {
    (0..=LINE_TAX_TOLERANCE.get()).flat_map(move |step| {
        let step = Fen::raw(step);
        [middle - step, middle + step]
    })
}

/// `amount × part ÷ whole` in fen.
fn share(amount: Fen, part: Decimal, whole: Decimal) -> Option<Fen> {
    let scale = part.scale().max(whole.scale());
    let integer = |number: Decimal| {
        number
            .mantissa()
            .checked_mul(10_i128.checked_pow(scale - number.scale())?)
    };
    let product = i128::from(amount.get()).checked_mul(integer(part)?)?;
    Some(Fen::raw(round_div(product, integer(whole)?) as i64))
}

//! An invoice as the renderers and the tax authority see it.

use crate::{calendar, records::Invoice};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    face::{Extras, InvoiceFace, RedReference},
    invoice::{Identity, InvoiceKind},
    payment::channel_of,
    rate::Rate,
};
use rust_decimal::Decimal;

/// The face of an invoice; `None` while it has no number.
pub fn face_of(invoice: &Invoice, sample: bool) -> Option<InvoiceFace> {
    Some(build(
        invoice,
        invoice.identity.clone()?,
        invoice.issued_at?,
        sample,
    ))
}

/// The face as it would be with a number: for checks before one is taken.
pub fn draft_face(invoice: &Invoice, now: DateTime<Utc>, sample: bool) -> InvoiceFace {
    let identity = if invoice.kind == InvoiceKind::ClassicOrdinary {
        Identity::Classic {
            code: "0".repeat(12),
            number: "0".repeat(8),
            check_code: "0".repeat(20),
            machine: "0".repeat(12),
        }
    } else {
        Identity::Digital {
            number: "0".repeat(20),
        }
    };
    build(invoice, identity, now, sample)
}

fn build(
    invoice: &Invoice,
    identity: Identity,
    issued_at: DateTime<Utc>,
    sample: bool,
) -> InvoiceFace {
    let [drawer, payee, reviewer] = invoice.clerks.clone();
    InvoiceFace {
        kind: invoice.kind,
        identity,
        issued_at: calendar::in_shanghai(issued_at),
        seller: invoice.seller_party.clone(),
        province: invoice.province.clone(),
        buyer: invoice.title.clone(),
        lines: invoice.lines.clone(),
        totals: invoice.totals,
        remark: invoice.remark.clone(),
        drawer,
        payee,
        reviewer,
        red: invoice.red.as_ref().map(|it| RedReference {
            blue: it.blue_identity.clone(),
            confirmation: it.form_number.clone(),
        }),
        sample,
        extras: Extras {
            difference: invoice.difference,
            payments: invoice
                .payments
                .iter()
                .map(|(channel, number)| (channel_of(channel).printed.to_owned(), number.clone()))
                .collect(),
            ..Extras::default()
        },
    }
}

/// Lines whose rate the tax authority lists as a levy (征收率): 5 %, 3 %, 1.5 % and 1 %.
pub fn levy_lines(invoice: &Invoice, is_levy: &dyn Fn(Rate) -> bool) -> Vec<u32> {
    invoice
        .lines
        .iter()
        .filter(|line| line.rate.fraction() > Decimal::ZERO && is_levy(line.rate))
        .map(|line| line.no)
        .collect()
}

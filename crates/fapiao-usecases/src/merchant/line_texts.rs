//! What a wrong draft has wrong besides: names, class codes, specs and units of its lines, told in the same answer as
//! what stops it before its lines are computed.

use crate::{fields::FieldError, merchant::drafts::LineDraft};
use fapiao_domain::{
    line::OrderLine,
    money::Fen,
    rate::Rate,
    totals::{LineError, compute_order},
};
use rust_decimal::Decimal;

/// A rule of lines that was broken, in both languages where it has more to say than its code.
pub(super) fn line_fault(pointer: String, error: LineError) -> FieldError {
    FieldError {
        chinese: error.chinese.map(Into::into),
        ..FieldError::new(pointer, error.code, error.message)
    }
}

/// Adds what was not named yet. Each line is looked at by itself with numbers that are right, so that only its texts count.
pub(super) fn add_text_faults(
    lines: &[LineDraft],
    short_name: &dyn Fn(&str) -> Option<String>,
    errors: &mut Vec<FieldError>,
) {
    for (index, draft) in lines.iter().enumerate() {
        let tax_code = draft.tax_code.trim();
        let Ok(usual) = Rate::parse("0.13") else {
            return;
        };
        let line = OrderLine {
            name: draft.name.trim().to_owned(),
            tax_code: tax_code.to_owned(),
            spec: draft.spec.trim().to_owned(),
            unit: draft.unit.trim().to_owned(),
            quantity: Decimal::ONE,
            unit_price: Decimal::ONE_HUNDRED,
            tax_included: true,
            rate: if tax_code.starts_with('6') {
                Rate::NotTaxed
            } else {
                usual
            },
            discount: Fen::ZERO,
            preference: None,
        };
        let Err(faults) = compute_order(&[line], short_name) else {
            continue;
        };
        for fault in faults {
            let pointer = format!("/lines/{index}/{}", fault.field);
            let is_text = matches!(fault.field, "name" | "tax_code" | "spec" | "unit");
            if is_text && fault.line.is_some() && errors.iter().all(|it| it.pointer != pointer) {
                errors.push(line_fault(pointer, fault));
            }
        }
    }
}

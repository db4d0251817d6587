//! An order as typed: texts, read into exact values in one place for the API, the import and the admin form.

use crate::{
    fields::FieldError,
    merchant::policies::no_policy,
    records::{Payment, RawTitleRecord},
};
use fapiao_domain::{
    delivery::{Channel, PageType},
    face::{DifferenceKind, DifferenceTax},
    line::OrderLine,
    money::{Fen, parse_positive},
    preference::Preference,
    rate::Rate,
};

/// A line as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineDraft {
    /// What was sold.
    pub name: String,
    /// Class code, 19 digits.
    pub tax_code: String,
    /// Specification, may be empty.
    pub spec: String,
    /// Unit, may be empty.
    pub unit: String,
    /// Decimal text.
    pub quantity: String,
    /// Decimal text, yuan.
    pub unit_price: String,
    /// Whether price and discount include tax.
    pub tax_included: bool,
    /// `0.13`, `exempt`, `not_taxed`.
    pub rate: String,
    /// Decimal text, yuan; empty for none.
    pub discount: String,
    /// The preferential policy, `01` to `18` or its Chinese name; empty for what follows from the rate.
    pub preference: String,
}

/// A delivery as asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryDraft {
    /// Where the buyer meets us.
    pub channel: Channel,
    /// Which page.
    pub page: PageType,
    /// Where the buyer goes afterwards, may be empty.
    pub return_url: String,
    /// The title, where the page does not ask for it (`confirm`, `collect`).
    pub title: Option<RawTitleRecord>,
    /// The document of a natural person, beside a title that is told.
    pub document: Option<DocumentDraft>,
}

/// A natural person's document as typed. `Debug` shows no number.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DocumentDraft {
    /// Its type, such as `201`.
    pub kind: String,
    /// Three digits; may be left out where it follows from the type.
    pub nationality: String,
    /// Its number.
    pub number: String,
}

impl std::fmt::Debug for DocumentDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DocumentDraft")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// An order as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderDraft {
    /// The store's code; may be empty where the caller belongs to one store or there is only one.
    pub store: String,
    /// The shop's own number, 1 to 64 characters.
    pub order_no: String,
    /// RFC 3339, or empty for now.
    pub sold_at: String,
    /// Lines.
    pub lines: Vec<LineDraft>,
    /// A discount on the whole order, decimal text, yuan; empty for none. With tax where the prices are.
    pub discount: String,
    /// Free remark for the invoice, at most 200 characters.
    pub remark: String,
    /// A delivery to be made at once.
    pub delivery: Option<DeliveryDraft>,
    /// How it was paid.
    pub payment: Option<Payment>,
    /// Difference tax, where it is sold that way.
    pub difference: Option<DifferenceDraft>,
    /// `ordinary` or `special`; empty for ordinary.
    pub invoice_kind: String,
}

/// Difference tax (差额征税) as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DifferenceDraft {
    /// `whole` or `reduced`.
    pub mode: String,
    /// Decimal text, yuan with tax.
    pub deduction: String,
}

impl DifferenceDraft {
    /// Reads it, or says everything that is wrong with it.
    ///
    /// # Errors
    /// One [`FieldError`] per wrong member.
    pub fn read(&self) -> Result<DifferenceTax, Vec<FieldError>> {
        let wrong = |member: &str, message: String| {
            FieldError::new(format!("/difference_tax/{member}"), "E_DIFFERENCE", message)
        };
        let kind = DifferenceKind::parse(self.mode.trim()).ok_or_else(|| {
            let message = "a mode is whole (the tax ignores the deduction) or reduced (the deduction leaves the tax base)";
            wrong("mode", message.to_owned())
        });
        let deduction = Fen::parse_yuan(self.deduction.trim())
            .map_err(|error| wrong("deduction", error.to_string()));
        match (kind, deduction) {
            (Ok(kind), Ok(deduction)) => Ok(DifferenceTax { kind, deduction }),
            (kind, deduction) => Err(kind.err().into_iter().chain(deduction.err()).collect()),
        }
    }
}

impl LineDraft {
    /// Reads the texts of line `index`, or says everything that is wrong with them.
    ///
    /// # Errors
    /// One [`FieldError`] per wrong member.
    pub fn read(&self, index: usize) -> Result<OrderLine, Vec<FieldError>> {
        let at = |member: &str| format!("/lines/{index}/{member}");
        // Stored lines are not asked again: they were accepted as they are.
        let mut errors: Vec<FieldError> = [
            ("name", &self.name),
            ("spec", &self.spec),
            ("unit", &self.unit),
        ]
        .into_iter()
        .filter_map(|(member, text)| FieldError::of_unseen(at(member), text))
        .collect();
        let all_seen = errors.is_empty();
        let mut wrong = |member: &str, code: &str, message: String| {
            errors.push(FieldError::new(at(member), code, message));
        };
        let quantity = parse_positive(self.quantity.trim())
            .map_err(|error| wrong("quantity", "E_QUANTITY", error.to_string()))
            .ok();
        let unit_price = parse_positive(self.unit_price.trim())
            .map_err(|error| wrong("unit_price", "E_UNIT_PRICE", error.to_string()))
            .ok();
        let rate = Rate::parse(self.rate.trim())
            .map_err(|error| wrong("rate", "E_RATE", error.to_string()))
            .ok();
        let discount = match self.discount.trim() {
            "" => Some(Fen::ZERO),
            text => match Fen::parse_yuan(text) {
                Ok(discount) if discount >= Fen::ZERO => Some(discount),
                Ok(_) => {
                    wrong(
                        "discount",
                        "E_DISCOUNT",
                        "a discount is given as a positive amount".to_owned(),
                    );
                    None
                }
                Err(error) => {
                    wrong("discount", "E_DISCOUNT", error.to_string());
                    None
                }
            },
        };
        let preference = Preference::parse(&self.preference)
            .map_err(|error| errors.push(no_policy(&format!("/lines/{index}/preference"), &error)))
            .ok();
        match (quantity, unit_price, rate, discount, preference) {
            (Some(quantity), Some(unit_price), Some(rate), Some(discount), Some(preference))
                if all_seen =>
            {
                Ok(OrderLine {
                    name: self.name.trim().to_owned(),
                    tax_code: self.tax_code.trim().to_owned(),
                    spec: self.spec.trim().to_owned(),
                    unit: self.unit.trim().to_owned(),
                    quantity,
                    unit_price,
                    tax_included: self.tax_included,
                    rate,
                    preference,
                    discount,
                })
            }
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_character_that_nobody_sees_is_refused_by_name() {
        let draft = LineDraft {
            name: "\u{202e}茶".into(),
            spec: "16\u{200b}头".into(),
            unit: "套\u{feff}".into(),
            quantity: "1".into(),
            unit_price: "1.00".into(),
            rate: "0.13".into(),
            ..LineDraft::default()
        };
        let errors = draft.read(0).unwrap_err();
        let told: Vec<_> = errors
            .iter()
            .map(|it| (it.pointer.as_str(), it.code.as_str()))
            .collect();
        let code = "E_INVISIBLE";
        assert_eq!(
            told,
            [
                ("/lines/0/name", code),
                ("/lines/0/spec", code),
                ("/lines/0/unit", code)
            ]
        );
        assert!(errors[0].message.contains("U+202E"), "{}", errors[0]);
    }

    #[test]
    fn every_wrong_member_of_a_line_is_named() {
        let draft = LineDraft {
            quantity: "many".into(),
            unit_price: "1.123456789".into(),
            rate: "13%".into(),
            discount: "-1".into(),
            preference: "19".into(),
            ..LineDraft::default()
        };
        let errors = draft.read(2).unwrap_err();
        let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/lines/2/quantity",
                "/lines/2/unit_price",
                "/lines/2/rate",
                "/lines/2/discount",
                "/lines/2/preference"
            ]
        );
    }
}

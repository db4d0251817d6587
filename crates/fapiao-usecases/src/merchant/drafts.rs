//! An order as typed: texts, read into exact values in one place for the API, the import and the admin form.

use crate::{
    fields::{FieldError, fen_in_chinese},
    merchant::policies::no_policy,
    records::{Payment, RawTitleRecord},
};
use fapiao_domain::{
    delivery::{Channel, PageType},
    exact::{UNIT_PRICE_DECIMALS, amount_of, quotient},
    face::{DifferenceKind, DifferenceTax},
    ids::InvoiceId,
    line::OrderLine,
    money::{Fen, parse_positive},
    preference::Preference,
    rate::Rate,
};
use rust_decimal::Decimal;

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
    /// Decimal text; empty where it follows from price and amount.
    pub quantity: String,
    /// Decimal text, yuan; empty where it follows from quantity and amount.
    pub unit_price: String,
    /// What the line comes to before its discount, decimal text, yuan: the other of two with quantity or price. Empty
    /// where those two are told.
    pub amount: String,
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
    /// The issued invoice that a page `collect` without a title hands over; left out, the first that has no card.
    pub invoice: Option<InvoiceId>,
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

/// What is wrong with a member: its name, the code and the message.
type Fault = (&'static str, &'static str, String);

impl LineDraft {
    /// Quantity and unit price: both as typed, or one of them from the amount, which then drives the line. The one that
    /// follows has at most the decimals that may be typed, so that it can be handed on anywhere.
    fn numbers(&self) -> Result<(Decimal, Decimal), Vec<Fault>> {
        let read = |text: &str, member, code| {
            parse_positive(text).map_err(|error| (member, code, error.to_string()))
        };
        let quantity = || read(self.quantity.trim(), "quantity", "E_QUANTITY");
        let unit_price = || read(self.unit_price.trim(), "unit_price", "E_UNIT_PRICE");
        let amount = match self.amount.trim() {
            "" => {
                return match (quantity(), unit_price()) {
                    (Ok(quantity), Ok(unit_price)) => Ok((quantity, unit_price)),
                    (quantity, unit_price) => {
                        Err(quantity.err().into_iter().chain(unit_price.err()).collect())
                    }
                };
            }
            text => text,
        };
        let wrong = |message: String| vec![("amount", "E_LINE_AMOUNT", message)];
        let amount = match Fen::parse_yuan(amount) {
            Ok(amount) if amount.is_positive() => amount,
            Ok(_) => return Err(wrong("the amount must be above 0.00".to_owned())),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let (told, told_name, other) = match (self.quantity.trim(), self.unit_price.trim()) {
            ("", "") | (_, "") => (quantity(), "quantity", "unit_price"),
            ("", _) => (unit_price(), "unit_price", "quantity"),
            _ => {
                return Err(wrong(
                    "state two of quantity, unit_price and amount: the third follows".to_owned(),
                ));
            }
        };
        let told = told.map_err(|fault| vec![fault])?;
        let follows = quotient(amount, told, UNIT_PRICE_DECIMALS)
            .filter(|it| amount_of(told, *it) == Ok(amount))
            .ok_or_else(|| {
                wrong(format!(
                    "with this {told_name} no {other} of {UNIT_PRICE_DECIMALS} decimals comes to {amount}: divide the line"
                ))
            })?;
        Ok(match other {
            "unit_price" => (told, follows),
            _ => (follows, told),
        })
    }

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
        let (quantity, unit_price) = match self.numbers() {
            Ok((quantity, unit_price)) => (Some(quantity), Some(unit_price)),
            Err(found) => {
                for (member, code, message) in found {
                    wrong(member, code, message);
                }
                (None, None)
            }
        };
        let rate = Rate::parse(self.rate.trim())
            .map_err(|error| wrong("rate", "E_RATE", error.to_string()))
            .ok();
        let discount = match self.discount.trim() {
            "" => Some(Fen::ZERO),
            text => match Fen::parse_yuan(text) {
                Ok(discount) if discount >= Fen::ZERO => Some(discount),
                Ok(_) => {
                    let message = "a discount is given as a positive amount";
                    let wrong = FieldError::new(at("discount"), "E_DISCOUNT", message);
                    errors.push(wrong.in_chinese("折扣额写作正数"));
                    None
                }
                Err(error) => {
                    let wrong = FieldError::new(at("discount"), "E_DISCOUNT", error.to_string());
                    errors.push(wrong.in_chinese(fen_in_chinese(error)));
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

    /// Quantity and price of a line whose amount is told.
    fn derived(quantity: &str, unit_price: &str, amount: &str) -> Result<[String; 2], Vec<String>> {
        let draft = LineDraft {
            name: "茶".into(),
            quantity: quantity.into(),
            unit_price: unit_price.into(),
            amount: amount.into(),
            rate: "0.01".into(),
            tax_included: true,
            ..LineDraft::default()
        };
        match draft.read(0) {
            Ok(line) => Ok([line.quantity, line.unit_price].map(|it| it.normalize().to_string())),
            Err(errors) => Err(errors
                .into_iter()
                .map(|it| format!("{} {}", it.pointer, it.code))
                .collect()),
        }
    }

    #[test]
    fn an_amount_drives_its_line_and_the_third_number_follows() {
        let both = |a: &str, b: &str| Ok([a.to_owned(), b.to_owned()]);
        // Worked examples 22 and 23.
        assert_eq!(derived("7", "", "1000.00"), both("7", "142.8571428571429"));
        assert_eq!(
            derived("", "16.80", "1000.00"),
            both("59.5238095238095", "16.8")
        );
        assert_eq!(derived("4", "", "10"), both("4", "2.5"));
        let wrong = |it: &str| Err(vec![it.to_owned()]);
        let amount = || wrong("/lines/0/amount E_LINE_AMOUNT");
        assert_eq!(derived("2", "5.00", "10.00"), amount());
        assert_eq!(derived("2", "", "0.00"), amount());
        assert_eq!(derived("2", "", "1.001"), amount());
        // Worked example 24: eight decimals do not come to the amount of so many pieces, thirteen do.
        assert_eq!(
            derived("7000000", "", "1000000.00"),
            both("7000000", "0.1428571428571")
        );
        assert_eq!(
            derived("", "", "10.00"),
            wrong("/lines/0/quantity E_QUANTITY")
        );
        assert_eq!(
            derived("x", "", "10.00"),
            wrong("/lines/0/quantity E_QUANTITY")
        );
    }

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
            unit_price: "1.12345678901234".into(),
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

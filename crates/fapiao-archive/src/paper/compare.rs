//! A paper beside the ledger, field by field.

use super::{Compared, Field, Row, Said, Verdict, text};
use fapiao_domain::{
    invoice::Identity,
    line::{InvoiceLine, NO_TAX, printed_tax_sum},
    money::Fen,
    qr::{CrcVerdict, QrPayload},
    rate::Rate,
};
use fapiao_usecases::{calendar::in_shanghai, records::Invoice};
use rust_decimal::Decimal;

/// The code alone beside the ledger, and what it does not say: for people to compare by eye.
pub(super) fn code_alone(
    invoice: &Invoice,
    code: &QrPayload,
) -> (Vec<Compared>, Vec<(Field, String)>) {
    let number = format!("{}{}", code.code, code.number);
    let (of_amount, amount) = amount_in_code(invoice);
    let mut fields = vec![
        same(Field::Number, full_number(invoice), number),
        same(Field::Date, day_of(invoice), code.date.to_string()),
        same(of_amount, amount.to_string(), code.amount.to_string()),
    ];
    if let Some(Identity::Classic { check_code, .. }) = &invoice.identity
        && !code.check_code.is_empty()
    {
        fields.push(Compared {
            field: Field::CheckCode,
            ledger: check_code.clone(),
            // Some papers carry its last six digits only.
            same: check_code.ends_with(&code.check_code),
            paper: Some(code.check_code.clone()),
        });
    }
    if code.crc == CrcVerdict::Differs {
        fields.push(Compared {
            field: Field::Checksum,
            ledger: String::new(),
            paper: None,
            same: false,
        });
    }
    let names: Vec<String> = invoice.lines.iter().map(|it| it.printed_name()).collect();
    let mut unproven = wanted(invoice);
    unproven
        .retain(|(field, value)| !value.is_empty() && !fields.iter().any(|it| it.field == *field));
    unproven.push((Field::Lines, names.join("；")));
    (fields, unproven)
}

pub(super) fn day_of(invoice: &Invoice) -> String {
    let date = invoice.issued_at.map(|it| in_shanghai(it).date());
    date.map(|it| it.to_string()).unwrap_or_default()
}

/// The amount in a code: digital invoices carry the gross, the older forms the net one.
pub(super) fn amount_in_code(invoice: &Invoice) -> (Field, Fen) {
    if matches!(invoice.identity, Some(Identity::Classic { .. })) {
        (Field::Amount, invoice.totals.amount)
    } else {
        (Field::Total, invoice.totals.total)
    }
}

/// The code on a file beside the ledger. A checksum that does not fit is no difference by itself: real papers have such.
fn code_on_file(invoice: &Invoice, code: &QrPayload) -> Compared {
    let words = |number: String, date: String, amount: Fen| format!("{number} {date} {amount}");
    let (_, amount) = amount_in_code(invoice);
    same(
        Field::Code,
        words(full_number(invoice), day_of(invoice), amount),
        words(
            format!("{}{}", code.code, code.number),
            code.date.to_string(),
            code.amount,
        ),
    )
}

/// A checksum that does not fit makes no difference by itself: real codes have such. It stays among the fields, as a
/// warning.
pub(super) fn verdict(fields: &[Compared]) -> Verdict {
    let mut stated = fields.iter().filter(|it| it.field != Field::Checksum);
    if stated.all(|it| it.same) {
        Verdict::Agrees
    } else {
        Verdict::Differs
    }
}

pub(super) fn full_number(invoice: &Invoice) -> String {
    let identity = invoice.identity.as_ref();
    identity.map(Identity::full).unwrap_or_default()
}

pub(super) fn same(field: Field, ledger: String, paper: String) -> Compared {
    Compared {
        same: squeezed(&ledger) == squeezed(&paper),
        field,
        ledger,
        paper: Some(paper),
    }
}

/// Without white space, brackets of one width: papers break lines where they must.
pub(super) fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|it| !it.is_whitespace())
        .map(|it| match it {
            '（' => '(',
            '）' => ')',
            '：' => ':',
            '，' => ',',
            '￥' => '¥',
            other => other,
        })
        .collect()
}

impl Said {
    /// What the ledger itself says, for a file that is ours byte for byte.
    pub(super) fn of_invoice(invoice: &Invoice) -> Said {
        let mut values: Vec<(Field, String)> = Vec::new();
        for (field, value) in wanted(invoice) {
            values.push((field, value));
        }
        Said {
            values,
            structured: true,
            date: invoice.issued_at.map(|it| in_shanghai(it).date()),
            text: squeezed(
                &invoice
                    .lines
                    .iter()
                    .map(|it| it.printed_name())
                    .collect::<String>(),
            ),
            ..Said::default()
        }
    }

    pub(super) fn value(&self, field: Field) -> Option<&str> {
        let found = self.values.iter().find(|(known, _)| *known == field);
        found.map(|(_, value)| value.as_str())
    }

    /// Adds the code that was found: what a text does not tell, a scan's picture of the code may.
    pub(super) fn take_code(&mut self, code: QrPayload) {
        let number = (code.code.clone(), code.number.clone());
        if !self.numbers.contains(&number) {
            self.numbers.push(number);
        }
        self.code = Some(code);
    }

    /// How many different numbers stand behind the label of an invoice's number: several where papers were put together.
    pub(super) fn labelled_numbers(&self) -> usize {
        let mut numbers: Vec<&str> = self
            .text
            .match_indices("发票号码:")
            .filter_map(|(at, label)| {
                let rest = &self.text[at + label.len()..];
                let end = rest
                    .find(|it: char| !it.is_ascii_digit())
                    .unwrap_or(rest.len());
                rest.get(..end.min(20)).filter(|it| it.len() >= 8)
            })
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.len()
    }

    /// The code, where nothing else could be read: a scan, a photograph.
    pub(super) fn only_code(&self) -> Option<&QrPayload> {
        let is_bare = self.text.is_empty() && self.values.is_empty() && !self.structured;
        self.code.as_ref().filter(|_| is_bare)
    }
}

/// What a paper of this invoice says.
pub(super) fn wanted(invoice: &Invoice) -> Vec<(Field, String)> {
    vec![
        (Field::Number, full_number(invoice)),
        (Field::SellerName, invoice.seller_party.name.clone()),
        (
            Field::SellerTaxNumber,
            invoice.seller_party.tax_number.clone(),
        ),
        (Field::BuyerName, invoice.title.printed_name()),
        (Field::BuyerTaxNumber, invoice.title.tax_number.clone()),
        (Field::Amount, invoice.totals.amount.to_string()),
        (Field::Tax, invoice.totals.tax.to_string()),
        (Field::Total, invoice.totals.total.to_string()),
    ]
}

/// Compares field by field.
pub(super) fn compare(invoice: &Invoice, said: &Said) -> Vec<Compared> {
    let mut fields = Vec::new();
    for (field, ledger) in wanted(invoice) {
        if ledger.is_empty() {
            // What the ledger does not have, a file may not have either: a buyer's number that was put in.
            let put_in = said.value(field).filter(|it| !it.is_empty());
            fields.extend(put_in.map(|it| same(field, ledger, it.to_owned())));
            continue;
        }
        let compared = match said.value(field) {
            Some(value) => same(field, ledger, value.to_owned()),
            None if said.structured => Compared {
                field,
                ledger,
                paper: None,
                same: false,
            },
            None => match on_paper(field, ledger, said) {
                // Where no line can bear tax, papers name no sum of taxes.
                found
                    if field == Field::Tax
                        && !found.same
                        && printed_tax_sum(&invoice.lines, invoice.totals.tax).is_none()
                        && said.text.contains(NO_TAX) =>
                {
                    Compared {
                        paper: Some(NO_TAX.to_owned()),
                        same: true,
                        ..found
                    }
                }
                found => found,
            },
        };
        fields.push(compared);
        if field == Field::Number
            && let Some(date) = invoice.issued_at.map(|it| in_shanghai(it).date())
        {
            fields.push(Compared {
                field: Field::Date,
                ledger: date.to_string(),
                paper: said.date.map(|it| it.to_string()),
                same: said.date == Some(date),
            });
        }
    }
    if let Some(code) = &said.code {
        fields.push(code_on_file(invoice, code));
    }
    if !said.rows.is_empty() {
        fields.push(rows_beside(&invoice.lines, &said.rows));
        return fields;
    }
    let names: Vec<String> = invoice.lines.iter().map(|it| it.printed_name()).collect();
    let missing: Vec<&str> = names
        .iter()
        .filter(|name| !said.text.contains(&squeezed(name)))
        .map(String::as_str)
        .collect();
    fields.push(Compared {
        field: Field::Lines,
        ledger: names.join("；"),
        same: missing.is_empty(),
        paper: (missing.len() < names.len()).then(|| {
            names
                .iter()
                .filter(|name| !missing.contains(&name.as_str()))
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join("；")
        }),
    });
    fields
}

/// Line by line: none more, none fewer, and each with its quantity, amount, rate and tax.
fn rows_beside(lines: &[InvoiceLine], rows: &[Row]) -> Compared {
    let told = |line: &InvoiceLine| {
        let quantity = line.quantity.map(|it| it.normalize().to_string());
        [
            line.printed_name(),
            quantity.unwrap_or_default(),
            line.amount.to_string(),
            line.rate.printed(),
            line.printed_tax(),
        ]
        .join(" ")
    };
    let read = |row: &Row| {
        [&row.name, &row.quantity, &row.amount, &row.rate, &row.tax]
            .map(String::as_str)
            .join(" ")
    };
    let same = lines.len() == rows.len()
        && lines
            .iter()
            .zip(rows)
            .all(|(line, row)| is_row_of(line, row));
    let ledger: Vec<String> = lines.iter().map(told).collect();
    let paper = if same {
        ledger.clone()
    } else {
        rows.iter().map(read).collect()
    };
    Compared {
        field: Field::Lines,
        ledger: ledger.join("；"),
        paper: Some(paper.join("；")),
        same,
    }
}

/// Whether a row of a file is this line. A price is rounded differently by different programs, so it only has to lead to
/// the amount.
fn is_row_of(line: &InvoiceLine, row: &Row) -> bool {
    let number = |text: &str| text.parse::<Decimal>().ok();
    let quantity = row.quantity.is_empty() && line.quantity.is_none()
        || number(&row.quantity).is_some_and(|it| Some(it) == line.quantity);
    let price = match (number(&row.unit_price), line.quantity) {
        (Some(price), Some(quantity)) => price
            .checked_mul(quantity)
            .is_some_and(|it| (it - line.amount.yuan()).abs() <= Decimal::new(1, 2)),
        (Some(_), None) => false,
        (None, _) => row.unit_price.is_empty(),
    };
    let rate = match line.rate {
        Rate::Percent(rate) => number(&row.rate) == Some(rate),
        _ => row.rate == line.rate.printed(),
    };
    squeezed(&row.name) == squeezed(&line.printed_name())
        && quantity
        && price
        && number(&row.amount) == Some(line.amount.yuan())
        && rate
        && row.tax == line.printed_tax()
        && (row.tax_code.is_empty() || row.tax_code == line.tax_code)
}

/// Looks for a value in running text; when it is not there, tells what stands in its place if that can be told.
fn on_paper(field: Field, ledger: String, said: &Said) -> Compared {
    let amount = matches!(field, Field::Amount | Field::Tax | Field::Total);
    let found = if amount {
        Fen::parse_yuan(&ledger).is_ok_and(|it| said.amounts.contains(&it))
            || ledger.starts_with('-') && said.text.contains(&ledger)
    } else {
        said.text.contains(&squeezed(&ledger))
    };
    let paper = if found {
        Some(ledger.clone())
    } else if field == Field::Total {
        text::total(&said.text)
    } else if amount && !said.amounts.is_empty() {
        let all: Vec<String> = said.amounts.iter().map(Fen::to_string).collect();
        Some(all.join(" / "))
    } else {
        None
    };
    // The gross amount has a label of its own: what stands there counts, not what stands anywhere.
    let labelled = (field == Field::Total)
        .then(|| text::total(&said.text))
        .flatten();
    let same = match &labelled {
        Some(total) => *total == ledger,
        None => found,
    };
    Compared {
        field,
        paper: labelled.or(paper),
        ledger,
        same,
    }
}

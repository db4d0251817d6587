//! Structured files: that of a digital invoice, and the one that papers of the older form carry.

use super::{Field, Said, Unreadable, text};
use chrono::NaiveDate;
use roxmltree::{Document, ParsingOptions};

/// Most elements and texts of a file.
const NODES_MAX: u32 = 200_000;

/// Reads a file. Document types, and so entities, are refused.
pub(super) fn read(bytes: &[u8]) -> Result<Said, Unreadable> {
    let damaged = |what: String| Unreadable::Damaged(what);
    let source = std::str::from_utf8(bytes).map_err(|_| damaged("it is not UTF-8".to_owned()))?;
    let source = source.trim_start_matches('\u{feff}');
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(source, options)
        .map_err(|error| damaged(error.to_string()))?;
    let mut said = Said {
        structured: true,
        ..Said::default()
    };
    let mut code = String::new();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let value = node.text().unwrap_or_default().trim();
        let field = match node.tag_name().name() {
            "EIid" => {
                said.numbers.push((String::new(), value.to_owned()));
                Field::Number
            }
            // The older form has a code before its number.
            "InvoiceCode" => {
                value.clone_into(&mut code);
                continue;
            }
            "InvoiceNo" => {
                said.numbers.push((code.clone(), value.to_owned()));
                text::value(&mut said, Field::Number, &format!("{code}{value}"));
                continue;
            }
            "SellerName" => Field::SellerName,
            "SellerIdNum" | "SellerTaxID" => Field::SellerTaxNumber,
            "BuyerName" => Field::BuyerName,
            "BuyerIdNum" | "BuyerTaxID" => Field::BuyerTaxNumber,
            "TotalAmWithoutTax" | "TaxExclusiveTotalAmount" => Field::Amount,
            "TotalTaxAm" | "TaxTotalAmount" => Field::Tax,
            "TotalTax-includedAmount" | "TaxInclusiveTotalAmount" => Field::Total,
            "RequestTime" | "IssueTime" => {
                let day = value.get(..10).unwrap_or_default();
                said.date = said
                    .date
                    .or_else(|| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
                continue;
            }
            "IssueDate" => {
                said.date = said.date.or_else(|| text::date(value));
                continue;
            }
            "ItemName" | "Item" => {
                said.text.push_str(&super::squeezed(value));
                continue;
            }
            _ => continue,
        };
        text::value(&mut said, field, value);
    }
    Ok(said)
}

//! Structured files: that of a digital invoice, and the one that papers of the older form carry.

use super::{Field, Row, Said, Unreadable, text};
use chrono::NaiveDate;
use encoding_rs::Encoding;
use roxmltree::{Document, ParsingOptions};

/// Most elements and texts of a file.
const NODES_MAX: u32 = 200_000;

/// Whether bytes begin as an XML file does.
pub(super) fn is_xml(start: &[u8]) -> bool {
    let begins = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    begins.trim_ascii_start().starts_with(b"<")
        || start.starts_with(b"\xff\xfe<\0")
        || start.starts_with(b"\xfe\xff\0<")
}

/// The text in the encoding that the file names; UTF-8 without a name. Bytes that are no text of it are refused.
fn decoded(bytes: &[u8]) -> Result<String, Unreadable> {
    let unknown = |what: &str| Unreadable::Damaged(format!("its encoding is not known: {what}"));
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => match named_encoding(bytes) {
            Some(name) => {
                Encoding::for_label(name).ok_or_else(|| unknown(&String::from_utf8_lossy(name)))?
            }
            None => encoding_rs::UTF_8,
        },
    };
    let (text, _, is_broken) = encoding.decode(bytes);
    if is_broken {
        let what = format!("it is not {}", encoding.name());
        return Err(Unreadable::Damaged(what));
    }
    Ok(text.into_owned())
}

/// The encoding that the declaration names: `<?xml version="1.0" encoding="GB18030"?>`.
fn named_encoding(bytes: &[u8]) -> Option<&[u8]> {
    let start = bytes.get(..200.min(bytes.len()))?;
    let end = start.windows(2).position(|it| it == b"?>")?;
    let declaration = start.get(..end)?;
    let at = declaration.windows(8).position(|it| it == b"encoding")?;
    let rest = declaration.get(at + 8..)?.trim_ascii_start();
    let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = rest.split_first()?;
    let close = rest.iter().position(|it| it == quote)?;
    rest.get(..close)
}

/// Reads a file. Document types, and so entities, are refused.
pub(super) fn read(bytes: &[u8]) -> Result<Said, Unreadable> {
    let damaged = |what: String| Unreadable::Damaged(what);
    let source = decoded(bytes)?;
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
            "IssuItemInformation" => {
                said.rows.push(row(node));
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
    said.numbers.dedup();
    if said.numbers.len() > 1 {
        return Err(Unreadable::Several);
    }
    Ok(said)
}

/// The members of a line.
fn row(node: roxmltree::Node<'_, '_>) -> Row {
    let member = |name: &str| {
        let found = node.children().find(|it| it.has_tag_name(name));
        let text = found.and_then(|it| it.text());
        text.unwrap_or_default().trim().to_owned()
    };
    Row {
        name: member("ItemName"),
        quantity: member("Quantity"),
        unit_price: member("UnPrice"),
        amount: member("Amount"),
        rate: member("TaxRate"),
        tax: member("ComTaxAm"),
        tax_code: member("TaxClassificationCode"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice(encoding: &str) -> String {
        format!(
            "<?xml version='1.0' encoding='{encoding}'?><EInvoice><EIid>26999000000000000001</EIid>\
             <SellerName>北京喆堃龘贸易有限公司</SellerName></EInvoice>"
        )
    }

    #[test]
    fn a_file_is_read_in_the_encoding_it_names() {
        for name in ["UTF-8", "GB18030", "gbk"] {
            let encoding = Encoding::for_label(name.as_bytes()).unwrap();
            let text = invoice(name);
            let (bytes, _, _) = encoding.encode(&text);
            let said = read(&bytes).unwrap();
            assert_eq!(
                said.value(Field::SellerName),
                Some("北京喆堃龘贸易有限公司"),
                "{name}"
            );
        }
        let wide: Vec<u8> = invoice("UTF-16")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let said = read(&[b"\xff\xfe".as_slice(), &wide].concat()).unwrap();
        assert_eq!(said.numbers.len(), 1);
        // Bytes that are no text of what is named, and a name nobody knows.
        let (bytes, _, _) = encoding_rs::GB18030.encode("<a>北</a>");
        assert!(matches!(read(&bytes), Err(Unreadable::Damaged(_))));
        assert!(matches!(
            read(invoice("EBCDIC").as_bytes()),
            Err(Unreadable::Damaged(_))
        ));
    }

    #[test]
    fn two_invoices_in_one_file_are_not_taken_for_one() {
        let two = "<all><EIid>26999000000000000001</EIid><EIid>26999000000000000002</EIid></all>";
        assert_eq!(read(two.as_bytes()).unwrap_err(), Unreadable::Several);
    }
}

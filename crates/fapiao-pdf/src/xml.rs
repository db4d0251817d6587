//! The structured file of a digital invoice (数电票 XML): root `EInvoice`, version 0.36.
//!
//! The spelling of the elements is irregular and is kept as published. Elements for what no face of an invoice tells are
//! left out rather than guessed: who acted for the buyer (`BuyerHandlingName`), and the label of how the connected party issues
//! (发票开具方式标签) with that party's number (`ptbh`), which the connection alone knows. `TaxpayerType` is there when the
//! tax side told the seller's kind.

use chrono::NaiveDateTime;
use fapiao_domain::{
    capital,
    face::{DifferenceKind, InvoiceFace},
    invoice::{Identity, InvoiceKind},
    line::InvoiceLine,
    preference::Preference,
    province::tax_authority,
    rate::Rate,
};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use std::io;

/// Writes the structured file. The same face gives the same bytes; characters XML forbids become `?`.
///
/// `None` for the older form: by the tax rules it has no such file, and this one has no place for its code.
pub fn render_xml(face: &InvoiceFace) -> Option<Vec<u8>> {
    if matches!(face.identity, Identity::Classic { .. }) {
        return None;
    }
    let mut writer = Writer::new(Vec::with_capacity(4096 + face.lines.len() * 512));
    // Writing into memory does not fail; there is nothing else that could.
    let _ = document(&mut writer, face);
    Some(writer.into_inner())
}

type Out = Writer<Vec<u8>>;

fn document(out: &mut Out, face: &InvoiceFace) -> io::Result<()> {
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    out.create_element("EInvoice").write_inner_content(|out| {
        header(out, face)?;
        out.create_element("EInvoiceData")
            .write_inner_content(|out| {
                seller(out, face)?;
                buyer(out, face)?;
                basics(out, face)?;
                face.lines.iter().try_for_each(|line| item(out, line))?;
                specific(out, face)?;
                additional(out, face)
            })?;
        out.create_element("SellerAuthentication")
            .write_inner_content(|out| leaf(out, "AuthenticationMethods", ""))?;
        supervision(out, face)
    })?;
    Ok(())
}

fn header(out: &mut Out, face: &InvoiceFace) -> io::Result<()> {
    out.create_element("Header").write_inner_content(|out| {
        leaf(out, "EIid", face.identity.number())?;
        leaf(out, "EInvoiceTag", &format!("SWEI{}", authority(face).0))?;
        leaf(out, "Version", "0.36")?;
        out.create_element("InherentLabel")
            .write_inner_content(|out| {
                let blue = if face.red.is_none() { "Y" } else { "N" };
                label(out, "InIssuType", blue, "是否蓝字发票标志")?;
                label(out, "EInvoiceType", "01", "电子发票")?;
                match face.kind {
                    InvoiceKind::DigitalSpecial => {
                        label(out, "GeneralOrSpecialVAT", "01", "增值税专用发票")?;
                    }
                    InvoiceKind::DigitalOrdinary | InvoiceKind::ClassicOrdinary => {
                        label(out, "GeneralOrSpecialVAT", "02", "普通发票")?;
                    }
                }
                match face.seller.taxpayer {
                    Some(kind) => label(out, "TaxpayerType", kind.code(), kind.printed()),
                    None => Ok(()),
                }
            })?;
        let labels = undefined_labels(face);
        if labels.is_empty() {
            return Ok(());
        }
        out.create_element("UndefinedLabel")
            .write_inner_content(|out| {
                labels.iter().try_for_each(|(kind, code, name)| {
                    fields(
                        out,
                        "Label",
                        &[
                            ("LabelType", kind),
                            ("LabelCode", code),
                            ("LabelName", name),
                        ],
                    )
                })
            })?;
        Ok(())
    })?;
    Ok(())
}

/// How the invoice is taxed, where that is not by a plain rate.
fn undefined_labels(face: &InvoiceFace) -> Vec<(&'static str, &'static str, &'static str)> {
    const WAY: &str = "特定征税方式标签";
    let mut labels = Vec::new();
    for (code, name, applies) in [
        ("01", "不征税", has_rate(face, Rate::NotTaxed)),
        ("02", "零税率", has_rate(face, Rate::Zero)),
        // Only where the deduction leaves the tax base: 全额开票 taxes the whole price, by a plain rate.
        (
            "03",
            "差额开票",
            face.extras
                .difference
                .is_some_and(|it| it.kind == DifferenceKind::Difference),
        ),
        ("04", "免税", has_rate(face, Rate::Exempt)),
        (
            "05",
            "简易计税",
            face.lines
                .iter()
                .any(|line| line.preference.is_some_and(Preference::is_simplified)),
        ),
        (
            "06",
            "减按",
            face.lines.iter().any(|line| line.rate.is_relief()),
        ),
    ] {
        if applies {
            labels.push((WAY, code, name));
        }
    }
    if let Some(difference) = face.extras.difference {
        labels.push((
            "差额征税标签",
            difference.kind.code(),
            difference.kind.printed(),
        ));
    }
    labels
}

fn has_rate(face: &InvoiceFace, rate: Rate) -> bool {
    face.lines.iter().any(|line| line.rate == rate)
}

fn seller(out: &mut Out, face: &InvoiceFace) -> io::Result<()> {
    let seller = &face.seller;
    fields(
        out,
        "SellerInformation",
        &[
            ("SellerIdNum", &seller.tax_number),
            ("SellerName", &seller.name),
            ("SellerAddr", &seller.address),
            ("SellerTelNum", &seller.phone),
            ("SellerBankName", &seller.bank),
            ("SellerBankAccNum", &seller.bank_account),
        ],
    )
}

fn buyer(out: &mut Out, face: &InvoiceFace) -> io::Result<()> {
    let buyer = &face.buyer;
    fields(
        out,
        "BuyerInformation",
        &[
            ("BuyerIdNum", &buyer.tax_number),
            ("BuyerName", &buyer.printed_name()),
            ("BuyerTelNum", &buyer.phone),
            ("BuyerAddr", &buyer.address),
            ("BuyerBankName", &buyer.bank),
            ("BuyerBankAccNum", &buyer.bank_account),
        ],
    )
}

fn basics(out: &mut Out, face: &InvoiceFace) -> io::Result<()> {
    let totals = face.totals;
    fields(
        out,
        "BasicInformation",
        &[
            ("TotalAmWithoutTax", &totals.amount.to_string()),
            ("TotalTaxAm", &totals.tax.to_string()),
            ("TotalTax-includedAmount", &totals.total.to_string()),
            (
                "TotalTax-includedAmountInChinese",
                &capital::capital(totals.total),
            ),
            ("Drawer", &face.drawer),
            ("RequestTime", &clock(face.issued_at)),
        ],
    )
}

fn item(out: &mut Out, line: &InvoiceLine) -> io::Result<()> {
    let number = |value: Option<rust_decimal::Decimal>| {
        value.map_or_else(String::new, |value| value.normalize().to_string())
    };
    let rate = match line.rate {
        Rate::Percent(value) => format!("{value:.6}"),
        Rate::Zero | Rate::Exempt | Rate::NotTaxed => line.rate.printed(),
    };
    fields(
        out,
        "IssuItemInformation",
        &[
            ("ItemName", &line.printed_name()),
            ("SpecMod", &line.spec),
            ("MeaUnits", &line.unit),
            ("Quantity", &number(line.quantity)),
            ("UnPrice", &number(line.unit_price)),
            ("Amount", &line.amount.to_string()),
            ("TaxRate", &rate),
            ("ComTaxAm", &line.printed_tax()),
            ("TotaltaxIncludedAmount", &line.gross.to_string()),
            ("TaxClassificationCode", &line.tax_code),
        ],
    )
}

fn specific(out: &mut Out, face: &InvoiceFace) -> io::Result<()> {
    let extras = &face.extras;
    if face.red.is_none() && extras.difference.is_none() && extras.business.is_none() {
        return Ok(());
    }
    out.create_element("SpecificInformation")
        .write_inner_content(|out| {
            if let Some(difference) = extras.difference {
                // With the sign of the sum beside it.
                let deduction = if face.totals.total.is_negative() {
                    -difference.deduction
                } else {
                    difference.deduction
                };
                fields(
                    out,
                    "DifferentialTaxation",
                    &[
                        ("Deduction", &deduction.to_string()),
                        ("SalesIncludingTax", &face.totals.total.to_string()),
                    ],
                )?;
            }
            if let Some(red) = &face.red {
                fields(
                    out,
                    "RedEInvoice",
                    &[
                        ("OriginalInvoiceCode", &red.blue.full()),
                        ("CreditNoteNumber", &red.confirmation),
                    ],
                )?;
            }
            if let Some(business) = &extras.business {
                information(out, "SpecialBusiness", &business.elements)?;
            }
            Ok(())
        })?;
    Ok(())
}

/// Remark, additional elements and payments.
fn additional(out: &mut Out, face: &InvoiceFace) -> io::Result<()> {
    let extras = &face.extras;
    out.create_element("AdditionalInformation")
        .write_inner_content(|out| {
            leaf(out, "Remark", &face.remark)?;
            if !extras.additional.is_empty() {
                information(out, "Additional", &extras.additional)?;
            }
            if !extras.payments.is_empty() {
                out.create_element("Transaction")
                    .write_inner_content(|out| {
                        extras.payments.iter().try_for_each(|(channel, number)| {
                            fields(
                                out,
                                "TransactionRecord",
                                &[("PaymentChannel", channel), ("TransactionNumber", number)],
                            )
                        })
                    })?;
            }
            Ok(())
        })?;
    Ok(())
}

/// Elements with names of their own.
fn information(out: &mut Out, name: &str, pairs: &[(String, String)]) -> io::Result<()> {
    out.create_element(name).write_inner_content(|out| {
        pairs.iter().try_for_each(|(name, value)| {
            fields(
                out,
                "Information",
                &[("InformationName", name), ("InformationValue", value)],
            )
        })
    })?;
    Ok(())
}

/// The area of the seller's tax authority, four digits, and the authority's name.
fn authority(face: &InvoiceFace) -> (String, String) {
    match tax_authority(&face.province, &face.seller.tax_number) {
        Some((area, name)) => (area, format!("国家税务总局{name}税务局")),
        None => (format!("{}00", face.province), String::new()),
    }
}

fn supervision(out: &mut Out, face: &InvoiceFace) -> io::Result<()> {
    let (area, bureau) = authority(face);
    fields(
        out,
        "TaxSupervisionInfo",
        &[
            ("InvoiceNumber", face.identity.number()),
            ("IssueTime", &face.issued_at.format("%Y-%m-%d").to_string()),
            ("TaxBureauCode", &format!("1{area}000000")),
            ("TaxBureauName", &bureau),
        ],
    )
}

fn clock(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn label(out: &mut Out, name: &str, code: &str, text: &str) -> io::Result<()> {
    fields(out, name, &[("LabelCode", code), ("LabelName", text)])
}

fn fields(out: &mut Out, name: &str, fields: &[(&str, &str)]) -> io::Result<()> {
    out.create_element(name).write_inner_content(|out| {
        fields
            .iter()
            .try_for_each(|(name, text)| leaf(out, name, text))
    })?;
    Ok(())
}

fn leaf(out: &mut Out, name: &str, text: &str) -> io::Result<()> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    let text: String = text
        .chars()
        .map(|c| if allowed(c) { c } else { '?' })
        .collect();
    out.create_element(name)
        .write_text_content(BytesText::new(&text))?;
    Ok(())
}

#[cfg(test)]
mod layout;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::face_of;
    use fapiao_domain::face::RedReference;

    fn text_of<'a>(document: &'a roxmltree::Document<'_>, name: &str) -> Vec<&'a str> {
        document
            .descendants()
            .filter(|node| node.has_tag_name(name))
            .map(|node| node.text().unwrap_or_default())
            .collect()
    }

    #[test]
    fn the_file_carries_the_invoice() {
        let mut face = face_of(2);
        face.seller.name = "A&B<商贸>有限公司".to_owned();
        face.lines[1].rate = Rate::Exempt;
        face.lines[0].preference = Some(Preference::Simplified);
        face.remark = "第一行\n第二行".to_owned();
        let bytes = render_xml(&face).unwrap();
        assert_eq!(Some(&bytes), render_xml(&face).as_ref());
        let text = String::from_utf8(bytes).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        assert!(document.root_element().has_tag_name("EInvoice"));
        for (name, expected) in [
            ("EIid", vec!["26999000000000000001"]),
            ("EInvoiceTag", vec!["SWEI3300"]),
            ("SellerName", vec!["A&B<商贸>有限公司"]),
            ("BuyerName", vec!["王小明（个人）"]),
            ("TotalTax-includedAmount", vec!["226.00"]),
            ("TotalTax-includedAmountInChinese", vec!["贰佰贰拾陆圆整"]),
            ("RequestTime", vec!["2026-03-05 10:20:30"]),
            ("ItemName", vec!["*水果*苹果", "*水果*苹果"]),
            ("TaxRate", vec!["0.130000", "免税"]),
            ("ComTaxAm", vec!["13.00", "***"]),
            ("Remark", vec!["第一行\n第二行"]),
            ("IssueTime", vec!["2026-03-05"]),
            ("TaxBureauCode", vec!["13300000000"]),
            ("TaxBureauName", vec!["国家税务总局浙江省税务局"]),
            ("RedEInvoice", vec![]),
        ] {
            assert_eq!(text_of(&document, name), expected, "{name}");
        }
        let codes: Vec<_> = text_of(&document, "LabelCode");
        assert_eq!(codes, ["Y", "01", "02", "04", "05"]);
    }

    #[test]
    fn a_seller_in_shenzhen_has_the_authority_of_its_city() {
        let mut face = face_of(1);
        face.province = "44".to_owned();
        face.seller.tax_number = "91440300MA0000000X".to_owned();
        let text = String::from_utf8(render_xml(&face).unwrap()).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        for (name, expected) in [
            ("EInvoiceTag", "SWEI4403"),
            ("TaxBureauCode", "14403000000"),
            ("TaxBureauName", "国家税务总局深圳市税务局"),
        ] {
            assert_eq!(text_of(&document, name), [expected]);
        }
    }

    #[test]
    fn a_red_invoice_names_the_blue_one() {
        let mut face = face_of(1);
        face.red = Some(RedReference {
            blue: Identity::Digital {
                number: "26999000000000000009".to_owned(),
            },
            confirmation: "33999926030000000001".to_owned(),
        });
        let text = String::from_utf8(render_xml(&face).unwrap()).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        assert_eq!(text_of(&document, "LabelCode")[0], "N");
        assert_eq!(
            text_of(&document, "OriginalInvoiceCode"),
            ["26999000000000000009"]
        );
        assert_eq!(
            text_of(&document, "CreditNoteNumber"),
            ["33999926030000000001"]
        );
    }
}

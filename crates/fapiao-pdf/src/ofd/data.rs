//! What programs read without looking at the page: facts in the root, tags that point at texts, the attachment's list,
//! and the structured file of the older form.

use super::{
    Tagged,
    xml::{Element, escaped},
};
use crate::{
    attachment::Attachment,
    rows::{masks_rate, printed_rate},
};
use fapiao_domain::{face::InvoiceFace, invoice::Identity, line::InvoiceLine};
use std::fmt::Write;

/// The root: what the document is, and the key facts of the invoice.
pub(super) fn root(face: &InvoiceFace, doc_id: &str) -> String {
    let sample = if face.sample { "SAMPLE 样张 " } else { "" };
    let date = face.issued_at.format("%Y-%m-%d").to_string();
    let mut root = Element::root("OFD");
    root.attribute("Version", "1.0")
        .attribute("DocType", "OFD")
        .open("DocBody")
        .open("DocInfo")
        .leaf("DocID", doc_id)
        .leaf(
            "Title",
            &format!("{sample}{} {}", face.kind.printed(), face.identity.number()),
        )
        .leaf("Author", &face.seller.name)
        .leaf("CreationDate", &date)
        .leaf("ModDate", &date)
        .leaf("Creator", "fapiao")
        .leaf("CreatorVersion", env!("CARGO_PKG_VERSION"))
        .open("CustomDatas");
    for (name, value) in facts(face) {
        root.open("CustomData")
            .attribute("Name", name)
            .text(&value)
            .close();
    }
    root.close().close().leaf("DocRoot", "Doc_0/Document.xml");
    root.finish()
}

fn facts(face: &InvoiceFace) -> Vec<(&'static str, String)> {
    let totals = face.totals;
    let mut facts = match &face.identity {
        Identity::Digital { number } => vec![("发票号码", number.clone())],
        Identity::Classic {
            code,
            number,
            check_code,
            ..
        } => vec![
            ("发票代码", code.clone()),
            ("发票号码", number.clone()),
            ("校验码", check_code.clone()),
        ],
    };
    facts.extend([
        ("开票日期", face.printed_day()),
        ("合计金额", totals.amount.to_string()),
        ("合计税额", totals.tax.to_string()),
        ("价税合计", totals.total.to_string()),
        ("购买方纳税人识别号", face.buyer.tax_number.clone()),
        ("销售方纳税人识别号", face.seller.tax_number.clone()),
    ]);
    facts
}

/// The list of tag files: one.
pub(super) fn tag_list() -> String {
    let mut list = Element::root("CustomTags");
    list.open("CustomTag")
        .attribute("NameSpace", SCHEMA)
        .leaf("FileLoc", "CustomTag.xml");
    list.finish()
}

/// The schema of the tags and of the older form's structured file.
const SCHEMA: &str = "http://www.edrm.org.cn/schema/e-invoice/2019";

/// Fields of the invoice that have a tag: the group they are in (or none), their element.
const TAGS: [(&str, &str, &str); 20] = [
    ("", "InvoiceCode", "invoice code"),
    ("", "InvoiceNo", "invoice number"),
    ("", "IssueDate", "issue date"),
    ("", "InvoiceCheckCode", "check code"),
    ("", "MachineNo", "machine number"),
    ("", "TaxControlCode", "cipher area"),
    ("Buyer", "BuyerName", "buyer name"),
    ("Buyer", "BuyerTaxID", "buyer tax number"),
    ("Buyer", "BuyerAddrTel", "buyer address and phone"),
    ("Buyer", "BuyerFinancialAccount", "buyer bank and account"),
    ("Seller", "SellerName", "seller name"),
    ("Seller", "SellerTaxID", "seller tax number"),
    ("Seller", "SellerAddrTel", "seller address and phone"),
    (
        "Seller",
        "SellerFinancialAccount",
        "seller bank and account",
    ),
    ("", "TaxExclusiveTotalAmount", "net sum"),
    ("", "TaxTotalAmount", "tax sum"),
    ("", "TaxInclusiveTotalAmount", "total"),
    ("", "Note", "remark"),
    ("", "InvoiceClerk", "drawer"),
    ("", "Payee", "payee"),
];
const REVIEWER: (&str, &str) = ("Checker", "reviewer");
const LINE_TAGS: [(&str, &str); 8] = [
    ("Item", "name"),
    ("Specification", "specification"),
    ("MeasurementDimension", "unit"),
    ("Quantity", "quantity"),
    ("Price", "unit price"),
    ("Amount", "amount"),
    ("TaxScheme", "rate"),
    ("TaxAmount", "tax"),
];

/// Tags: each field points at the objects that print it, so that a program need not guess from places.
pub(super) fn tags(texts: &[Tagged]) -> String {
    // Several pages print number, date and sums again: the first page that has a field speaks for it, the sums are
    // those of the last page, which are the invoice's.
    let references = |what: &str, line: u32, last: bool| {
        let of = || {
            texts
                .iter()
                .filter(|(field, _, _)| field.what == what && field.line == line)
        };
        let page = if last { of().next_back() } else { of().next() }.map(|(_, page, _)| *page);
        of().filter(|(_, on, _)| Some(*on) == page).fold(
            String::new(),
            |mut text, (_, page, id)| {
                let _ = write!(text, "<fp:ObjectRef PageRef=\"{page}\">{id}</fp:ObjectRef>");
                text
            },
        )
    };
    let mut tags = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<fp:eInvoice xmlns:fp=\"{SCHEMA}\" xmlns:ofd=\"http://www.ofdspec.org/2016\">"
    );
    let mut group = "";
    let all = TAGS.iter().copied();
    for (within, element, what) in all.chain([("", REVIEWER.0, REVIEWER.1)]) {
        if within != group {
            if !group.is_empty() {
                let _ = write!(tags, "</fp:{group}>");
            }
            if !within.is_empty() {
                let _ = write!(tags, "<fp:{within}>");
            }
            group = within;
        }
        let found = references(what, 0, what.ends_with("sum"));
        if !found.is_empty() {
            let _ = write!(tags, "<fp:{element}>{found}</fp:{element}>");
        }
    }
    tags += "<fp:GoodsInfos>";
    let mut lines: Vec<u32> = texts.iter().map(|(field, _, _)| field.line).collect();
    lines.retain(|&line| line > 0);
    lines.sort_unstable();
    lines.dedup();
    for line in lines {
        tags += "<fp:GoodsInfo>";
        for (element, what) in LINE_TAGS {
            let found = references(what, line, false);
            if !found.is_empty() {
                let _ = write!(tags, "<fp:{element}>{found}</fp:{element}>");
            }
        }
        tags += "</fp:GoodsInfo>";
    }
    tags + "</fp:GoodsInfos></fp:eInvoice>"
}

/// The list of attachments: one.
pub(super) fn attachments(face: &InvoiceFace, attachment: &Attachment) -> String {
    let mut list = Element::root("Attachments");
    list.open("Attachment")
        .attribute("ID", "1")
        .attribute("Name", attachment.name.trim_end_matches(".xml"))
        .attribute("Format", "XML")
        .attribute(
            "CreationDate",
            face.issued_at.format("%Y-%m-%dT%H:%M:%S").to_string(),
        )
        .attribute("Visible", "false")
        .leaf("FileLoc", &attachment.name);
    list.finish()
}

/// The structured file of the older form, as its OFD carries it.
pub(crate) fn original_invoice(face: &InvoiceFace, graph_code: &str) -> Vec<u8> {
    let mut file = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<fp:eInvoice xmlns:fp=\"{SCHEMA}\" Version=\"1.0\">"
    );
    let leaf = |file: &mut String, name: &str, text: &str| {
        let _ = write!(file, "<fp:{name}>{}</fp:{name}>", escaped(text));
    };
    let joined = |one: &str, other: &str| [one, other].join(" ").trim().to_owned();
    let (check_code, machine) = match &face.identity {
        Identity::Classic {
            check_code,
            machine,
            ..
        } => (check_code.as_str(), machine.as_str()),
        Identity::Digital { .. } => ("", ""),
    };
    for (name, text) in [
        ("InvoiceCode", face.identity.code()),
        ("InvoiceNo", face.identity.number()),
        ("IssueDate", &face.printed_day()),
        ("InvoiceCheckCode", check_code),
        ("MachineNo", machine),
        ("TaxControlCode", &face.extras.cipher.concat()),
    ] {
        leaf(&mut file, name, text);
    }
    let (buyer, seller) = (&face.buyer, &face.seller);
    for (side, fields) in [
        (
            "Buyer",
            [
                ("BuyerName", buyer.printed_name()),
                ("BuyerTaxID", buyer.tax_number.clone()),
                ("BuyerAddrTel", joined(&buyer.address, &buyer.phone)),
                (
                    "BuyerFinancialAccount",
                    joined(&buyer.bank, &buyer.bank_account),
                ),
            ],
        ),
        (
            "Seller",
            [
                ("SellerName", seller.name.clone()),
                ("SellerTaxID", seller.tax_number.clone()),
                ("SellerAddrTel", joined(&seller.address, &seller.phone)),
                (
                    "SellerFinancialAccount",
                    joined(&seller.bank, &seller.bank_account),
                ),
            ],
        ),
    ] {
        let _ = write!(file, "<fp:{side}>");
        for (name, text) in fields {
            leaf(&mut file, name, &text);
        }
        let _ = write!(file, "</fp:{side}>");
    }
    for (name, text) in [
        ("TaxInclusiveTotalAmount", face.totals.total.to_string()),
        ("Note", face.remark.clone()),
        ("InvoiceClerk", face.drawer.clone()),
        ("Payee", face.payee.clone()),
        ("Checker", face.reviewer.clone()),
        ("TaxTotalAmount", face.totals.tax.to_string()),
        ("TaxExclusiveTotalAmount", face.totals.amount.to_string()),
        ("GraphCode", graph_code.to_owned()),
    ] {
        leaf(&mut file, name, &text);
    }
    file += "<fp:GoodsInfos>";
    for line in &face.lines {
        file += "<fp:GoodsInfo>";
        for (name, text) in goods(line, masks_rate(face)) {
            leaf(&mut file, name, &text);
        }
        file += "</fp:GoodsInfo>";
    }
    file += "</fp:GoodsInfos></fp:eInvoice>";
    file.into_bytes()
}

fn goods(line: &InvoiceLine, masked: bool) -> [(&'static str, String); 8] {
    let number = |value: Option<rust_decimal::Decimal>| {
        value.map_or_else(String::new, |value| value.normalize().to_string())
    };
    [
        ("Item", line.printed_name()),
        ("Specification", line.spec.clone()),
        ("MeasurementDimension", line.unit.clone()),
        ("Price", number(line.unit_price)),
        ("Quantity", number(line.quantity)),
        ("Amount", line.amount.to_string()),
        ("TaxScheme", printed_rate(line.rate, masked)),
        ("TaxAmount", line.printed_tax()),
    ]
}

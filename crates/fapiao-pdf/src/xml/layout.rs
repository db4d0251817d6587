//! The published list of elements held against whole files: which there are, in which order, and what each says.

use super::*;
use crate::testing::face_of;
use fapiao_domain::{
    face::{DifferenceKind, DifferenceTax, RedReference},
    money::Fen,
    party::{TaxpayerKind, TitleKind},
};

/// The elements that hold text, in the published order. `?`: only where there is something to tell; `*`: as often as
/// there are.
const ELEMENTS: &[&str] = &[
    "Header/EIid",
    "Header/EInvoiceTag",
    "Header/Version",
    "Header/InherentLabel/InIssuType/LabelCode",
    "Header/InherentLabel/InIssuType/LabelName",
    "Header/InherentLabel/EInvoiceType/LabelCode",
    "Header/InherentLabel/EInvoiceType/LabelName",
    "Header/InherentLabel/GeneralOrSpecialVAT/LabelCode",
    "Header/InherentLabel/GeneralOrSpecialVAT/LabelName",
    "?Header/InherentLabel/TaxpayerType/LabelCode",
    "?Header/InherentLabel/TaxpayerType/LabelName",
    "*Header/UndefinedLabel/Label/LabelType",
    "*Header/UndefinedLabel/Label/LabelCode",
    "*Header/UndefinedLabel/Label/LabelName",
    "EInvoiceData/SellerInformation/SellerIdNum",
    "EInvoiceData/SellerInformation/SellerName",
    "EInvoiceData/SellerInformation/SellerAddr",
    "EInvoiceData/SellerInformation/SellerTelNum",
    "EInvoiceData/SellerInformation/SellerBankName",
    "EInvoiceData/SellerInformation/SellerBankAccNum",
    "EInvoiceData/BuyerInformation/BuyerIdNum",
    "EInvoiceData/BuyerInformation/BuyerName",
    "EInvoiceData/BuyerInformation/BuyerTelNum",
    "EInvoiceData/BuyerInformation/BuyerAddr",
    "EInvoiceData/BuyerInformation/BuyerBankName",
    "EInvoiceData/BuyerInformation/BuyerBankAccNum",
    "?EInvoiceData/BuyerInformation/BuyerHandlingName",
    "EInvoiceData/BasicInformation/TotalAmWithoutTax",
    "EInvoiceData/BasicInformation/TotalTaxAm",
    "EInvoiceData/BasicInformation/TotalTax-includedAmount",
    "EInvoiceData/BasicInformation/TotalTax-includedAmountInChinese",
    "EInvoiceData/BasicInformation/Drawer",
    "EInvoiceData/BasicInformation/RequestTime",
    "*EInvoiceData/IssuItemInformation/ItemName",
    "*EInvoiceData/IssuItemInformation/SpecMod",
    "*EInvoiceData/IssuItemInformation/MeaUnits",
    "*EInvoiceData/IssuItemInformation/Quantity",
    "*EInvoiceData/IssuItemInformation/UnPrice",
    "*EInvoiceData/IssuItemInformation/Amount",
    "*EInvoiceData/IssuItemInformation/TaxRate",
    "*EInvoiceData/IssuItemInformation/ComTaxAm",
    "*EInvoiceData/IssuItemInformation/TotaltaxIncludedAmount",
    "*EInvoiceData/IssuItemInformation/TaxClassificationCode",
    "?EInvoiceData/SpecificInformation/DifferentialTaxation/Deduction",
    "?EInvoiceData/SpecificInformation/DifferentialTaxation/SalesIncludingTax",
    "?EInvoiceData/SpecificInformation/RedEInvoice/OriginalInvoiceCode",
    "?EInvoiceData/SpecificInformation/RedEInvoice/CreditNoteNumber",
    "EInvoiceData/AdditionalInformation/Remark",
    "*EInvoiceData/AdditionalInformation/Additional/Information/InformationName",
    "*EInvoiceData/AdditionalInformation/Additional/Information/InformationValue",
    "*EInvoiceData/AdditionalInformation/Transaction/TransactionRecord/PaymentChannel",
    "*EInvoiceData/AdditionalInformation/Transaction/TransactionRecord/TransactionNumber",
    "SellerAuthentication/AuthenticationMethods",
    "TaxSupervisionInfo/InvoiceNumber",
    "TaxSupervisionInfo/IssueTime",
    "TaxSupervisionInfo/TaxBureauCode",
    "TaxSupervisionInfo/TaxBureauName",
    "?TaxSupervisionInfo/ptbh",
];

/// Everything that holds text, with its path below the root, in the file's order.
fn told(face: &InvoiceFace) -> Vec<(String, String)> {
    let text = String::from_utf8(render_xml(face).unwrap()).unwrap();
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    let document = roxmltree::Document::parse(&text).unwrap();
    let is_leaf = |node: &roxmltree::Node<'_, '_>| {
        node.is_element() && !node.children().any(|it| it.is_element())
    };
    document
        .descendants()
        .filter(is_leaf)
        .map(|node| {
            let mut path: Vec<&str> = node
                .ancestors()
                .filter(|it| it.is_element())
                .map(|it| it.tag_name().name())
                .collect();
            path.reverse();
            assert_eq!(path.remove(0), "EInvoice");
            let text = node.text().unwrap_or_default();
            (path.join("/"), text.to_owned())
        })
        .collect()
}

/// Every element is one of the list and in its place, and nothing that has to be there is missing.
fn assert_in_order(face: &InvoiceFace) {
    let told = told(face);
    let bare = |it: &'static str| it.trim_start_matches(['?', '*']);
    let place = |path: &str| ELEMENTS.iter().position(|it| bare(it) == path);
    // What is repeated is whole each time: its group begins anew only after its end.
    let group = |at: usize| bare(ELEMENTS[at]).rsplit_once('/').map(|it| it.0);
    let mut last: Option<usize> = None;
    for (path, _) in &told {
        let at = place(path).unwrap_or_else(|| panic!("{path} is not of the list"));
        let begins_anew = last.is_some_and(|last| {
            group(last) == group(at)
                && ELEMENTS
                    .get(last + 1)
                    .is_none_or(|_| group(last + 1) != group(at))
                && (at == 0 || group(at - 1) != group(at))
                && ELEMENTS[at].starts_with('*')
        });
        assert!(
            begins_anew || last.is_none_or(|last| last < at),
            "{path} is not in its place"
        );
        last = Some(at);
    }
    for element in ELEMENTS.iter().filter(|it| !it.starts_with('?')) {
        let labels = ["Label/", "Additional/", "Transaction/"];
        let may_lack = element.starts_with('*') && labels.iter().any(|it| element.contains(it));
        let is_there = told.iter().any(|(path, _)| path == bare(element));
        assert!(may_lack || is_there, "{element} is missing");
    }
}

/// What each element of this name says, in the file's order.
fn says(face: &InvoiceFace, name: &str) -> Vec<String> {
    told(face)
        .into_iter()
        .filter(|(path, _)| path.rsplit('/').next() == Some(name))
        .map(|(_, text)| text)
        .collect()
}

/// All that a company's invoice can tell.
fn full() -> InvoiceFace {
    let mut face = face_of(2);
    face.kind = InvoiceKind::DigitalSpecial;
    face.seller.address = "杭州市西湖区样例路1号".to_owned();
    face.seller.phone = "0571-60000000".to_owned();
    face.seller.bank = "示例银行杭州分行".to_owned();
    face.seller.bank_account = "6200000000000000001".to_owned();
    face.seller.taxpayer = Some(TaxpayerKind::General);
    face.buyer.kind = TitleKind::Organisation;
    face.buyer.name = "北京示例科技有限公司".to_owned();
    face.buyer.tax_number = "91110105MA0000007L".to_owned();
    face.buyer.address = "北京市朝阳区样例路2号".to_owned();
    face.buyer.phone = "010-60000000".to_owned();
    face.buyer.bank = "示例银行北京分行".to_owned();
    face.buyer.bank_account = "6200000000000000003".to_owned();
    face.lines[0].spec = "红富士 80#".to_owned();
    face.lines[0].quantity = Some("1.50000000".parse().unwrap());
    face.lines[0].unit_price = Some("66.666666666666667".parse().unwrap());
    face.lines[1].quantity = None;
    face.lines[1].unit_price = None;
    face.lines[1].unit = String::new();
    face.remark = "备注".to_owned();
    face.extras.additional = vec![("合同号".to_owned(), "HT-1".to_owned())];
    face.extras.payments = vec![
        ("微信支付".to_owned(), "4200000001".to_owned()),
        ("支付宝".to_owned(), "2026000002".to_owned()),
    ];
    face
}

#[test]
fn whole_files_follow_the_published_list() {
    assert_in_order(&face_of(1));
    assert_in_order(&full());
    let mut red = full();
    red.red = Some(RedReference {
        blue: Identity::Digital {
            number: "26999000000000000009".to_owned(),
        },
        confirmation: "33999926030000000001".to_owned(),
    });
    assert_in_order(&red);
    let mut difference = face_of(1);
    difference.extras.difference = Some(DifferenceTax {
        kind: DifferenceKind::Difference,
        deduction: Fen::parse_yuan("56.50").unwrap(),
    });
    assert_in_order(&difference);
    assert_eq!(says(&difference, "Deduction"), ["56.50"]);
    assert_eq!(says(&difference, "SalesIncludingTax"), ["113.00"]);
}

/// Words of a list of labels.
fn labels(face: &InvoiceFace, path: &str) -> Vec<String> {
    told(face)
        .into_iter()
        .filter(|(at, _)| at == path)
        .map(|(_, text)| text)
        .collect()
}

#[test]
fn only_the_reduced_way_is_a_way_of_taxing() {
    for (kind, wanted) in [
        (
            DifferenceKind::Difference,
            &["特定征税方式标签", "差额征税标签"][..],
        ),
        (DifferenceKind::Full, &["差额征税标签"]),
    ] {
        let mut face = face_of(1);
        face.extras.difference = Some(DifferenceTax {
            kind,
            deduction: Fen::parse_yuan("56.50").unwrap(),
        });
        let path = "Header/UndefinedLabel/Label/LabelType";
        assert_eq!(labels(&face, path), wanted, "{kind:?}");
    }
}

#[test]
fn a_red_file_takes_the_deduction_back() {
    let mut face = face_of(1);
    for line in &mut face.lines {
        line.amount = -line.amount;
        line.tax = -line.tax;
        line.gross = -line.gross;
    }
    face.totals = fapiao_domain::totals::sum(&face.lines);
    face.extras.difference = Some(DifferenceTax {
        kind: DifferenceKind::Difference,
        deduction: Fen::parse_yuan("56.50").unwrap(),
    });
    assert_eq!(says(&face, "Deduction"), ["-56.50"]);
    assert_eq!(says(&face, "SalesIncludingTax"), ["-113.00"]);
}

#[test]
fn the_kind_of_taxpayer_is_said_where_it_is_known() {
    let path = "Header/InherentLabel/TaxpayerType/LabelName";
    assert!(labels(&face_of(1), path).is_empty());
    for kind in TaxpayerKind::ALL {
        let mut face = face_of(1);
        face.seller.taxpayer = Some(kind);
        assert_in_order(&face);
        assert_eq!(labels(&face, path), [kind.printed()]);
        assert_eq!(TaxpayerKind::from_code(kind.code()), Some(kind));
    }
}

#[test]
fn each_element_says_what_the_face_says() {
    let face = full();
    for (name, wanted) in [
        ("Version", &["0.36"][..]),
        ("SellerIdNum", &["91330000MA00000000"]),
        ("SellerName", &["杭州示例商贸有限公司"]),
        ("SellerAddr", &["杭州市西湖区样例路1号"]),
        ("SellerTelNum", &["0571-60000000"]),
        ("SellerBankName", &["示例银行杭州分行"]),
        ("SellerBankAccNum", &["6200000000000000001"]),
        ("BuyerIdNum", &["91110105MA0000007L"]),
        ("BuyerName", &["北京示例科技有限公司"]),
        ("BuyerTelNum", &["010-60000000"]),
        ("BuyerAddr", &["北京市朝阳区样例路2号"]),
        ("BuyerBankName", &["示例银行北京分行"]),
        ("BuyerBankAccNum", &["6200000000000000003"]),
        ("TotalAmWithoutTax", &["200.00"]),
        ("TotalTaxAm", &["26.00"]),
        ("TotalTax-includedAmount", &["226.00"]),
        ("Drawer", &["李四"]),
        ("SpecMod", &["红富士 80#", ""]),
        ("MeaUnits", &["箱", ""]),
        ("Quantity", &["1.5", ""]),
        ("UnPrice", &["66.666666666666667", ""]),
        ("Amount", &["100.00", "100.00"]),
        ("TaxRate", &["0.130000", "0.130000"]),
        ("ComTaxAm", &["13.00", "13.00"]),
        ("TotaltaxIncludedAmount", &["113.00", "113.00"]),
        (
            "TaxClassificationCode",
            &["1010115010100000000", "1010115010100000000"],
        ),
        ("InformationName", &["合同号"]),
        ("InformationValue", &["HT-1"]),
        ("PaymentChannel", &["微信支付", "支付宝"]),
        ("TransactionNumber", &["4200000001", "2026000002"]),
        ("AuthenticationMethods", &[""]),
        ("InvoiceNumber", &["26999000000000000001"]),
    ] {
        assert_eq!(says(&face, name), wanted, "{name}");
    }
    assert_eq!(says(&face, "EIid"), says(&face, "InvoiceNumber"));
    let kind = "Header/InherentLabel/GeneralOrSpecialVAT/";
    let words: Vec<_> = told(&face)
        .into_iter()
        .filter(|(path, _)| path.starts_with(kind))
        .map(|(_, text)| text)
        .collect();
    assert_eq!(words, ["01", "增值税专用发票"]);
}

#[test]
fn rate_and_tax_are_spelt_as_the_table_says() {
    let mut face = face_of(5);
    for (line, rate) in face
        .lines
        .iter_mut()
        .zip(["0", "exempt", "not_taxed", "0.13", "0.015"])
    {
        line.rate = Rate::parse(rate).unwrap();
        if line.rate.fraction().is_zero() {
            line.tax = Fen::ZERO;
            line.gross = line.amount;
        }
    }
    assert_eq!(
        says(&face, "TaxRate"),
        ["0%", "免税", "不征税", "0.130000", "0.015000"]
    );
    assert_eq!(
        says(&face, "ComTaxAm"),
        ["0.00", "***", "", "13.00", "13.00"]
    );
    assert_eq!(
        says(&face, "TotaltaxIncludedAmount"),
        ["100.00", "100.00", "100.00", "113.00", "113.00"]
    );
    let labels: Vec<_> = told(&face)
        .into_iter()
        .filter(|(path, _)| path == "Header/UndefinedLabel/Label/LabelName")
        .map(|(_, text)| text)
        .filter(|it| ["不征税", "零税率", "免税", "减按"].contains(&it.as_str()))
        .collect();
    assert_eq!(labels, ["不征税", "零税率", "免税", "减按"]);
}

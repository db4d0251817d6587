//! Faces for the tests inside the crate.

use chrono::NaiveDate;
use fapiao_domain::{
    face::{Extras, InvoiceFace},
    invoice::{Identity, InvoiceKind},
    line::{InvoiceLine, LineKind},
    money::Fen,
    party::{SellerParty, Title, TitleKind},
    rate::Rate,
    totals::Totals,
};
use rust_decimal::Decimal;

/// A face with so many one-row lines of 100.00 + 13.00.
pub(crate) fn face_of(lines: usize) -> InvoiceFace {
    let yuan = |text| Fen::parse_yuan(text).unwrap();
    let line = |no| InvoiceLine {
        preference: None,
        no,
        kind: LineKind::Normal,
        name: "苹果".to_owned(),
        tax_code: "1010115010100000000".to_owned(),
        short_name: "水果".to_owned(),
        spec: String::new(),
        unit: "箱".to_owned(),
        quantity: Some(Decimal::ONE),
        unit_price: Some(Decimal::ONE_HUNDRED),
        amount: yuan("100"),
        rate: Rate::parse("0.13").unwrap(),
        tax: yuan("13"),
        gross: yuan("113"),
    };
    let lines: Vec<_> = (1..=lines as u32).map(line).collect();
    InvoiceFace {
        kind: InvoiceKind::DigitalOrdinary,
        identity: Identity::Digital {
            number: "26999000000000000001".to_owned(),
        },
        issued_at: NaiveDate::from_ymd_opt(2026, 3, 5)
            .and_then(|day| day.and_hms_opt(10, 20, 30))
            .unwrap(),
        seller: SellerParty {
            name: "杭州示例商贸有限公司".to_owned(),
            tax_number: "91330000MA00000000".to_owned(),
            ..SellerParty::default()
        },
        province: "33".to_owned(),
        buyer: Title {
            kind: TitleKind::Person,
            name: "王小明".to_owned(),
            tax_number: String::new(),
            address: String::new(),
            phone: String::new(),
            bank: String::new(),
            bank_account: String::new(),
            email: String::new(),
        },
        totals: Totals {
            amount: lines.iter().map(|line| line.amount).sum(),
            tax: lines.iter().map(|line| line.tax).sum(),
            total: lines.iter().map(|line| line.gross).sum(),
        },
        lines,
        remark: String::new(),
        drawer: "李四".to_owned(),
        payee: String::new(),
        reviewer: String::new(),
        red: None,
        sample: true,
        extras: Extras::default(),
    }
}

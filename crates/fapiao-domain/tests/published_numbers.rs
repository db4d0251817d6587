//! Every published number of invoice arithmetic and of titles that can be a test, and where it is one.
//!
//! | number | test |
//! |---|---|
//! | rates and how they are printed, relief of 1.5% | `rates_are_printed_as_on_paper`, `rate.rs`, `the_relief_is_a_seventieth_…` |
//! | formulas of the six cases | worked examples 1–39, `properties.rs` (a) |
//! | share of prices whose `round(net × rate)` is not the tax: 11.5, 8.3, 5.7, 2.9, 1.0 % | `how_often_net_times_rate_misses_the_tax` |
//! | 0.04 at 13% has no net price; ties at 0.005 and 1.125 | `some_prices_have_no_net_price`, worked examples 17–19 |
//! | tolerances 0.01, 0.06, 1.27, none on the sum; their error codes | worked examples 40–43, `checks/tests.rs` |
//! | 8 decimals of a price are safe up to 2,000,000 pieces, 13 beyond | `decimals_of_a_price`, worked example 24 |
//! | at most 25 characters of quantity and price | `decimals_of_a_price`, `checks/tests.rs` |
//! | sizes of texts: 600, 150, 300; remark 450 and 382 | `texts_have_their_sizes`, `remark.rs` |
//! | discount lines: order, fields, signs, whole-order shares | worked examples 27–33, 44, `checks/tests.rs`, (d) |
//! | preferential flags 03, 04, 08, 09, 10 and codes beginning with 6 | `rate.rs`, `codes_that_begin_with_6_are_not_taxed` |
//! | limits and splitting | worked example 47, `split/tests.rs`, `split_pieces_are_the_order` |
//! | capital numerals | `capital.rs` (the whole table), (f) |
//! | titles: 300 characters, persons 2, short names 4, telephone 5–60, account 8–30 and 50 | `sizes_of_a_title`, `title/tests.rs` |
//! | tax numbers: 15, 17, 18, 20 characters; the table of unified codes; identity card | `uscc.rs` (the whole table) |
//! | payment channels 001–099 | `payment.rs` |
#![expect(
    clippy::unwrap_used,
    reason = "what prepares a test stops at the first surprise"
)]

use fapiao_domain::{
    exact::within_one_fen,
    line::OrderLine,
    money::Fen,
    party::TitleKind,
    rate::Rate,
    title::{RawTitle, check_title},
    totals::compute,
};
use rust_decimal::Decimal;

fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

fn rate(text: &str) -> Rate {
    Rate::parse(text).unwrap()
}

fn order_line() -> OrderLine {
    OrderLine {
        name: "商品".to_owned(),
        tax_code: "1090511030000000000".to_owned(),
        spec: String::new(),
        unit: String::new(),
        quantity: Decimal::ONE,
        unit_price: Decimal::ONE_HUNDRED,
        tax_included: true,
        rate: rate("0.13"),
        discount: Fen::ZERO,
    }
}

fn codes(line: &OrderLine) -> Vec<&'static str> {
    match compute(std::slice::from_ref(line), &|_| Some("简称".to_owned())) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(|it| it.code).collect(),
    }
}

#[test]
fn rates_are_printed_as_on_paper() {
    for (text, printed) in [
        ("0.13", "13%"),
        ("0.09", "9%"),
        ("0.06", "6%"),
        ("0.05", "5%"),
        ("0.03", "3%"),
        ("0.015", "1.5%"),
        ("0.01", "1%"),
        ("0", "0%"),
        ("exempt", "免税"),
        ("not_taxed", "不征税"),
        ("0.17", "17%"),
        ("0.16", "16%"),
        ("0.11", "11%"),
        ("0.1", "10%"),
    ] {
        assert_eq!(rate(text).printed(), printed);
    }
}

/// A check that wants `tax = round(net × rate)` would refuse these shares of all prices with tax.
#[test]
fn how_often_net_times_rate_misses_the_tax() {
    for (text, per_mille) in [
        ("0.13", 115),
        ("0.09", 83),
        ("0.06", 57),
        ("0.03", 29),
        ("0.01", 10),
    ] {
        let rate = rate(text);
        let missed = (1..=200_000_i64)
            .filter(|gross| {
                let tax = rate.tax_in_gross(fen(*gross));
                rate.tax_on_net(fen(*gross) - tax) != tax
            })
            .count();
        let found = (missed + 100) / 200;
        assert!(
            found.abs_diff(per_mille) <= 1,
            "{text}: {found} in a thousand"
        );
    }
}

#[test]
fn some_prices_have_no_net_price() {
    let rate = rate("0.13");
    let reached =
        |gross: i64| (1..=gross).any(|net| fen(net) + rate.tax_on_net(fen(net)) == fen(gross));
    assert!(!reached(4), "0.04 at 13%");
    assert!(reached(3) && reached(5) && reached(11_300));
}

#[test]
fn decimals_of_a_price() {
    let at_scale = |quantity: i64, scale: u32| {
        // The worst price: half a unit of its last place away from the exact one.
        let exact = Decimal::from(1_000_000) / Decimal::from(quantity);
        within_one_fen(
            Decimal::from(quantity),
            exact.round_dp(scale),
            fen(100_000_000),
        )
    };
    assert!(at_scale(2_000_000, 8) && at_scale(1_999_999, 8));
    assert!(
        !at_scale(7_000_000, 8),
        "0.14285714 × 7,000,000 is off by 0.02"
    );
    assert!(at_scale(7_000_000, 13) && at_scale(999_999_937, 13));
    let mut line = order_line();
    line.quantity = "3.123456789".parse().unwrap();
    assert_eq!(codes(&line), ["E_QUANTITY"]);
}

#[test]
fn texts_have_their_sizes() {
    let with = |change: &dyn Fn(&mut OrderLine)| {
        let mut line = order_line();
        change(&mut line);
        codes(&line)
    };
    for (most, code, set) in [
        (
            600,
            "E_NAME",
            (|line: &mut OrderLine, text| line.name = text) as fn(&mut OrderLine, String),
        ),
        (150, "E_SPEC", |line, text| line.spec = text),
        (300, "E_UNIT", |line, text| line.unit = text),
    ] {
        assert_eq!(with(&|line| set(line, "长".repeat(most))), [""; 0]);
        assert_eq!(with(&|line| set(line, "长".repeat(most + 1))), [code]);
    }
}

#[test]
fn codes_that_begin_with_6_are_not_taxed() {
    let with = |code: &str, text: &str| {
        codes(&OrderLine {
            tax_code: code.to_owned(),
            rate: rate(text),
            ..order_line()
        })
    };
    assert_eq!(with("6010000000000000000", "not_taxed"), [""; 0]);
    assert_eq!(with("6010000000000000000", "0.06"), ["E_RATE_CLASS"]);
    assert_eq!(with("1090511030000000000", "not_taxed"), ["E_RATE_CLASS"]);
    // Water (611…) and the airport fund (613…) may stand beside taxed lines, a prepaid card may not.
    let beside = |code: &str| {
        let other = OrderLine {
            tax_code: code.to_owned(),
            rate: Rate::NotTaxed,
            ..order_line()
        };
        compute(&[order_line(), other], &|_| Some("简称".to_owned())).is_ok()
    };
    assert!(beside("6110000000000000000") && beside("6130000000000000000"));
    assert!(!beside("6010000000000000000"));
}

#[test]
fn sizes_of_a_title() {
    let organisation = |name: String| RawTitle {
        kind: Some(TitleKind::Organisation),
        name,
        tax_number: "91350100M000100Y43".to_owned(),
        ..RawTitle::default()
    };
    assert!(check_title(&organisation("长".repeat(300))).is_ok());
    assert!(check_title(&organisation("长".repeat(301))).is_err());
    let notes = |name: &str| {
        check_title(&organisation(name.to_owned()))
            .unwrap()
            .warnings
    };
    assert_eq!(notes("四个字的")[0].code, "W_SHORT_NAME");
    assert!(notes("五个字公司").is_empty());
    let person = |name: &str| {
        check_title(&RawTitle {
            kind: Some(TitleKind::Person),
            name: name.to_owned(),
            ..RawTitle::default()
        })
    };
    assert!(person("张").is_err());
    assert_eq!(
        person("张先生").unwrap().title.printed_name(),
        "张先生（个人）"
    );
    assert_eq!(
        person("张先生（个人）").unwrap().title.printed_name(),
        "张先生（个人）"
    );
    let with = |phone: &str, account: &str| {
        check_title(&RawTitle {
            phone: phone.to_owned(),
            bank: "示例银行".to_owned(),
            bank_account: account.to_owned(),
            ..organisation("示例贸易公司".to_owned())
        })
    };
    let account = "6".repeat(30);
    for phone in [
        "13800000000",
        "010-60000000",
        "0571-8888888-123456",
        "400-800-8000",
    ] {
        assert!(
            with(phone, &account).unwrap().warnings.is_empty(),
            "{phone}"
        );
    }
    assert!(with("1234", &account).is_err() && with(&"1".repeat(61), &account).is_err());
    assert_eq!(with("12345", &account).unwrap().warnings[0].code, "W_PHONE");
    assert_eq!(
        with("", &"6".repeat(31)).unwrap().warnings[0].code,
        "W_BANK_ACCOUNT"
    );
    assert_eq!(
        with("", "1234567").unwrap().warnings[0].code,
        "W_BANK_ACCOUNT"
    );
    assert!(with("", &"6".repeat(51)).is_err());
}

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
//! | remark 450 and 382, older form 230 bytes; address 300, bank 120; tax number 15 to 20 | `remarks_have_their_sizes`, `members_of_a_title_have_their_sizes` |
//! | limits of one invoice 9,999.99, 99,999.99, 999,999.99 net; 2000 lines of at most 5000 | `limits_of_one_invoice_…`, `lines_of_one_invoice` |
//! | shapes of codes and numbers, sandbox numbers that can never be real | `number.rs`, `sandbox_numbers_…` |
//! | provinces, and the five cities with an authority of their own | `provinces_…`, `province.rs` |
//! | thirteen states of a confirmation, four reasons, quota back in the same month only | `confirmation.rs`, `red/tests.rs` |
//! | the payloads of the QR code and their checksum | `qr.rs` |
//!
//! Beside this crate: 58 class codes with their rates in the tax sandbox's `catalogue.rs`; segments of at most 5000 and uploads of
//! at most 100 in its `numbers.rs` and `uploads.rs`; 12, 36 and 48 hours in `backoffice/windows.rs`; the 10th, 12th and 13th in
//! `tests/taxes`; heights, pages and columns of the paper in `fapiao-pdf`.
#![expect(
    clippy::unwrap_used,
    reason = "what prepares a test stops at the first surprise"
)]

use fapiao_domain::{
    exact::within_one_fen,
    face::RedReference,
    invoice::{Identity, InvoiceKind},
    line::OrderLine,
    money::Fen,
    number::{DigitalNumber, is_sandbox_code},
    party::TitleKind,
    province::province_name,
    rate::Rate,
    remark::{RemarkParts, compose},
    split::{SplitLimits, split, split_parts},
    title::{RawTitle, check_title},
    totals::{MAX_LINES, compute, compute_order},
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
        preference: None,
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
    line.quantity = "3.12345678901234".parse().unwrap();
    assert_eq!(codes(&line), ["E_QUANTITY"]);
}

#[test]
fn texts_have_their_sizes() {
    let with = |change: &dyn Fn(&mut OrderLine)| {
        let mut line = order_line();
        change(&mut line);
        codes(&line)
    };
    // What is printed before the name, `*简称*`, counts with it: 300 characters on paper, 600 in the field itself.
    let name = |line: &mut OrderLine, text: String| line.name = text;
    for (length, told) in [(600, "E_NAME_LONG"), (601, "E_NAME")] {
        assert_eq!(with(&|line| name(line, "长".repeat(length))), [told]);
    }
    for (most, code, set) in [
        (296, "E_NAME_LONG", name as fn(&mut OrderLine, String)),
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

#[test]
fn remarks_have_their_sizes() {
    let length = |free: usize, red: Option<RedReference>| {
        let parts = RemarkParts {
            red,
            free: "字".repeat(free),
            ..RemarkParts::default()
        };
        compose(InvoiceKind::DigitalOrdinary, &parts).map(|it| it.chars().count())
    };
    assert_eq!(length(450, None), Ok(450));
    assert_eq!(length(451, None).unwrap_err().limit, 450);
    let reference = || RedReference {
        blue: Identity::Digital {
            number: "26330000009990000001".to_owned(),
        },
        confirmation: "33012611210000000001".to_owned(),
    };
    let taken = length(0, Some(reference())).unwrap();
    // The reference comes first, then a line of its own for the rest.
    assert_eq!(length(381 - taken, Some(reference())), Ok(382));
    let refused = length(382 - taken, Some(reference())).unwrap_err();
    assert_eq!((refused.length, refused.limit), (383, 382));
    let device = |free: &str| {
        let parts = RemarkParts {
            free: free.to_owned(),
            ..RemarkParts::default()
        };
        compose(InvoiceKind::ClassicOrdinary, &parts)
    };
    assert!(device(&"字".repeat(115)).is_ok());
    let refused = device(&"字".repeat(116)).unwrap_err();
    assert_eq!((refused.length, refused.limit), (232, 230));
}

#[test]
fn members_of_a_title_have_their_sizes() {
    let codes = |change: &dyn Fn(&mut RawTitle)| -> Vec<&'static str> {
        let mut raw = RawTitle {
            kind: Some(TitleKind::Organisation),
            name: "示例贸易公司".to_owned(),
            tax_number: "91350100M000100Y43".to_owned(),
            bank_account: "6".repeat(16),
            bank: "示例银行".to_owned(),
            ..RawTitle::default()
        };
        change(&mut raw);
        match check_title(&raw) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.into_iter().map(|it| it.code).collect(),
        }
    };
    let long = |count: usize| "长".repeat(count);
    assert_eq!(codes(&|it| it.address = long(300)), [""; 0]);
    assert_eq!(codes(&|it| it.address = long(301)), ["E_ADDRESS"]);
    assert_eq!(codes(&|it| it.bank = long(120)), [""; 0]);
    assert_eq!(codes(&|it| it.bank = long(121)), ["E_BANK"]);
    assert_eq!(codes(&|it| it.bank_account = "6".repeat(50)), [""; 0]);
    for length in [14, 16, 19, 21] {
        let number = "9".repeat(length);
        assert_eq!(
            codes(&|it| it.tax_number.clone_from(&number)),
            ["E_TAX_NUMBER_LENGTH"],
            "{length}"
        );
    }
    // Old numbers: 15 of an enterprise; 17, 18 and 20 of an individual business.
    for number in [
        "110105123456789",
        "11010519491231002",
        "11010519491231002X",
        "11010519491231002X01",
    ] {
        assert_eq!(codes(&|it| it.tax_number = number.to_owned()), [""; 0]);
    }
}

#[test]
fn limits_of_one_invoice_are_net() {
    for limit in [999_999, 9_999_999, 99_999_999] {
        let pieces = |net: i64| {
            let line = OrderLine {
                unit_price: Decimal::new(net, 2),
                tax_included: false,
                ..order_line()
            };
            let lines = compute(&[line], &|_| Some("简称".to_owned()))
                .unwrap()
                .lines;
            let limits = SplitLimits {
                net: Some(fen(limit)),
                ..SplitLimits::default()
            };
            split(&lines, &limits).unwrap()
        };
        assert_eq!(pieces(limit).len(), 1, "just the limit, tax not counted");
        let two = pieces(limit + 1);
        assert_eq!(two.len(), 2);
        let sum: i64 = two.iter().map(|it| it.totals.amount.get()).sum();
        assert_eq!(sum, limit + 1);
    }
}

#[test]
fn lines_of_one_invoice() {
    assert_eq!(MAX_LINES, 2000, "advised; 5000 are refused");
    let line = OrderLine {
        unit_price: Decimal::new(11_300, 2),
        ..order_line()
    };
    let order = vec![line; 2001];
    let computed = compute_order(&order, &|_| Some("简称".to_owned())).unwrap();
    let parts = split_parts(&computed.lines, &SplitLimits::default()).unwrap();
    let counts: Vec<usize> = parts.iter().map(|it| it.computed.lines.len()).collect();
    assert_eq!(counts.len(), 2);
    assert!(counts.iter().all(|it| *it <= MAX_LINES) && counts.iter().sum::<usize>() == 2001);
}

#[test]
fn sandbox_numbers_can_never_be_real() {
    let number = DigitalNumber::parse("26999000000000000001").unwrap();
    assert!(number.is_sandbox() && province_name(number.province()).is_none());
    assert!(is_sandbox_code("099992600111"));
    for real in ["26330000009990000001", "22344000000000012345"] {
        let number = DigitalNumber::parse(real).unwrap();
        assert!(!number.is_sandbox() && province_name(number.province()).is_some());
    }
    assert!(!is_sandbox_code("033002600111"));
}

#[test]
fn provinces_have_their_two_digits() {
    let published = "11 北京 12 天津 13 河北 14 山西 15 内蒙古 21 辽宁 22 吉林 23 黑龙江 31 上海 32 江苏 33 浙江 34 安徽 35 福建 \
                     36 江西 37 山东 41 河南 42 湖北 43 湖南 44 广东 45 广西 46 海南 50 重庆 51 四川 52 贵州 53 云南 54 西藏 \
                     61 陕西 62 甘肃 63 青海 64 宁夏 65 新疆";
    let words: Vec<&str> = published.split_whitespace().collect();
    assert_eq!(words.len(), 62);
    for pair in words.chunks(2) {
        assert_eq!(province_name(pair[0]), Some(pair[1]));
    }
    let known = (0..100).filter(|it| province_name(&format!("{it:02}")).is_some());
    assert_eq!(known.count(), 31);
}

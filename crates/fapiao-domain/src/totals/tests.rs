use super::*;

fn sound() -> OrderLine {
    OrderLine {
        preference: None,
        name: "苹果".to_owned(),
        tax_code: "1010115010100000000".to_owned(),
        spec: "红富士".to_owned(),
        unit: "斤".to_owned(),
        quantity: Decimal::new(25, 1),
        unit_price: Decimal::new(880, 2),
        tax_included: true,
        rate: Rate::Percent(Decimal::new(9, 2)),
        discount: Fen::ZERO,
    }
}

fn names(code: &str) -> Option<String> {
    (!code.ends_with('9')).then(|| "水果".to_owned())
}

fn faults(order: &[OrderLine]) -> Vec<(Option<usize>, &'static str, &'static str)> {
    compute(order, &names)
        .unwrap_err()
        .into_iter()
        .map(|error| (error.line, error.field, error.code))
        .collect()
}

#[test]
fn chinese_tells_which_fault_it_is_and_its_amounts() {
    let told = |change: &dyn Fn(&mut OrderLine)| {
        let mut line = sound();
        change(&mut line);
        let errors = compute(&[line], &names).unwrap_err();
        errors[0].chinese.clone().unwrap()
    };
    assert_eq!(
        told(&|it| it.discount = Fen::raw(2201)),
        "折扣 22.01 大于该行金额 22.00"
    );
    assert_eq!(told(&|it| it.name = " ".to_owned()), "名称不能为空");
    assert_eq!(
        told(&|it| it.name = "一".repeat(601)),
        "名称最多 600 字，现有 601 字"
    );
    assert_eq!(
        told(&|it| it.unit = "a\tb".to_owned()),
        "单位不能含有换行、制表符等控制字符"
    );
    assert_eq!(
        told(&|it| it.unit_price = Decimal::new(1, 3)),
        "数量乘以单价不足半分"
    );
    assert_eq!(
        told(&|it| it.discount = Fen::raw(2200)),
        "合计须大于 0.00：折扣扣完了全部金额"
    );
}

#[test]
fn every_fault_of_a_line_is_named_with_its_member() {
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    let with = |change: &dyn Fn(&mut OrderLine)| {
        let mut line = sound();
        change(&mut line);
        line
    };
    for (line, field, code) in [
        (with(&|it| it.name = "  ".to_owned()), "name", "E_NAME"),
        (with(&|it| it.name = "一".repeat(601)), "name", "E_NAME"),
        (with(&|it| it.name = "苹\n果".to_owned()), "name", "E_NAME"),
        // `*水果*` takes four of the 300 characters that a printed name may have.
        (
            with(&|it| it.name = "一".repeat(297)),
            "name",
            "E_NAME_LONG",
        ),
        (with(&|it| it.spec = "一".repeat(151)), "spec", "E_SPEC"),
        (with(&|it| it.unit = "\t".to_owned()), "unit", "E_UNIT"),
        (
            with(&|it| it.tax_code = "101011501010000000".to_owned()),
            "tax_code",
            "E_TAX_CODE",
        ),
        (
            with(&|it| it.tax_code = "101011501010000000x".to_owned()),
            "tax_code",
            "E_TAX_CODE",
        ),
        (
            with(&|it| it.tax_code = "1010115010100000009".to_owned()),
            "tax_code",
            "E_TAX_CODE_UNKNOWN",
        ),
        (
            with(&|it| it.tax_code = "6010000000000000000".to_owned()),
            "rate",
            "E_RATE_CLASS",
        ),
        (with(&|it| it.rate = Rate::NotTaxed), "rate", "E_RATE_CLASS"),
        (
            with(&|it| it.rate = Rate::Percent(decimal("1.3"))),
            "rate",
            "E_RATE",
        ),
        (
            with(&|it| it.rate = Rate::Percent(decimal("0.1234567"))),
            "rate",
            "E_RATE",
        ),
        (
            with(&|it| it.quantity = Decimal::ZERO),
            "quantity",
            "E_QUANTITY",
        ),
        (
            with(&|it| it.quantity = decimal("0.12345678901234")),
            "quantity",
            "E_QUANTITY",
        ),
        (
            with(&|it| it.quantity = decimal("10000000000")),
            "quantity",
            "E_QUANTITY",
        ),
        (
            with(&|it| it.unit_price = decimal("-1")),
            "unit_price",
            "E_UNIT_PRICE",
        ),
        (
            with(&|it| it.unit_price = decimal("0.001")),
            "unit_price",
            "E_NONPOSITIVE",
        ),
        (
            with(&|it| it.unit_price = decimal("9999999999")),
            "unit_price",
            "E_TOO_LARGE",
        ),
        (
            with(&|it| it.discount = Fen::raw(-1)),
            "discount",
            "E_DISCOUNT",
        ),
        (
            with(&|it| it.discount = Fen::raw(2201)),
            "discount",
            "E_DISCOUNT",
        ),
    ] {
        // The sound line before it shows that the index is the right one.
        assert_eq!(
            faults(&[sound(), line.clone()]),
            [(Some(1), field, code)],
            "{line:?}"
        );
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let bad = OrderLine {
        name: String::new(),
        quantity: Decimal::ZERO,
        unit_price: Decimal::ZERO,
        ..sound()
    };
    let fields: Vec<_> = faults(&[
        bad,
        OrderLine {
            tax_code: String::new(),
            ..sound()
        },
    ])
    .into_iter()
    .map(|(line, field, _)| (line, field))
    .collect();
    assert_eq!(
        fields,
        [
            (Some(0), "name"),
            (Some(0), "quantity"),
            (Some(0), "unit_price"),
            (Some(1), "tax_code")
        ]
    );
}

#[test]
fn limits_of_the_whole_order() {
    assert_eq!(faults(&[]), [(None, "lines", "E_NO_LINES")]);
    assert_eq!(
        faults(&vec![sound(); MAX_LINES + 1]),
        [(None, "lines", "E_TOO_MANY_LINES")]
    );
    let discounted = OrderLine {
        discount: Fen::raw(1),
        ..sound()
    };
    assert_eq!(
        faults(&vec![discounted; MAX_LINES / 2 + 1]),
        [(None, "lines", "E_TOO_MANY_LINES")]
    );
    // 0.04 at 9% carries 0.0033 of tax, rounded to nothing: 2000 such lines are 7 yuan off.
    let priced = |price| OrderLine {
        quantity: Decimal::ONE,
        unit_price: price,
        ..sound()
    };
    assert_eq!(
        faults(&vec![priced(Decimal::new(4, 2)); MAX_LINES]),
        [(None, "total", "E_TOTAL_TAX")]
    );
    let large = priced(Decimal::from(999_999_999));
    assert!(compute(std::slice::from_ref(&large), &names).is_ok());
    assert_eq!(
        faults(&[large.clone(), large]),
        [(None, "total", "E_TOO_LARGE")]
    );
    let over = OrderLine {
        tax_included: false,
        ..priced(Decimal::from(1_000_000_000))
    };
    assert_eq!(faults(&[over]), [(Some(0), "unit_price", "E_TOO_LARGE")]);
}

#[test]
fn not_taxed_items_stand_alone_but_for_the_listed_ones() {
    let item = |tax_code: &str| OrderLine {
        tax_code: tax_code.to_owned(),
        rate: Rate::NotTaxed,
        ..sound()
    };
    let (card, water) = (item("6010000000000000000"), item("6110000000000000000"));
    assert!(compute(&[card.clone(), water.clone()], &names).is_ok());
    assert!(compute(&[sound(), water.clone()], &names).is_ok());
    assert_eq!(
        faults(&[sound(), card, water]),
        [(Some(1), "tax_code", "E_NOT_TAXED_MIXED")]
    );
}

#[test]
fn a_line_keeps_what_the_shop_said() {
    let order = OrderLine {
        name: " 苹果 ".to_owned(),
        discount: Fen::raw(100),
        ..sound()
    };
    let computed = compute(&[order, sound()], &names).unwrap();
    let numbers: Vec<u32> = computed.lines.iter().map(|line| line.no).collect();
    assert_eq!(numbers, [1, 2, 3]);
    let (line, discount) = (&computed.lines[0], &computed.lines[1]);
    assert_eq!(line.printed_name(), "*水果*苹果");
    assert_eq!((line.spec.as_str(), line.unit.as_str()), ("红富士", "斤"));
    assert_eq!(discount.printed_name(), line.printed_name());
    assert_eq!(discount.gross, Fen::raw(-100));
}

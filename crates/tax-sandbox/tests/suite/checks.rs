//! Every official check, each with one change to a correct invoice.

use serde_json::{Value, json};

use crate::client::{Bench, SMALL, invoice, line, text, with_lines};

/// Uploads `wrong` under a fresh number and expects exactly this finding first.
async fn expect(bench: &Bench, number: &str, mut wrong: Value, code: &str) {
    wrong["fphm"] = json!(number);
    let (status, message) = bench.verdict(&wrong).await;
    assert_eq!(status, "02", "{code} should have been found in {wrong}");
    assert!(
        message.split("; ").any(|finding| finding.starts_with(code)),
        "expected {code}, found: {message}"
    );
}

#[tokio::test]
async fn each_mutation_of_a_correct_invoice_is_found() {
    let bench = Bench::new().await;
    let number = bench.stocked(1).await[0].clone();
    let now = bench.now().await;
    let good = invoice(&number, &now);
    let head: Vec<(&str, Value, &str)> = vec![
        ("lzfpbz", json!("2"), "E_FIELD: lzfpbz"),
        ("fppz", json!("03"), "E_FIELD: fppz"),
        ("gmfzrrbz", json!(null), "E_FIELD: gmfzrrbz"),
        ("ptbh", json!("LQ9"), "E_FIELD: ptbh"),
        ("fpkjfsDm", json!("4"), "E_FIELD: fpkjfsDm"),
        ("tdys", json!("03"), "E_CAPABILITY"),
        ("kpr", json!(""), "E_FIELD: kpr"),
        ("qyDm", json!(""), "E_FIELD: qyDm"),
        ("kprq", json!("2026/03/05"), "E_FIELD: kprq"),
        ("kprq", json!("2020-03-05 10:00:00"), "E_YEAR"),
        ("xsfmc", json!("别的公司"), "E_SELLER"),
        ("gmfmc", json!(" "), "E_BUYER"),
        ("gmfnsrsbh", json!("9111-05"), "E_BUYER"),
        ("gmfzrrbz", json!("Y"), "E_BUYER: 自然人名称须以"),
        ("zrrzjlxDm", json!("201"), "E_BUYER: zrrgjDm"),
        ("bz", json!("注".repeat(451)), "E_SIZE: bz"),
        ("jsfs", json!("07"), "E_FIELD: jsfs"),
        (
            "zfxxList",
            json!([{"zfqdDm": "010"}]),
            "E_PAYMENT: zfqdDm 与 jydh",
        ),
        (
            "zfxxList",
            json!([{"zfqdDm": "010", "jydh": "42"}]),
            "E_PAYMENT: 有支付信息时",
        ),
        ("hjje", json!("100.02"), "E_SUM_AMOUNT"),
        ("hjje", json!("100.001"), "E_SIZE: hjje"),
        ("jshj", json!("109.01"), "E_TOTAL:"),
        ("hjse", json!("7.00"), "E_TOTAL_TAX"),
        ("cezslxDm", json!("02"), "E_DIFF"),
        ("fpmxList", json!([]), "E_LIMIT"),
        ("unknown", json!("x"), "E_FIELD: unknown field"),
        ("hjje", json!("1e2"), "E_FIELD"),
    ];
    for (member, value, code) in head {
        let mut wrong = good.clone();
        wrong[member] = value;
        expect(&bench, &number, wrong, code).await;
    }
    let lines: Vec<(&str, Value, &str)> = vec![
        ("mxxh", json!(2), "E_SEQ@1"),
        ("hwhyslwfwmc", json!("绿茶"), "E_NAME@1"),
        ("xmmc", json!(""), "E_NAME@1"),
        ("sphfwssflhbbm", json!("1010116010000000001"), "E_CODE@1"),
        ("sphfwssflhbbm", json!("1010000000000000000"), "E_CODE@1"),
        (
            "sphfwssflhbbm",
            json!("1090305030000000000"),
            "E_CAPABILITY@1",
        ),
        ("spfwjc", json!("茶叶"), "E_SHORT_NAME@1"),
        ("ggxh", json!("x".repeat(151)), "E_SIZE@1: ggxh"),
        ("sl", json!("0".repeat(26)), "E_SIZE@1: sl"),
        ("dj", json!(""), "E_QTY_PAIR@1"),
        ("dj", json!("100.02"), "E_QTY@1"),
        ("sl", json!("-1"), "E_QTY@1"),
        ("se", json!("9.07"), "E_LINE_TAX@1"),
        ("hsje", json!("109.01"), "E_GROSS@1"),
        ("slv", json!("0.10"), "E_RATE@1"),
        ("slv", json!("0.13"), "E_RATE@1: 税收分类编码"),
        ("slv", json!("0.03"), "E_POLICY@1"),
        ("yhzcbs", json!("03"), "E_POLICY@1"),
        ("yhzcbs", json!("02"), "E_POLICY@1: 税收分类编码"),
        ("yhzcbs", json!("99"), "E_POLICY@1: yhzcbs“99”不存在"),
        ("fphxz", json!("03"), "E_FIELD@1: fphxz"),
        ("fphxz", json!("01"), "E_DISC_ORDER@1"),
        ("fphxz", json!("02"), "E_DISC_MISSING@1"),
        ("kce", json!("1.00"), "E_DIFF@1"),
    ];
    for (member, value, code) in lines {
        let mut wrong = good.clone();
        wrong["fpmxList"][0][member] = value;
        expect(&bench, &number, wrong, code).await;
    }
    assert_eq!(
        bench.verdict(&good).await.0,
        "00",
        "the unchanged invoice passes under the same number"
    );
}

#[tokio::test]
async fn tolerances_are_the_official_ones() {
    let bench = Bench::new().await;
    let numbers = bench.stocked(6).await;
    let now = bench.now().await;
    // je 100.00 at 13%: 13.06 passes, 13.07 does not.
    let printer = |tax: &str, gross: &str, number: usize| {
        let mut row = line(number, "100.00", tax, gross);
        row["xmmc"] = json!("打印机");
        row["spfwjc"] = json!("计算机外部设备");
        row["hwhyslwfwmc"] = json!("*计算机外部设备*打印机");
        row["sphfwssflhbbm"] = json!("1090511030000000000");
        row["slv"] = json!("0.13");
        row
    };
    let one = |number: &str, tax: &str, gross: &str| {
        with_lines(
            number,
            &now,
            vec![printer(tax, gross, 1)],
            ("100.00", tax, gross),
        )
    };
    assert_eq!(
        bench.verdict(&one(&numbers[0], "13.06", "113.06")).await.0,
        "00"
    );
    expect(
        &bench,
        &numbers[1],
        one("", "13.07", "113.07"),
        "E_LINE_TAX@1",
    )
    .await;
    // Each line 0.06 too high: 21 lines pass, 22 do not.
    let many = |number: &str, count: usize| {
        let lines = (1..=count).map(|n| printer("13.06", "113.06", n)).collect();
        let (net, tax, gross) = (count * 10_000, count * 1_306, count * 11_306);
        let text = |fen: usize| format!("{}.{:02}", fen / 100, fen % 100);
        with_lines(number, &now, lines, (&text(net), &text(tax), &text(gross)))
    };
    assert_eq!(bench.verdict(&many(&numbers[2], 21)).await.0, "00");
    expect(&bench, &numbers[3], many("", 22), "E_TOTAL_TAX").await;
    // qty 3 × 33.33: 100.00 passes, 100.01 does not.
    let three = |number: &str, net: &str, gross: &str| {
        let mut row = line(1, net, "9.00", gross);
        row["sl"] = json!("3");
        row["dj"] = json!("33.33");
        with_lines(number, &now, vec![row], (net, "9.00", gross))
    };
    assert_eq!(
        bench
            .verdict(&three(&numbers[4], "100.00", "109.00"))
            .await
            .0,
        "00"
    );
    expect(
        &bench,
        &numbers[5],
        three("", "100.01", "109.01"),
        "E_QTY@1",
    )
    .await;
}

#[tokio::test]
async fn discounts_follow_their_line_and_repeat_its_goods() {
    let bench = Bench::new().await;
    let numbers = bench.stocked(2).await;
    let now = bench.now().await;
    let mut full = line(1, "100.00", "9.00", "109.00");
    full["fphxz"] = json!("02");
    let mut less = line(2, "-10.00", "-0.90", "-10.90");
    less["fphxz"] = json!("01");
    for member in ["ggxh", "dw", "sl", "dj"] {
        less.as_object_mut().unwrap().remove(member);
    }
    let totals = ("90.00", "8.10", "98.10");
    let good = with_lines(&numbers[0], &now, vec![full.clone(), less.clone()], totals);
    assert_eq!(bench.verdict(&good).await, ("00".into(), String::new()));
    let wrong = |lines: Vec<Value>| with_lines("", &now, lines, totals);
    let with = |row: &Value, member: &str, value: Value| {
        let mut row = row.clone();
        row[member] = value;
        row
    };
    let cases = [
        (
            vec![with(&less, "mxxh", json!(1)), with(&full, "mxxh", json!(2))],
            "E_DISC_ORDER@1",
        ),
        (
            vec![
                full.clone(),
                with(&line(2, "1.00", "0.09", "1.09"), "mxxh", json!(2)),
                with(&less, "mxxh", json!(3)),
            ],
            "E_DISC_MISSING@1",
        ),
        (
            vec![full.clone(), with(&less, "dw", json!("盒"))],
            "E_DISC_SHAPE@2",
        ),
        (
            vec![full.clone(), with(&less, "je", json!("10.00"))],
            "E_DISC_SHAPE@2",
        ),
        (
            vec![full.clone(), with(&less, "xmmc", json!("红茶"))],
            "E_DISC_MATCH@2",
        ),
        (
            vec![full.clone(), with(&less, "slv", json!("0.13"))],
            "E_DISC_MATCH@2",
        ),
        (
            vec![full.clone(), with(&less, "hsje", json!("-200.00"))],
            "E_DISC_MATCH@2: 折扣大于",
        ),
        (
            vec![with(&full, "dylzfpmxxh", json!(1)), less.clone()],
            "E_DISC_SHAPE@1",
        ),
    ];
    for (lines, code) in cases {
        expect(&bench, &numbers[1], wrong(lines), code).await;
    }
    let mut gone = less.clone();
    for (member, value) in [("je", "-100.00"), ("se", "-9.00"), ("hsje", "-109.00")] {
        gone[member] = json!(value);
    }
    let nothing = with_lines("", &now, vec![full, gone], ("0.00", "0.00", "0.00"));
    expect(&bench, &numbers[1], nothing, "E_NONPOSITIVE").await;
}

fn free_line(number: usize, code: &str, short: &str, flag: &str) -> Value {
    let mut row = line(number, "50.00", "0.00", "50.00");
    row["xmmc"] = json!("项目");
    row["spfwjc"] = json!(short);
    row["hwhyslwfwmc"] = json!(format!("*{short}*项目"));
    row["sphfwssflhbbm"] = json!(code);
    row["slv"] = json!("0");
    row["yhzcbs"] = json!(flag);
    row
}

#[tokio::test]
async fn exempt_not_taxed_and_difference_tax_have_their_own_rules() {
    let bench = Bench::new().await;
    let numbers = bench.stocked(8).await;
    let now = bench.now().await;
    let alone =
        |number: &str, row: Value| with_lines(number, &now, vec![row], ("50.00", "0.00", "50.00"));
    let vegetables = free_line(1, "1010112040000000000", "蔬菜", "03");
    assert_eq!(
        bench.verdict(&alone(&numbers[0], vegetables)).await,
        ("00".into(), String::new())
    );
    // No tax, nothing to deduct: neither stands on a special invoice.
    for flag in ["03", ""] {
        let mut special = alone("", free_line(1, "1010112040000000000", "蔬菜", flag));
        special["fppz"] = json!("01");
        expect(
            &bench,
            &numbers[2],
            special,
            "E_POLICY@1: 免税或零税率项目只能开具普通发票",
        )
        .await;
    }
    let card = |flag: &str, at| free_line(at, "6010000000000000000", "预付卡销售", flag);
    assert_eq!(
        bench.verdict(&alone(&numbers[1], card("04", 1))).await,
        ("00".into(), String::new())
    );
    expect(
        &bench,
        &numbers[2],
        alone("", card("", 1)),
        "E_POLICY@1: 税收分类编码 6010000000000000000 须填写",
    )
    .await;
    let tea = line(1, "100.00", "9.00", "109.00");
    let mixed = |row| {
        with_lines(
            "",
            &now,
            vec![tea.clone(), row],
            ("150.00", "9.00", "159.00"),
        )
    };
    expect(
        &bench,
        &numbers[2],
        mixed(card("04", 2)),
        "E_POLICY@2: 不征税项目不能与应税项目",
    )
    .await;
    let mut water = mixed(free_line(
        2,
        "6110000000000000000",
        "不征增值税自来水",
        "04",
    ));
    water["fphm"] = json!(numbers[2]);
    assert_eq!(bench.verdict(&water).await, ("00".into(), String::new()));

    let mut labour = line(1, "104000.00", "1000.00", "105000.00");
    for (member, value) in [
        ("xmmc", "派遣"),
        ("spfwjc", "人力资源服务"),
        ("hwhyslwfwmc", "*人力资源服务*派遣"),
        ("sphfwssflhbbm", "3040803010000000000"),
        ("slv", "0.05"),
        ("yhzcbs", "09"),
        ("kce", "84000.00"),
        ("sl", ""),
        ("dj", ""),
    ] {
        labour[member] = json!(value);
    }
    let mut difference = with_lines(
        &numbers[3],
        &now,
        vec![labour],
        ("104000.00", "1000.00", "105000.00"),
    );
    difference["cezslxDm"] = json!("02");
    let mut off = difference.clone();
    off["fpmxList"][0]["kce"] = json!("83000.00");
    expect(&bench, &numbers[3], off, "E_LINE_TAX@1").await;
    assert_eq!(
        bench.verdict(&difference).await,
        ("00".into(), String::new())
    );
    let spent = text(&bench.look("/ledger").await["quota"][0]["spent"]);
    // 50.00 exempt + 50.00 card (code 6…) + 150.00 with water + 104000.00.
    assert_eq!(spent, "104250.00");
}

#[tokio::test]
async fn a_person_and_a_small_scale_seller() {
    let bench = Bench::new().await;
    let numbers = bench.stocked(1).await;
    let now = bench.now().await;
    let mut person = invoice(&numbers[0], &now);
    person["gmfzrrbz"] = json!("Y");
    person["gmfmc"] = json!("张先生（个人）");
    person["gmfnsrsbh"] = json!("");
    let mut special = person.clone();
    special["fppz"] = json!("01");
    expect(&bench, &numbers[0], special, "E_BUYER: 不能向自然人").await;
    assert_eq!(bench.verdict(&person).await, ("00".into(), String::new()));

    let using = "SY0000000002";
    let key = |n: u8| format!("{using}{}{n:032}", crate::client::PARTY);
    let data = bench
        .call_as(
            using,
            "QDFPPLFM",
            &json!({"nsrsbh": SMALL, "lysl": 1, "ywlsh": key(1)}),
        )
        .await
        .data();
    let quota = json!({"nsrsbh": SMALL, "ptbh": crate::client::PARTY, "sqlx": "0", "sqed": "1000", "ywlsh": key(2)});
    assert_eq!(
        bench.call_as(using, "XZTHSXED", &quota).await.data()["returncode"],
        "00"
    );
    let mut row = line(1, "113.54", "1.14", "114.68");
    row["slv"] = json!("0.01");
    let mut small = with_lines(
        &text(&data["fpqshm"]),
        &now,
        vec![row],
        ("113.54", "1.14", "114.68"),
    );
    small["xsfnsrsbh"] = json!(SMALL);
    small["xsfmc"] = json!("样例小吃店");
    let receipt = text(&bench.call_as(using, "QDFPSC", &json!([small])).await.data()["sllsh"]);
    let rows = bench
        .call_as(using, "CXQDFPSCJG", &json!({"sllsh": receipt}))
        .await
        .data();
    assert_eq!(rows["resultList"][0]["status"], "00", "{rows}");
}

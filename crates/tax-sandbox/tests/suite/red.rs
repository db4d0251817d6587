//! Red confirmations and red invoices.

use serde_json::{Value, json};

use crate::client::{BUYER, Bench, NAME, SELLER, invoice, line, text, with_lines};

/// A form over one line: `quantity` pieces, net and tax (negative text).
fn form(blue: &Value, reason: &str, quantity: &str, net: &str, tax: &str) -> Value {
    let line = &blue["fpmxList"][0];
    let price = if quantity.is_empty() {
        json!("")
    } else {
        line["dj"].clone()
    };
    json!({
        "lrfsf": "0", "xsfnsrsbh": SELLER, "xsfmc": NAME, "gmfnsrsbh": blue["gmfnsrsbh"], "gmfmc": blue["gmfmc"],
        "lzfphm": blue["fphm"], "sfzzfpbz": "N", "lzkprq": blue["kprq"], "lzhjje": blue["hjje"], "lzhjse": blue["hjse"],
        "lzfppzDm": blue["fppz"], "hzcxje": net, "hzcxse": tax, "chyyDm": reason,
        "hzqrdmxList": [{
            "lzmxxh": 1, "xh": 1, "sphfwssflhbbm": line["sphfwssflhbbm"], "hwhyslwfwmc": line["hwhyslwfwmc"],
            "spfwjc": line["spfwjc"], "xmmc": line["xmmc"], "ggxh": line["ggxh"], "dw": line["dw"],
            "fpspdj": price, "fpspsl": quantity, "je": net, "sl1": line["slv"], "se": tax,
        }],
    })
}

/// The red invoice that carries a form out.
fn red(number: &str, now: &str, blue: &Value, form: &Value, applied: &Value) -> Value {
    let row = &form["hzqrdmxList"][0];
    let amount = |member: &str| text(&row[member]).parse::<rust_decimal::Decimal>().unwrap();
    let gross = (amount("je") + amount("se")).to_string();
    let mut red = blue.clone();
    red["fphm"] = json!(number);
    red["lzfpbz"] = json!("1");
    red["kprq"] = json!(now);
    red["dylzfphm"] = blue["fphm"].clone();
    red["hzqrxxdbh"] = applied["hzfpxxqrdbh"].clone();
    red["hzqrduuid"] = applied["uuid"].clone();
    red["hjje"] = form["hzcxje"].clone();
    red["hjse"] = form["hzcxse"].clone();
    red["jshj"] = json!(gross);
    red["fpmxList"][0]["je"] = row["je"].clone();
    red["fpmxList"][0]["se"] = row["se"].clone();
    red["fpmxList"][0]["sl"] = row["fpspsl"].clone();
    red["fpmxList"][0]["dj"] = row["fpspdj"].clone();
    red["fpmxList"][0]["hsje"] = json!(gross);
    red["fpmxList"][0]["dylzfpmxxh"] = json!(1);
    red
}

async fn issued(bench: &Bench) -> (Vec<String>, String, Value) {
    let numbers = bench.stocked(5).await;
    let now = bench.now().await;
    let mut blue = invoice(&numbers[0], &now);
    blue["fpmxList"][0]["sl"] = json!("4");
    blue["fpmxList"][0]["dj"] = json!("25");
    assert_eq!(bench.verdict(&blue).await, ("00".into(), String::new()));
    (numbers, now, blue)
}

#[tokio::test]
async fn a_full_red_takes_everything_back_and_the_quota_too() {
    let bench = Bench::new().await;
    let (numbers, now, blue) = issued(&bench).await;
    let asked = form(&blue, "01", "-4", "-100.00", "-9.00");
    let applied = bench.ok("QDHZQRDSQ", &asked).await;
    assert_eq!(
        applied["hzqrxxztDm"], "01",
        "nobody has to agree to an unused invoice"
    );
    let day = now[..10].replace('-', "");
    let ask = json!({"fplx": "82", "fphm": numbers[0], "kprq": day});
    assert_eq!(bench.ok("FPZTXXCX", &ask).await["hzsdbs"], "Y");
    assert_eq!(
        bench.refused("QDHZQRDSQ", &asked).await.0,
        "31",
        "the open form locks the blue"
    );

    let good = red(&numbers[1], &now, &blue, &asked, &applied);
    let mut off = good.clone();
    off["fpmxList"][0]["dw"] = json!("箱");
    assert!(bench.verdict(&off).await.1.contains("E_RED_FORM@1"));
    let mut positive = good.clone();
    positive["hjje"] = json!("100.00");
    assert!(bench.verdict(&positive).await.1.contains("E_RED_SIGN"));
    assert_eq!(bench.verdict(&good).await, ("00".into(), String::new()));
    assert_eq!(bench.verdict(&good).await.0, "03");
    let again = red(&numbers[2], &now, &blue, &asked, &applied);
    assert!(bench.verdict(&again).await.1.contains("开具"));

    let usage = bench.ok("FPZTXXCX", &ask).await;
    assert_eq!(
        (&usage["fpzt"], &usage["hzsdbs"]),
        (&json!("8"), &json!("N"))
    );
    let ledger = bench.look("/ledger").await;
    assert_eq!(ledger["quota"][0]["spent"], "0.00");
    assert_eq!(
        ledger["months"][0]["red"],
        json!({"count": 1, "net": "-100.00", "tax": "-9.00"})
    );
    let detail = bench
        .ok(
            "CXQDHZQRDMX",
            &json!({"uuid": applied["uuid"], "xsfnsrsbh": SELLER}),
        )
        .await;
    assert_eq!(
        (&detail["ykjhzfpbz"], &detail["hzfphm"]),
        (&json!("Y"), &json!(numbers[1]))
    );
    assert_eq!(detail["hzqrdmxList"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn partial_reds_never_take_more_than_is_left() {
    let bench = Bench::new().await;
    let (numbers, now, blue) = issued(&bench).await;
    assert!(
        bench
            .refused("QDHZQRDSQ", &form(&blue, "01", "-1", "-25.00", "-2.25"))
            .await
            .1
            .contains("原因 01")
    );
    assert!(
        bench
            .refused("QDHZQRDSQ", &form(&blue, "03", "-1", "-25.00", "-2.25"))
            .await
            .1
            .contains("不适用于")
    );
    assert!(
        bench
            .refused("QDHZQRDSQ", &form(&blue, "04", "-1", "-25.00", "-2.25"))
            .await
            .1
            .contains("不填数量和单价")
    );
    assert!(
        bench
            .refused("QDHZQRDSQ", &form(&blue, "02", "-5", "-125.00", "-11.25"))
            .await
            .1
            .contains("剩余")
    );
    for (number, quantity, net, tax) in [
        (&numbers[1], "-3", "-75.00", "-6.75"),
        (&numbers[2], "-1", "-25.00", "-2.25"),
    ] {
        let asked = form(&blue, "02", quantity, net, tax);
        let applied = bench.ok("QDHZQRDSQ", &asked).await;
        assert_eq!(
            bench
                .verdict(&red(number, &now, &blue, &asked, &applied))
                .await,
            ("00".into(), String::new())
        );
        let day = now[..10].replace('-', "");
        let standing = bench
            .ok(
                "FPZTXXCX",
                &json!({"fplx": "82", "fphm": numbers[0], "kprq": day}),
            )
            .await["fpzt"]
            .clone();
        assert_eq!(standing, if quantity == "-3" { "7" } else { "8" });
    }
    assert!(
        bench
            .refused("QDHZQRDSQ", &form(&blue, "02", "-1", "-25.00", "-2.25"))
            .await
            .1
            .contains("剩余金额 0.00 税额 0.00")
    );
}

#[tokio::test]
async fn an_invoice_of_goods_and_services_is_returned_or_ended() {
    let bench = Bench::new().await;
    let numbers = bench.stocked(5).await;
    let now = bench.now().await;
    for (number, reason, fits) in [(0, "02", true), (1, "03", true), (2, "02", false)] {
        let mut night = line(2, "100.00", "6.00", "106.00");
        night["xmmc"] = json!("住宿服务");
        night["spfwjc"] = json!("住宿服务");
        night["hwhyslwfwmc"] = json!("*住宿服务*住宿服务");
        night["sphfwssflhbbm"] = json!("3070402000000000000");
        night["slv"] = json!("0.06");
        let blue = if fits {
            let lines = vec![line(1, "100.00", "9.00", "109.00"), night];
            with_lines(&numbers[number], &now, lines, ("200.00", "15.00", "215.00"))
        } else {
            night["mxxh"] = json!(1);
            let sums = ("100.00", "6.00", "106.00");
            with_lines(&numbers[number], &now, vec![night], sums)
        };
        assert_eq!(bench.verdict(&blue).await, ("00".into(), String::new()));
        let tax = text(&blue["fpmxList"][0]["se"]);
        let asked = form(&blue, reason, "-1", "-100.00", &format!("-{tax}"));
        if fits {
            bench.ok("QDHZQRDSQ", &asked).await;
        } else {
            let refused = bench.refused("QDHZQRDSQ", &asked).await.1;
            assert!(refused.contains("不适用于"), "{refused}");
        }
    }
}

#[tokio::test]
async fn an_allowance_has_no_quantity_and_gives_no_quota_back() {
    let bench = Bench::new().await;
    let (numbers, now, blue) = issued(&bench).await;
    let asked = form(&blue, "04", "", "-20.00", "-1.80");
    let applied = bench.ok("QDHZQRDSQ", &asked).await;
    assert_eq!(
        bench
            .verdict(&red(&numbers[1], &now, &blue, &asked, &applied))
            .await,
        ("00".into(), String::new())
    );
    assert_eq!(bench.look("/ledger").await["quota"][0]["spent"], "100.00");
}

#[tokio::test]
async fn a_posted_invoice_needs_its_buyer() {
    let bench = Bench::new().await;
    let (numbers, now, blue) = issued(&bench).await;
    bench
        .control(
            &format!("/invoices/{}/usage", numbers[0]),
            &json!({"posting": "02"}),
        )
        .await;
    let asked = form(&blue, "01", "-4", "-100.00", "-9.00");
    let applied = bench.ok("QDHZQRDSQ", &asked).await;
    assert_eq!(applied["hzqrxxztDm"], "02");
    let early = red(&numbers[1], &now, &blue, &asked, &applied);
    assert!(bench.verdict(&early).await.1.contains("状态为 02"));
    let say = |answer: &str| json!({"xsfnsrsbh": SELLER, "uuid": applied["uuid"], "hzqrdbh": applied["hzfpxxqrdbh"], "qrlx": answer});
    assert_eq!(
        bench.refused("QDHZQRDQR", &say("Y")).await.0,
        "31",
        "the seller cannot agree for the buyer"
    );
    let agreed = bench
        .call_as("SY0000000009", "QDHZQRDQR", &say("Y"))
        .await
        .data();
    assert_eq!(agreed["hzqrxxztDm"], "04", "{agreed}");
    assert_eq!(bench.verdict(&early).await, ("00".into(), String::new()));
    let list = bench
        .call_as(
            "SY0000000009",
            "CXQDHZQRDLB",
            &json!({"yhjslx": "1", "gmfnsrsbh": BUYER}),
        )
        .await
        .data();
    assert_eq!(
        (&list["total"], &list["hzqrdList"][0]["hzqrxxztDm"]),
        (&json!("1"), &json!("04"))
    );
}

#[tokio::test]
async fn a_form_is_refused_lapses_is_withdrawn_or_voided() {
    let bench = Bench::new().await;
    let (numbers, _, blue) = issued(&bench).await;
    bench
        .control(
            &format!("/invoices/{}/usage", numbers[0]),
            &json!({"deduction": "1"}),
        )
        .await;
    let asked = form(&blue, "01", "-4", "-100.00", "-9.00");
    let first = bench.ok("QDHZQRDSQ", &asked).await;
    let refused = bench
        .control(
            &format!("/red-forms/{}/answer", text(&first["uuid"])),
            &json!({"answer": "N"}),
        )
        .await;
    assert_eq!(refused.json::<Value>().await.unwrap()["state"], "05");
    let second = bench.ok("QDHZQRDSQ", &asked).await;
    bench.advance(72).await;
    let state = bench
        .ok(
            "CXQDHZQRDMX",
            &json!({"uuid": second["uuid"], "xsfnsrsbh": SELLER}),
        )
        .await["hzqrxxztDm"]
        .clone();
    assert_eq!(state, "07");
    let third = bench.ok("QDHZQRDSQ", &asked).await;
    let withdraw = json!({"xsfnsrsbh": SELLER, "uuid": third["uuid"], "hzqrdbh": third["hzfpxxqrdbh"], "qrlx": "C"});
    assert_eq!(bench.ok("QDHZQRDQR", &withdraw).await["hzqrxxztDm"], "08");
    let fourth = bench.ok("QDHZQRDSQ", &asked).await;
    let voided = bench
        .control(
            &format!("/red-forms/{}/answer", text(&fourth["uuid"])),
            &json!({"answer": "13"}),
        )
        .await;
    assert_eq!(voided.json::<Value>().await.unwrap()["state"], "13");
    bench
        .control(
            &format!("/invoices/{}/usage", numbers[0]),
            &json!({"deduction": "2"}),
        )
        .await;
    assert!(bench.refused("QDHZQRDSQ", &asked).await.1.contains("退税"));
}

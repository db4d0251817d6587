//! Segments, quota, gate, reference data.

use serde_json::{Value, json};

use crate::client::{Bench, PARTY, SELLER, SMALL, USING, request_key, text};

#[tokio::test]
async fn a_segment_is_handed_out_once_per_request_and_never_overlaps() {
    let bench = Bench::new().await;
    let key = request_key(USING);
    let ask = json!({"nsrsbh": SELLER, "lysl": 5000, "ywlsh": key});
    let first = bench.ok("QDFPPLFM", &ask).await;
    let again = bench.ok("QDFPPLFM", &ask).await;
    assert_eq!(
        (&first["fpqshm"], &first["fpzzhm"]),
        (&again["fpqshm"], &again["fpzzhm"])
    );
    let year = &bench.now().await[2..4];
    assert!(
        text(&first["fpqshm"]).starts_with(&format!("{year}999")),
        "{first}"
    );
    assert_eq!(
        bench
            .refused(
                "QDFPPLFM",
                &json!({"nsrsbh": SELLER, "lysl": 4999, "ywlsh": key})
            )
            .await
            .0,
        "13"
    );
    let next = bench.segment(1).await;
    assert_eq!(
        next[0].parse::<u128>().unwrap(),
        text(&first["fpzzhm"]).parse::<u128>().unwrap() + 1
    );
    for size in [0, -1, 5001] {
        let (code, message) = bench
            .refused(
                "QDFPPLFM",
                &json!({"nsrsbh": SELLER, "lysl": size, "ywlsh": request_key(USING)}),
            )
            .await;
        assert_eq!(code, "12", "{message}");
    }
    let (code, message) = bench
        .refused(
            "QDFPPLFM",
            &json!({"nsrsbh": SELLER, "lysl": 1, "ywlsh": "short"}),
        )
        .await;
    assert_eq!(code, "10");
    assert!(message.contains("32 位字母"), "{message}");
}

#[tokio::test]
async fn quota_is_downloaded_returned_and_never_exceeded() {
    let bench = Bench::new().await;
    let ask = |kind: &str, amount: &str, key: &str| json!({"nsrsbh": SELLER, "ptbh": PARTY, "sqlx": kind, "sqed": amount, "ywlsh": key});
    let key = request_key(USING);
    let first = bench.ok("XZTHSXED", &ask("0", "3000000.00", &key)).await;
    assert_eq!(
        bench.ok("XZTHSXED", &ask("0", "3000000.00", &key)).await,
        first,
        "a repeat moves nothing"
    );
    assert_eq!(
        bench
            .refused("XZTHSXED", &ask("0", "3000000.01", &key))
            .await
            .0,
        "13"
    );
    assert_eq!(
        bench
            .refused("XZTHSXED", &ask("1", "3000000.00", &key))
            .await
            .0,
        "13"
    );
    let state = bench.ok("CXSXED", &json!({"nsrsbh": SELLER})).await;
    assert_eq!(
        [
            &state["bysxed"],
            &state["kysyed"],
            &state["yxzed"],
            &state["yxzwsyed"],
            &state["ztsxbz"]
        ],
        ["10000000.00", "7000000.00", "3000000.00", "3000000.00", "N"]
    );
    assert_eq!(
        bench
            .refused("XZTHSXED", &ask("0", "7000000.01", &request_key(USING)))
            .await
            .0,
        "21"
    );
    bench
        .ok("XZTHSXED", &ask("1", "1000000.00", &request_key(USING)))
        .await;
    assert_eq!(
        bench
            .refused("XZTHSXED", &ask("1", "2000000.01", &request_key(USING)))
            .await
            .0,
        "21"
    );
    let month = bench.now().await[..7].to_owned();
    let extended = bench
        .ok("TZSXEDYXQ", &json!({"xsfnsrsbh": SELLER, "sxedsq": month}))
        .await;
    assert!(
        text(&extended["syqjz"]).starts_with(&month.replace('-', "")),
        "{extended}"
    );
    assert_eq!(
        bench
            .refused(
                "TZSXEDYXQ",
                &json!({"xsfnsrsbh": SELLER, "sxedsq": "2020-01"})
            )
            .await
            .0,
        "10"
    );
}

#[tokio::test]
async fn a_closed_gate_stops_numbers_and_quota() {
    let bench = Bench::new().await;
    for (gate, member, value) in [
        (json!({"risk_class": "01"}), "fxnsrlx", "01"),
        (json!({"warning_level": "01"}), "nsryjjb", "01"),
        (json!({"risk_flag": true}), "fxnsrbz", "Y"),
    ] {
        assert_eq!(
            bench
                .control(&format!("/taxpayers/{SELLER}/gate"), &gate)
                .await
                .status(),
            200
        );
        assert_eq!(
            bench.ok("CXNSRFXXX", &json!({"nsrsbh": SELLER})).await[member],
            value
        );
        let ask = json!({"nsrsbh": SELLER, "lysl": 1, "ywlsh": request_key(USING)});
        assert_eq!(bench.refused("QDFPPLFM", &ask).await.0, "20");
        assert_eq!(
            bench.ok("CXSXED", &json!({"nsrsbh": SELLER})).await["ztsxbz"],
            "Y"
        );
        let open = json!({"risk_class": "", "warning_level": "", "risk_flag": false});
        bench
            .control(&format!("/taxpayers/{SELLER}/gate"), &open)
            .await;
    }
    bench
        .control(
            &format!("/taxpayers/{SELLER}/gate"),
            &json!({"state": "05"}),
        )
        .await;
    assert_eq!(
        bench.ok("CXNSRJBXX", &json!({"nsrsbh": SELLER})).await["nsrztdm"],
        "05"
    );
    let ask = json!({"nsrsbh": SELLER, "lysl": 1, "ywlsh": request_key(USING)});
    assert_eq!(bench.refused("QDFPPLFM", &ask).await.0, "20");
    bench
        .control(
            &format!("/taxpayers/{SELLER}/gate"),
            &json!({"state": "09"}),
        )
        .await;
    bench.ok("QDFPPLFM", &ask).await;
}

#[tokio::test]
async fn rates_and_class_codes_are_told_with_their_dates() {
    let bench = Bench::new().await;
    let rates = bench.ok("CXKYSL", &json!({"nsrsbh": SELLER})).await;
    let rate = |value: &str| -> Value {
        rates["kyslList"]
            .as_array()
            .unwrap()
            .iter()
            .find(|r| r["slzsl"] == value)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (&rate("0.13")["csxz"], &rate("0.13")["cszt"]),
        (&json!("1"), &json!("0"))
    );
    assert_eq!(
        (&rate("0.03")["csxz"], &rate("0.16")["cszt"]),
        (&json!("2"), &json!("1"))
    );
    let small = bench
        .call_as("SY0000000002", "CXKYSL", &json!({"nsrsbh": SMALL}))
        .await
        .data();
    let one = small["kyslList"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["slzsl"] == "0.01")
        .unwrap()
        .clone();
    assert_eq!(one["yxqz"], "2027-12-31");

    let all = bench
        .ok("CXSSFLBM", &json!({"nsrsbh": SELLER, "sjc": ""}))
        .await;
    assert!(
        60 <= all["ssflbmList"].as_array().unwrap().len(),
        "{}",
        all["count"]
    );
    let stamp = text(&all["sjc"]);
    let none = bench
        .ok("CXSSFLBM", &json!({"nsrsbh": SELLER, "sjc": stamp}))
        .await;
    assert_eq!(none["count"], "0");
    let renamed = json!({"code": "1010116010000000000", "name": "茶叶", "short_name": "茶叶", "tax_rates": "9%"});
    assert_eq!(bench.control("/class-codes", &renamed).await.status(), 204);
    let newer = bench
        .ok("CXSSFLBM", &json!({"nsrsbh": SELLER, "sjc": stamp}))
        .await;
    assert_eq!(
        (&newer["count"], &newer["ssflbmList"][0]["sphfwfljc"]),
        (&json!("1"), &json!("茶叶"))
    );
    let difference = bench.ok("CXCEZSBM", &json!({})).await;
    assert!(
        difference["cezzbmList"]
            .as_array()
            .unwrap()
            .iter()
            .any(|r| r["sphfwssflhbbm"] == "3040803010000000000")
    );
}

#[tokio::test]
async fn a_taxpayer_of_somebody_else_is_unknown() {
    let bench = Bench::new().await;
    let ask = json!({"nsrsbh": SMALL});
    assert_eq!(bench.refused("CXSXED", &ask).await.0, "11");
    assert_eq!(
        bench.call_as("SY-nobody", "CXSXED", &ask).await.error(),
        "UsingPartyUnknown"
    );
}

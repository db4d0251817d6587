//! The adapter against a real `tax-sandbox` on a free port.

use super::{DirectTax, DirectTaxConfig, Patience};
use chrono::NaiveDateTime;
use fapiao_domain::{
    face::{Extras, InvoiceFace},
    ids::{Id as _, SellerId},
    invoice::{Identity, InvoiceKind},
    line::OrderLine,
    money::Fen,
    party::{SellerParty, Title, TitleKind},
    rate::Rate,
    totals::compute,
};
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    ports::{IssueFace, QuotaReturned, QuotaTerm, TaxAuthority, TaxVerdict, TaxpayerGate},
    records::{IssuingMode, Seller},
};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::time::Duration;
use tax_sandbox::{Party, Running, TaxSandbox, TaxSandboxConfig, Taxpayer};

const TAX_NUMBER: &str = "91330100MA00000072";
const SMALL: &str = "92330106MA9XX0003C";
const TEA: &str = "1010116010000000000";

struct Bench {
    authority: Running,
    tax: DirectTax,
    seller: Seller,
    http: reqwest::Client,
}

fn seller(tax_number: &str, name: &str) -> Seller {
    Seller {
        id: SellerId::from_ulid("01J8ZC3N6T9Q4W2E5R7Y8U1P0A"),
        party: SellerParty {
            name: name.into(),
            tax_number: tax_number.into(),
            address: "杭州市".into(),
            bank: "中国银行".into(),
            bank_account: "6222".into(),
            phone: "0571-88888888".into(),
            taxpayer: None,
        },
        short_name: "样例".into(),
        province: "33".into(),
        drawer: "王芳".into(),
        payee: "李娜".into(),
        reviewer: String::new(),
        mode: IssuingMode::SelfBuilt,
        platform_account: None,
        channel_account: None,
        app_account: None,
        mini_program_account: None,
        numbers_low: 10,
        numbers_fetch: 100,
        quota_low: Fen::ZERO,
        quota_fetch: Fen::ZERO,
        rules: Default::default(),
        version: 1,
    }
}

impl Bench {
    async fn new() -> Bench {
        Bench::with(Duration::ZERO, Duration::ZERO).await
    }

    async fn with(latency: Duration, gate: Duration) -> Bench {
        let party = Party::generate("LQ0000000001");
        let authority = TaxSandbox::start(TaxSandboxConfig {
            parties: vec![party.clone()],
            taxpayers: vec![
                Taxpayer::general(TAX_NUMBER, "样例零售有限公司", &party.id, "SY0000000001"),
                Taxpayer::general(SMALL, "样例小吃店", &party.id, "SY0000000001").small_scale(),
            ],
            latency,
            ..TaxSandboxConfig::default()
        })
        .await
        .unwrap();
        let config = DirectTaxConfig {
            base_url: authority.url(),
            party_id: party.id.clone(),
            user_id: "SY0000000001".into(),
            sm4_key: party.sm4_key.clone().into(),
            secret: party.secret.clone().into(),
            sandbox: true,
        };
        let patience = Patience {
            answer: Duration::from_secs(2),
            gate,
        };
        let tax = DirectTax::with_patience(config, patience).unwrap();
        Bench {
            authority,
            tax,
            seller: seller(TAX_NUMBER, "样例零售有限公司"),
            http: reqwest::Client::new(),
        }
    }

    async fn control(&self, path: &str, body: Value) {
        let answer = self
            .http
            .post(format!("{}/sandbox{path}", self.authority.url()))
            .json(&body)
            .send()
            .await
            .unwrap();
        assert!(
            answer.status().is_success(),
            "{path}: {}",
            answer.text().await.unwrap()
        );
    }

    async fn ledger(&self) -> Value {
        let url = format!("{}/sandbox/ledger", self.authority.url());
        self.http
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    async fn now(&self) -> NaiveDateTime {
        let url = format!("{}/sandbox/clock", self.authority.url());
        let clock: Value = self
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        NaiveDateTime::parse_from_str(clock["now"].as_str().unwrap(), "%Y-%m-%d %H:%M:%S").unwrap()
    }

    async fn numbers(&self, request: &str, size: u32) -> Vec<String> {
        let (first, _, count) = self
            .tax
            .fetch_segment(&self.seller, request, size)
            .await
            .unwrap();
        let first: u128 = first.parse().unwrap();
        (0..u128::from(count))
            .map(|n| format!("{:020}", first + n))
            .collect()
    }

    async fn quota(&self, yuan: &str) {
        let amount = Fen::parse_yuan(yuan).unwrap();
        assert_eq!(
            self.tax
                .fetch_quota(&self.seller, &format!("quota-{yuan}"), amount)
                .await
                .unwrap()
                .amount,
            amount
        );
    }

    async fn face(&self, number: &str) -> IssueFace {
        issue(
            number,
            self.now().await,
            &self.seller,
            vec![tea("113.54", "0.09", "10.00")],
        )
    }

    /// Uploads and polls until nothing is in progress.
    async fn verdicts(&self, faces: &[IssueFace]) -> Vec<TaxVerdict> {
        let receipt = self.tax.upload(&self.seller, faces).await.unwrap();
        for _ in 0..100 {
            let results = self.tax.results(&self.seller, &receipt).await.unwrap();
            assert_eq!(results.len(), faces.len());
            if results
                .iter()
                .all(|result| result.verdict != TaxVerdict::InProgress)
            {
                return results.into_iter().map(|result| result.verdict).collect();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{receipt} stays in progress");
    }
}

fn tea(price: &str, rate: &str, discount: &str) -> OrderLine {
    OrderLine {
        preference: None,
        name: "明前龙井".into(),
        tax_code: TEA.into(),
        spec: "250g".into(),
        unit: "盒".into(),
        quantity: Decimal::from(3),
        unit_price: price.parse().unwrap(),
        tax_included: true,
        rate: Rate::parse(rate).unwrap(),
        discount: Fen::parse_yuan(discount).unwrap(),
    }
}

fn issue(
    number: &str,
    issued_at: NaiveDateTime,
    seller: &Seller,
    lines: Vec<OrderLine>,
) -> IssueFace {
    let computed = compute(&lines, &|_| Some("茶及饮料原料".into())).unwrap();
    let face = InvoiceFace {
        kind: InvoiceKind::DigitalOrdinary,
        identity: Identity::Digital {
            number: number.into(),
        },
        issued_at,
        seller: seller.party.clone(),
        province: "33".into(),
        buyer: Title {
            kind: TitleKind::Organisation,
            name: "买方科技有限公司".into(),
            tax_number: "91110105MA0000007L".into(),
            address: String::new(),
            phone: String::new(),
            bank: String::new(),
            bank_account: String::new(),
            email: String::new(),
        },
        lines: computed.lines,
        totals: computed.totals,
        remark: "门店 S001\n收款人:李娜;    复核人:;".into(),
        drawer: "王芳".into(),
        payee: "李娜".into(),
        reviewer: String::new(),
        red: None,
        sample: true,
        extras: Extras::default(),
    };
    IssueFace {
        face,
        levy_lines: Vec::new(),
        payment: Some(("010".into(), "4200001234".into())),
        red: None,
        document: None,
    }
}

fn advice<T: std::fmt::Debug>(result: Result<T, OutsideError>) -> Advice {
    result.unwrap_err().advice
}

#[tokio::test]
async fn a_batch_of_100_is_in_progress_and_then_accepted() {
    let bench = Bench::with(Duration::ZERO, Duration::from_secs(60)).await;
    // One poll finds it in progress, however slow the machine is.
    bench
        .control("/faults", json!({ "kind": "hold", "polls": 1, "times": 1 }))
        .await;
    assert!(bench.tax.is_sandbox());
    bench.quota("100000.00").await;
    let mut faces = Vec::new();
    for number in bench.numbers("seg-1", 100).await {
        faces.push(bench.face(&number).await);
    }
    let receipt = bench.tax.upload(&bench.seller, &faces).await.unwrap();
    let early = bench.tax.results(&bench.seller, &receipt).await.unwrap();
    assert!(
        early
            .iter()
            .all(|result| result.verdict == TaxVerdict::InProgress)
    );
    assert_eq!(
        bench.verdicts(&faces).await,
        vec![TaxVerdict::Accepted; 100],
        "uploaded again: 03 is success"
    );
    let ledger = bench.ledger().await;
    let numbers = ledger["numbers"].as_array().unwrap();
    assert!(
        numbers
            .iter()
            .all(|number| number["state"] == "accepted" && number["uploads"] == 2)
    );
    let spent: Fen = faces.iter().map(|face| face.face.totals.amount).sum();
    assert_eq!(
        ledger["quota"][0]["spent"],
        spent.to_string(),
        "quota is spent once"
    );
    let url = format!(
        "{}/sandbox/invoices/{}",
        bench.authority.url(),
        faces[0].face.identity.number()
    );
    let kept: Value = bench
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(kept["content"]["bz"], "门店 S001");
    assert_eq!(
        kept["content"]["zfxxList"],
        json!([{"zfqdDm": "010", "jydh": "4200001234"}])
    );
}

#[tokio::test]
async fn requests_repeated_under_their_number_give_the_same_again() {
    let bench = Bench::new().await;
    let first = bench
        .tax
        .fetch_segment(&bench.seller, "seg-1", 50)
        .await
        .unwrap();
    assert_eq!(
        bench
            .tax
            .fetch_segment(&bench.seller, "seg-1", 50)
            .await
            .unwrap(),
        first
    );
    assert_ne!(
        bench
            .tax
            .fetch_segment(&bench.seller, "seg-2", 50)
            .await
            .unwrap(),
        first
    );
    bench
        .control(
            "/faults",
            json!({"service": "XZTHSXED", "kind": "work_then_drop", "times": 1}),
        )
        .await;
    let amount = Fen::parse_yuan("5000.00").unwrap();
    let lost = bench.tax.fetch_quota(&bench.seller, "q-1", amount).await;
    assert_eq!(advice(lost), Advice::Retry { after: None });
    assert_eq!(
        bench
            .tax
            .fetch_quota(&bench.seller, "q-1", amount)
            .await
            .unwrap()
            .amount,
        amount
    );
    assert_eq!(bench.ledger().await["quota"][0]["downloaded"], "5000.00");
}

#[tokio::test]
async fn quota_goes_back_once_and_is_extended_once_the_return_is_filed() {
    let bench = Bench::new().await;
    bench.quota("5000.00").await;
    let fault = json!({"service": "XZTHSXED", "kind": "work_then_drop", "times": 1});
    bench.control("/faults", fault).await;
    let amount = Fen::parse_yuan("1200.00").unwrap();
    let lost = bench.tax.return_quota(&bench.seller, "r-1", amount).await;
    assert_eq!(advice(lost), Advice::Retry { after: None });
    for _ in 0..2 {
        let told = bench.tax.return_quota(&bench.seller, "r-1", amount).await;
        assert_eq!(told.unwrap(), QuotaReturned::Taken);
    }
    assert_eq!(bench.ledger().await["quota"][0]["downloaded"], "3800.00");
    // More than is unused was never given back, and that is certain.
    let much = Fen::parse_yuan("3800.01").unwrap();
    let told = bench.tax.return_quota(&bench.seller, "r-2", much).await;
    assert!(matches!(told, Ok(QuotaReturned::Refused(_))), "{told:?}");
    assert_eq!(bench.ledger().await["quota"][0]["downloaded"], "3800.00");

    let month = bench.now().await.format("%Y-%m").to_string();
    let path = format!("/taxpayers/{}/gate", bench.seller.party.tax_number);
    bench.control(&path, json!({"return_filed": false})).await;
    let told = bench.tax.extend_quota(&bench.seller, &month).await;
    assert!(matches!(told, Ok(QuotaTerm::NotYet(_))), "{told:?}");
    bench.control(&path, json!({"return_filed": true})).await;
    for _ in 0..2 {
        let told = bench.tax.extend_quota(&bench.seller, &month).await;
        assert!(
            matches!(&told, Ok(QuotaTerm::Until(it)) if it.starts_with(&month)),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn near_the_limit_less_quota_is_granted_and_a_repeat_meets_the_same() {
    let bench = Bench::new().await;
    bench.quota("9000000.00").await;
    let wanted = Fen::parse_yuan("3000000.00").unwrap();
    let granted = bench
        .tax
        .fetch_quota(&bench.seller, "q-last", wanted)
        .await
        .unwrap()
        .amount;
    assert_eq!(granted.to_string(), "750000.00");
    assert_eq!(
        bench
            .tax
            .fetch_quota(&bench.seller, "q-last", wanted)
            .await
            .unwrap()
            .amount,
        granted
    );
    assert_eq!(bench.ledger().await["quota"][0]["downloaded"], "9750000.00");
    let mut total = Fen::parse_yuan("9750000.00").unwrap();
    for round in 0..40 {
        let more = bench
            .tax
            .fetch_quota(&bench.seller, &format!("q-{round}"), wanted)
            .await
            .unwrap()
            .amount;
        if more == Fen::ZERO {
            break;
        }
        total += more;
    }
    let left = Fen::parse_yuan("10000000.00").unwrap() - total;
    assert!(
        !left.is_negative() && left.get() < 20_000,
        "{left} was left over"
    );
    assert_eq!(
        bench
            .tax
            .fetch_quota(&bench.seller, "q-none", wanted)
            .await
            .unwrap()
            .amount,
        Fen::ZERO
    );
}

#[tokio::test]
async fn a_lost_upload_answer_is_an_unknown_outcome_and_the_repeat_is_success() {
    let bench = Bench::new().await;
    bench.quota("1000.00").await;
    let number = bench.numbers("seg-1", 1).await.remove(0);
    let faces = [bench.face(&number).await];
    for kind in ["work_then_drop", "garbage"] {
        bench
            .control(
                "/faults",
                json!({"service": "QDFPSC", "kind": kind, "times": 1}),
            )
            .await;
        assert_eq!(
            advice(bench.tax.upload(&bench.seller, &faces).await),
            Advice::OutcomeUnknown,
            "{kind}"
        );
    }
    bench
        .control(
            "/faults",
            json!({"service": "QDFPSC", "kind": "delay", "ms": 3000, "times": 1}),
        )
        .await;
    assert_eq!(
        advice(bench.tax.upload(&bench.seller, &faces).await),
        Advice::OutcomeUnknown,
        "time-out"
    );
    bench
        .control(
            "/faults",
            json!({"service": "QDFPSC", "kind": "http", "status": 502, "times": 1}),
        )
        .await;
    assert_eq!(
        advice(bench.tax.upload(&bench.seller, &faces).await),
        Advice::OutcomeUnknown
    );
    assert_eq!(bench.verdicts(&faces).await, [TaxVerdict::Accepted]);
    assert_eq!(
        bench.ledger().await["quota"][0]["spent"],
        faces[0].face.totals.amount.to_string()
    );
}

#[tokio::test]
async fn results_after_12_hours_ask_for_the_same_upload_again() {
    let bench = Bench::new().await;
    bench.quota("1000.00").await;
    let number = bench.numbers("seg-1", 1).await.remove(0);
    let faces = [bench.face(&number).await];
    let receipt = bench.tax.upload(&bench.seller, &faces).await.unwrap();
    bench.control("/clock/advance", json!({"hours": 12})).await;
    assert_eq!(
        advice(bench.tax.results(&bench.seller, &receipt).await),
        Advice::OutcomeUnknown
    );
    assert_eq!(
        advice(bench.tax.results(&bench.seller, "nothing").await),
        Advice::OutcomeUnknown
    );
    assert_eq!(bench.verdicts(&faces).await, [TaxVerdict::Accepted]);
}

#[tokio::test]
async fn a_refused_invoice_says_why_and_does_not_spoil_its_batch() {
    let bench = Bench::new().await;
    bench.quota("1000.00").await;
    let numbers = bench.numbers("seg-1", 2).await;
    let good = bench.face(&numbers[0]).await;
    let mut old = bench.face(&numbers[1]).await;
    old.face.issued_at -= chrono::TimeDelta::hours(48);
    let verdicts = bench.verdicts(&[good, old]).await;
    assert_eq!(verdicts[0], TaxVerdict::Accepted);
    assert!(
        matches!(&verdicts[1], TaxVerdict::Refused(why) if why.contains("E_LATE")),
        "{verdicts:?}"
    );
    let nothing = bench.tax.upload(&bench.seller, &[]).await;
    assert_eq!(advice(nothing), Advice::Never);
}

#[tokio::test]
async fn every_kind_of_line_and_buyer_is_accepted() {
    let bench = Bench::new().await;
    bench.quota("10000.00").await;
    let numbers = bench.numbers("seg-1", 5).await;
    let now = bench.now().await;
    let mut person = issue(
        &numbers[0],
        now,
        &bench.seller,
        vec![tea("33.33", "0.09", "0")],
    );
    person.face.buyer.kind = TitleKind::Person;
    person.face.buyer.name = "张先生".into();
    person.face.buyer.tax_number = String::new();
    let exempt = issue(
        &numbers[1],
        now,
        &bench.seller,
        vec![tea("10.00", "exempt", "0"), tea("10.00", "0.09", "1.00")],
    );
    let mut levy = issue(
        &numbers[2],
        now,
        &bench.seller,
        vec![tea("10.00", "0.03", "0")],
    );
    levy.levy_lines = vec![1];
    let mut army = issue(
        &numbers[3],
        now,
        &bench.seller,
        vec![tea("0.01", "0.09", "0")],
    );
    army.face.buyer.kind = TitleKind::NoNumber;
    army.face.buyer.tax_number = String::new();
    let mut special = issue(
        &numbers[4],
        now,
        &bench.seller,
        vec![tea("10.00", "0.09", "0")],
    );
    special.face.kind = InvoiceKind::DigitalSpecial;
    special.payment = None;
    let faces = [person, exempt, levy, army, special];
    assert_eq!(bench.verdicts(&faces).await, vec![TaxVerdict::Accepted; 5]);
}

#[tokio::test]
async fn a_small_scale_seller_uses_its_levies_without_a_flag() {
    let mut bench = Bench::new().await;
    bench.seller = seller(SMALL, "样例小吃店");
    bench.quota("1000.00").await;
    let numbers = bench.numbers("seg-1", 2).await;
    let now = bench.now().await;
    let mut faces = Vec::new();
    for (number, rate) in numbers.iter().zip(["0.01", "0.03"]) {
        let mut face = issue(number, now, &bench.seller, vec![tea("10.00", rate, "0")]);
        face.levy_lines = vec![1];
        faces.push(face);
    }
    assert_eq!(bench.verdicts(&faces).await, vec![TaxVerdict::Accepted; 2]);
    let rates = bench.tax.rates(&bench.seller).await.unwrap();
    let one = rates
        .iter()
        .find(|rate| rate.rate == Rate::parse("0.01").unwrap())
        .unwrap();
    assert!(one.levy);
    assert_eq!(one.until, "2027-12-31");
}

#[tokio::test]
async fn the_gate_is_believed_for_a_while_and_then_asked_again() {
    let bench = Bench::with(Duration::ZERO, Duration::from_millis(400)).await;
    assert_eq!(
        bench.tax.gate(&bench.seller).await.unwrap(),
        TaxpayerGate::Open
    );
    bench
        .control(
            &format!("/taxpayers/{TAX_NUMBER}/gate"),
            json!({"risk_class": "01"}),
        )
        .await;
    assert_eq!(
        bench.tax.gate(&bench.seller).await.unwrap(),
        TaxpayerGate::Open
    );
    tokio::time::sleep(Duration::from_millis(450)).await;
    let TaxpayerGate::Closed(why) = bench.tax.gate(&bench.seller).await.unwrap() else {
        panic!("the gate is closed");
    };
    assert!(why.contains("Ⅰ"), "{why}");
    let refused = bench
        .tax
        .fetch_segment(&bench.seller, "seg-1", 1)
        .await
        .unwrap_err();
    assert!(
        matches!(refused.advice, Advice::Retry { after: Some(_) }),
        "{refused:?}"
    );
}

#[tokio::test]
async fn class_codes_and_rates_come_as_the_product_knows_them() {
    let bench = Bench::new().await;
    let codes = bench.tax.class_codes(&bench.seller).await.unwrap();
    let code = |wanted: &str| codes.iter().find(|code| code.code == wanted);
    let tea = code(TEA).unwrap();
    assert_eq!(
        (
            tea.short_name.as_str(),
            tea.usual_rate.as_str(),
            tea.summary
        ),
        ("茶及饮料原料", "0.09", false)
    );
    assert_eq!(
        (tea.tax_rates.as_str(), tea.levy_rates.as_str()),
        ("9%", "1%、3%、5%")
    );
    assert_eq!(code("6010000000000000000").unwrap().usual_rate, "not_taxed");
    assert!(code("1010000000000000000").unwrap().summary);
    assert!(!code("3030100000000000000").unwrap().summary);
    assert!(
        code("1090305030000000000").is_none(),
        "vehicles need a capability of their own"
    );
    let rates = bench.tax.rates(&bench.seller).await.unwrap();
    let find = |text: &str| {
        rates
            .iter()
            .find(|rate| rate.rate == Rate::parse(text).unwrap())
    };
    assert!(!find("0.13").unwrap().levy && find("0.05").unwrap().levy);
    assert!(find("0.16").is_none(), "a rate of the past is not usable");
    bench.tax.probe(&bench.seller).await.unwrap();
}

#[test]
fn every_missing_setting_is_named_at_once() {
    let nothing = DirectTaxConfig {
        base_url: String::new(),
        party_id: String::new(),
        user_id: "SY0000000001".into(),
        sm4_key: "short".into(),
        secret: String::new().into(),
        sandbox: true,
    };
    let Err(why) = DirectTax::new(nothing) else {
        panic!("nothing is set");
    };
    for name in ["tax.base_url", "tax.party_id", "tax.sm4_key", "fapiao demo"] {
        assert!(why.contains(name), "{name}: {why}");
    }
    assert!(!why.contains("tax.user_id"), "{why}");
}

#[tokio::test]
async fn wrong_settings_are_for_a_person_and_an_absent_authority_is_tried_again() {
    let bench = Bench::new().await;
    let config = |base_url: String, party: &str| DirectTaxConfig {
        base_url,
        party_id: party.into(),
        user_id: "SY0000000001".into(),
        sm4_key: "0123456789abcdeffedcba9876543210".into(),
        secret: "other".into(),
        sandbox: true,
    };
    let stranger = DirectTax::new(config(bench.authority.url(), "LQ-nobody")).unwrap();
    let error = stranger.probe(&bench.seller).await.unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.advice),
        ("PartyUnknown", Advice::NeedsPerson)
    );
    let forger = DirectTax::new(config(bench.authority.url(), "LQ0000000001")).unwrap();
    assert_eq!(
        forger.probe(&bench.seller).await.unwrap_err().code,
        "SignatureInvalid"
    );
    let other = seller("91310000MA1FL0007C", "别人");
    let error = bench.tax.probe(&other).await.unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.advice),
        ("11", Advice::NeedsPerson)
    );
    assert!(
        !error.to_string().contains("91310000MA1FL0007C"),
        "no tax number in messages: {error}"
    );
    let nowhere = DirectTax::new(config("http://127.0.0.1:9".into(), "LQ0000000001")).unwrap();
    assert_eq!(
        advice(nowhere.probe(&bench.seller).await),
        Advice::Retry { after: None }
    );
    let absent = nowhere
        .upload(&bench.seller, &[bench.face("26999000000000000001").await])
        .await;
    assert_eq!(
        advice(absent),
        Advice::Retry { after: None },
        "nothing was sent"
    );
    for (config, word) in [
        (config("http://h/".into(), "P"), "base_url"),
        (config("http://h".into(), ""), "party_id"),
        (
            DirectTaxConfig {
                sm4_key: "12".into(),
                ..config("http://h".into(), "P")
            },
            "sm4_key",
        ),
    ] {
        assert!(DirectTax::new(config).err().unwrap().contains(word));
    }
    // Without any of the five there is no connection; a node runs all the same, for its gateways or to be set up.
    let none = DirectTax::new(DirectTaxConfig {
        sm4_key: "".into(),
        secret: "".into(),
        user_id: String::new(),
        ..config(String::new(), "")
    })
    .unwrap();
    let error = none.probe(&bench.seller).await.unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.advice),
        ("not_set_up", Advice::NeedsPerson)
    );
    assert!(error.message.contains("[tax]"), "{}", error.message);
}

#[tokio::test]
async fn a_busy_authority_is_asked_again() {
    let bench = Bench::new().await;
    for fault in [
        json!({"service": "CXSXED", "kind": "error", "code": "Throttled", "message": "slow down", "times": 1}),
        json!({"service": "CXSXED", "kind": "refuse", "code": "99", "message": "系统繁忙", "times": 1}),
        json!({"service": "CXSXED", "kind": "http", "status": 503, "times": 1}),
        json!({"service": "CXSXED", "kind": "http", "status": 429, "times": 1}),
        json!({"service": "CXSXED", "kind": "drop_before", "times": 1}),
    ] {
        bench.control("/faults", fault.clone()).await;
        assert_eq!(
            advice(bench.tax.probe(&bench.seller).await),
            Advice::Retry { after: None },
            "{fault}"
        );
    }
    bench
        .control(
            "/faults",
            json!({"service": "CXSXED", "kind": "http", "status": 403, "times": 1}),
        )
        .await;
    assert_eq!(
        advice(bench.tax.probe(&bench.seller).await),
        Advice::NeedsPerson
    );
    bench.tax.probe(&bench.seller).await.unwrap();
}

//! A seller's books: the mapping of vouchers, edited and handed in as a file; vouchers of every kind.

use super::get;
use crate::{
    admin::{
        sign_in::{hidden, signed_in},
        work::{location, page, send},
    },
    harness::{TestApp, company, spawn_app, tea},
    red::{at_stage, refund},
    taxes::first_seller,
};
use fapiao_archive::mapping::Mapping;
use fapiao_usecases::calendar;
use reqwest::{Client, Response, StatusCode};
use serde_json::json;

async fn hand_in(app: &TestApp, who: &Client, path: &str, version: &str, text: String) -> Response {
    let token = hidden(&page(app, who, "/admin").await, "csrf");
    let part = reqwest::multipart::Part::bytes(text.into_bytes()).file_name("mapping.toml");
    let form = reqwest::multipart::Form::new()
        .text("csrf", token)
        .text("version", version.to_owned())
        .part("file", part);
    who.post(format!("{}{path}", app.web()))
        .header("Origin", app.web())
        .multipart(form)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn vouchers_follow_the_seller_s_mapping_and_a_wrong_one_is_named_by_line_and_field() {
    let app = spawn_app().await;
    let month = calendar::month(app.ports().clock.now());
    let order = app.authorised_order("B-1", &company()).await;
    app.await_state(&order, "carded").await;
    let seller = first_seller(&app).await;
    let here = format!("/admin/sellers/{}/books", seller.id);
    let vouchers = format!("/reports/vouchers.csv?month={month}&seller={}", seller.id);
    let export = async || {
        let answer = app.get(&vouchers).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body.as_str().unwrap_or_default().to_owned()
    };
    let usual = export().await;
    assert!(
        usual.starts_with(
            "日期,凭证字,凭证号,附单据数,摘要,科目代码,科目名称,借方金额,贷方金额,币别"
        ),
        "{usual}"
    );
    assert!(
        usual.contains(",1122,应收账款,113.00,,人民币,1,113.00,"),
        "{usual}"
    );

    // As a file: downloaded, changed, handed in.
    let finance = signed_in(&app, "finance").await;
    let (status, file) = get(&app, &finance, &format!("{here}.toml")).await;
    assert_eq!(status, StatusCode::OK);
    let file = String::from_utf8(file).unwrap();
    assert_eq!(Mapping::read(&file), Ok(Mapping::default()));
    let wrong = file.replace("code = \"6001\"", "code = \"60 01\"");
    let line = wrong.lines().position(|it| it.contains("60 01")).unwrap() + 1;
    let path = format!("{here}/file");
    let refused = hand_in(&app, &finance, &path, "0", wrong).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = refused.text().await.unwrap();
    assert!(
        text.contains(&format!("第 {line} 行 accounts.revenue.code")),
        "{text}"
    );
    let changed = file
        .replace("code = \"1122\"", "code = \"1122.05\"")
        .replace("voucher_word = \"记\"", "voucher_word = \"转\"")
        .replace(
            "{ heading = \"附单据数\", field = \"attachments\" }",
            "{ heading = \"组织\", value = \"01\" }",
        );
    let taken = hand_in(&app, &finance, &path, "0", changed).await;
    assert_eq!(location(&taken), here);
    let mapped = export().await;
    assert!(
        mapped.starts_with("日期,凭证字,凭证号,组织,摘要,科目代码"),
        "{mapped}"
    );
    assert!(
        mapped.contains(",转,1,01,") && mapped.contains(",1122.05,应收账款,113.00,"),
        "{mapped}"
    );

    // As a form: what is wrong stands at its field; who saw an older version does not overwrite.
    let shown = page(&app, &finance, &here).await;
    assert!(
        shown.contains("1122.05") && shown.contains("组织 = &#34;01&#34;"),
        "{shown}"
    );
    let mut members: Vec<(String, String)> = vec![
        ("version".into(), "1".into()),
        ("voucher_word".into(), "收".into()),
        ("currency".into(), "人民币".into()),
        (
            "vouchers".into(),
            "科目 = account_code\n金额 = amont\n".into(),
        ),
        ("sales".into(), "号码 = number\n".into()),
    ];
    for role in fapiao_archive::mapping::Role::ALL {
        members.push((format!("accounts.{}.code", role.as_str()), "9.1".into()));
        members.push((format!("accounts.{}.name", role.as_str()), "某科目".into()));
    }
    let as_sent = |members: &[(String, String)]| -> Vec<(String, String)> { members.to_vec() };
    let post = async |members: Vec<(String, String)>| {
        let members: Vec<(&str, &str)> = members
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        send(&app, &finance, &here, &members).await
    };
    let refused = post(as_sent(&members)).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = refused.text().await.unwrap();
    assert!(text.contains("没有“amont”这个字段"), "{text}");
    members[3].1 = "科目 = account_code\n金额 = amount\n".into();
    assert_eq!(location(&post(as_sent(&members)).await), here);
    let mapped = export().await;
    assert!(
        mapped.starts_with("科目,金额\r\n9.1,113.00\r\n"),
        "{mapped}"
    );
    let stale = post(as_sent(&members)).await;
    assert_ne!(stale.status(), StatusCode::SEE_OTHER, "an older version");
    let version = ("version", "2");
    let back = send(&app, &finance, &format!("{here}/reset"), &[version]).await;
    assert_eq!(location(&back), here);
    assert_eq!(export().await, usual, "the defaults are unchanged");
    let clerk = signed_in(&app, "clerk").await;
    assert_eq!(get(&app, &clerk, &here).await.0, StatusCode::FORBIDDEN);
    app.stop().await;
}

#[tokio::test]
async fn fees_of_a_statement_are_vouchers() {
    let app = spawn_app().await;
    let now = app.ports().clock.now();
    let (month, day) = (calendar::month(now), calendar::day(now));
    let seller = first_seller(&app).await;
    let bill = format!(
        "time,transaction_no,amount,fee,rate\n{day} 00:10:00,A1,113.00,0.68,0.60%\n{day} 00:11:00,A2,100.00,0.60,0.60%\n"
    );
    let by = fapiao_usecases::actor::Actor::CommandLine;
    let taken = fapiao_usecases::backoffice::statements::take(
        app.ports(),
        &by,
        &seller.id,
        "wechat",
        ("bill.csv", bill.as_bytes()),
    )
    .await
    .unwrap();
    assert!(taken.is_new && taken.file.payments == 2, "{taken:?}");
    // A statement is of the company's account: a key of one store sees nothing of it.
    let path = format!("/reports/vouchers.csv?month={month}&seller={}", seller.id);
    let of_store = app.get(&path).await;
    assert!(!of_store.body.as_str().unwrap().contains("手续费"));
    let finance = signed_in(&app, "finance").await;
    let (_, csv) = get(&app, &finance, &format!("/admin{path}")).await;
    let csv = String::from_utf8(csv).unwrap();
    assert!(
        csv.contains(&format!(
            "{day},记,1,1,手续费 微信支付 2 笔,6603,财务费用（手续费）,1.28,,"
        )) && csv.contains(",1012,其他货币资金,,1.28,"),
        "{csv}"
    );

    app.stop().await;
}

/// A cell of an exported table in fen; nothing is nothing.
fn fen(cell: &str) -> i64 {
    match cell {
        "" => 0,
        text => fapiao_domain::money::Fen::parse_sum(text).unwrap().get(),
    }
}

#[tokio::test]
async fn every_voucher_of_a_month_is_balanced_to_the_fen() {
    let app = spawn_app().await;
    let now = app.ports().clock.now();
    let (month, day) = (calendar::month(now), calendar::day(now));
    let seller = first_seller(&app).await;
    let paid = |no: &str, channel: &str| {
        let mut order = tea(no);
        order["payment"] = json!({ "channel": channel, "transaction_no": format!("42000{no}") });
        order
    };
    // Invoiced and taken back; odd fen; paid and not invoiced.
    let placed = app.post("/orders", "V-1", &paid("V-1", "wechat")).await;
    app.open_page(&placed.body).await;
    app.authorise(&placed.body, &company()).await;
    let delivery = app.await_state(&placed.body, "carded").await;
    let sold = json!({ "order": placed.body["id"], "invoice": delivery["invoice"]["id"] });
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "V-1-r", &all).await;
    at_stage(&app, &sold, 0, "done").await;
    let mut odd = paid("V-2", "cash");
    let line = odd["lines"][0].clone();
    odd["lines"] = ["33.37", "0.05", "1000.01"]
        .into_iter()
        .map(|price| {
            let mut line = line.clone();
            line["quantity"] = json!("3");
            line["unit_price"] = json!(price);
            line
        })
        .collect();
    let placed = app.post("/orders", "V-2", &odd).await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    app.open_page(&placed.body).await;
    app.authorise(&placed.body, &company()).await;
    app.await_state(&placed.body, "carded").await;
    let placed = app.post("/orders", "V-3", &paid("V-3", "alipay")).await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    // Paid last month: one is cancelled before any invoice, one invoiced and then taken back.
    for no in ["V-4", "V-5"] {
        let mut before = paid(no, "wechat");
        before["sold_at"] = json!((now - chrono::TimeDelta::days(32)).to_rfc3339());
        let placed = app.post("/orders", no, &before).await;
        assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
        let mut sold = json!({ "order": placed.body["id"] });
        if no == "V-5" {
            app.open_page(&placed.body).await;
            app.authorise(&placed.body, &company()).await;
            let delivery = app.await_state(&placed.body, "carded").await;
            sold["invoice"] = delivery["invoice"]["id"].clone();
        }
        let back = refund(&app, &sold, &format!("{no}-r"), &all).await;
        assert_eq!(back.status, StatusCode::CREATED, "{back:?}");
        at_stage(&app, &sold, 0, "done").await;
    }
    let by = fapiao_usecases::actor::Actor::CommandLine;
    let bill = format!(
        "time,transaction_no,amount,fee,rate\n{day} 00:10:00,A1,113.00,0.68,0.60%\n{day} 00:11:00,A2,100.00,0.61,0.60%\n"
    );
    fapiao_usecases::backoffice::statements::take(
        app.ports(),
        &by,
        &seller.id,
        "wechat",
        ("bill.csv", bill.as_bytes()),
    )
    .await
    .unwrap();
    let mapping = Mapping {
        prepaid_before_invoice: true,
        ..Mapping::default()
    };
    let store = &app.ports().store;
    store
        .save_book_mapping(&seller.id, Some(&mapping.file()), 0, &by)
        .await
        .unwrap();

    let finance = signed_in(&app, "finance").await;
    let path = format!(
        "/admin/reports/vouchers.csv?month={month}&seller={}",
        seller.id
    );
    let text = String::from_utf8(get(&app, &finance, &path).await.1).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let mut sides = std::collections::BTreeMap::<i64, (String, i64, i64)>::new();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    for row in &rows {
        let one = sides.entry(row[2].parse().unwrap()).or_default();
        row[4].clone_into(&mut one.0);
        one.1 += fen(&row[7]);
        one.2 += fen(&row[8]);
    }
    for (no, (summary, debit, credit)) in &sides {
        assert_eq!(debit, credit, "voucher {no} {summary}: {text}");
        assert_ne!(*debit, 0, "voucher {no} {summary}: {text}");
    }
    let about: Vec<&str> = sides.values().map(|it| it.0.as_str()).collect();
    for (begins, wanted) in [
        ("销售", 3),
        ("红字冲销", 2),
        ("预收 订单V-3", 1),
        ("退回预收 订单V-4 微信支付", 1),
        ("退回预收 订单V-5 微信支付", 1),
        ("手续费 微信支付 2 笔", 1),
    ] {
        let count = about.iter().filter(|it| it.starts_with(begins)).count();
        assert_eq!(count, wanted, "{begins}: {about:?}");
    }
    assert_eq!(
        sides.keys().copied().collect::<Vec<_>>(),
        (1..=9).collect::<Vec<_>>()
    );
    // What was received in advance last month (twice 113.00) has left that account again, invoiced or not.
    let prepaid: i64 = rows
        .iter()
        .filter(|it| &it[5] == "2203" && (it[4].contains("V-4") || it[4].contains("V-5")))
        .map(|it| fen(&it[8]) - fen(&it[7]))
        .sum();
    assert_eq!(prepaid, -2 * 11_300, "{text}");
    app.stop().await;
}

//! The books as pages and files.

use super::get;
use crate::{
    admin::sign_in::signed_in,
    harness::{self, company, spawn_app, tea},
    red::{at_stage, refund},
    taxes::first_seller,
};
use fapiao_usecases::calendar;
use reqwest::StatusCode;
use serde_json::json;
use std::collections::BTreeMap;

#[tokio::test]
async fn a_month_is_the_same_on_the_page_in_the_file_and_in_the_tax_authority_s_ledger() {
    let app = spawn_app().await;
    let month = calendar::month(app.ports().clock.now());
    let mut title = company();
    title["company"]["title"] = json!("=cmd示例有限公司");
    let order = app.authorised_order("R-1", &title).await;
    let delivery = app.await_state(&order, "carded").await;
    let number = delivery["invoice"]["number"].as_str().unwrap().to_owned();
    app.order("R-2").await;

    let finance = signed_in(&app, "finance").await;
    let ledger = format!("/admin/reports/ledger?month={month}");
    let (status, page) = get(&app, &finance, &ledger).await;
    let page = String::from_utf8(page).unwrap();
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("R-1") && page.contains("¥113.00"), "{page}");

    let (status, csv) = get(
        &app,
        &finance,
        &format!("/admin/reports/ledger.csv?month={month}"),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert!(csv.starts_with(&[0xef, 0xbb, 0xbf]), "Excel needs the mark");
    let csv = String::from_utf8(csv).unwrap();
    let heading = csv.lines().next().unwrap();
    assert!(heading.starts_with("\u{feff}序号,发票代码,发票号码,数电发票号码,销方识别号"));
    assert!(heading.ends_with("订单号,支付渠道,交易单号,门店,红冲原因,对应蓝票号码,确认单编号,微信卡状态,交付时间,上传结果,文件哈希"));
    let row = csv.lines().nth(1).unwrap();
    assert!(
        row.contains(&number) && row.contains("100.00,13.00,113.00"),
        "{row}"
    );
    assert!(
        row.contains(",'=cmd示例有限公司,"),
        "a formula must not run: {row}"
    );
    assert!(csv.contains("合计,,,,,,,,,100.00,13.00,113.00"), "{csv}");
    assert!(
        csv.contains("货物或应税劳务名称") && csv.contains(",套,2,50,100.00,13%,13.00,113.00,"),
        "lines follow: {csv}"
    );

    let (status, xlsx) = get(
        &app,
        &finance,
        &format!("/admin/reports/ledger.xlsx?month={month}"),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert!(xlsx.starts_with(b"PK\x03\x04") && xlsx.len() > 1000);

    // One order has an invoice, the other has none: it stands under sales without one.
    let (_, vat) = get(
        &app,
        &finance,
        &format!("/admin/reports/vat.csv?month={month}"),
    )
    .await;
    let vat = String::from_utf8(vat).unwrap();
    assert!(
        vat.contains("13%,货物,开具其他发票,1,100.00,13.00,0,0.00,0.00,100.00,13.00,113.00"),
        "{vat}"
    );
    assert!(
        vat.contains("13%,货物,未开具发票,1,100.00,13.00,0,0.00,0.00,100.00,13.00,113.00"),
        "{vat}"
    );
    let (_, page) = get(&app, &finance, &format!("/admin/reports/vat?month={month}")).await;
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("¥226.00"), "{page}");
    // From there to the month totals, line by line: what has no invoice is what they differ by.
    for line in [
        "本表合计,—,200.00,26.00,226.00",
        "减：未开具发票（不在汇总确认内）,—,-100.00,-13.00,-113.00",
        "本月已开具发票,1,100.00,13.00,113.00",
        "其中：蓝字发票,1,100.00,13.00,113.00",
        "其中：冲销以前月份发票的红字发票,0,0.00,0.00,0.00",
        "汇总确认页的本系统数,1,100.00,13.00,113.00",
    ] {
        assert!(vat.contains(line), "{line} in {vat}");
    }
    assert!(!vat.contains("尾差") && !vat.contains("比对之后"), "{vat}");
    assert!(
        page.contains("与汇总确认核对") && page.contains("汇总确认页的本系统数"),
        "{page}"
    );

    let path = format!("/admin/reports/reconciliation?month={month}");
    let (status, page) = get(&app, &finance, &path).await;
    let page = String::from_utf8(page).unwrap();
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("R-1") && page.contains("R-2"), "{page}");
    let (_, missing) = get(&app, &finance, &format!("{path}&only=missing")).await;
    let missing = String::from_utf8(missing).unwrap();
    assert!(
        !missing.contains(">R-1<") && missing.contains(">R-2<"),
        "{missing}"
    );

    // What bookkeeping takes in: a voucher whose sides are equal, and the sales invoice by lines.
    let path = format!("/admin/reports/vouchers?month={month}");
    let (status, page) = get(&app, &finance, &path).await;
    let page = String::from_utf8(page).unwrap();
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(
        page.contains("6001") && page.contains("2221.01"),
        "revenue and tax: {page}"
    );
    // Two sellers keep two sets of books: whose these are has to be said.
    assert!(
        !page.contains("vouchers.csv") && page.contains("每个开票主体一套账"),
        "{page}"
    );
    let (status, refused) = get(
        &app,
        &finance,
        &format!("/admin/reports/vouchers.csv?month={month}"),
    )
    .await;
    let refused = String::from_utf8(refused).unwrap();
    assert!(
        !status.is_success() && !refused.contains("凭证号"),
        "{status} {refused}"
    );
    // A key of one store sees one seller.
    let vouchers = app
        .get(&format!("/reports/vouchers.csv?month={month}"))
        .await;
    assert_eq!(vouchers.status, StatusCode::OK, "{vouchers:?}");
    let seller = first_seller(&app).await.id;
    let (_, page) = get(&app, &finance, &format!("{path}&seller={seller}")).await;
    let page = String::from_utf8(page).unwrap();
    assert!(
        page.contains("vouchers.csv") && page.contains("sales.csv"),
        "{page}"
    );
    let vouchers = app
        .get(&format!(
            "/reports/vouchers.csv?month={month}&seller={seller}"
        ))
        .await;
    let journal = vouchers.body.as_str().unwrap_or_default().to_owned();
    assert!(
        journal.starts_with("日期,凭证字,凭证号,附单据数,摘要,科目代码,科目名称,借方金额"),
        "{journal}"
    );
    let sales = app
        .get(&format!("/reports/sales.csv?month={month}&seller={seller}"))
        .await;
    let sales = sales.body.as_str().unwrap_or_default().to_owned();
    assert!(
        sales.starts_with("单据日期,发票号码,客户编码,客户名称"),
        "{sales}"
    );
    // What programs take in: one heading and one table, every row as wide as the heading.
    for file in [&journal, &sales] {
        let mut reader = csv::ReaderBuilder::new().from_reader(file.as_bytes());
        assert!(reader.records().all(|row| row.is_ok()), "{file}");
        assert!(!file.contains("\r\n\r\n"), "{file}");
    }
    let sides: Vec<[&str; 3]> = journal
        .lines()
        .skip(1)
        .map(|it| it.split(',').collect::<Vec<_>>())
        .map(|it| [it[5], it[7], it[8]])
        .collect();
    assert_eq!(sides[0][1..], ["113.00", ""], "{journal}");
    assert_eq!(
        sides[1..],
        [["6001", "", "100.00"], ["2221.01", "", "13.00"]]
    );
    assert!(
        sales.contains(&format!(",{number},"))
            && sales.contains(",2,50,56.5,13%,100.00,13.00,113.00,"),
        "{sales}"
    );
    assert!(journal.contains(",'=cmd示例有限公司,"), "{journal}");

    // Another month is empty; the API gives the same file.
    let (_, other) = get(&app, &finance, "/admin/reports/ledger.csv?month=2020-01").await;
    assert!(!String::from_utf8(other).unwrap().contains(&number));
    let api = app.get(&format!("/reports/ledger.csv?month={month}")).await;
    assert_eq!(api.status, StatusCode::OK);
    // The client takes the mark off.
    assert_eq!(api.body.as_str(), csv.strip_prefix('\u{feff}'));
    let wrong = app.get("/reports/ledger.csv?month=2026-13").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{wrong:?}");
    assert_eq!(
        app.get("/reports/ledger.csv").await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        app.get("/reports/wages.csv?month=2026-11").await.status,
        StatusCode::NOT_FOUND
    );

    // The books are for finance and auditors.
    let auditor = signed_in(&app, "auditor").await;
    assert_eq!(get(&app, &auditor, &ledger).await.0, StatusCode::OK);
    let clerk = signed_in(&app, "clerk").await;
    for path in [ledger.as_str(), "/admin/reports/vat.csv"] {
        assert_eq!(
            get(&app, &clerk, path).await.0,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// The sheets of a CSV: headings and rows, cells as a spreadsheet reads them.
fn sheets(csv: &str) -> Vec<(Vec<String>, Vec<Vec<String>>)> {
    let csv = csv.strip_prefix('\u{feff}').unwrap_or(csv);
    csv.split("\r\n\r\n")
        .map(|sheet| {
            let mut reader = csv::ReaderBuilder::new();
            let mut reader = reader.has_headers(false).from_reader(sheet.as_bytes());
            let mut rows = reader.records().map(|row| {
                let row = row.unwrap();
                row.iter().map(str::to_owned).collect::<Vec<_>>()
            });
            (rows.next().unwrap(), rows.collect())
        })
        .collect()
}

/// A row by its columns' names.
fn named(sheet: &(Vec<String>, Vec<Vec<String>>), row: usize) -> BTreeMap<&str, &str> {
    let (headings, rows) = sheet;
    assert_eq!(headings.len(), rows[row].len(), "{:?}", rows[row]);
    let cells = rows[row].iter().map(String::as_str);
    headings.iter().map(String::as_str).zip(cells).collect()
}

#[tokio::test]
async fn every_column_of_the_ledger_is_filled_for_a_blue_and_a_red_invoice() {
    let app = spawn_app().await;
    let month = calendar::month(app.ports().clock.now());
    let mut order = tea("L-1");
    order["payment"] =
        json!({ "channel": "wechat", "transaction_no": "4200001234202611210000000001" });
    let placed = app.post("/orders", "L-1", &order).await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    app.open_page(&placed.body).await;
    app.authorise(&placed.body, &company()).await;
    let delivery = app.await_state(&placed.body, "carded").await;
    let sold = json!({ "order": placed.body["id"], "invoice": delivery["invoice"]["id"] });
    refund(
        &app,
        &sold,
        "L-1-r",
        &json!({ "mode": "confirm", "reason": "02", "everything": true }),
    )
    .await;
    let done = at_stage(&app, &sold, 0, "done").await;
    let store = &app.ports().store;
    let scope = fapiao_usecases::ports::Scope::All;
    let red = done["red_letters"][0]["red_invoice_id"].as_str().unwrap();
    let red = store
        .invoice(&scope, &fapiao_domain::ids::Id::parse(red).unwrap())
        .await
        .unwrap()
        .unwrap();
    let red_number = red
        .identity
        .as_ref()
        .map_or("", |it| it.number())
        .to_owned();
    let form = done["red_letters"][0]["form_number"]
        .as_str()
        .unwrap_or_default();

    let finance = signed_in(&app, "finance").await;
    let file = |report: &str| format!("/admin/reports/{report}.csv?month={month}");
    let csv = String::from_utf8(get(&app, &finance, &file("ledger")).await.1).unwrap();
    let sheets_ = sheets(&csv);
    let (blue_row, red_row, sum) = (
        named(&sheets_[0], 0),
        named(&sheets_[0], 1),
        named(&sheets_[0], 2),
    );
    let number = delivery["invoice"]["number"].as_str().unwrap();
    for (column, blue, red_one) in [
        ("序号", "1", "2"),
        ("发票代码", "", ""),
        ("发票号码", "", ""),
        ("数电发票号码", number, red_number.as_str()),
        ("购方识别号", "91110105MA0000007L", "91110105MA0000007L"),
        (
            "购买方名称",
            "北京喆堃龘贸易有限公司",
            "北京喆堃龘贸易有限公司",
        ),
        ("金额", "100.00", "-100.00"),
        ("税额", "13.00", "-13.00"),
        ("价税合计", "113.00", "-113.00"),
        ("发票来源", "电子发票服务平台", "电子发票服务平台"),
        ("发票票种", "数电发票（普通发票）", "数电发票（普通发票）"),
        ("发票状态", "已红冲-全额", "正常"),
        ("是否正数发票", "是", "否"),
        ("发票风险等级", "", ""),
        ("订单号", "L-1", "L-1"),
        ("支付渠道", "微信支付", "微信支付"),
        (
            "交易单号",
            "4200001234202611210000000001",
            "4200001234202611210000000001",
        ),
        ("红冲原因", "", "销货退回"),
        ("对应蓝票号码", "", number),
        ("上传结果", "成功", "成功"),
    ] {
        assert_eq!(
            (blue_row[column], red_row[column]),
            (blue, red_one),
            "{column}"
        );
    }
    assert!(
        !red_row["确认单编号"].is_empty() && blue_row["确认单编号"].is_empty(),
        "{red_row:?}"
    );
    assert!(form.is_empty() || red_row["确认单编号"] == form);
    for column in [
        "销方识别号",
        "销方名称",
        "开票日期",
        "开票人",
        "门店",
        "交付时间",
        "文件哈希",
    ] {
        assert!(!blue_row[column].is_empty(), "{column}: {blue_row:?}");
    }
    for row in [&blue_row, &red_row] {
        assert!(
            chrono::NaiveDateTime::parse_from_str(row["开票日期"], "%Y-%m-%d %H:%M:%S").is_ok(),
            "{row:?}"
        );
    }
    assert_eq!(blue_row["文件哈希"].len(), 64);
    assert_eq!(
        (sum["序号"], sum["金额"], sum["税额"], sum["价税合计"]),
        ("合计", "0.00", "0.00", "0.00")
    );

    // Line by line, with the same identity.
    let lines = &sheets_[1];
    let line = named(lines, 1);
    for (column, wanted) in [
        ("数电发票号码", red_number.as_str()),
        ("税收分类编码", "1080121010000000000"),
        ("特定业务类型", ""),
        ("规格型号", "16头"),
        ("单位", "套"),
        ("数量", "-2"),
        ("单价", "50"),
        ("金额", "-100.00"),
        ("税率", "13%"),
        ("税额", "-13.00"),
        ("价税合计", "-113.00"),
        ("订单号", "L-1"),
    ] {
        assert_eq!(line[column], wanted, "{column}");
    }
    assert!(
        line["货物或应税劳务名称"].starts_with('*')
            && line["货物或应税劳务名称"].ends_with("日用陶瓷餐具"),
        "{line:?}"
    );
    assert_eq!(lines.1.len(), 3);
    let sum = named(lines, 2);
    assert_eq!(
        (sum["序号"], sum["金额"], sum["价税合计"]),
        ("合计", "0.00", "0.00")
    );

    // The VAT of the month: blue and red stand beside each other and come to nothing.
    let csv = String::from_utf8(get(&app, &finance, &file("vat")).await.1).unwrap();
    // After the head of the statement.
    let vat = named(&sheets(&csv)[1], 0)
        .into_iter()
        .map(|(column, cell)| (column.to_owned(), cell.to_owned()))
        .collect::<BTreeMap<_, _>>();
    for (column, wanted) in [
        ("税率", "13%"),
        ("货物或服务", "货物"),
        ("开票方式", "开具其他发票"),
        ("蓝字份数", "1"),
        ("蓝字金额", "100.00"),
        ("蓝字税额", "13.00"),
        ("红字份数", "1"),
        ("红字金额", "-100.00"),
        ("红字税额", "-13.00"),
        ("金额合计", "0.00"),
        ("税额合计", "0.00"),
        ("价税合计", "0.00"),
    ] {
        assert_eq!(vat[column], wanted, "{column}");
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn payments_and_the_tax_authority_s_word_are_part_of_the_reconciliation() {
    let app = spawn_app().await;
    let month = calendar::month(app.ports().clock.now());
    let payments = [
        (
            "M-1",
            json!({ "channel": "wechat", "transaction_no": "42000001" }),
        ),
        (
            "M-2",
            json!({ "channel": "wechat", "transaction_no": "42000001" }),
        ),
        ("M-3", json!({ "channel": "alipay" })),
        ("M-4", json!({ "channel": "cash" })),
    ];
    for (order_no, payment) in payments {
        let mut order = tea(order_no);
        order["payment"] = payment;
        let placed = app.post("/orders", order_no, &order).await;
        assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    }
    let order = app.authorised_order("M-5", &company()).await;
    app.await_state(&order, "carded").await;
    // One is refused by the tax authority after it took its number.
    let fault = json!({ "service": "QDFPSC", "kind": "refuse_invoices", "times": 1, "message": "购买方信息有误" });
    app.tax_fault(&fault).await;
    app.authorised_order("M-6", &company()).await;
    let store = &app.ports().store;
    let (from, until) = fapiao_archive::reports::month(&month).unwrap();
    let period = fapiao_usecases::ports::Period {
        seller: None,
        from,
        until,
    };
    harness::until("the refusal", async || {
        let scope = fapiao_usecases::ports::Scope::All;
        let found = store.unconfirmed(&scope, &period, 10).await.unwrap();
        found.iter().any(|it| !it.reason.is_empty())
    })
    .await;

    let finance = signed_in(&app, "finance").await;
    let path = format!("/admin/reports/reconciliation.csv?month={month}");
    let csv = String::from_utf8(get(&app, &finance, &path).await.1).unwrap();
    for wanted in [
        "支付渠道,订单数,订单金额,缺少交易单号,交易单号重复\r\n未说明,2,226.00,0,0\r\n支付宝,1,113.00,1,0\r\n现金,1,113.00,0,0\r\n微信支付,2,226.00,0,2\r\n",
        ",113.00,微信支付,42000001,,交易单号重复\r\n",
        ",113.00,支付宝,,,缺少交易单号\r\n",
        "税局状态,发票份数,价税合计\r\n",
        "税局已确认,1,113.00\r\n",
    ] {
        assert!(csv.contains(wanted), "{wanted} in {csv}");
    }
    let only_ours = csv.split("税局答复\r\n").nth(1).unwrap();
    let refused = only_ours.lines().next().unwrap();
    assert!(
        refused.contains(",M-6,") && refused.contains(",113.00,税局拒绝,"),
        "{csv}"
    );
    assert!(refused.contains("购买方信息有误"), "{csv}");
    let page = get(
        &app,
        &finance,
        &format!("/admin/reports/reconciliation?month={month}"),
    )
    .await
    .1;
    let page = String::from_utf8(page).unwrap();
    for wanted in ["支付核对", "交易单号重复", "税局未确认", "M-6"] {
        assert!(page.contains(wanted), "{wanted}");
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn sums_beyond_a_billion_are_told_as_they_are() {
    let app = spawn_app().await;
    let month = calendar::month(app.ports().clock.now());
    for number in ["BIG-1", "BIG-2"] {
        let mut order = tea(number);
        order["lines"][0]["quantity"] = json!("6");
        order["lines"][0]["unit_price"] = json!("100000000.00");
        let placed = app.post("/orders", number, &order).await;
        assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    }
    let orders = app.get("/orders").await;
    assert_eq!(orders.status, StatusCode::OK, "{orders:?}");
    let finance = signed_in(&app, "finance").await;
    let shown = async |path: &str| {
        let (status, page) = get(&app, &finance, path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        String::from_utf8(page).unwrap()
    };
    shown("/admin").await;
    let list = shown("/admin/orders").await;
    assert!(list.contains("¥1,200,000,000.00"), "{list}");
    let books = format!("/admin/reports/vat?month={month}");
    let vat = shown(&books).await;
    assert!(vat.contains("¥1,200,000,000.00"), "{vat}");
    let file = shown(&format!("/admin/reports/vat.csv?month={month}")).await;
    assert!(file.contains("1200000000.00"), "{file}");
    let beside = shown(&format!("/admin/reports/reconciliation?month={month}")).await;
    assert!(beside.contains("¥1,200,000,000.00"), "{beside}");
    let file = shown(&format!("/admin/reports/reconciliation.csv?month={month}")).await;
    assert!(file.contains("1200000000.00"), "{file}");
    app.stop().await;
}

#[tokio::test]
async fn what_a_key_takes_away_is_noted_as_what_a_person_does() {
    let app = spawn_app().await;
    let month = calendar::month(app.ports().clock.now());
    let order = app.authorised_order("KEY-1", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let invoice = delivery["invoice"]["id"].as_str().unwrap();
    for path in [
        format!("/reports/ledger.csv?month={month}"),
        format!("/reports/evidence.zip?month={month}"),
        format!("/invoices/{invoice}/evidence.zip"),
    ] {
        assert_eq!(app.get(&path).await.status, StatusCode::OK, "{path}");
    }
    let owner = signed_in(&app, "admin").await;
    let (_, chain) = get(&app, &owner, "/admin/audit").await;
    let chain = String::from_utf8(chain).unwrap();
    assert!(chain.contains(&format!("{month} CSV")), "{chain}");
    assert_eq!(chain.matches("下载证据包").count(), 2, "{chain}");
    assert!(!chain.contains("report.exported") && !chain.contains("evidence.exported"));
    app.assert_ledger_holds().await;
    app.stop().await;
}

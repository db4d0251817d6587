//! The books as pages and files.

use super::get;
use crate::{
    admin::sign_in::signed_in,
    harness::{company, spawn_app},
};
use fapiao_usecases::calendar;
use reqwest::StatusCode;
use serde_json::json;

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
    assert!(String::from_utf8(page).unwrap().contains("¥226.00"));

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

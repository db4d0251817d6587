//! Fiscal bills in the back-office: the form, the page of one, collecting units, and who may do what.

use super::{
    console::parked,
    sign_in::{hidden, signed_in},
    work::{location, page, send},
};
use crate::harness::{TestApp, eventually, spawn_app, spawn_app_with_bills};
use fapiao_domain::ids::{BillId, Id};
use fapiao_usecases::{
    actor::Actor,
    fiscal::bill_row,
    records::{BillDelivery, FiscalUnit, Role},
};
use reqwest::{Client, Method, Response, StatusCode, multipart};
use serde_json::json;

const FILE: &[u8] = include_bytes!("../fixtures/bills/31060125-0000000003.pdf");
const OTHER_FILE: &[u8] = include_bytes!("../fixtures/bills/31060125-0000000001.pdf");

/// The third sample bill as somebody types it; the demo has the first two.
const TYPED: [(&str, &str); 11] = [
    ("unit", "U001"),
    ("code", "3106 0125"),
    ("number", "0000000003"),
    ("check_code", "0718a2"),
    ("payer", "李雷"),
    ("amount", "￥８０．００"),
    ("lines-1-name", "职业技能鉴定考试费（理论）"),
    ("lines-1-quantity", "1"),
    ("lines-1-amount", "80.00"),
    ("issued_at", "2026-11-20 11:00"),
    ("source", "web"),
];

/// Sends a form with a file, as a browser does.
async fn send_with(
    app: &TestApp,
    who: &Client,
    path: &str,
    members: &[(&str, &str)],
    file: Option<&'static [u8]>,
) -> Response {
    let token = hidden(&page(app, who, "/admin").await, "csrf");
    let mut form = multipart::Form::new().text("csrf", token);
    for (name, value) in members {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    // Browsers send the part of a file that was not chosen, too.
    let part = multipart::Part::bytes(file.unwrap_or_default());
    let part = part.file_name(if file.is_some() { "bill.pdf" } else { "" });
    who.post(format!("{}{path}", app.web()))
        .header("Origin", app.web())
        .multipart(form.part("file", part))
        .send()
        .await
        .unwrap()
}

/// The same with some members exchanged.
fn but(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut members = TYPED.to_vec();
    members.extend_from_slice(changes);
    members
}

async fn status(app: &TestApp, who: &Client, path: &str) -> StatusCode {
    let answer = who.get(format!("{}{path}", app.web())).send().await;
    answer.unwrap().status()
}

async fn refused_page(answer: Response) -> String {
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    answer.text().await.unwrap()
}

/// Enters the third bill; its page.
async fn entered(app: &TestApp, who: &Client, file: Option<&'static [u8]>) -> String {
    location(&send_with(app, who, "/admin/bills", &TYPED, file).await)
}

async fn delivery(app: &TestApp, bill_page: &str) -> BillDelivery {
    let id = BillId::parse(bill_page.rsplit('/').next().unwrap()).unwrap();
    bill_row(app.ports(), &id).await.unwrap().unwrap().delivery
}

/// The payer opens the link and agrees at WeChat.
async fn agree(app: &TestApp, bill_page: &str) -> BillDelivery {
    let it = delivery(app, bill_page).await;
    let link = format!("{}/b/{}/wechat", app.web(), it.short_code);
    let answer = app.http.get(link).send().await.unwrap();
    assert!(answer.status().is_redirection(), "{answer:?}");
    let path = format!("/sandbox/orders/{}/authorise", it.wechat_order_id);
    app.control(&app.sandbox(), Method::POST, &path, Some(&json!({})))
        .await;
    it
}

/// Waits until a page says something.
async fn says(app: &TestApp, who: &Client, path: &str, words: &str) -> String {
    eventually(words, async || {
        let text = page(app, who, path).await;
        text.contains(words).then_some(text)
    })
    .await
}

async fn unit(app: &TestApp, code: &str) -> FiscalUnit {
    let found = app.ports().store.fiscal_unit_by_code(code).await;
    found.unwrap().unwrap()
}

#[tokio::test]
async fn a_bill_typed_by_hand_keeps_what_was_typed_until_it_is_right() {
    let app = spawn_app_with_bills().await;
    let finance = signed_in(&app, "finance").await;
    let blank = page(&app, &finance, "/admin/bills/new").await;
    assert!(blank.contains("U001 示例市职业技能鉴定中心"), "{blank}");
    let wrong = but(&[
        ("code", "3106012"),
        ("payer", " "),
        ("amount", "1,13"),
        ("lines-1-amount", "many"),
        ("issued_at", "yesterday"),
    ]);
    let text = refused_page(send_with(&app, &finance, "/admin/bills", &wrong, None).await).await;
    for field in ["code", "payer", "amount", "lines-1-amount", "issued_at"] {
        assert!(
            text.contains(&format!("href=\"#{field}\"")),
            "{field}: {text}"
        );
    }
    for kept in [
        "3106012",
        "1,13",
        "many",
        "yesterday",
        "职业技能鉴定考试费（理论）",
    ] {
        assert!(text.contains(&format!("value=\"{kept}\"")), "{kept}");
    }
    assert!(text.contains("第 2 行金额："), "{text}");
    let sum = but(&[("lines-1-amount", "79.99")]);
    let text = refused_page(send_with(&app, &finance, "/admin/bills", &sum, None).await).await;
    assert!(text.contains("项目合计 79.99"), "{text}");
    let more = but(&[("do", "add_item")]);
    let longer = send_with(&app, &finance, "/admin/bills", &more, None).await;
    assert_eq!(longer.status(), StatusCode::OK);
    assert!(longer.text().await.unwrap().contains("lines-2-name"));

    let made = entered(&app, &finance, Some(FILE)).await;
    let text = page(&app, &finance, &made).await;
    for there in [
        "票据 31060125 0000000003 已保存",
        "¥80.00",
        "/b/",
        "<svg viewBox",
        "打开 PDF",
    ] {
        assert!(text.contains(there), "{there}: {text}");
    }
    // The same again is the same bill; with other facts it is refused, and the known one shown.
    assert_eq!(entered(&app, &finance, Some(FILE)).await, made);
    let other = but(&[("payer", "韩梅梅")]);
    let text = refused_page(send_with(&app, &finance, "/admin/bills", &other, None).await).await;
    assert!(
        text.contains("已用于内容不同的票据") && text.contains(&made),
        "{text}"
    );
    let file = finance.get(format!("{}{made}/file.pdf", app.web()));
    let file = file.send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "application/pdf");
    assert_eq!(file.bytes().await.unwrap(), FILE);
    app.stop().await;
}

#[tokio::test]
async fn a_file_of_another_bill_is_refused_and_the_right_one_follows() {
    let app = spawn_app_with_bills().await;
    let finance = signed_in(&app, "finance").await;
    let made = entered(&app, &finance, Some(OTHER_FILE)).await;
    let made = made.strip_suffix("#file").unwrap();
    let text = page(&app, &finance, made).await;
    assert!(text.contains("已保存，但文件没有被接受"), "{text}");
    assert!(text.contains("还没有 PDF"), "{text}");
    let upload = format!("{made}/file");
    for (file, said) in [
        (None, "请选择一个文件"),
        (Some(OTHER_FILE), "没有该票据的号码"),
        (Some(&b"GIF89a"[..]), "不是 PDF 文件"),
    ] {
        let text = refused_page(send_with(&app, &finance, &upload, &[], file).await).await;
        assert!(
            text.contains(said) && text.contains("href=\"#upload\""),
            "{said}: {text}"
        );
    }
    location(&send_with(&app, &finance, &upload, &[], Some(FILE)).await);
    // The same again is harmless; another one is never exchanged for it.
    location(&send_with(&app, &finance, &upload, &[], Some(FILE)).await);
    let text = page(&app, &finance, made).await;
    assert!(!text.contains("id=\"upload\""), "nothing is left to upload");
    app.stop().await;
}

#[tokio::test]
async fn a_bill_goes_from_the_form_into_the_wallet_and_is_struck_out_when_it_is_void() {
    let app = spawn_app_with_bills().await;
    let finance = signed_in(&app, "finance").await;
    let made = entered(&app, &finance, None).await;
    let text = page(&app, &finance, &made).await;
    assert!(text.contains("等待交款人在微信同意"), "{text}");
    let asked = agree(&app, &made).await;
    // Nothing goes into a wallet without its paper; the page says so, and what to do.
    let text = says(&app, &finance, &made, "交款人已同意，缺少票据 PDF").await;
    assert!(text.contains("href=\"#file\""), "{text}");
    let upload = format!("{made}/file");
    location(&send_with(&app, &finance, &upload, &[], Some(FILE)).await);
    let text = says(&app, &finance, &made, "票据已在交款人的微信卡包").await;
    for there in [
        "交款人已同意，微信确认",
        "票据已放入交款人的微信卡包",
        "卡包里的票据会被标为作废",
    ] {
        assert!(text.contains(there), "{there}: {text}");
    }
    assert!(!text.contains("id=\"refusal\""), "too late to refuse");
    // Logs and jobs name the delivery; it leads to the bill.
    let way = format!("{}/admin/bill-deliveries/{}", app.web(), asked.id);
    assert_eq!(location(&finance.get(way).send().await.unwrap()), made);

    let void = format!("{made}/void");
    let empty = send(&app, &finance, &void, &[("void_reason", " ")]).await;
    let text = refused_page(empty).await;
    assert!(
        text.contains("<a href=\"#void_reason\">作废原因：须为一行，1 至 60 个字"),
        "{text}"
    );
    location(&send(&app, &finance, &void, &[("void_reason", "重复缴费")]).await);
    let text = says(&app, &finance, &made, "卡包里的也已标为作废").await;
    assert!(
        text.contains("重复缴费") && !text.contains("id=\"void\""),
        "{text}"
    );
    let struck = page(&app, &finance, "/admin/bills?void=yes").await;
    assert!(
        struck.contains("李雷") && struck.contains("已作废"),
        "{struck}"
    );
    let none = page(&app, &finance, "/admin/bills?void=no").await;
    assert!(!none.contains("李雷") && none.contains("王小明"), "{none}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refused_payer_gets_a_new_link_when_it_is_wanted() {
    let app = spawn_app_with_bills().await;
    let finance = signed_in(&app, "finance").await;
    let made = entered(&app, &finance, Some(FILE)).await;
    let before = delivery(&app, &made).await;
    let refusal = format!("{made}/refusal");
    let long = "长".repeat(61);
    let text = send(&app, &finance, &refusal, &[("refusal_reason", &long)]).await;
    let text = refused_page(text).await;
    assert!(
        text.contains("href=\"#refusal_reason\"") && text.contains(&long),
        "{text}"
    );
    location(
        &send(
            &app,
            &finance,
            &refusal,
            &[("refusal_reason", "缴费已退回")],
        )
        .await,
    );
    let text = page(&app, &finance, &made).await;
    assert!(
        text.contains("缴费已退回") && text.contains("id=\"again\""),
        "{text}"
    );
    assert!(
        !text.contains(&format!("/b/{}", before.short_code)),
        "that link is over"
    );
    let again = format!("{made}/deliveries");
    location(&send(&app, &finance, &again, &[("source", "app")]).await);
    let text = page(&app, &finance, &made).await;
    let after = delivery(&app, &made).await;
    assert_ne!(after.short_code, before.short_code);
    assert!(
        text.contains("自有 App") && text.contains(&after.short_code),
        "{text}"
    );
    // A second one beside it is not made.
    location(&send(&app, &finance, &again, &[("source", "web")]).await);
    assert_eq!(delivery(&app, &made).await.id, after.id);
    app.stop().await;
}

#[tokio::test]
async fn bills_are_found_by_payer_number_unit_and_state() {
    let app = spawn_app_with_bills().await;
    let finance = signed_in(&app, "finance").await;
    let made = entered(&app, &finance, Some(FILE)).await;
    location(
        &send(
            &app,
            &finance,
            &format!("{made}/refusal"),
            &[("refusal_reason", "已退款")],
        )
        .await,
    );
    let unit = unit(&app, "U001").await;
    let only_third = [
        "q=%E6%9D%8E%E9%9B%B7".to_owned(),
        "q=0000000003".to_owned(),
        "q=310601250000000003".to_owned(),
        "state=refused".to_owned(),
        format!("unit={}&state=refused&void=no", unit.id),
    ];
    for query in only_third {
        let text = page(&app, &finance, &format!("/admin/bills?{query}")).await;
        assert!(
            text.contains(&made) && text.contains("共 1 条"),
            "{query}: {text}"
        );
        assert!(!text.contains("王小明"), "{query}");
    }
    let all = page(&app, &finance, "/admin/bills").await;
    let place = |payer: &str| all.find(payer).unwrap();
    assert!(
        place("李雷") < place("示例科技有限公司"),
        "the newest first"
    );
    let none = page(&app, &finance, "/admin/bills?state=carded").await;
    assert!(
        none.contains("没有找到票据") && none.contains("清除筛选"),
        "{none}"
    );
    app.stop().await;
}

#[tokio::test]
async fn whoever_belongs_to_a_store_sees_no_bill_and_auditors_only_look() {
    let app = spawn_app_with_bills().await;
    let finance = signed_in(&app, "finance").await;
    let made = entered(&app, &finance, Some(FILE)).await;
    let unit = unit(&app, "U001").await;
    let unit_page = format!("/admin/fiscal-units/{}", unit.id);

    // The demo's clerk works in one store.
    let clerk = signed_in(&app, "clerk").await;
    let home = page(&app, &clerk, "/admin").await;
    assert!(!home.contains("/admin/bills") && !home.contains("/admin/fiscal-units"));
    let file = format!("{made}/file.pdf");
    for path in [
        "/admin/bills",
        "/admin/bills/new",
        &made,
        &file,
        "/admin/fiscal-units",
        &unit_page,
    ] {
        assert_eq!(
            status(&app, &clerk, path).await,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let sent = send_with(&app, &clerk, "/admin/bills", &TYPED, None).await;
    assert_eq!(sent.status(), StatusCode::FORBIDDEN);

    let auditor = signed_in(&app, "auditor").await;
    let text = page(&app, &auditor, &made).await;
    for form in [
        "id=\"refusal\"",
        "id=\"void\"",
        "id=\"upload\"",
        "id=\"outcome\"",
    ] {
        assert!(!text.contains(form), "{form}");
    }
    let list = page(&app, &auditor, "/admin/bills").await;
    assert!(!list.contains("/admin/bills/new"));
    assert!(
        !page(&app, &auditor, &unit_page)
            .await
            .contains("type=\"submit\">保存")
    );
    assert_eq!(
        status(&app, &auditor, "/admin/bills/new").await,
        StatusCode::FORBIDDEN
    );
    for (path, member) in [
        (format!("{made}/refusal"), "refusal_reason"),
        (format!("{made}/void"), "void_reason"),
        (format!("{made}/outcome"), "outcome_reason"),
        (format!("{unit_page}/template"), "finding"),
        (unit_page.clone(), "name"),
    ] {
        let sent = send(&app, &auditor, &path, &[(member, "x")]).await;
        assert_eq!(sent.status(), StatusCode::FORBIDDEN, "{path}");
    }

    // A clerk of the whole company enters and refuses, and decides nothing.
    let store = &app.ports().store;
    let mut person = store.staff().await.unwrap();
    person.retain(|it| it.role == Role::Clerk);
    let mut person = person.remove(0);
    person.store = None;
    let _saved = store.save_staff(&person, &Actor::System).await.unwrap();
    let clerk = signed_in(&app, "clerk").await;
    let text = page(&app, &clerk, &made).await;
    assert!(text.contains("id=\"refusal\"") && !text.contains("id=\"void\""));
    let sent = send(
        &app,
        &clerk,
        &format!("{made}/void"),
        &[("void_reason", "x")],
    )
    .await;
    assert_eq!(sent.status(), StatusCode::FORBIDDEN);
    // Settings are others' too: finance reads a unit and changes none.
    let sent = send(&app, &finance, &unit_page, &[("name", "x")]).await;
    assert_eq!(sent.status(), StatusCode::FORBIDDEN);
    app.stop().await;
}

#[tokio::test]
async fn a_unit_is_typed_with_what_its_role_needs() {
    let app = spawn_app_with_bills().await;
    let owner = signed_in(&app, "admin").await;
    let known = unit(&app, "U001").await;
    let service = known.web_account.clone().unwrap().to_string();
    let mut members = vec![
        ("name", "示例市公安局交通警察支队"),
        ("code", "U 2"),
        ("role", "unit"),
        ("web_account", ""),
        ("bureau_platform_id", ""),
    ];
    let wrong = send(&app, &owner, "/admin/fiscal-units", &members).await;
    let text = refused_page(wrong).await;
    for field in ["code", "web_account", "bureau_platform_id"] {
        assert!(
            text.contains(&format!("href=\"#{field}\"")),
            "{field}: {text}"
        );
    }
    assert!(text.contains("value=\"U 2\"") && text.contains("示例市公安局交通警察支队"));
    members[1].1 = "U001";
    members[3].1 = &service;
    members[4].1 = "d3gxMjM0NTY3ODkw";
    let taken = send(&app, &owner, "/admin/fiscal-units", &members).await;
    assert!(refused_page(taken).await.contains("href=\"#code\""));
    members[1].1 = "U002";
    let made = location(&send(&app, &owner, "/admin/fiscal-units", &members).await);
    let text = page(&app, &owner, &made).await;
    assert!(text.contains("卡券由财政局放入"), "{text}");
    assert!(!text.contains("id=\"bureau_account\"") && !text.contains("id=\"picture\""));

    // Of two people who change it the later one is told, and what was typed stays.
    let version = hidden(&text, "version");
    let mut change = vec![
        ("version", version.as_str()),
        ("name", "示例市交警支队"),
        ("web_account", &service),
        ("bureau_platform_id", "d3gxMjM0NTY3ODkw"),
    ];
    assert_eq!(location(&send(&app, &owner, &made, &change).await), made);
    change[1].1 = "示例市交警总队";
    let late = refused_page(send(&app, &owner, &made, &change).await).await;
    assert!(
        late.contains("已被他人更改") && late.contains("示例市交警总队"),
        "{late}"
    );
    let now = unit(&app, "U002").await;
    assert_eq!(
        (now.name.as_str(), now.code.as_str()),
        ("示例市交警支队", "U002")
    );
    let listed = page(&app, &owner, "/admin/fiscal-units").await;
    assert!(
        listed.contains("示例市交警支队") && listed.contains("财政局在别处创建"),
        "{listed}"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_unit_whose_bureau_is_elsewhere_hands_over_and_tells_the_outcome() {
    let app = spawn_app_with_bills().await;
    let owner = signed_in(&app, "admin").await;
    let known = unit(&app, "U001").await;
    let service = known.web_account.clone().unwrap();
    let account = app.ports().store.account(&service).await.unwrap().unwrap();
    let members = [
        ("name", "示例市公安局交通警察支队"),
        ("code", "U002"),
        ("role", "unit"),
        ("web_account", service.as_str()),
        (
            "bureau_platform_id",
            account.platform_id.as_deref().unwrap(),
        ),
    ];
    location(&send(&app, &owner, "/admin/fiscal-units", &members).await);
    // Of several units one is chosen, never the first taken.
    let text = send_with(&app, &owner, "/admin/bills", &but(&[("unit", "")]), None).await;
    assert!(refused_page(text).await.contains("href=\"#unit\""));
    let typed = but(&[("unit", "U002")]);
    let made = location(&send_with(&app, &owner, "/admin/bills", &typed, None).await);
    let asked = agree(&app, &made).await;
    let text = says(&app, &owner, &made, "等待财政局放入卡包").await;
    assert!(
        text.contains(&asked.wechat_order_id) && text.contains(&account.app_id),
        "{text}"
    );
    let outcome = format!("{made}/outcome");
    let empty = [("carded", "no"), ("outcome_reason", "")];
    let text = refused_page(send(&app, &owner, &outcome, &empty).await).await;
    assert!(text.contains("href=\"#outcome_reason\""), "{text}");
    location(&send(&app, &owner, &outcome, &[("carded", "yes")]).await);
    let text = page(&app, &owner, &made).await;
    assert!(
        text.contains("财政局已把票据放入交款人的微信卡包"),
        "{text}"
    );
    assert!(!text.contains("票据尚未放入卡包"), "it is in one: {text}");
    assert!(text.contains("卡券由财政局放入，须由财政局作废"), "{text}");
    app.stop().await;
}

#[tokio::test]
async fn a_lost_answer_about_a_units_template_is_settled_on_its_page() {
    let app = spawn_app_with_bills().await;
    let owner = signed_in(&app, "admin").await;
    let before = unit(&app, "U001").await;
    let here = format!("/admin/fiscal-units/{}", before.id);
    app.wechat_fault(
        &json!({ "path": "/nontax/createbillcard", "kind": "work_then_drop", "count": 1 }),
    )
    .await;
    let service = before.web_account.clone().unwrap().to_string();
    let version = hidden(&page(&app, &owner, &here).await, "version");
    let renamed = [
        ("version", version.as_str()),
        ("name", "示例市技能鉴定中心"),
        ("web_account", &service),
        ("bureau_account", &service),
    ];
    location(&send(&app, &owner, &here, &renamed).await);
    let job = parked(&app, "ensure_bill_template").await;
    assert_eq!(job.code, "template_unknown");
    let text = says(&app, &owner, &here, "不知道微信是否已创建卡券模板").await;
    assert!(text.contains("id=\"card_id\""), "{text}");
    // The jobs' page leads here, and a bill that waits for it says why.
    let jobs = page(&app, &owner, "/admin/jobs").await;
    assert!(
        jobs.contains(&here) && jobs.contains("创建执收单位的卡券模板"),
        "{jobs}"
    );
    let made = entered(&app, &owner, Some(FILE)).await;
    agree(&app, &made).await;
    let text = says(&app, &owner, &made, "创建执收单位的卡券模板”停下").await;
    assert!(text.contains(&here), "{text}");

    let settle = format!("{here}/template");
    for wrong in ["", "no id!"] {
        let members = [("finding", "made"), ("card_id", wrong)];
        let text = refused_page(send(&app, &owner, &settle, &members).await).await;
        assert!(
            text.contains("href=\"#card_id\"") && text.contains(wrong),
            "{text}"
        );
    }
    let state = app
        .control(&app.sandbox(), Method::GET, "/sandbox/state", None)
        .await;
    let templates = state["templates"].as_array().unwrap();
    let found = templates
        .iter()
        .find(|it| it["payee"] == "示例市技能鉴定中心");
    let found = found.unwrap()["card_id"].as_str().unwrap();
    let members = [("finding", "made"), ("card_id", found)];
    assert_eq!(location(&send(&app, &owner, &settle, &members).await), here);
    let text = page(&app, &owner, &here).await;
    assert!(
        text.contains("卡券模板已就绪") && text.contains(found),
        "{text}"
    );
    assert_eq!(app.ports().store.queue_stats().await.unwrap().parked, 0);
    app.stop().await;
}

#[tokio::test]
async fn a_picture_on_the_cards_is_checked_before_wechat_sees_it() {
    let app = spawn_app_with_bills().await;
    let owner = signed_in(&app, "admin").await;
    let here = format!("/admin/fiscal-units/{}", unit(&app, "U001").await.id);
    let logo = format!("{here}/logo");
    let shown = async || {
        let answer = owner.get(format!("{}{logo}", app.web())).send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.headers()["content-type"], "image/png");
        answer.bytes().await.unwrap()
    };
    let plain = shown().await;
    for (bad, words) in [
        (None, "请选择一个文件"),
        (Some(&b"GIF89a"[..]), "PNG 或 JPG"),
    ] {
        let text = refused_page(send_with(&app, &owner, &logo, &[], bad).await).await;
        assert!(
            text.contains(words) && text.contains("href=\"#logo\""),
            "{text}"
        );
    }
    // Whole PNG files begin so; WeChat and we look no further.
    const PNG: &[u8] =
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x01\x2c\x00\x00\x01\x2c\x08\x02\0\0\0\0\0\0\0";
    location(&send_with(&app, &owner, &logo, &[], Some(PNG)).await);
    assert_eq!(shown().await, PNG);
    assert_ne!(plain, PNG);
    says(&app, &owner, &here, "卡券模板已就绪").await;
    app.stop().await;
}

#[tokio::test]
async fn without_a_unit_the_pages_say_what_comes_first() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    for path in ["/admin/bills", "/admin/bills/new"] {
        let text = page(&app, &owner, path).await;
        assert!(text.contains("先设置执收单位"), "{path}: {text}");
        assert!(
            text.contains("href=\"/admin/fiscal-units\">打开执收单位"),
            "{path}"
        );
    }
    let units = page(&app, &owner, "/admin/fiscal-units").await;
    assert!(units.contains("/admin/fiscal-units/new"), "{units}");
    // The wizard leads there too.
    let seller = app.ports().store.sellers().await.unwrap().remove(0);
    let answers = [
        ("seller", seller.id.as_str()),
        ("issues", "yes"),
        ("own_platform", "yes"),
        ("ways", "official_account"),
        ("fiscal", "yes"),
    ];
    let to = location(&send(&app, &owner, "/admin/onboarding", &answers).await);
    let text = page(&app, &owner, &to).await;
    assert!(
        text.contains("<a href=\"/admin/fiscal-units\">打开执收单位</a>"),
        "{text}"
    );
    let mut english = owner.get(format!("{}/admin/bills", app.web()));
    send(
        &app,
        &owner,
        "/admin/language",
        &[("lang", "en"), ("back", "/admin")],
    )
    .await;
    english = english.header("Accept-Language", "en");
    let text = english.send().await.unwrap().text().await.unwrap();
    assert!(text.contains("Set up a collecting unit first"), "{text}");
    app.stop().await;
}

#[tokio::test]
async fn what_stopped_is_told_on_the_bills_page_and_tried_again_there() {
    let app = spawn_app_with_bills().await;
    let finance = signed_in(&app, "finance").await;
    let made = entered(&app, &finance, Some(FILE)).await;
    let refuses =
        json!({ "path": "/nontax/insertbill", "kind": "errcode", "value": 72040, "count": 1 });
    app.wechat_fault(&refuses).await;
    agree(&app, &made).await;
    let job = parked(&app, "insert_bill").await;
    let text = page(&app, &finance, &made).await;
    assert!(
        text.contains("“把财政票据放入微信卡包”停下，需要人工处理"),
        "{text}"
    );
    let retry = format!("{made}/retry");
    assert!(text.contains(&format!("action=\"{retry}\"")), "{text}");
    // The list of jobs names the bill and leads to it.
    let jobs = page(&app, &finance, "/admin/jobs").await;
    assert!(
        jobs.contains(&format!("财政票据 {}", job.subject)),
        "{jobs}"
    );
    assert!(jobs.contains(&format!("/admin/bill-deliveries/{}", job.subject)));
    let auditor = signed_in(&app, "auditor").await;
    let looked = send(&app, &auditor, &retry, &[]).await;
    assert_eq!(looked.status(), StatusCode::FORBIDDEN);
    assert_eq!(location(&send(&app, &finance, &retry, &[]).await), made);
    says(&app, &finance, &made, "票据已在交款人的微信卡包").await;
    // There is nothing to try again any more.
    location(&send(&app, &finance, &retry, &[]).await);
    let text = page(&app, &finance, &made).await;
    assert!(text.contains("任务已不在此状态"), "{text}");
    app.stop().await;
}

#[tokio::test]
async fn an_owner_notes_that_a_card_is_not_in_the_wallet() {
    let app = spawn_app_with_bills().await;
    let finance = signed_in(&app, "finance").await;
    let owner = signed_in(&app, "admin").await;
    for fault in [
        json!({ "path": "/nontax/insertbill", "kind": "drop_before", "count": 1 }),
        json!({ "path": "/nontax/insertbill", "kind": "errcode", "value": 72040, "count": 1 }),
    ] {
        app.wechat_fault(&fault).await;
    }
    let made = entered(&app, &finance, Some(FILE)).await;
    agree(&app, &made).await;
    says(&app, &owner, &made, "停下，需要人工处理").await;
    let form = "id=\"absent\"";
    let text = page(&app, &owner, &made).await;
    assert!(!text.contains(form), "an answer may still come: {text}");
    let statement = "UPDATE fiscal_bill_deliveries SET card_asked_at = card_asked_at - 660000 \
                     WHERE card_asked_at IS NOT NULL";
    assert_eq!(app.tamper(statement).await, 1);
    let text = says(&app, &owner, &made, form).await;
    assert!(
        text.contains("不知道卡券是否在卡包中") && !text.contains("id=\"again\""),
        "{text}"
    );
    let text = page(&app, &finance, &made).await;
    assert!(!text.contains(form), "an owner decides it");
    let act = format!("{made}/absent-card");
    let refused = send(&app, &finance, &act, &[("absent_reason", "电话核实")]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let text = refused_page(send(&app, &owner, &act, &[("absent_reason", " ")]).await).await;
    assert!(text.contains("href=\"#absent_reason\""), "{text}");
    location(&send(&app, &owner, &act, &[("absent_reason", "电话核实")]).await);
    let text = page(&app, &owner, &made).await;
    assert!(
        text.contains("人工核实：卡包中没有此票")
            && text.contains("电话核实")
            && text.contains("id=\"again\"")
            && !text.contains(form),
        "{text}"
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

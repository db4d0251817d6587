//! The pay side, as far as invoices need it: V2 orders (统一下单), the pretend payment on the phone, its signed notification
//! and the invoice entry on its receipt (reference: B7).

use std::collections::BTreeMap;
use std::fmt::Write;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::app::App;
use crate::model::{Order, OrderState, Row};
use crate::pages::{buyer_of, notice, page, see_other, yuan};
use crate::world::World;

/// An order at the pay side.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) prepay_id: String,
    pub(crate) appid: String,
    pub(crate) mchid: String,
    pub(crate) out_trade_no: String,
    pub(crate) transaction_id: String,
    pub(crate) body: String,
    pub(crate) money: i64,
    pub(crate) notify_url: String,
    /// `receipt=Y` was sent.
    pub(crate) receipt: bool,
    pub(crate) paid_at: Option<i64>,
}

impl Row for Payment {
    const KIND: &'static str = "payment";
    fn key(&self) -> String {
        self.prepay_id.clone()
    }
}

type Fields = BTreeMap<String, String>;

fn read(xml: &str) -> Option<Fields> {
    let document = roxmltree::Document::parse(xml).ok()?;
    let mut fields = Fields::new();
    for node in document
        .root_element()
        .children()
        .filter(|it| it.is_element())
    {
        let text: String = node.children().filter_map(|it| it.text()).collect();
        fields.insert(node.tag_name().name().to_owned(), text);
    }
    Some(fields)
}

fn sign(fields: &Fields, key: &str) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !value.is_empty() && name != "sign" {
            let _ = write!(text, "{name}={value}&");
        }
    }
    let _ = write!(text, "key={key}");
    if fields.get("sign_type").map(String::as_str) != Some("HMAC-SHA256") {
        return hex::encode_upper(Md5::digest(text.as_bytes()));
    }
    match Hmac::<Sha256>::new_from_slice(key.as_bytes()) {
        Ok(mac) => hex::encode_upper(mac.chain_update(text.as_bytes()).finalize().into_bytes()),
        Err(_) => String::new(),
    }
}

fn xml_of(fields: &Fields) -> String {
    let mut xml = "<xml>".to_owned();
    for (name, value) in fields {
        let value = value.replace("]]>", "]]]]><![CDATA[>");
        let _ = write!(xml, "<{name}><![CDATA[{value}]]></{name}>");
    }
    xml + "</xml>"
}

fn answer(fields: Vec<(&str, String)>) -> HttpResponse {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    HttpResponse::Ok()
        .content_type("text/xml; charset=utf-8")
        .body(xml_of(&fields))
}

fn fail(what: &str) -> HttpResponse {
    answer(vec![
        ("return_code", "FAIL".to_owned()),
        ("return_msg", what.to_owned()),
    ])
}

/// `POST /pay/unifiedorder`.
pub(crate) async fn unified_order(app: Data<App>, body: Bytes) -> HttpResponse {
    let Some(fields) = std::str::from_utf8(&body).ok().and_then(read) else {
        return fail("XML格式错误");
    };
    let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let mut world = app.world();
    let merchant = text("mch_id");
    let Some(key) = world.pay_keys.get(&merchant).cloned() else {
        return fail("商户号mch_id或sub_mch_id不存在");
    };
    if text("sign") != sign(&fields, &key) {
        return fail("签名错误");
    }
    for name in [
        "appid",
        "nonce_str",
        "body",
        "out_trade_no",
        "notify_url",
        "trade_type",
        "spbill_create_ip",
    ] {
        if text(name).is_empty() {
            return fail(&format!("缺少参数 {name}"));
        }
    }
    let refused = |code: &str, what: &str| {
        answer(vec![
            ("return_code", "SUCCESS".to_owned()),
            ("result_code", "FAIL".to_owned()),
            ("err_code", code.to_owned()),
            ("err_code_des", what.to_owned()),
        ])
    };
    let Some(money) = text("total_fee").parse::<i64>().ok().filter(|fen| *fen > 0) else {
        return refused("PARAM_ERROR", "total_fee 须为正整数，单位分");
    };
    let bound = world
        .accounts
        .get(&text("appid"))
        .is_some_and(|it| it.config.mch_ids.is_empty() || it.config.mch_ids.contains(&merchant));
    if !bound {
        return refused("APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配");
    }
    if !matches!(text("receipt").as_str(), "" | "Y") {
        return refused("PARAM_ERROR", "receipt 只能是 Y");
    }
    let trade_no = text("out_trade_no");
    let before = world
        .payments
        .iter()
        .find(|it| it.mchid == merchant && it.out_trade_no == trade_no)
        .cloned();
    let payment = match before {
        Some(known) if known.paid_at.is_some() => return refused("ORDERPAID", "该订单已支付"),
        Some(known) if known.money != money => {
            return refused("OUT_TRADE_NO_USED", "商户订单号重复");
        }
        Some(known) => known,
        None => Payment {
            prepay_id: format!("wx{:032x}", rand::random::<u128>()),
            appid: text("appid"),
            mchid: merchant.clone(),
            out_trade_no: trade_no,
            transaction_id: crate::control::new_transaction_id(),
            body: text("body"),
            money,
            notify_url: text("notify_url"),
            receipt: text("receipt") == "Y",
            paid_at: None,
        },
    };
    let prepay_id = payment.prepay_id.clone();
    world.save_payment(payment);
    let mut out: Fields = [
        ("return_code", "SUCCESS".to_owned()),
        ("result_code", "SUCCESS".to_owned()),
        ("appid", text("appid")),
        ("mch_id", merchant),
        ("nonce_str", format!("{:x}", rand::random::<u64>())),
        ("prepay_id", prepay_id),
        ("trade_type", text("trade_type")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    if let Some(kind) = fields.get("sign_type") {
        out.insert("sign_type".to_owned(), kind.clone());
    }
    let sign = sign(&out, &key);
    out.insert("sign".to_owned(), sign);
    HttpResponse::Ok()
        .content_type("text/xml; charset=utf-8")
        .body(xml_of(&out))
}

#[derive(Template)]
#[template(path = "pay.html")]
struct PayPage {
    merchant: String,
    body: String,
    amount: String,
    buyer: String,
    prepay_id: String,
    paid: bool,
    entry: Option<String>,
}

fn merchant_of(world: &World, payment: &Payment) -> String {
    world
        .accounts
        .get(&payment.appid)
        .map_or_else(String::new, |account| account.name().to_owned())
}

fn no_payment() -> HttpResponse {
    notice(
        StatusCode::NOT_FOUND,
        false,
        "没有这笔订单",
        "请回到商家重新下单。",
    )
}

/// `GET /phone/pay/{prepay_id}`: the payment, then its receipt.
pub(crate) async fn show(
    app: Data<App>,
    request: HttpRequest,
    prepay_id: Path<String>,
) -> HttpResponse {
    let world = app.world();
    let Some(payment) = world.payments.get(&prepay_id) else {
        return no_payment();
    };
    let buyer = buyer_of(&request, &world);
    let entry = linked(&world, payment).and_then(|(appid, _)| {
        let order = world
            .orders
            .get(&Order::key_of(&appid, &payment.transaction_id))?;
        let link = crate::pages::links::auth_page(&world, order, app.now());
        Some(format!("/authinvoice?{link}"))
    });
    let view = PayPage {
        merchant: merchant_of(&world, payment),
        body: payment.body.clone(),
        amount: yuan(payment.money),
        buyer: world
            .buyers
            .get(&buyer)
            .map_or_else(String::new, |it| it.name.clone()),
        prepay_id: payment.prepay_id.clone(),
        paid: payment.paid_at.is_some(),
        entry,
    };
    page(StatusCode::OK, &view, "")
}

/// The account that linked the merchant number, and the platform it linked.
fn linked(world: &World, payment: &Payment) -> Option<(String, String)> {
    world.accounts.iter().find_map(|account| {
        let link = account
            .pay_mch
            .as_ref()
            .filter(|link| link.mchid == payment.mchid)?;
        Some((account.appid().to_owned(), link.s_pappid.clone()))
    })
}

/// `POST /phone/pay/{prepay_id}`: pays, tells the shop, and puts the invoice entry on the receipt.
pub(crate) async fn pay(
    app: Data<App>,
    request: HttpRequest,
    prepay_id: Path<String>,
) -> HttpResponse {
    let (notify_url, body) = {
        let mut world = app.world();
        let Some(payment) = world.payments.get(&prepay_id).cloned() else {
            return no_payment();
        };
        if payment.paid_at.is_some() {
            return see_other(&format!("/phone/pay/{prepay_id}"));
        }
        let payment = Payment {
            paid_at: Some(app.now()),
            ..payment
        };
        world.save_payment(payment.clone());
        if payment.receipt
            && let Some((appid, s_pappid)) = linked(&world, &payment)
        {
            world.save_order(entry_order(&payment, appid, s_pappid, app.now()));
        }
        let buyer = buyer_of(&request, &world);
        let key = world
            .pay_keys
            .get(&payment.mchid)
            .cloned()
            .unwrap_or_default();
        (
            payment.notify_url.clone(),
            notification(&payment, &buyer, &key),
        )
    };
    let http = app.http.clone();
    // WeChat repeats it for hours; a shop that is there takes the first.
    actix_web::rt::spawn(async move {
        for wait in [0, 1, 5] {
            tokio::time::sleep(std::time::Duration::from_secs(wait)).await;
            let sent = http.post(&notify_url).body(body.clone()).send().await;
            if let Ok(answer) = sent
                && answer
                    .text()
                    .await
                    .is_ok_and(|text| text.contains("SUCCESS"))
            {
                return;
            }
        }
        tracing::warn!("The payment's notification was not taken at {notify_url}");
    });
    see_other(&format!("/phone/pay/{prepay_id}"))
}

/// The order behind the entry on a receipt; its id is the transaction's.
fn entry_order(payment: &Payment, appid: String, s_pappid: String, now: i64) -> Order {
    Order {
        appid,
        order_id: payment.transaction_id.clone(),
        s_pappid,
        money: payment.money,
        source: "web".to_owned(),
        page_type: 1,
        redirect_url: None,
        created_at: now,
        state: OrderState::Waiting,
        buyer: None,
        title: None,
        auth_time: None,
        code: None,
        reject_reason: None,
        reject_url: None,
        fiscal: false,
        after_payment: true,
        inserting: false,
    }
}

fn notification(payment: &Payment, buyer: &str, key: &str) -> String {
    let fee = payment.money.to_string();
    let mut fields: Fields = [
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("appid", &payment.appid),
        ("mch_id", &payment.mchid),
        ("openid", buyer),
        ("bank_type", "OTHERS"),
        ("fee_type", "CNY"),
        ("total_fee", &fee),
        ("cash_fee", &fee),
        ("out_trade_no", &payment.out_trade_no),
        ("transaction_id", &payment.transaction_id),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    fields.insert(
        "nonce_str".to_owned(),
        format!("{:x}", rand::random::<u64>()),
    );
    let sign = sign(&fields, key);
    fields.insert("sign".to_owned(), sign);
    xml_of(&fields)
}

//! Values of stored rows in words, for what a trial would change.

use super::{masking, timeline::page_of};
use crate::{
    i18n::{Lang, Texts, states},
    pages::{
        parts::{Link, local_minute},
        pushes::ValueRow,
    },
};
use chrono::DateTime;
use fapiao_domain::{
    card::CardState, delivery::DeliveryState, invoice::InvoiceState, money::Fen, order::OrderState,
};
use fapiao_usecases::ports::PlannedValue;

/// Longest value that is shown whole.
const LONGEST: usize = 120;

/// A value as a row of a table.
pub(super) fn row(lang: Lang, it: &PlannedValue) -> ValueRow {
    let t = Texts::of(lang);
    let said = |value: &Option<String>| {
        value
            .as_deref()
            .map_or_else(String::new, |text| value_of(t, it.table, &it.column, text))
    };
    ValueRow {
        what: match it.table {
            "orders" => t.order.one,
            "invoices" => t.invoice.one,
            "cards" => t.push.value_card,
            _ => t.delivery.one,
        },
        thing: Link::new(it.row.clone(), page_of(&it.row).unwrap_or_default()),
        name: name(lang, &it.column).map_or_else(|| it.column.clone(), str::to_owned),
        before: said(&it.before),
        after: said(&it.after),
    }
}

fn value_of(t: &'static Texts, table: &str, column: &str, text: &str) -> String {
    if let Some(state) = state(t, table, column, text) {
        return state.to_owned();
    }
    let number = || text.parse::<i64>().ok();
    let said = match column {
        "code" if table == "cards" => masking::short(text),
        "openid" | "buyer" | "buyer_tax_number" => masking::short(text),
        "raw_title" | "title" => masking::message(text),
        "amount" | "tax" | "total" | "refunded" | "deduction" | "part_total" => {
            number().map_or_else(|| text.to_owned(), |it| Fen::of_sum(it).to_string())
        }
        at if at.ends_with("_at") => number()
            .and_then(DateTime::from_timestamp_millis)
            .map_or_else(|| text.to_owned(), local_minute),
        _ => text.to_owned(),
    };
    if said.chars().count() <= LONGEST {
        return said;
    }
    let kept: String = said.chars().take(LONGEST).collect();
    format!("{kept}…")
}

fn state(t: &'static Texts, table: &str, column: &str, text: &str) -> Option<&'static str> {
    let badge = match (table, column) {
        ("orders", "state") => states::order(t, OrderState::parse(text)?),
        ("orders", "delivery_state") | ("deliveries", "state") => {
            states::delivery(t, DeliveryState::parse(text)?)
        }
        ("invoices", "state") => states::invoice(t, InvoiceState::parse(text)?),
        ("cards", "state") => states::card(t, CardState::parse(text)?),
        _ => return None,
    };
    Some(badge.word)
}

/// What a column holds.
fn name(lang: Lang, column: &str) -> Option<&'static str> {
    let (zh, en) = match column {
        "id" => ("编号", "Id"),
        "state" => ("状态", "State"),
        "reason" => ("原因", "Reason"),
        "seller_id" => ("销售方", "Seller"),
        "store_id" => ("门店", "Store"),
        "account_id" => ("微信账号", "WeChat account"),
        "order_id" => ("订单", "Order"),
        "order_no" => ("订单号", "Order number"),
        "delivery_id" => ("投递", "Delivery"),
        "delivery_state" => ("投递状态", "State of the delivery"),
        "invoice_id" => ("发票", "Invoice"),
        "invoice_number" => ("发票号码", "Invoice number"),
        "invoice_kind" | "kind" => ("票种", "Kind of invoice"),
        "sold_at" => ("销售时间", "Sold"),
        "created_at" => ("创建时间", "Made"),
        "authorised_at" => ("授权时间", "Agreed"),
        "expires_at" => ("链接有效期至", "The link holds until"),
        "due_at" => ("下次查询授权", "Asked about next"),
        "overdue_at" => ("授权超时时间", "Overdue from"),
        "issued_at" => ("开票时间", "Issued"),
        "uploaded_at" => ("上传时间", "Uploaded"),
        "mailed_at" => ("邮件发送时间", "Mailed"),
        "media_at" => ("PDF 上传时间", "PDF uploaded"),
        "asked_at" => ("插卡请求时间", "Card asked for"),
        "status_at" => ("卡券状态时间", "State of the card since"),
        "source" => ("来源", "Source"),
        "amount" => ("金额", "Net"),
        "tax" => ("税额", "Tax"),
        "total" => ("价税合计", "Total"),
        "refunded" => ("已退", "Given back"),
        "fingerprint" => ("内容指纹", "Fingerprint"),
        "remark" => ("备注", "Remark"),
        "buyer" => ("购买方", "Buyer"),
        "buyer_tax_number" => ("购买方税号", "Buyer's tax number"),
        "raw_title" => ("买家填写的抬头", "Title as typed"),
        "title" => ("发票抬头", "Title"),
        "pay_channel" => ("支付渠道", "Paid by"),
        "pay_transaction_no" => ("微信支付单号", "Transaction number"),
        "pay_trade_no" => ("商户单号", "Trade number"),
        "difference" => ("差额征税", "Difference tax"),
        "deduction" => ("扣除额", "Deduction"),
        "channel" => ("渠道", "Channel"),
        "page" => ("授权页", "Page"),
        "short_code" => ("短链接", "Short link"),
        "return_url" => ("返回地址", "Return address"),
        "refusal_url" => ("拒绝时的链接", "Link of the refusal"),
        "wechat_order_id" => ("微信订单号", "Order id at WeChat"),
        "part_no" => ("第几张", "Part"),
        "part_total" => ("本张合计", "Total of the part"),
        "part" => ("本张内容", "What the part holds"),
        "has_document" => ("需要证件号码", "Wants an identity document"),
        "code" => ("代码", "Code"),
        "number" => ("号码", "Number"),
        "check_code" => ("校验码", "Check code"),
        "machine" => ("机器编号", "Machine"),
        "segment_id" => ("号段", "Number segment"),
        "seller_party" => ("销售方信息", "Seller as printed"),
        "province" => ("省份", "Province"),
        "drawer" => ("开票人", "Drawer"),
        "payee" => ("收款人", "Payee"),
        "reviewer" => ("复核人", "Reviewer"),
        "receipt" => ("税局回执", "Receipt of the tax side"),
        "blue_id" => ("对应蓝票", "Blue invoice"),
        "red_form_id" => ("红字确认单", "Red confirmation form"),
        "line_sources" => ("红冲的行", "Lines taken back"),
        "payments" => ("支付信息", "Payments"),
        "template" => ("卡券模板", "Card template"),
        "media" => ("PDF 的微信编号", "The PDF's id at WeChat"),
        "openid" => ("买家的微信标识", "The buyer's openid"),
        _ => return None,
    };
    Some(if lang == Lang::Zh { zh } else { en })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(table: &'static str, column: &str, after: &str) -> ValueRow {
        let it = PlannedValue {
            table,
            row: "dlv_1".to_owned(),
            column: column.to_owned(),
            before: None,
            after: Some(after.to_owned()),
        };
        row(Lang::Zh, &it)
    }

    #[test]
    fn values_are_told_as_people_say_them() {
        let it = planned("deliveries", "state", "authorised");
        assert_eq!((it.name.as_str(), it.after.as_str()), ("状态", "已授权"));
        assert_eq!(planned("invoices", "total", "12345").after, "123.45");
        let it = planned("deliveries", "authorised_at", "1763690400000");
        assert_eq!(it.after, "2025-11-21 10:00");
        assert_eq!(
            planned("cards", "openid", "oGlVo5sVwNbRoZl8").after,
            "oGlVo5…"
        );
    }

    /// A trial may change each of these.
    #[test]
    fn every_column_of_what_a_push_can_change_has_words() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut seen = 0;
        for (file, tables) in [
            ("sales.rs", ["\"orders\"", "\"deliveries\""]),
            ("issuing.rs", ["\"invoices\"", "\"cards\""]),
        ] {
            let path = folder.join("../fapiao-store/src/entity").join(file);
            let text = std::fs::read_to_string(path).unwrap();
            for table in tables {
                let (_, after) = text.split_once(&format!("= {table} {{")).unwrap();
                let (fields, _) = after.split_once("\n    }").unwrap();
                for line in fields.lines().filter(|it| it.ends_with(',')) {
                    let column = line.trim().split(':').next().unwrap();
                    seen += 1;
                    for lang in Lang::ALL {
                        let told = name(lang, column).is_some() || column == "version";
                        assert!(told, "no words for {column} of {table}");
                    }
                }
            }
        }
        assert!(seen > 80, "{seen}");
    }
}

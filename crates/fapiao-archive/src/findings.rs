//! The reconciliation's findings in words, and as two sheets.

use crate::{
    ArchiveError, Pieces,
    reports::{self, moment, payment_words},
    send,
    tables::{Cell, Table},
};
use fapiao_domain::{card::CardState, delivery::DeliveryState, invoice::InvoiceState, money::Fen};
use fapiao_usecases::ports::{Area, Finding, FindingRow, Period, Ports, Scope};

/// Rows read at once.
const PAGE: u32 = 1000;

/// Columns of the summary.
pub const SUMMARY: [&str; 5] = ["核对项目", "类别", "数量", "金额或差额", "处理办法"];

/// Columns of the list.
pub const LIST: [&str; 11] = [
    "核对项目",
    "类别",
    "时间",
    "发票号码或交易单号",
    "订单号",
    "本系统金额",
    "对方金额",
    "差额",
    "说明",
    "处理办法",
    "代码",
];

/// What is compared, in Chinese and English.
pub const fn area_words(area: Area) -> [&'static str; 2] {
    match area {
        Area::Orders => ["订单与发票", "Orders and invoices"],
        Area::Payments => ["支付与订单", "Payments and orders"],
        Area::TaxSide => ["平台与税局", "This ledger and the tax side"],
        Area::Cards => ["发票与微信卡", "Invoices and WeChat cards"],
        Area::Numbers => ["号段", "Segments of numbers"],
        Area::Quota => ["发票额度", "Quota"],
        Area::Months => ["月度汇总", "Month totals"],
    }
}

/// A kind of finding, in Chinese and English.
pub const fn words(finding: Finding) -> [&'static str; 2] {
    match finding {
        Finding::InvoiceWithoutOrder => ["有票无单（订单已全额退款）", "Invoice without a sale"],
        Finding::PaymentUnnamed => ["缺少交易单号", "No payment number"],
        Finding::PaymentRepeated => ["交易单号重复", "Payment number used twice"],
        Finding::PaymentMissing => ["账单中没有这笔支付", "Not in the statement"],
        Finding::PaymentWithoutOrder => ["有支付无订单", "Payment without an order"],
        Finding::PaymentAmount => ["支付金额不符", "Paid another amount"],
        Finding::PaymentRefund => ["已退款，订单未登记", "Refund the order does not know"],
        Finding::PaymentFee => ["手续费不符", "Another fee than its rate"],
        Finding::OursOnly => ["仅本系统有（税局未确认）", "Only ours, not confirmed"],
        Finding::MissingThere => ["本系统已开具，税局没有", "Issued here, missing there"],
        Finding::TheirsOnly => ["仅税局有", "Only theirs"],
        Finding::TaxAmount => ["金额不同", "Different amounts"],
        Finding::TaxState => ["状态不同", "Different states"],
        Finding::NotDelivered => ["已开具未投递", "Issued, not delivered"],
        Finding::NotTaken => ["已投递未领取", "Delivered, not taken"],
        Finding::CardLocked => ["已锁定（报销中）", "Locked"],
        Finding::CardClosed => ["已报销", "Closed"],
        Finding::RedCardAlive => ["已红冲，卡仍有效", "Red, but the card is alive"],
        Finding::NumberGap => ["断号", "Gaps"],
        Finding::NumberReused => ["重号或号段外取用", "Used twice or past the segment"],
        Finding::QuotaDrift => ["额度不一致", "Drift"],
        Finding::MonthDiffers => ["汇总不一致", "Totals differ"],
    }
}

/// What to do next, in Chinese and English.
pub const fn next_step(finding: Finding) -> [&'static str; 2] {
    match finding {
        Finding::InvoiceWithoutOrder => [
            "打开订单，完成红冲；红字确认单待购方确认的，催办购方。",
            "Open the order and finish its red letter; where the form waits for the buyer, remind the buyer.",
        ],
        Finding::PaymentUnnamed => [
            "让收银系统随订单提供交易单号，并在支付平台按时间和金额找到这笔支付。",
            "Have the till send the payment's number with the order, and find the payment by time and amount.",
        ],
        Finding::PaymentRepeated => [
            "确认是一次支付付了几笔订单，还是订单重复导入；重复的订单按退款处理。",
            "Find out whether one payment paid several orders or an order was taken in twice; refund the doubled one.",
        ],
        Finding::PaymentMissing => [
            "在支付平台查这个单号；支付失败或已撤销的订单不应开票，已开的红冲。",
            "Look the number up at the payment service; an unpaid order is not invoiced, and taken back if it was.",
        ],
        Finding::PaymentWithoutOrder => [
            "补录这笔销售的订单；不是销售的，在支付平台退款。",
            "Take the sale's order in; what was no sale is refunded at the payment service.",
        ],
        Finding::PaymentAmount => [
            "核对优惠与改价；按实收金额红冲重开，或补收差额。",
            "Look at discounts and changed prices; issue anew over what was received, or collect the rest.",
        ],
        Finding::PaymentRefund => [
            "在订单上登记退款，已开的发票随之红冲。",
            "Enter the refund on the order; its invoices are taken back with it.",
        ],
        Finding::PaymentFee => [
            "向支付平台核实费率；差额入手续费科目。",
            "Ask the payment service about its rate; book the difference as a fee.",
        ],
        Finding::OursOnly => [
            "打开发票查看税局答复；48 小时内重试上传，被拒的改正后重开。",
            "Open the invoice and read the answer; upload again within 48 hours, issue a refused one anew.",
        ],
        Finding::MissingThere => [
            "在发票页查看上传结果；确认税局没有的，重试上传或联系税局。",
            "Look at the upload on the invoice's page; upload again or ask the tax bureau.",
        ],
        Finding::TheirsOnly => [
            "由其他系统或电子税务局开具：请财务查明来源，入账或红冲。",
            "Issued elsewhere for this tax number: find out where, then book it or take it back.",
        ],
        Finding::TaxAmount => [
            "比对版式文件，联系税局或网关运营方。",
            "Compare the paper, then ask the tax bureau or whoever runs the gateway.",
        ],
        Finding::TaxState => [
            "打开发票查询结果；在别处红冲的，在本系统登记红字发票。",
            "Open the invoice and query it again; one taken back elsewhere gets its red invoice here.",
        ],
        Finding::NotDelivered => [
            "打开发票的投递任务，处理后重试；也可把下载链接发给买家。",
            "Open the delivery's job, mend and retry; a download link can be sent meanwhile.",
        ],
        Finding::NotTaken => [
            "与微信核对这次插卡；号码未知的，在投递页补录卡券 code。",
            "Compare with WeChat; where the code is unknown, enter it on the delivery's page.",
        ],
        Finding::CardLocked => [
            "买家单位正在报销，暂勿红冲；需要红冲的先请买家解锁。",
            "The buyer's employer is reimbursing it: have it unlocked before taking it back.",
        ],
        Finding::CardClosed => ["无需处理。", "Nothing to do."],
        Finding::RedCardAlive => [
            "重试作废卡券；已报销的卡无法作废，告知买家单位冲回报销。",
            "Retry striking the card out; one that was reimbursed cannot be: tell the buyer's employer.",
        ],
        Finding::NumberGap => [
            "运行账目核对，查明号码去向；未使用的号码不可再用，向税局说明。",
            "Check the ledger and find out where the numbers went; tell the tax bureau about unused ones.",
        ],
        Finding::NumberReused => [
            "立即停用该号段并查明来源，联系税局。",
            "Stop using the segment, find out where the number came from, and ask the tax bureau.",
        ],
        Finding::QuotaDrift => [
            "核对是否在其他系统开具或下载过额度；多下载的可退回。",
            "Find out whether another system issued or downloaded; what was downloaded too much can be returned.",
        ],
        Finding::MonthDiffers => [
            "打开月度汇总，逐张处理差异后再确认。",
            "Open the month, settle each difference, then confirm.",
        ],
    }
}

/// What a row says beside its amounts, in Chinese and English.
pub fn said(finding: Finding, said: &str) -> [String; 2] {
    let english = said.replace('_', " ");
    let chinese = match finding {
        Finding::PaymentUnnamed
        | Finding::PaymentRepeated
        | Finding::PaymentMissing
        | Finding::PaymentWithoutOrder
        | Finding::PaymentAmount
        | Finding::PaymentRefund
        | Finding::PaymentFee => payment_words(said).to_owned(),
        Finding::OursOnly => InvoiceState::parse(said)
            .map_or_else(String::new, |it| reports::tax_words(it).to_owned()),
        Finding::InvoiceWithoutOrder | Finding::NumberReused => InvoiceState::parse(said)
            .map_or_else(String::new, |it| reports::state_words(it).to_owned()),
        Finding::NotDelivered => delivery_words(said).to_owned(),
        Finding::NotTaken | Finding::CardLocked | Finding::CardClosed | Finding::RedCardAlive => {
            reports::card_words(CardState::parse(said)).to_owned()
        }
        Finding::TaxState => {
            return match said {
                "" => pair(
                    "税局已开具，本系统未收到结果",
                    "issued there, unanswered here",
                ),
                "normal" => pair("税局为正常", "valid there"),
                "void" => pair("税局为作废", "void there"),
                "partly_red" => pair("税局为部分红冲", "partly red there"),
                _ => pair("税局为全额红冲", "fully red there"),
            };
        }
        Finding::TheirsOnly => {
            return match said.strip_prefix("remainder ") {
                Some(count) => [
                    format!("直连没有清单，共 {count} 份"),
                    format!("no list over the direct connection: {count} invoices"),
                ],
                None => [String::new(), String::new()],
            };
        }
        Finding::NumberGap => return [format!("{said} 个号码"), format!("{said} numbers")],
        Finding::QuotaDrift => {
            return match said {
                "granted" => pair("已下载额度", "downloaded"),
                _ => pair("已用额度", "spent"),
            };
        }
        Finding::MissingThere | Finding::TaxAmount | Finding::MonthDiffers => {
            return [String::new(), String::new()];
        }
    };
    [chinese, english]
}

fn pair(chinese: &str, english: &str) -> [String; 2] {
    [chinese.to_owned(), english.to_owned()]
}

fn delivery_words(state: &str) -> &'static str {
    match DeliveryState::parse(state) {
        Some(DeliveryState::Created) => "待打开",
        Some(DeliveryState::PageOpened) => "待授权",
        Some(DeliveryState::Authorised) => "已授权",
        Some(DeliveryState::Issuing) => "待入卡",
        Some(DeliveryState::Carded) => "已入卡",
        Some(DeliveryState::Refused) => "已拒绝",
        Some(DeliveryState::Expired) => "已过期",
        Some(DeliveryState::Failed) => "失败",
        None => "",
    }
}

/// The summary, then every row, page by page.
pub(crate) async fn write(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    table: &mut Table,
    out: &Pieces,
) -> Result<(), ArchiveError> {
    let counts = ports.store.finding_counts(scope, period).await?;
    table.sheet("差异汇总", &SUMMARY)?;
    for it in &counts {
        table.row(&[
            area_words(it.finding.area())[0].into(),
            words(it.finding)[0].into(),
            it.count.into(),
            Fen::of_sum(it.amount).into(),
            if it.count == 0 {
                ""
            } else {
                next_step(it.finding)[0]
            }
            .into(),
        ])?;
    }
    table.sheet("差异明细", &LIST)?;
    for it in counts.iter().filter(|it| it.count > 0) {
        let mut after = None;
        loop {
            let (rows, next) = ports
                .store
                .findings(scope, period, it.finding, after.as_ref(), PAGE)
                .await?;
            for row in &rows {
                table.row(&cells(it.finding, row))?;
            }
            send(out, table.take()).await?;
            after = next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(())
}

fn cells(finding: Finding, row: &FindingRow) -> Vec<Cell> {
    let amount = |it: Option<Fen>| it.map_or_else(|| Cell::from(""), Cell::from);
    let apart = row.here.zip(row.there).map(|(here, there)| there - here);
    vec![
        area_words(finding.area())[0].into(),
        words(finding)[0].into(),
        moment(row.at).into(),
        row.number.as_str().into(),
        row.order_no.as_str().into(),
        amount(row.here),
        amount(row.there),
        amount(apart),
        said(finding, &row.said)[0].as_str().into(),
        next_step(finding)[0].into(),
        finding.as_str().into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_words_and_a_next_step_in_both_languages() {
        let mut seen = BTreeSet::new();
        for it in Finding::ALL {
            for language in 0..2 {
                assert!(!next_step(it)[language].is_empty(), "{it:?}");
                let word = words(it)[language];
                assert!(seen.insert((it.area(), word)), "{word} stands twice");
            }
            assert!(words(it)[1].is_ascii(), "{it:?}");
            assert!(next_step(it)[1].is_ascii(), "{it:?}");
        }
    }
}

//! What reports say in words: as the tax bureau's own exports word it, and in Chinese whoever asks.

use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::CardState,
    invoice::{InvoiceKind, InvoiceState},
    red::RedReason,
};
use fapiao_usecases::{
    calendar::in_shanghai,
    ports::{Issued, Match, PaymentFault},
};

/// A moment as the tax bureau's export writes it, in Shanghai.
pub fn moment(at: DateTime<Utc>) -> String {
    in_shanghai(at).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The state of an invoice, as the tax bureau's export words it.
pub const fn state_words(state: InvoiceState) -> &'static str {
    match state {
        InvoiceState::PartlyRed => "已红冲-部分",
        InvoiceState::FullyRed => "已红冲-全额",
        _ => "正常",
    }
}

/// The kind of an invoice, as the tax bureau's export words it.
pub const fn kind_words(kind: InvoiceKind) -> &'static str {
    match kind {
        InvoiceKind::DigitalOrdinary => "数电发票（普通发票）",
        InvoiceKind::DigitalSpecial => "数电发票（增值税专用发票）",
        InvoiceKind::ClassicOrdinary => "增值税电子普通发票",
    }
}

pub(super) const fn source_words(kind: InvoiceKind) -> &'static str {
    match kind {
        InvoiceKind::DigitalOrdinary | InvoiceKind::DigitalSpecial => "电子发票服务平台",
        InvoiceKind::ClassicOrdinary => "增值税发票管理系统",
    }
}

/// The state of a card in words.
pub const fn card_words(card: Option<CardState>) -> &'static str {
    match card {
        None => "",
        Some(CardState::Uploading | CardState::Inserting) => "投递中",
        Some(CardState::Inserted) => "已入卡包",
        Some(CardState::Locked) => "已锁定",
        Some(CardState::Reimbursed) => "已报销",
        Some(CardState::Cancelled) => "已作废",
        Some(_) => "待确认",
    }
}

/// How an order was paid, in words; a channel of the shop's own naming as the shop names it.
pub fn payment_words(channel: &str) -> &str {
    match channel {
        "wechat" => "微信支付",
        "alipay" => "支付宝",
        "unionpay" => "银联",
        "cash" => "现金",
        "card" => "银行卡",
        "transfer" => "转账",
        own => own,
    }
}

/// Why an invoice was taken back, as the tax authority's list words it.
pub const fn reason_words(reason: RedReason) -> &'static str {
    match reason {
        RedReason::Mistake => "开票有误",
        RedReason::Returned => "销货退回",
        RedReason::Ended => "服务中止",
        RedReason::Allowance => "销售折让",
    }
}

/// What is wrong with an order's payment, in words.
pub const fn payment_fault_words(fault: PaymentFault) -> &'static str {
    match fault {
        PaymentFault::NoNumber => "缺少交易单号",
        PaymentFault::Repeated => "交易单号重复",
    }
}

/// How far the tax authority has a number, in words.
pub const fn tax_words(state: InvoiceState) -> &'static str {
    match state {
        InvoiceState::Issued | InvoiceState::PartlyRed | InvoiceState::FullyRed => "税局已确认",
        InvoiceState::Uploading => "已上传，等待结果",
        InvoiceState::OutcomeUnknown => "结果未知，待查询",
        InvoiceState::Refused => "税局拒绝",
        InvoiceState::Drafted
        | InvoiceState::Ready
        | InvoiceState::Blocked
        | InvoiceState::Reserved => "已取号，未上传",
    }
}

/// How an order and its invoices compare, in words.
pub const fn match_words(result: Match) -> &'static str {
    match result {
        Match::Equal => "一致",
        Match::Rounding => "尾差",
        Match::Under => "少开",
        Match::Over => "多开",
        Match::Missing => "未开票",
    }
}

/// How something was invoiced, as the return words it.
pub const fn issued_words(issued: Issued) -> &'static str {
    match issued {
        Issued::Special => "开具增值税专用发票",
        Issued::Ordinary => "开具其他发票",
        Issued::None => "未开具发票",
    }
}

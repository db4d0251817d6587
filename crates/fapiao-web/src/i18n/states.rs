//! Words and colours of states.

use super::{Texts, texts};
use crate::pages::parts::{Badge, Tone};
use fapiao_domain::{
    card::CardState, delivery::Channel, delivery::DeliveryState, invoice::InvoiceState,
    order::OrderState, party::TitleKind,
};

texts! {
    /// One word for each state.
    State {
        order_open: "待开票", "Open";
        order_delivering: "投递中", "Under way";
        order_invoiced: "已开票", "Invoiced";
        order_cancelled: "已取消", "Cancelled";
        delivery_created: "待授权", "Not opened";
        delivery_page_opened: "已打开", "Opened";
        delivery_authorised: "已授权", "Agreed";
        delivery_issuing: "开具中", "Issuing";
        delivery_carded: "已入卡包", "In wallet";
        delivery_refused: "已拒绝", "Refused";
        delivery_expired: "已过期", "Expired";
        delivery_failed: "失败", "Failed";
        invoice_drafted: "草稿", "Draft";
        invoice_ready: "待取号", "Ready";
        invoice_blocked: "受阻", "Blocked";
        invoice_reserved: "已取号", "Numbered";
        invoice_uploading: "上传中", "Uploading";
        invoice_outcome_unknown: "结果待查", "Outcome unknown";
        invoice_refused: "税局拒绝", "Refused";
        invoice_issued: "已开具", "Issued";
        invoice_partly_red: "部分红冲", "Partly red";
        invoice_fully_red: "已红冲", "Fully red";
        card_uploading: "上传 PDF", "Uploading PDF";
        card_inserting: "插卡中", "Inserting";
        card_inserted: "已入卡包", "In wallet";
        card_locked: "报销中", "Being reimbursed";
        card_reimbursed: "已报销", "Reimbursed";
        card_cancelled: "已作废", "Cancelled";
        card_code_unknown: "卡号未知", "Code unknown";
        needs_person: "需要人工", "Needs a person";
        waiting: "等待重试", "Waiting";
        running: "进行中", "Running";
        given_up: "已放弃", "Given up";
        done: "已完成", "Done";
        active: "启用", "Active";
        inactive: "停用", "Off";
        revoked: "已吊销", "Revoked";
        works: "凭据有效", "Works";
        broken: "凭据无效", "Does not work";
        unchecked: "未检查", "Not checked";
        accepted: "已接受", "Accepted";
        repeated: "重复", "Repeated";
        refused: "已拒绝", "Refused";
        complete: "资料完整", "Complete";
        incomplete: "资料不全", "Incomplete";
        pending: "处理中", "Being handled";
        ignored: "无需处理", "Nothing to do";
        handled: "已处理", "Handled";
        in_use: "使用中", "In use";
        in_store: "备用", "In store";
        used_up: "已用完", "Used up";
        other_province: "迁移前省份，停用", "Former province, closed";
        past_year: "已过年度", "Past year";
        holds: "成立", "Holds";
        violated: "不成立", "Broken";
    }
}

/// An order's state.
pub const fn order(t: &'static Texts, state: OrderState) -> Badge {
    let s = &t.state;
    let (tone, word) = match state {
        OrderState::Open => (Tone::Plain, s.order_open),
        OrderState::Delivering => (Tone::Wait, s.order_delivering),
        OrderState::Invoiced => (Tone::Ok, s.order_invoiced),
        OrderState::Cancelled => (Tone::Plain, s.order_cancelled),
    };
    Badge::new(tone, word)
}

/// A delivery's state.
pub const fn delivery(t: &'static Texts, state: DeliveryState) -> Badge {
    let s = &t.state;
    let (tone, word) = match state {
        DeliveryState::Created => (Tone::Plain, s.delivery_created),
        DeliveryState::PageOpened => (Tone::Wait, s.delivery_page_opened),
        DeliveryState::Authorised => (Tone::Wait, s.delivery_authorised),
        DeliveryState::Issuing => (Tone::Wait, s.delivery_issuing),
        DeliveryState::Carded => (Tone::Ok, s.delivery_carded),
        DeliveryState::Refused => (Tone::Warn, s.delivery_refused),
        DeliveryState::Expired => (Tone::Warn, s.delivery_expired),
        DeliveryState::Failed => (Tone::Bad, s.delivery_failed),
    };
    Badge::new(tone, word)
}

/// An invoice's state.
pub const fn invoice(t: &'static Texts, state: InvoiceState) -> Badge {
    let s = &t.state;
    let (tone, word) = match state {
        InvoiceState::Drafted => (Tone::Plain, s.invoice_drafted),
        InvoiceState::Ready => (Tone::Wait, s.invoice_ready),
        InvoiceState::Blocked => (Tone::Bad, s.invoice_blocked),
        InvoiceState::Reserved => (Tone::Wait, s.invoice_reserved),
        InvoiceState::Uploading => (Tone::Wait, s.invoice_uploading),
        InvoiceState::OutcomeUnknown => (Tone::Warn, s.invoice_outcome_unknown),
        InvoiceState::Refused => (Tone::Bad, s.invoice_refused),
        InvoiceState::Issued => (Tone::Ok, s.invoice_issued),
        InvoiceState::PartlyRed => (Tone::Warn, s.invoice_partly_red),
        InvoiceState::FullyRed => (Tone::Warn, s.invoice_fully_red),
    };
    Badge::new(tone, word)
}

/// A card's state.
pub const fn card(t: &'static Texts, state: CardState) -> Badge {
    let s = &t.state;
    let (tone, word) = match state {
        CardState::Uploading => (Tone::Wait, s.card_uploading),
        CardState::Inserting => (Tone::Wait, s.card_inserting),
        CardState::Inserted => (Tone::Ok, s.card_inserted),
        CardState::Locked => (Tone::Wait, s.card_locked),
        CardState::Reimbursed => (Tone::Ok, s.card_reimbursed),
        CardState::Cancelled => (Tone::Warn, s.card_cancelled),
        CardState::CodeUnknown => (Tone::Warn, s.card_code_unknown),
    };
    Badge::new(tone, word)
}

/// A channel, in words.
pub const fn channel(t: &'static Texts, channel: Channel) -> &'static str {
    match channel {
        Channel::Web => t.delivery.web,
        Channel::App => t.delivery.app,
        Channel::MiniProgram => t.delivery.mini_program,
        Channel::Wap => t.delivery.wap,
    }
}

/// A kind of title, in words.
pub const fn title_kind(t: &'static Texts, kind: TitleKind) -> &'static str {
    match kind {
        TitleKind::Person => t.title.person,
        TitleKind::Organisation => t.title.organisation,
        TitleKind::NoNumber => t.title.no_number,
    }
}

/// Where a job stands, as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobStanding {
    /// A person must decide.
    NeedsPerson,
    /// Tried again by itself.
    Waiting,
    /// Being worked on.
    Running,
    /// Nobody will try again.
    GivenUp,
    /// Finished.
    Done,
}

/// A job's state.
pub const fn job(t: &'static Texts, standing: JobStanding) -> Badge {
    let s = &t.state;
    let (tone, word) = match standing {
        JobStanding::NeedsPerson => (Tone::Bad, s.needs_person),
        JobStanding::Waiting => (Tone::Wait, s.waiting),
        JobStanding::Running => (Tone::Wait, s.running),
        JobStanding::GivenUp => (Tone::Plain, s.given_up),
        JobStanding::Done => (Tone::Ok, s.done),
    };
    Badge::new(tone, word)
}

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Verified, stored, worked on.
    Accepted,
    /// Known already.
    Repeated,
    /// Forged, unreadable, for another account.
    Refused,
}

/// A push's verdict.
pub const fn verdict(t: &'static Texts, verdict: Verdict) -> Badge {
    let s = &t.state;
    match verdict {
        Verdict::Accepted => Badge::new(Tone::Ok, s.accepted),
        Verdict::Repeated => Badge::new(Tone::Plain, s.repeated),
        Verdict::Refused => Badge::new(Tone::Bad, s.refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;
    use std::collections::HashSet;

    #[test]
    fn every_state_has_its_own_word() {
        for lang in Lang::ALL {
            let t = Texts::of(lang);
            let words: HashSet<_> = InvoiceState::ALL
                .into_iter()
                .map(|it| invoice(t, it).word)
                .collect();
            assert_eq!(words.len(), InvoiceState::ALL.len());
            let words: HashSet<_> = DeliveryState::ALL
                .into_iter()
                .map(|it| delivery(t, it).word)
                .collect();
            assert_eq!(words.len(), DeliveryState::ALL.len());
            let words: HashSet<_> = CardState::ALL
                .into_iter()
                .map(|it| card(t, it).word)
                .collect();
            assert_eq!(words.len(), CardState::ALL.len());
        }
    }
}

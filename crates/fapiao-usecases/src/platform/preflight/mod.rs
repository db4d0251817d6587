//! What WeChat would refuse, said before it is asked: from our own rows and the bytes of the PDF.
//!
//! Each finding carries the code WeChat would answer with. A certain one stops the call; a likely one is shown to staff
//! when something went wrong, and the call is made all the same.

mod call;
mod gather;
mod paper;
mod rights;

pub use gather::{Papers, foresee, foresee_delivery};
pub use paper::PDF_BYTES_MAX;
pub use rights::{refused_rights, refused_to};

use crate::{
    ports::{PdfLook, TemplateOrder},
    records::{Account, Card, Delivery, Invoice},
    step::StepError,
};
use chrono::{DateTime, Utc};

/// Longest title of a card, in Chinese characters.
const TEMPLATE_TITLE_MAX: usize = 9;

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// WeChat would refuse: the call is not made.
    Certain,
    /// WeChat may refuse; the call is made.
    Likely,
}

/// The one thing to do that cannot make it worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SafeStep {
    /// Run the stopped job again, now or after the time that the words name.
    Retry,
    /// Ask WeChat once more whether the buyer agreed.
    AskWeChat,
    /// Make a new link: the order id is burnt.
    NewLink,
    /// Mend the seller's or the account's settings.
    Settings,
    /// Open the invoice: it is valid without a card and can be downloaded.
    OpenInvoice,
    /// Attach the tax authority's own file: the card is made of it.
    AttachPaper,
    /// Enter the card's code on the delivery's page.
    EnterCode,
}

/// Something WeChat would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// WeChat's code, such as `72038`.
    pub code: &'static str,
    /// How sure.
    pub weight: Weight,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// What to do.
    pub step: SafeStep,
}

fn found(
    code: &'static str,
    weight: Weight,
    step: SafeStep,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> Finding {
    Finding {
        code,
        weight,
        zh: zh.into(),
        en: en.into(),
        step,
    }
}

/// The safe step after WeChat itself refused with a code, as the code's own text has it; `None` when the code says
/// nothing of a card.
pub fn step_after(code: &str) -> Option<SafeStep> {
    Some(match code {
        // The agreement, its title or its link is spent: the buyer begins with a new order id.
        "72013" | "72017" | "72035" | "72044" | "72048" | "72050" | "72070" | "72077" | "72078"
        | "72088" | "72090" | "72092" => SafeStep::NewLink,
        "72038" | "72049" | "72053" | "72074" => SafeStep::AskWeChat,
        "72015" | "72022" | "72028" | "72029" | "72030" | "72051" | "72063" | "72085" | "72086"
        | "72087" | "40073" | "48001" => SafeStep::Settings,
        "72018" | "72056" | "72075" => SafeStep::OpenInvoice,
        // The same again would be refused again: the invoice is handed to the buyer as it is.
        "72024" | "72025" | "72027" | "72031" | "72037" | "72039" | "72041" | "72042" | "72043"
        | "72045" | "72052" | "72055" | "72060" | "72061" | "72062" | "72067" | "72068"
        | "72069" | "72071" | "72072" | "72073" | "72076" | "72079" | "72080" => {
            SafeStep::OpenInvoice
        }
        // It is the paper that WeChat does not take.
        "72040" | "72047" | "72082" => SafeStep::AttachPaper,
        "40078" | "40107" | "45009" | "45011" | "72023" | "72036" | "72046" | "72054" | "72057"
        | "72058" | "72059" | "72064" | "72065" | "72081" | "72083" | "72084" | "72089"
        | "72091" | "72093" => SafeStep::Retry,
        _ => return None,
    })
}

/// What WeChat would say to the making of a card template.
pub fn foresee_template(order: &TemplateOrder, platform: &Account) -> Vec<Finding> {
    let mut out = Vec::new();
    let missing = [
        (&order.payee, "收款方（开票主体名称）", "payee"),
        (&order.title, "卡券标题", "title"),
        (&order.logo_url, "商户标志", "logo"),
    ];
    for (value, zh, en) in missing {
        if value.trim().is_empty() {
            out.push(found(
                "72031",
                Weight::Certain,
                SafeStep::Settings,
                format!("卡券模板缺少{zh}"),
                format!("the card template lacks its {en}"),
            ));
        }
    }
    // Latin letters take half the room of a Chinese character.
    let width: usize = order
        .title
        .chars()
        .map(|it| if it.is_ascii() { 1 } else { 2 })
        .sum();
    if width > 2 * TEMPLATE_TITLE_MAX {
        out.push(found(
            "45021",
            Weight::Likely,
            SafeStep::Settings,
            format!("卡券标题超过 {TEMPLATE_TITLE_MAX} 个汉字"),
            format!("the card's title is longer than {TEMPLATE_TITLE_MAX} Chinese characters"),
        ));
    }
    if platform.platform_id.is_none() {
        out.push(found(
            "72015",
            Weight::Likely,
            SafeStep::Settings,
            format!("账号“{}”可能尚未开通电子发票权限", platform.name),
            format!(
                "e-invoicing may not be granted to account {} yet",
                platform.name
            ),
        ));
    }
    out.sort_by_key(|it| it.weight != Weight::Certain);
    out
}

/// What an insert is judged by.
#[derive(Clone, Debug)]
pub struct InsertFacts {
    /// The invoice.
    pub invoice: Invoice,
    /// Its delivery.
    pub delivery: Delivery,
    /// The account that inserts.
    pub platform: Account,
    /// When the card template was made; `None` without one.
    pub template_at: Option<DateTime<Utc>>,
    /// The delivery's card.
    pub card: Option<Card>,
    /// Cards of the same invoice under other deliveries.
    pub others: Vec<Card>,
    /// What is in the PDF; `None` when there is none yet.
    pub pdf: Option<PdfLook>,
    /// The time.
    pub now: DateTime<Utc>,
}

/// What WeChat would say to an insert; what is certain stands in front.
pub fn foresee_insert(facts: &InsertFacts) -> Vec<Finding> {
    let mut out = Vec::new();
    out.extend(call::of_order_id(facts));
    out.extend(call::of_accounts(facts));
    out.extend(paper::of_numbers(&facts.invoice));
    out.extend(paper::of_amounts(&facts.invoice));
    out.extend(paper::of_pdf(facts));
    out.extend(call::of_cards(facts));
    out.sort_by_key(|it| it.weight != Weight::Certain);
    out
}

/// The first certain finding as the end of a job: nothing was asked of WeChat.
pub(crate) fn stops(findings: &[Finding]) -> Option<StepError> {
    let first = findings.iter().find(|it| it.weight == Weight::Certain)?;
    Some(StepError::parked(
        format!("foreseen_{}", first.code),
        format!("{} / {}", first.zh, first.en),
    ))
}

#[cfg(test)]
mod tests;

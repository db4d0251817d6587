//! What WeChat would refuse, said before it is asked: from our own rows and the bytes of the PDF.
//!
//! Each finding carries the code WeChat would answer with. A certain one stops the call; a likely one is shown to staff
//! when something went wrong, and the call is made all the same.

use crate::{
    errors::StoreError,
    platform::template::platform_account,
    ports::{PdfLook, Ports, Scope, TemplateOrder},
    records::{Account, Card, Delivery, Document, Invoice},
    step::StepError,
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::DeliveryId,
    invoice::{Identity, InvoiceState},
    money::Fen,
};

/// WeChat's own limit of an uploaded PDF is not published; ours keeps well below what was seen to work.
pub const PDF_BYTES_MAX: usize = 2 * 1024 * 1024;
/// WeChat deletes an upload that no card uses after three days.
const MEDIA_LIFE_HOURS: i64 = 72;
/// A template younger than this may not be usable yet.
const TEMPLATE_YOUNG_MINUTES: i64 = 15;
/// Longest title of a card, in Chinese characters.
const TEMPLATE_TITLE_MAX: usize = 9;
/// While an insert of ours may still be answered.
const INSERT_RUNS_SECS: i64 = 60;

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

/// The safe step after WeChat itself refused with a code; `None` when the code says nothing of a card.
pub fn step_after(code: &str) -> Option<SafeStep> {
    Some(match code {
        "72035" | "72050" => SafeStep::NewLink,
        "72038" | "72049" | "72053" => SafeStep::AskWeChat,
        "72015" | "72022" | "72063" | "48001" => SafeStep::Settings,
        "72018" | "72056" | "72075" => SafeStep::OpenInvoice,
        "72031" | "72040" | "72041" | "72042" | "72043" | "72045" | "72047" | "72048" | "72073"
        | "72076" | "72082" => SafeStep::OpenInvoice,
        "40078" | "40107" | "72036" | "72046" | "72054" | "72057" | "72081" | "72083" => {
            SafeStep::Retry
        }
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
    out.extend(of_order_id(facts));
    out.extend(of_accounts(facts));
    out.extend(of_numbers(&facts.invoice));
    out.extend(of_amounts(&facts.invoice));
    out.extend(of_pdf(facts));
    out.extend(of_cards(facts));
    out.sort_by_key(|it| it.weight != Weight::Certain);
    out
}

fn of_order_id(facts: &InsertFacts) -> Option<Finding> {
    use Weight::Certain;
    let delivery = &facts.delivery;
    match delivery.state {
        DeliveryState::Refused => Some(found(
            "72035",
            Certain,
            SafeStep::NewLink,
            "这次授权已被拒绝，授权单号作废；请重新生成开票链接",
            "this delivery was refused and its order id is burnt; make a new link",
        )),
        DeliveryState::Carded => Some(found(
            "72056",
            Certain,
            SafeStep::OpenInvoice,
            "这次授权的卡券已经在卡包中，不能再放一次",
            "the card of this delivery is in the wallet; it is never inserted twice",
        )),
        _ if delivery.authorised_at.is_none() => Some(found(
            "72038",
            Certain,
            SafeStep::AskWeChat,
            "微信还没有确认买家授权；再向微信查询一次",
            "WeChat has not confirmed that the buyer agreed; ask it once more",
        )),
        _ => None,
    }
}

fn of_accounts(facts: &InsertFacts) -> Vec<Finding> {
    let mut out = Vec::new();
    match &facts.platform.platform_id {
        None => out.push(found(
            "72015",
            Weight::Certain,
            SafeStep::Settings,
            format!(
                "账号“{}”还没有开票平台识别码，可能尚未开通电子发票权限",
                facts.platform.name
            ),
            format!(
                "account {} has no platform id; e-invoicing may not be granted to it yet",
                facts.platform.name
            ),
        )),
        Some(id) => {
            if let Some(owner) = owner_of(id)
                && owner != facts.platform.app_id
            {
                out.push(found(
                    "72038",
                    Weight::Likely,
                    SafeStep::Settings,
                    format!(
                        "开票平台识别码属于 {owner}，不是账号 {}",
                        facts.platform.app_id
                    ),
                    format!(
                        "the platform id belongs to {owner}, not to {}",
                        facts.platform.app_id
                    ),
                ));
            }
        }
    }
    let young = facts
        .template_at
        .is_some_and(|at| facts.now - at < TimeDelta::minutes(TEMPLATE_YOUNG_MINUTES));
    // A refusal for good is on the delivery: nothing is tried by itself any more.
    if young && facts.delivery.state != DeliveryState::Failed {
        out.push(found(
            "40078",
            Weight::Likely,
            SafeStep::Retry,
            "卡券模板刚刚创建，微信可能还不能使用；会在 1、5、15 分钟后自动再试",
            "the card template is young and WeChat may not take it yet; it is tried again after 1, 5 and 15 minutes",
        ));
    }
    out
}

/// The app id inside a platform id: its first 18 bytes, as base64url. `None` when it has another form.
fn owner_of(platform_id: &str) -> Option<String> {
    let bytes = decoded(platform_id.get(..24)?)?;
    let text = String::from_utf8(bytes).ok()?;
    let plain = text.len() == 18 && text.bytes().all(|it| it.is_ascii_alphanumeric());
    (plain && text.starts_with("wx")).then_some(text)
}

/// Base64url of a whole number of groups, also with the two signs of plain base64.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for group in text.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for byte in group {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'-' | b'+' => 62,
                b'_' | b'/' => 63,
                _ => return None,
            };
            bits = (bits << 6) | u32::from(value);
        }
        let [_, first, second, third] = bits.to_be_bytes();
        out.extend([first, second, third]);
    }
    Some(out)
}

fn of_numbers(invoice: &Invoice) -> Vec<Finding> {
    let wrong = |code, zh: &str, en: &str| {
        vec![found(code, Weight::Certain, SafeStep::OpenInvoice, zh, en)]
    };
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    match &invoice.identity {
        None => wrong("72031", "发票还没有号码", "the invoice has no number"),
        Some(Identity::Digital { number }) if !digits(number) => wrong(
            "72041",
            "发票号码含有数字以外的字符",
            "the number holds something else than digits",
        ),
        Some(Identity::Digital { number }) if number.len() != 20 => wrong(
            "72043",
            "数电票号码不是 20 位",
            "a digital invoice's number has 20 digits",
        ),
        Some(Identity::Classic {
            code,
            number,
            check_code,
            ..
        }) => {
            if !digits(code) || !digits(number) {
                wrong(
                    "72041",
                    "发票代码或号码含有数字以外的字符",
                    "code or number hold something else than digits",
                )
            } else if !matches!(code.len(), 10 | 12) || number.len() != 8 {
                wrong(
                    "72043",
                    "发票代码应为 10 或 12 位，号码应为 8 位",
                    "the code has 10 or 12 digits, the number 8",
                )
            } else if check_code.is_empty() {
                wrong(
                    "72045",
                    "发票缺少校验码",
                    "the invoice lacks its check code",
                )
            } else {
                Vec::new()
            }
        }
        Some(Identity::Digital { .. }) => Vec::new(),
    }
}

fn of_amounts(invoice: &Invoice) -> Vec<Finding> {
    let mut out = Vec::new();
    let totals = &invoice.totals;
    if totals.total <= Fen::ZERO
        || invoice.title.name.trim().is_empty()
        || invoice.issued_at.is_none()
    {
        out.push(found(
            "72031",
            Weight::Certain,
            SafeStep::OpenInvoice,
            "发票缺少金额、抬头或开票时间",
            "the invoice lacks its amount, title or issue time",
        ));
    }
    if totals.amount.get().checked_add(totals.tax.get()) != Some(totals.total.get()) {
        out.push(found(
            "72073",
            Weight::Certain,
            SafeStep::OpenInvoice,
            "不含税金额与税额之和不等于价税合计",
            "amount and tax do not add up to the total",
        ));
    }
    out
}

fn of_pdf(facts: &InsertFacts) -> Vec<Finding> {
    let Some(pdf) = &facts.pdf else {
        return Vec::new();
    };
    let wrong =
        |code, weight, zh: String, en: String| found(code, weight, SafeStep::OpenInvoice, zh, en);
    if !pdf.is_pdf {
        return vec![wrong(
            "72040",
            Weight::Certain,
            "版式文件不是有效的 PDF".to_owned(),
            "the document is no readable PDF".to_owned(),
        )];
    }
    let mut out = Vec::new();
    if pdf.encrypted {
        out.push(wrong(
            "72040",
            Weight::Certain,
            "PDF 有密码保护，微信无法查验".to_owned(),
            "the PDF is protected by a password; WeChat cannot look into it".to_owned(),
        ));
    }
    if pdf.size > PDF_BYTES_MAX {
        out.push(wrong(
            "40009",
            Weight::Likely,
            "PDF 超过 2 MB".to_owned(),
            "the PDF is larger than 2 MB".to_owned(),
        ));
    }
    if let Some(identity) = &facts.invoice.identity {
        out.extend(of_pdf_text(pdf, identity));
    }
    out
}

/// Whether the paper is this invoice's. Only a paper that says another number is certainly refused: a number that is
/// not found may still be there, drawn in a way we do not read.
fn of_pdf_text(pdf: &PdfLook, identity: &Identity) -> Option<Finding> {
    let compare = |weight, zh: String, en: String| {
        Some(found("72047", weight, SafeStep::OpenInvoice, zh, en))
    };
    let Some(text) = &pdf.text else {
        if pdf.encrypted {
            return None;
        }
        return compare(
            Weight::Likely,
            "PDF 的文字读不出来，无法核对发票号码".to_owned(),
            "the text of the PDF cannot be read, so its number is not compared".to_owned(),
        );
    };
    let plain: String = text.chars().filter(|it| !it.is_whitespace()).collect();
    let missing = [identity.number(), identity.code()]
        .into_iter()
        .find(|it| !it.is_empty() && !plain.contains(it))?;
    let number = identity.number();
    match printed_number(&plain).filter(|it| it.len() == number.len() && *it != number) {
        Some(other) => compare(
            Weight::Certain,
            format!("PDF 上的发票号码是 {other}，不是 {number}：这是另一张发票的文件"),
            format!("the PDF says number {other} instead of {number}: it is another invoice's"),
        ),
        None => compare(
            Weight::Likely,
            format!("PDF 的文字中没有找到 {missing}，可能与发票数据不一致"),
            format!("{missing} is not found in the text of the PDF; it may be another invoice's"),
        ),
    }
}

/// The digits right behind the first words "invoice number" of a paper, blanks left out.
fn printed_number(plain: &str) -> Option<&str> {
    let (_, behind) = plain.split_once("发票号码")?;
    let behind = behind.trim_start_matches([':', '：']);
    let end = behind
        .find(|it: char| !it.is_ascii_digit())
        .unwrap_or(behind.len());
    Some(&behind[..end]).filter(|it| !it.is_empty())
}

fn of_cards(facts: &InsertFacts) -> Vec<Finding> {
    let mut out = Vec::new();
    let elsewhere = facts
        .others
        .iter()
        .find(|card| card.state.is_delivered() && card.state != CardState::Cancelled);
    if let Some(card) = elsewhere {
        out.push(found(
            "72042",
            Weight::Certain,
            SafeStep::OpenInvoice,
            format!("同一张发票已通过另一次授权 {} 放入卡包", card.delivery),
            format!(
                "the same invoice is in a wallet already, by delivery {}",
                card.delivery
            ),
        ));
    }
    if facts.invoice.state == InvoiceState::FullyRed {
        out.push(found(
            "72042",
            Weight::Certain,
            SafeStep::OpenInvoice,
            "发票已全额红冲，不应再放入卡包",
            "the invoice was offset in full; it does not belong into a wallet",
        ));
    }
    let Some(card) = &facts.card else {
        return out;
    };
    if card.state == CardState::CodeUnknown {
        out.push(found(
            "72056",
            Weight::Certain,
            SafeStep::EnterCode,
            "卡券已在卡包中，只是编号随应答丢失；得知编号后在授权页面补录",
            "the card is in the wallet, only its code was lost with the answer; enter it on the delivery's page once known",
        ));
    }
    // WeChat has said no: that insert neither runs nor is its answer lost.
    let answered = facts.delivery.state == DeliveryState::Failed;
    let asked = card.state == CardState::Inserting && !answered;
    let running = asked
        && card
            .asked_at
            .is_some_and(|at| facts.now - at < TimeDelta::seconds(INSERT_RUNS_SECS));
    if running {
        out.push(found(
            "72054",
            Weight::Likely,
            SafeStep::Retry,
            "上一次放入卡包的请求可能还在进行；稍后再试，不会重复入卡",
            "the insert asked for just now may still run; try again in a moment, it cannot be inserted twice",
        ));
    } else if asked && card.asked_at.is_some() {
        out.push(found(
            "72056",
            Weight::Likely,
            SafeStep::Retry,
            "上一次的应答丢失；再试一次即可确认卡券是否已在卡包中，不会重复入卡",
            "the last answer was lost; trying again tells whether the card is there, and cannot insert it twice",
        ));
    }
    if let Some((media, at)) = &card.media
        && !media.is_empty()
        && facts.now - *at > TimeDelta::hours(MEDIA_LIFE_HOURS)
    {
        out.push(found(
            "72046",
            Weight::Likely,
            SafeStep::Retry,
            "上传给微信的 PDF 已超过三天，会自动重新上传",
            "the PDF was uploaded more than three days ago; it is uploaded anew by itself",
        ));
    }
    out
}

/// Which papers are looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Papers {
    /// Those that came from elsewhere: what we printed holds its number by construction.
    Received,
    /// All of them, also our own: a file may be damaged.
    All,
}

/// Gathers the facts of a delivery and judges them: for the job before its call, and for staff when it stopped.
/// `None` when the delivery has no invoice yet.
///
/// # Errors
/// [`StepError`].
pub async fn foresee(
    ports: &Ports,
    delivery: &Delivery,
    papers: Papers,
) -> Result<Option<Vec<Finding>>, StepError> {
    let Some(invoice_id) = &delivery.invoice else {
        return Ok(None);
    };
    let invoice = ports
        .store
        .invoices_by_id(std::slice::from_ref(invoice_id))
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound {
            what: format!("invoice {invoice_id}"),
        })?;
    let seller =
        ports
            .store
            .seller(&delivery.seller)
            .await?
            .ok_or_else(|| StoreError::NotFound {
                what: format!("seller {}", delivery.seller),
            })?;
    let platform = platform_account(ports, &seller).await?;
    let template = ports
        .store
        .template(&platform.id, &seller.id, invoice.kind, &seller.party.name)
        .await?;
    let (own, others) = ports
        .store
        .cards_of(&invoice.id)
        .await?
        .into_iter()
        .partition::<Vec<Card>, _>(|card| card.delivery == delivery.id);
    let facts = InsertFacts {
        pdf: pdf_of(ports, &invoice, papers).await?,
        invoice,
        delivery: delivery.clone(),
        platform,
        template_at: template.map(|it| it.created_at),
        card: own.into_iter().next(),
        others,
        now: ports.clock.now(),
    };
    Ok(Some(foresee_insert(&facts)))
}

async fn pdf_of(
    ports: &Ports,
    invoice: &Invoice,
    papers: Papers,
) -> Result<Option<PdfLook>, StepError> {
    let documents = ports.store.documents(&invoice.id).await?;
    // The one that would be uploaded.
    let pdf = documents.iter().find(|it| it.format == "pdf");
    let wanted = |it: &&Document| papers == Papers::All || it.origin == "received";
    let Some(pdf) = pdf.filter(wanted) else {
        return Ok(None);
    };
    let Some(bytes) = ports.files.get(&pdf.sha256).await? else {
        return Ok(None);
    };
    let renderer = std::sync::Arc::clone(&ports.renderer);
    let look = tokio::task::spawn_blocking(move || renderer.look(&bytes)).await;
    Ok(look.ok())
}

/// As [`foresee`], by id and for whoever may see it.
///
/// # Errors
/// [`StepError`].
pub async fn foresee_delivery(
    ports: &Ports,
    scope: &Scope,
    id: &DeliveryId,
) -> Result<Vec<Finding>, StepError> {
    match ports.store.delivery(scope, id).await? {
        Some(delivery) => {
            let findings = foresee(ports, &delivery, Papers::All).await?;
            Ok(findings.unwrap_or_default())
        }
        None => Ok(Vec::new()),
    }
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

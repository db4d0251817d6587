//! Bills as typed or sent, read against their unit: every wrong field at once.

use super::{BillError, account_of, platform_id_of};
use crate::{
    errors::StoreError,
    fields::FieldError,
    ids::fresh,
    merchant::refusal::is_web_address,
    ports::Ports,
    records::{Bill, BillItem, BillSource, FiscalUnit},
    typed::plain_number,
};
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use fapiao_domain::{
    fiscal::{BillIdentity, BillIdentityError, sum_of},
    money::Fen,
};

/// Longest payer's name.
const PAYER_MAX: usize = 100;
/// Most items of a bill, and the longest name of one.
const ITEMS_MAX: usize = 100;
const ITEM_NAME_MAX: usize = 100;
/// Longest quantity, unit or standard of an item.
const ITEM_WORD_MAX: usize = 30;
/// Longest remark.
const REMARK_MAX: usize = 230;
/// How far another system's clock may be ahead.
const CLOCK_MINUTES: i64 = 10;

/// A bill as typed or sent.
#[derive(Clone, Debug, Default)]
pub struct BillDraft {
    /// Code of the collecting unit.
    pub unit: String,
    /// 票据代码.
    pub code: String,
    /// 票据号码.
    pub number: String,
    /// 校验码, may be empty.
    pub check_code: String,
    /// Who paid.
    pub payer: String,
    /// What was paid, in yuan.
    pub amount: String,
    /// What for; may be empty.
    pub items: Vec<BillItemDraft>,
    /// Remark, may be empty.
    pub remark: String,
    /// When it was issued: RFC 3339, or `2026-11-22 10:30` in China.
    pub issued_at: String,
    /// `web` or `app`; empty for the usual one.
    pub source: String,
    /// Where the payer goes afterwards; empty for our own page.
    pub return_url: String,
    /// What the unit elsewhere got from its payer; only where we are the bureau.
    pub authorisation: Option<ForeignAuthorisation>,
}

/// An item as typed or sent.
#[derive(Clone, Debug, Default)]
pub struct BillItemDraft {
    /// 项目名称.
    pub name: String,
    /// 数量, may be empty.
    pub quantity: String,
    /// 单位, may be empty.
    pub unit: String,
    /// 标准, may be empty.
    pub standard: String,
    /// 金额, in yuan.
    pub amount: String,
}

/// An agreement that a unit elsewhere got.
#[derive(Clone, Debug, Default)]
pub struct ForeignAuthorisation {
    /// Its order id.
    pub order_id: String,
    /// App id of the account it asked with.
    pub app_id: String,
}

/// A draft without fault.
pub(super) struct Read {
    pub(super) unit: FiscalUnit,
    pub(super) bill: Bill,
    pub(super) asked: AskedHow,
}

/// What a closed unit says to a bill that it did not have before.
pub(super) fn closed() -> FieldError {
    FieldError::new(
        "/unit",
        "E_FISCAL_UNIT",
        "this collecting unit is closed and takes no new bills",
    )
    .in_chinese("该执收单位已停用，不再接收票据")
}

pub(super) async fn read_draft(ports: &Ports, draft: &BillDraft) -> Result<Read, BillError> {
    let unit = ports.store.fiscal_unit_by_code(draft.unit.trim()).await?;
    let mut wrong = Wrong::default();
    let read = read_bill(draft, unit.as_ref(), ports.clock.now(), &mut wrong);
    let asked = match &unit {
        Some(unit) => read_asked(ports, unit, draft, &mut wrong).await?,
        None => {
            wrong.add(
                "unit",
                "E_FISCAL_UNIT",
                "no collecting unit has this code; see GET /api/v1/fiscal-units",
                "没有代码为此的执收单位",
            );
            None
        }
    };
    match (unit, read, asked) {
        (Some(unit), Some(bill), Some(asked)) if wrong.0.is_empty() => {
            Ok(Read { unit, bill, asked })
        }
        _ => Err(BillError::Invalid(wrong.0)),
    }
}

/// Where and how a payer is asked.
pub(super) struct AskedHow {
    pub(super) source: BillSource,
    pub(super) app_id: String,
    /// WeChat's order id where the unit elsewhere made it.
    pub(super) order_id: Option<String>,
    pub(super) return_url: String,
}

pub(super) async fn read_asked(
    ports: &Ports,
    unit: &FiscalUnit,
    draft: &BillDraft,
    wrong: &mut Wrong,
) -> Result<Option<AskedHow>, StoreError> {
    let return_url = draft.return_url.trim().to_owned();
    if !return_url.is_empty() && !is_web_address(&return_url) {
        wrong.add(
            "return_url",
            "E_URL",
            "a whole https address of at most 512 characters",
            "完整的 https 网址，最多 512 个字符",
        );
    }
    if !unit.role.asks() {
        return Ok(read_foreign(draft, wrong).map(|foreign| AskedHow {
            source: BillSource::Elsewhere,
            app_id: foreign.app_id,
            order_id: Some(foreign.order_id),
            return_url,
        }));
    }
    if draft.authorisation.is_some() {
        wrong.add(
            "authorisation",
            "E_FISCAL_AUTHORISATION",
            "this unit's payers are asked here; an agreement from elsewhere is taken only where we are the bureau",
            "该执收单位的交款人在本系统授权，不接受外部授权",
        );
    }
    let source = match draft.source.trim() {
        "" | "web" => BillSource::Web,
        "app" => BillSource::App,
        _ => {
            wrong.add(
                "source",
                "E_FISCAL_SOURCE",
                "`web` or `app`",
                "只能是 web 或 app",
            );
            BillSource::Web
        }
    };
    let account = match source {
        BillSource::App => unit.app_account.as_ref(),
        BillSource::Web | BillSource::Elsewhere => unit.web_account.as_ref(),
    };
    let account = account_of(ports, account).await?;
    if account.is_none() {
        wrong.add(
            "source",
            "E_FISCAL_SOURCE",
            "the unit has no account for this channel; choose one on its page",
            "执收单位没有这个渠道的微信账号，请在执收单位页面选择",
        );
    }
    if platform_id_of(ports, unit).await?.is_none() && unit.role.inserts() {
        // Read within seconds of the account's saving; links made before open once it is there.
        tracing::debug!(unit = %unit.id, "The platform id of the bureau of {} is not known yet", unit.id);
    }
    Ok(account.map(|account| AskedHow {
        source,
        app_id: account.app_id,
        order_id: None,
        return_url,
    }))
}

fn read_foreign(draft: &BillDraft, wrong: &mut Wrong) -> Option<ForeignAuthorisation> {
    let fits = |text: &str| {
        (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || b"_-.".contains(&it))
    };
    let Some(foreign) = &draft.authorisation else {
        wrong.add(
            "authorisation",
            "E_FISCAL_AUTHORISATION",
            "for this unit we are the bureau: give the order id and app id under which its payer agreed",
            "该执收单位由本系统担任财政部门：请提供交款人授权时的 order_id 和 app_id",
        );
        return None;
    };
    let foreign = ForeignAuthorisation {
        order_id: foreign.order_id.trim().to_owned(),
        app_id: foreign.app_id.trim().to_owned(),
    };
    for (field, text) in [("order_id", &foreign.order_id), ("app_id", &foreign.app_id)] {
        if !fits(text) {
            wrong.add(
                &format!("authorisation/{field}"),
                "E_FISCAL_AUTHORISATION",
                "1 to 64 letters, digits, dashes, dots and underscores",
                "1 至 64 个字母、数字、连字符、点或下划线",
            );
        }
    }
    Some(foreign)
}

/// Collects what is wrong.
#[derive(Default)]
pub(super) struct Wrong(pub(super) Vec<FieldError>);

impl Wrong {
    fn add(&mut self, field: &str, code: &str, english: &str, chinese: &str) {
        let error = FieldError::new(format!("/{field}"), code, english).in_chinese(chinese);
        self.0.push(error);
    }

    /// A text of one line; named when it is empty or too long.
    fn line(&mut self, field: &str, text: &str, least: usize, most: usize) -> String {
        let text = text.trim();
        let count = text.chars().count();
        if !(least..=most).contains(&count) || text.chars().any(char::is_control) {
            let english = format!("{least} to {most} characters on one line");
            self.add(
                field,
                "E_FISCAL_TEXT",
                &english,
                &format!("一行，{least} 至 {most} 个字符"),
            );
        }
        self.0
            .extend(FieldError::of_unseen(format!("/{field}"), text));
        text.to_owned()
    }

    /// An amount above zero, in yuan with at most two decimals.
    fn amount(&mut self, field: &str, text: &str) -> Option<Fen> {
        let read = Fen::parse_yuan(&plain_number(text)).ok();
        let read = read.filter(|it| it.is_positive());
        if read.is_none() {
            self.add(
                field,
                "E_AMOUNT",
                "an amount above zero in yuan with at most two decimals, such as \"50.00\"",
                "大于零的金额，最多两位小数，例如 50.00",
            );
        }
        read
    }
}

fn read_bill(
    draft: &BillDraft,
    unit: Option<&FiscalUnit>,
    now: DateTime<Utc>,
    wrong: &mut Wrong,
) -> Option<Bill> {
    let identity = BillIdentity::read(&draft.code, &draft.number, &draft.check_code);
    if let Err(errors) = &identity {
        for error in errors {
            let (field, chinese) = match error {
                BillIdentityError::Code => ("code", "票据代码为 8 位数字"),
                BillIdentityError::Number => ("number", "票据号码为 10 位数字"),
                BillIdentityError::CheckCode => ("check_code", "校验码为 6 位字母或数字"),
            };
            wrong.add(field, "E_FISCAL_NUMBER", &error.to_string(), chinese);
        }
    }
    let payer = wrong.line("payer", &draft.payer, 1, PAYER_MAX);
    let remark = wrong.line("remark", &draft.remark, 0, REMARK_MAX);
    let amount = wrong.amount("amount", &draft.amount);
    let items = read_items(&draft.items, amount, wrong);
    let issued_at = read_moment(&draft.issued_at, now, wrong);
    Some(Bill {
        id: fresh(now),
        unit: unit?.id.clone(),
        identity: identity.ok()?,
        payer,
        amount: amount?,
        items: items?,
        remark,
        issued_at: issued_at?,
        file: None,
        void: None,
        created_at: now,
        version: 0,
    })
}

fn read_items(
    drafts: &[BillItemDraft],
    amount: Option<Fen>,
    wrong: &mut Wrong,
) -> Option<Vec<BillItem>> {
    if drafts.len() > ITEMS_MAX {
        let english = format!("at most {ITEMS_MAX} items");
        wrong.add(
            "items",
            "E_FISCAL_ITEMS",
            &english,
            &format!("最多 {ITEMS_MAX} 个项目"),
        );
        return None;
    }
    let items: Vec<Option<BillItem>> = drafts
        .iter()
        .enumerate()
        .map(|(at, draft)| {
            let field = |name: &str| format!("items/{at}/{name}");
            let name = wrong.line(&field("name"), &draft.name, 1, ITEM_NAME_MAX);
            let quantity = wrong.line(&field("quantity"), &draft.quantity, 0, ITEM_WORD_MAX);
            let unit = wrong.line(&field("unit"), &draft.unit, 0, ITEM_WORD_MAX);
            let standard = wrong.line(&field("standard"), &draft.standard, 0, ITEM_WORD_MAX);
            Some(BillItem {
                name,
                quantity,
                unit,
                standard,
                amount: wrong.amount(&field("amount"), &draft.amount)?,
            })
        })
        .collect();
    let items: Vec<BillItem> = items.into_iter().collect::<Option<_>>()?;
    if let (false, Some(amount)) = (items.is_empty(), amount) {
        let sum = sum_of(items.iter().map(|it| it.amount));
        if sum != Some(amount) {
            let sum = sum.map_or_else(|| "…".to_owned(), |it| it.to_string());
            wrong.add(
                "amount",
                "E_FISCAL_SUM",
                &format!("the items add up to {sum}, the bill says {amount}"),
                &format!("项目合计 {sum}，与票据金额 {amount} 不符"),
            );
        }
    }
    Some(items)
}

/// A moment with its zone, or the wall clock of China.
fn read_moment(text: &str, now: DateTime<Utc>, wrong: &mut Wrong) -> Option<DateTime<Utc>> {
    const FORMS: [&str; 4] = [
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
    ];
    let text = text.trim();
    let with_zone = DateTime::parse_from_rfc3339(text).ok();
    let in_china = || {
        let read = FORMS
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
        read.and_local_timezone(FixedOffset::east_opt(8 * 3600)?)
            .single()
    };
    let read = with_zone.or_else(in_china).map(|it| it.with_timezone(&Utc));
    // WeChat shows whole seconds since the turn of the century.
    let eldest = DateTime::UNIX_EPOCH + TimeDelta::days(366 * 32);
    match read {
        Some(at) if at > now + TimeDelta::minutes(CLOCK_MINUTES) => {
            wrong.add(
                "issued_at",
                "E_FISCAL_TIME",
                "the bill lies in the future; check the clock of the system that made it",
                "开具时间在未来，请检查出票系统的时钟",
            );
            None
        }
        Some(at) if at > eldest => {
            let secs = at.timestamp();
            DateTime::from_timestamp(secs, 0)
        }
        Some(_) | None => {
            wrong.add(
                "issued_at",
                "E_FISCAL_TIME",
                "a time is written like 2026-03-05T14:07:00+08:00, or 2026-03-05 14:07 in China",
                "时间写作 2026-03-05 14:07（北京时间）或 2026-03-05T14:07:00+08:00",
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-22T02:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_time_without_a_zone_is_chinas() {
        let read = |text| read_moment(text, now(), &mut Wrong::default());
        let expected: DateTime<Utc> = "2026-11-22T01:30:00Z".parse().unwrap();
        for text in [
            "2026-11-22 09:30",
            "2026-11-22T09:30",
            "2026-11-22T09:30:00+08:00",
            "2026-11-22T01:30:00Z",
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in ["", "2026-11-22", "2026-11-22 12:00", "1998-01-01 10:00"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn items_have_to_add_up_to_the_fen() {
        let item = |amount: &str| BillItemDraft {
            name: "考试费".to_owned(),
            amount: amount.to_owned(),
            ..BillItemDraft::default()
        };
        let check = |items: &[BillItemDraft]| {
            let mut wrong = Wrong::default();
            read_items(items, Fen::parse_yuan("50.00").ok(), &mut wrong);
            wrong.0.into_iter().map(|it| it.code).collect::<Vec<_>>()
        };
        assert!(check(&[item("20"), item("30.00")]).is_empty());
        assert!(check(&[]).is_empty());
        assert_eq!(check(&[item("20"), item("30.01")]), ["E_FISCAL_SUM"]);
        assert_eq!(check(&[item("50"), item("0")]), ["E_AMOUNT"]);
    }
}

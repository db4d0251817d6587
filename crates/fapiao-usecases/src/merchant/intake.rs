//! Reading drafts against the company's settings: stores, sellers, rates, class codes, accounts.

use super::order_discount::share_out;
use super::orders::{Caller, OrderError, PAGE_LIFE_HOURS};
use crate::{
    calendar,
    errors::StoreError,
    fields::FieldError,
    idempotency::fingerprint,
    ids::{fresh, short_code},
    merchant::documents::with_document,
    merchant::drafts::{DeliveryDraft, DifferenceDraft, OrderDraft},
    merchant::line_texts::{add_text_faults, line_fault},
    merchant::policies::{check_difference_class, check_policies, in_readers_words},
    parts::parts_of,
    ports::{NewDelivery, NewOrder, Ports, Scope},
    rates::{KnownRates, check_rates},
    records::{
        AccountKind, CodeBook, IssuingMode, Order, OrderPart, Payment, RawTitleRecord, Seller,
        Store, UsableRate,
    },
    remarks::{PAYMENT_NO_MAX, RemarkOf, too_long_in_chinese},
    special::{kind_for, read_asked},
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{
    by_rate::by_rate,
    delivery::{Channel, PageType},
    difference::compute_sale,
    face::DifferenceTax,
    ids::{AccountId, DeliveryId, InvoiceId},
    invoice::InvoiceKind,
    line::OrderLine,
    money::Fen,
    order::OrderState,
    party::Title,
    remark::{RemarkParts, compose},
    special::{AskedKind, check_special_title},
    text::invisible,
    title::{check_title, check_vouched_title},
};
use std::{collections::HashMap, sync::Arc};

/// Reads drafts against the company's settings; loads each setting once, so that imports do not ask per row.
pub(crate) struct IntakeDesk {
    stores: Vec<Store>,
    codes: Arc<CodeBook>,
    sellers: HashMap<String, (Seller, Vec<UsableRate>)>,
}

impl IntakeDesk {
    pub(crate) async fn open(ports: &Ports) -> Result<IntakeDesk, StoreError> {
        Ok(IntakeDesk {
            stores: ports.store.stores().await?,
            codes: ports.store.tax_codes().await?,
            sellers: HashMap::new(),
        })
    }

    /// Reads one draft into a wholly decided order.
    pub(crate) async fn read(
        &mut self,
        ports: &Ports,
        caller: &Caller,
        draft: &OrderDraft,
    ) -> Result<NewOrder, OrderError> {
        let now = ports.clock.now();
        let mut errors = Vec::new();
        let order_no = draft.order_no.trim();
        if order_no.is_empty()
            || order_no.chars().count() > 64
            || order_no.chars().any(char::is_control)
        {
            errors.push(FieldError::new(
                "/order_no",
                "E_ORDER_NO",
                "the shop's own order number, 1 to 64 printable characters",
            ));
        }
        errors.extend(FieldError::of_unseen("/order_no", order_no));
        errors.extend(FieldError::of_unseen("/remark", &draft.remark));
        if draft.remark.chars().count() > 200
            || draft.remark.chars().any(|c| c.is_control() && c != '\n')
        {
            errors.push(FieldError::new(
                "/remark",
                "E_REMARK",
                "at most 200 characters without control characters",
            ));
        }
        check_payment(draft.payment.as_ref(), &mut errors);
        let sold_at = read_time(&draft.sold_at, now, &mut errors);
        let store = match self.store(&caller.scope, draft.store.trim()) {
            Ok(store) => Some(store.clone()),
            Err(error) => {
                errors.push(error);
                None
            }
        };
        // With its place in the draft: after a bad line the others keep theirs.
        let mut lines = Vec::with_capacity(draft.lines.len());
        for (index, line) in draft.lines.iter().enumerate() {
            match line.read(index) {
                Ok(line) => lines.push((index, line)),
                Err(wrong) => errors.extend(wrong),
            }
        }
        let all_read = lines.len() == draft.lines.len();
        let mut shares = Vec::new();
        if all_read {
            match share_out(&draft.discount, &mut lines) {
                Ok(shared) => shares = shared,
                Err(error) => errors.push(error),
            }
        }
        let codes = Arc::clone(&self.codes);
        let day = &calendar::day(now);
        let short_name = |code: &str| codes.usable(code, day).map(|it| it.short_name.clone());
        let Some(store) = store else {
            add_text_faults(&draft.lines, &short_name, &mut errors);
            return Err(OrderError::Invalid(errors));
        };
        let (seller, rates) = self.seller(ports, &store).await?;
        let known = KnownRates {
            rates,
            codes: &codes,
            day,
        };
        check_rates(&lines, &known, &mut errors);
        check_policies(&lines, rates, &codes, day, &mut errors);
        let difference = match draft.difference.as_ref().map(DifferenceDraft::read) {
            None => None,
            Some(Ok(difference)) => Some(difference),
            Some(Err(wrong)) => {
                errors.extend(wrong);
                None
            }
        };
        if draft.difference.is_some() {
            check_difference_class(&lines, &codes, &calendar::day(now), &mut errors);
        }
        if difference.is_some() && seller.mode != IssuingMode::SelfBuilt {
            errors.push(FieldError::new(
                "/difference_tax",
                "E_DIFFERENCE_MODE",
                "only a seller's own platform issues difference tax; leave it out, or use another seller",
            ));
        }
        if seller.mode == IssuingMode::SelfBuilt {
            // What nobody sees was named above.
            let remark = match invisible(&draft.remark) {
                Some(_) => "",
                None => draft.remark.as_str(),
            };
            check_printable(ports, &lines, remark, &mut errors);
        }
        let asked = read_asked(ports, seller, &draft.invoice_kind, &lines, &mut errors).await?;
        if errors.iter().all(|it| it.pointer != "/remark") {
            let told = draft.delivery.as_ref().and_then(|it| it.title.as_ref());
            let parts = known_remark(
                draft.remark.trim(),
                draft.payment.as_ref(),
                difference.as_ref(),
                seller,
                told,
            );
            errors.extend(check_remark(ports, seller, &parts, asked, "/remark").await?);
        }
        if !errors.is_empty() {
            add_text_faults(&draft.lines, &short_name, &mut errors);
            return Err(OrderError::Invalid(errors));
        }
        let lines: Vec<OrderLine> = lines.into_iter().map(|(_, line)| line).collect();
        let today = calendar::day(now);
        let short_name =
            move |code: &str| codes.usable(code, &today).map(|it| it.short_name.clone());
        let computed = compute_sale(&lines, difference.as_ref(), &short_name).map_err(|wrong| {
            OrderError::Invalid(
                wrong
                    .into_iter()
                    .map(|error| {
                        let pointer = match (error.field, error.line) {
                            ("deduction", _) => "/difference_tax/deduction".to_owned(),
                            // No body states its total: what takes all of it away, or the lines that make it.
                            ("total", None) if !draft.discount.trim().is_empty() => {
                                "/discount".to_owned()
                            }
                            ("total", None) => "/lines".to_owned(),
                            (field, None) => format!("/{field}"),
                            (field, Some(at)) => format!("/lines/{at}/{field}"),
                        };
                        let line = error.line.and_then(|at| lines.get(at));
                        in_readers_words(line_fault(pointer, error), line)
                    })
                    .collect(),
            )
        })?;
        let seller = seller.clone();
        let parts = parts_of(&computed, &seller, difference.as_ref())
            .map_err(|error| OrderError::Invalid(vec![error]))?;
        let deliveries = match &draft.delivery {
            None => Vec::new(),
            Some(wanted) => match account_for(ports, &seller, wanted.channel).await {
                Ok(account) => {
                    let wanted = with_document(ports, &seller, wanted, "/delivery")
                        .await?
                        .map_err(OrderError::Invalid)?;
                    let known = known_title(&seller, asked, &wanted, "/delivery")
                        .map_err(OrderError::Invalid)?;
                    new_deliveries(&account, &wanted, &known, parts, now)
                }
                Err(AccountTrouble::Missing(error)) => {
                    return Err(OrderError::Invalid(vec![error]));
                }
                Err(AccountTrouble::Store(error)) => return Err(error.into()),
            },
        };
        let order = Order {
            id: fresh(now),
            seller: seller.id,
            store: store.id,
            order_no: order_no.to_owned(),
            sold_at,
            created_at: now,
            source: caller.source.to_owned(),
            state: if deliveries.is_empty() {
                OrderState::Open
            } else {
                OrderState::Delivering
            },
            refunded: Fen::ZERO,
            fingerprint: order_fingerprint(
                order_no,
                &store.code,
                &lines,
                &draft.remark,
                draft.payment.as_ref(),
                difference.as_ref(),
                asked,
            ),
            lines,
            totals: computed.totals,
            remark: draft.remark.trim().to_owned(),
            payment: draft.payment.clone(),
            difference,
            asked,
        };
        Ok(NewOrder {
            order,
            sums: by_rate(&computed.lines),
            shares,
            deliveries,
            idempotency: None,
            actor: caller.actor.clone(),
        })
    }

    fn store(&self, scope: &Scope, code: &str) -> Result<&Store, FieldError> {
        let unknown = |message: String, chinese: String| {
            FieldError::new("/store", "E_STORE", message).in_chinese(chinese)
        };
        let mut visible = self.stores.iter().filter(|store| scope.covers(&store.id));
        if code.is_empty() {
            return match (visible.next(), visible.next()) {
                (Some(only), None) => Ok(only),
                _ => Err(unknown(
                    "name the store by its code, such as S001".to_owned(),
                    "请填写门店编码，例如 S001".to_owned(),
                )),
            };
        }
        visible.find(|store| store.code == code).ok_or_else(|| {
            unknown(
                format!("there is no store `{code}`, or this caller may not sell for it"),
                format!("没有编码为“{code}”的门店，或无权为该门店开单"),
            )
        })
    }

    async fn seller(
        &mut self,
        ports: &Ports,
        store: &Store,
    ) -> Result<(&Seller, &[UsableRate]), OrderError> {
        let key = store.seller.to_string();
        if !self.sellers.contains_key(&key) {
            let seller = ports
                .store
                .seller(&store.seller)
                .await?
                .ok_or_else(|| missing("seller"))?;
            let rates = ports.store.usable_rates(&store.seller).await?;
            self.sellers.insert(key.clone(), (seller, rates));
        }
        let (seller, rates) = self.sellers.get(&key).ok_or_else(|| missing("seller"))?;
        Ok((seller, rates))
    }
}

/// Refuses what our paper could not show: at the till there is somebody who can write it otherwise, after the buyer's
/// agreement there is not.
fn check_printable(
    ports: &Ports,
    lines: &[(usize, OrderLine)],
    remark: &str,
    errors: &mut Vec<FieldError>,
) {
    let mut look = |pointer: String, text: &str| {
        let Some(character) = ports.renderer.unprintable(text) else {
            return;
        };
        let code = character as u32;
        errors.push(
            FieldError::new(
                pointer,
                "E_NOT_PRINTABLE",
                format!(
                    "`{character}` (U+{code:04X}) cannot be printed on an invoice; write it otherwise or leave it out"
                ),
            )
            .in_chinese(format!(
                "“{character}”（U+{code:04X}）无法印在发票上，请改用其他文字或删去"
            )),
        );
    };
    for (index, line) in lines {
        for (member, text) in [
            ("name", &line.name),
            ("spec", &line.spec),
            ("unit", &line.unit),
        ] {
            look(format!("/lines/{index}/{member}"), text);
        }
    }
    look("/remark".to_owned(), remark);
}

pub(super) fn missing(what: &str) -> StoreError {
    StoreError::NotFound {
        what: what.to_owned(),
    }
}

fn read_time(text: &str, now: DateTime<Utc>, errors: &mut Vec<FieldError>) -> DateTime<Utc> {
    if text.trim().is_empty() {
        return now;
    }
    match DateTime::parse_from_rfc3339(text.trim()) {
        Ok(at) if at <= now + TimeDelta::minutes(10) => at.with_timezone(&Utc),
        Ok(_) => {
            let told = "the sale lies in the future; check the till's clock";
            let wrong = FieldError::new("/sold_at", "E_SOLD_AT", told);
            errors.push(wrong.in_chinese("销售时间晚于当前时间，请检查收银机的时钟"));
            now
        }
        Err(_) => {
            let told = "a time is written like 2026-03-05T14:07:00+08:00";
            let wrong = FieldError::new("/sold_at", "E_SOLD_AT", told);
            errors.push(wrong.in_chinese("时间须写成 2026-03-05T14:07:00+08:00 的形式"));
            now
        }
    }
}

fn order_fingerprint(
    order_no: &str,
    store: &str,
    lines: &[OrderLine],
    remark: &str,
    payment: Option<&Payment>,
    difference: Option<&DifferenceTax>,
    asked: AskedKind,
) -> String {
    let mut text = format!("{order_no}\u{1f}{store}\u{1f}{remark}");
    for line in lines {
        for part in [
            line.name.as_str(),
            &line.tax_code,
            &line.spec,
            &line.unit,
            &line.quantity.normalize().to_string(),
            &line.unit_price.normalize().to_string(),
            if line.tax_included { "1" } else { "0" },
            &line.rate.to_string(),
            &line.discount.to_string(),
        ] {
            text.push('\u{1f}');
            text.push_str(part);
        }
    }
    if let Some(payment) = payment {
        for part in [&payment.channel, &payment.transaction_no, &payment.trade_no] {
            text.push('\u{1f}');
            text.push_str(part);
        }
    }
    if let Some(difference) = difference {
        for part in [difference.kind.as_str(), &difference.deduction.to_string()] {
            text.push('\u{1f}');
            text.push_str(part);
        }
    }
    // What was accepted before there was a choice keeps its fingerprint.
    for (no, line) in (1..).zip(lines) {
        if let Some(policy) = line.preference {
            text.push_str(&format!("\u{1f}{no}={policy}"));
        }
    }
    if asked.is_special() {
        text.push('\u{1f}');
        text.push_str(asked.as_str());
    }
    fingerprint(text.as_bytes())
}

/// Why there is no account for a delivery.
pub(super) enum AccountTrouble {
    Missing(FieldError),
    Store(StoreError),
}

/// The account whose page a channel shows: the seller's own, or for apps and mini programs the only one of that sort where
/// the seller names none.
pub(super) async fn account_for(
    ports: &Ports,
    seller: &Seller,
    channel: Channel,
) -> Result<AccountId, AccountTrouble> {
    let wanted = match channel {
        Channel::Web | Channel::Wap => {
            return seller.channel_account.clone().ok_or_else(|| {
                AccountTrouble::Missing(FieldError::new(
                    "/delivery/channel",
                    "E_NO_ACCOUNT",
                    "the seller has no WeChat account for its pages yet; set one in the back-office",
                ))
            });
        }
        Channel::App => (AccountKind::OpenPlatformApp, &seller.app_account),
        Channel::MiniProgram => (AccountKind::MiniProgram, &seller.mini_program_account),
    };
    let (wanted, named) = wanted;
    if let Some(named) = named {
        return Ok(named.clone());
    }
    let accounts = ports.store.accounts().await;
    let accounts = accounts.map_err(AccountTrouble::Store)?;
    let mut fitting = accounts.into_iter().filter(|it| it.kind == wanted);
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only.id),
        // Whose buyers come from which is nothing to be guessed: WeChat's page opens in one of them only.
        (Some(_), Some(_)) => Err(AccountTrouble::Missing(FieldError::new(
            "/delivery/channel",
            "E_ACCOUNT_OPEN",
            format!(
                "the company has several accounts of the sort {}; choose the seller's one in its settings",
                wanted.as_str()
            ),
        ))),
        (None, _) => Err(AccountTrouble::Missing(FieldError::new(
            "/delivery/channel",
            "E_NO_ACCOUNT",
            format!(
                "no WeChat account of the sort {} is set up",
                wanted.as_str()
            ),
        ))),
    }
}

/// Who is on the invoice of a delivery, before its buyer comes.
#[derive(Clone)]
pub(super) enum KnownTitle {
    /// The buyer tells.
    Asked,
    /// Told with the request, and checked.
    Told(Box<RawTitleRecord>),
    /// On the issued invoice that is handed over.
    Invoiced(InvoiceId),
}

/// Whether the seller can serve a page: `collect` hands over an invoice of our own, which the far side of the other two
/// modes makes only after the buyer agreed.
pub(super) fn page_fits(seller: &Seller, page: PageType, at: &str) -> Result<(), Vec<FieldError>> {
    let why = match (page, seller.mode) {
        (PageType::Title | PageType::Confirm, _) | (_, IssuingMode::SelfBuilt) => return Ok(()),
        (PageType::Collect, IssuingMode::ExternalPlatform) => {
            "an external platform issues after the buyer agreed: use the page title or confirm"
        }
        (PageType::Collect, IssuingMode::WechatUnified) => {
            "WeChat's unified calls issue after the buyer agreed: use the page title or confirm"
        }
    };
    let pointer = format!("{at}/page");
    Err(vec![FieldError::new(pointer, "E_PAGE_MODE", why)])
}

/// The title that a page needs beforehand; `at` is the pointer of the delivery.
pub(super) fn known_title(
    seller: &Seller,
    asked: AskedKind,
    draft: &DeliveryDraft,
    at: &str,
) -> Result<KnownTitle, Vec<FieldError>> {
    page_fits(seller, draft.page, at)?;
    let wrong = |message: &str| {
        vec![FieldError::new(
            format!("{at}/title"),
            "E_TITLE",
            message.to_owned(),
        )]
    };
    match (draft.page, &draft.title) {
        (PageType::Title, None) => Ok(KnownTitle::Asked),
        (PageType::Title, Some(_)) => Err(wrong(
            "on the page `title` the buyer fills it in; leave the title out, or ask for the page `confirm`",
        )),
        (PageType::Confirm, None) => Err(wrong(
            "the page `confirm` only shows an agreement: send the title along",
        )),
        (PageType::Collect, None) => Err(wrong(
            "the page `collect` hands over an issued invoice: send the title along, or invoice the order first",
        )),
        (PageType::Confirm | PageType::Collect, Some(title)) => {
            let checked = checked(title, at)?;
            if asked.is_special()
                && let Err(error) = check_special_title(&checked)
            {
                let pointer = format!("{at}/title/{}", error.field);
                return Err(vec![FieldError::new(pointer, error.code, error.message)]);
            }
            Ok(KnownTitle::Told(Box::new(title.clone())))
        }
    }
}

/// Longest reason for a title that fails its checks.
const REASON_MAX: usize = 200;

/// A title told with the request. With a reason, a tax number may fail its checks: who states the reason answers for it.
fn checked(title: &RawTitleRecord, at: &str) -> Result<Title, Vec<FieldError>> {
    let reason = title.override_reason.trim();
    if reason.chars().count() > REASON_MAX || reason.chars().any(char::is_control) {
        return Err(vec![FieldError::new(
            format!("{at}/title/override_reason"),
            "E_OVERRIDE_REASON",
            format!("at most {REASON_MAX} characters on one line"),
        )]);
    }
    if let Some(error) = FieldError::of_unseen(format!("{at}/title/override_reason"), reason) {
        return Err(vec![error]);
    }
    let typed = title.as_typed();
    let checked = if reason.is_empty() {
        check_title(&typed)
    } else {
        check_vouched_title(&typed)
    };
    let errors = match checked {
        Ok(checked) => return Ok(checked.title),
        Err(errors) => errors,
    };
    let at = format!("{at}/title");
    let told = |error| FieldError::of_title(&at, error, &title.tax_number);
    Err(errors.into_iter().map(told).collect())
}

/// The remark on paper has more in it than the order's: what is known of it now must fit, because after the buyer's
/// agreement nobody can shorten it. Nothing is looked up for one that any form has room for.
pub(super) async fn check_remark(
    ports: &Ports,
    seller: &Seller,
    parts: &RemarkParts,
    asked: AskedKind,
    at: &str,
) -> Result<Option<FieldError>, StoreError> {
    let forms = [InvoiceKind::ClassicOrdinary, InvoiceKind::DigitalOrdinary];
    if forms.iter().all(|kind| compose(*kind, parts).is_ok()) {
        return Ok(None);
    }
    let Ok(kind) = kind_for(ports, seller, asked).await? else {
        return Ok(None);
    };
    let Err(error) = compose(kind, parts) else {
        return Ok(None);
    };
    Ok(Some(match kind {
        InvoiceKind::ClassicOrdinary => FieldError::new(
            at,
            "E_REMARK_DEVICE",
            format!("{error}, because its seller issues the older form: shorten it"),
        ),
        InvoiceKind::DigitalOrdinary | InvoiceKind::DigitalSpecial => FieldError::new(
            at,
            "E_REMARK_LONG",
            format!(
                "{error}, with banks, clerks and the payment in it: shorten it, or switch the banks off in the seller's \
                 settings"
            ),
        )
        .in_chinese(format!(
            "加上银行、收款人、复核人和支付信息，{}：请缩短备注，或在开票主体的设置里关闭显示银行账号",
            too_long_in_chinese(error)
        )),
    }))
}

/// What is known of a remark before the buyer agreed. A title that fails its checks is told at its own place.
pub(super) fn known_remark(
    free: &str,
    payment: Option<&Payment>,
    difference: Option<&DifferenceTax>,
    seller: &Seller,
    told: Option<&RawTitleRecord>,
) -> RemarkParts {
    let title = told.and_then(|it| check_vouched_title(&it.as_typed()).ok());
    RemarkOf {
        free,
        payment,
        difference,
        seller,
        title: title.as_ref().map(|it| &it.title),
    }
    .parts()
}

/// Most characters of the shop's own number of a payment.
const TRADE_NO_MAX: usize = 64;

fn check_payment(payment: Option<&Payment>, errors: &mut Vec<FieldError>) {
    let Some(payment) = payment else { return };
    let channel = &payment.channel;
    let is_word = |it: &str| {
        it.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if channel.is_empty() || channel.len() > 32 || !is_word(channel) {
        errors.push(FieldError::new(
            "/payment/channel",
            "E_PAYMENT_CHANNEL",
            "a word such as wechat, alipay or cash: lower-case letters, digits and _",
        ));
    }
    // What is longer than the tax side's field could not be stated on the invoice's upload.
    for (name, text, most) in [
        ("transaction_no", &payment.transaction_no, PAYMENT_NO_MAX),
        ("trade_no", &payment.trade_no, TRADE_NO_MAX),
    ] {
        if text.len() > most || !text.bytes().all(|b| b.is_ascii_graphic()) {
            let pointer = format!("/payment/{name}");
            errors.push(
                FieldError::new(
                    pointer,
                    "E_PAYMENT_NO",
                    format!("at most {most} letters, digits and signs, without blanks"),
                )
                .in_chinese(format!("最长 {most} 个字母、数字或符号，不含空格")),
            );
        }
    }
}

/// One delivery for each part, each with an order id of its own; one for the whole where there are none.
pub(super) fn new_deliveries(
    account: &AccountId,
    wanted: &DeliveryDraft,
    known: &KnownTitle,
    parts: Vec<OrderPart>,
    now: DateTime<Utc>,
) -> Vec<NewDelivery> {
    let make =
        |part: Option<OrderPart>| new_delivery(account.clone(), wanted, known.clone(), part, now);
    if parts.is_empty() {
        return vec![make(None)];
    }
    parts.into_iter().map(|part| make(Some(part))).collect()
}

fn new_delivery(
    account: AccountId,
    wanted: &DeliveryDraft,
    known: KnownTitle,
    part: Option<OrderPart>,
    now: DateTime<Utc>,
) -> NewDelivery {
    let (raw_title, invoice) = match known {
        KnownTitle::Asked => (None, None),
        KnownTitle::Told(title) => (Some(*title), None),
        KnownTitle::Invoiced(invoice) => (None, Some(invoice)),
    };
    NewDelivery {
        id: fresh::<DeliveryId>(now),
        account,
        channel: wanted.channel,
        page: wanted.page,
        short_code: short_code(),
        return_url: wanted.return_url.clone(),
        expires_at: now + TimeDelta::hours(PAGE_LIFE_HOURS),
        raw_title,
        invoice,
        part,
    }
}

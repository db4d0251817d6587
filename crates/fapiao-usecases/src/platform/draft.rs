//! From an authorised delivery to an invoice that only lacks its number.

use crate::{
    actor::Actor,
    asked::seller_as_asked,
    books::{Books, BooksError},
    calendar,
    errors::StoreError,
    gateway::request_body,
    ids::fresh,
    parts::part_lines,
    platform::{face::draft_face, template::foresee_template},
    ports::{NewInvoice, Ports, Scope, TaxpayerGate},
    rates::hold_rates,
    records::{Delivery, Invoice, IssuingMode, Order, RawTitleRecord, Seller},
    remarks::{RemarkOf, payment_notice, too_long_in_chinese, uploaded},
    special::kind_for,
    step::StepError,
    unified::serial,
};
use fapiao_domain::{
    delivery::DeliveryState,
    difference::check_blue_sale,
    ids::{DeliveryId, Id},
    invoice::{InvoiceKind, InvoiceState},
    line::InvoiceLine,
    party::Title,
    refund::RefundError,
    remark::{RemarkUnit, compose},
    special::{check_special_title, deduction_notice, unfit_rate},
    split::split_parts,
    title::{RawTitle, TitleNote, check_title, check_vouched_title},
    totals::sum,
    uscc::slips,
};

/// Seconds until the tax authority's gate is asked again.
const GATE_RETRY_SECS: u32 = 600;

/// Checks title, gate, lines and paper, and writes the invoice.
///
/// # Errors
/// [`StepError`]; a title that cannot be printed is for a person.
pub async fn draft_invoice(ports: &Ports, id: &DeliveryId) -> Result<(), StepError> {
    let Some(delivery) = to_draft(ports, id).await? else {
        return Ok(());
    };
    let order = ports
        .store
        .order(&Scope::All, &delivery.order)
        .await?
        .ok_or_else(|| StoreError::NotFound {
            what: format!("order {}", delivery.order),
        })?;
    let seller = ports
        .store
        .seller(&order.seller)
        .await?
        .ok_or_else(|| StoreError::NotFound {
            what: format!("seller {}", order.seller),
        })?;
    let seller = seller_as_asked(ports, &delivery, seller).await?;
    let is_ours = seller.mode == IssuingMode::SelfBuilt;
    // The seller may have gone elsewhere since the order was accepted.
    let kind = kind_for(ports, &seller, order.asked)
        .await?
        .map_err(|why| StepError::parked("special_mode", why.told()))?;
    let (title, mut warnings) = checked_title(&delivery)?;
    if order.asked.is_special() {
        fits_special(&title)?;
    }
    // An external platform asks the tax authority itself.
    if is_ours && let TaxpayerGate::Closed(why) = ports.tax.gate(&seller).await? {
        tracing::warn!(seller = %seller.id, "the tax authority does not let the seller issue: {why}");
        return Err(StepError::not_yet(
            GATE_RETRY_SECS,
            format!("税局暂停受理：{why} / the tax authority's gate is closed: {why}"),
        ));
    }
    let (mut lines, sources) = lines_left(ports, &order, &delivery, &seller).await?;
    if order.asked.is_special() {
        warnings.extend(special_lines(&lines)?);
    }
    warnings.extend(payment_notice(order.payment.as_ref()));
    hold_rates(ports, &seller.id, &lines).await?;
    let remark = remark_of(kind, &order, &seller, &title)?;
    let totals = sum(&lines);
    let now = ports.clock.now();
    // What is left of an earlier invoice carries its names; today's are printed.
    let (codes, today) = (ports.store.tax_codes().await?, calendar::day(now));
    for line in &mut lines {
        if let Some(code) = codes.usable(&line.tax_code, &today) {
            line.short_name.clone_from(&code.short_name);
        }
    }
    let mut seller_party = seller.party.clone();
    if is_ours {
        seller_party.taxpayer = ports.tax.taxpayer(&seller).await?;
    }
    let invoice = Invoice {
        id: fresh(now),
        order: order.id.clone(),
        delivery: delivery.id.clone(),
        seller: seller.id.clone(),
        kind,
        identity: None,
        state: InvoiceState::Ready,
        reason: String::new(),
        seller_party,
        province: seller.province.clone(),
        clerks: [
            seller.drawer.clone(),
            seller.payee.clone(),
            seller.reviewer.clone(),
        ],
        title,
        lines,
        sources,
        red: None,
        totals,
        difference: order.difference,
        payments: uploaded(order.payment.as_ref())
            .map(|it| (it.channel.clone(), it.transaction_no.clone()))
            .into_iter()
            .collect(),
        remark,
        issued_at: None,
        receipt: String::new(),
        uploaded_at: None,
        created_at: now,
        version: 1,
    };
    if !is_ours && order.difference.is_some() {
        return Err(StepError::parked(
            "platform_difference",
            "第三方平台和微信统一开票接口都不支持差额征税，请改由自建平台开具，或不带扣除额重新录入 / neither the external platform's contract nor WeChat's unified calls know difference tax: issue this order \
             on your own platform, or enter it without the deduction",
        ));
    }
    if seller.mode == IssuingMode::WechatUnified {
        return make_out(ports, &delivery, invoice, warnings).await;
    }
    if !is_ours {
        return hand_over(ports, &delivery, &order, invoice, warnings).await;
    }
    ports
        .renderer
        .check(&draft_face(&invoice, now, ports.tax.is_sandbox()))
        .map_err(|what| StepError::parked("not_printable", what))?;
    if order.asked.is_special() {
        foresee_template(ports, &seller, invoice.kind).await?;
    }
    let new = NewInvoice {
        invoice,
        delivery_version: delivery.version,
        warnings,
    };
    match ports.store.draft_invoice(new, &Actor::System).await {
        // Another worker drafted it while we were computing.
        Ok(()) | Err(StoreError::Exists { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The delivery, when its invoice is still to be drafted.
async fn to_draft(ports: &Ports, id: &DeliveryId) -> Result<Option<Delivery>, StepError> {
    let Some(delivery) = ports.store.delivery(&Scope::All, id).await? else {
        return Err(StoreError::NotFound {
            what: format!("delivery {id}"),
        }
        .into());
    };
    let may_begin = delivery.state == DeliveryState::Authorised
        || (delivery.issues_first() && delivery.state.awaits_buyer());
    Ok((may_begin && delivery.invoice.is_none()).then_some(delivery))
}

/// What WeChat's unified call is to make out.
async fn make_out(
    ports: &Ports,
    delivery: &Delivery,
    invoice: Invoice,
    warnings: Vec<String>,
) -> Result<(), StepError> {
    let settings = ports.store.unified_settings(&invoice.seller).await?;
    let serial = serial(settings.as_ref(), invoice.id.as_str());
    let new = NewInvoice {
        invoice,
        delivery_version: delivery.version,
        warnings,
    };
    match ports
        .store
        .draft_make_out(new, &serial, &Actor::System)
        .await
    {
        Ok(()) | Err(StoreError::Exists { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// What the external platform is to issue, with the request that will ask for it.
async fn hand_over(
    ports: &Ports,
    delivery: &Delivery,
    order: &Order,
    invoice: Invoice,
    warnings: Vec<String>,
) -> Result<(), StepError> {
    // The buyer agreed to be served by the platform that the page was asked for with, and to no other.
    let asked = ports.store.asked_platform(&delivery.id).await?;
    let gateway = ports.store.gateway(&order.seller).await?;
    if let (Some(asked), Some(gateway)) = (asked, gateway)
        && asked.platform_id != gateway.platform_id
    {
        return Err(StepError::parked(
            "platform_changed",
            "买家授权的是另一个开票平台：请拒绝此次开票，再重新生成链接 / the buyer agreed to another platform: refuse this \
             delivery and make a new link",
        ));
    }
    let body = request_body(ports, delivery, order, &invoice).await?;
    let new = NewInvoice {
        invoice,
        delivery_version: delivery.version,
        warnings,
    };
    match ports.store.draft_request(new, body, &Actor::System).await {
        Ok(()) | Err(StoreError::Exists { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// What of the order is still to be invoiced: all of it, less what was refunded and what other invoices state. The
/// sources stay empty while the lines are the order's own.
async fn lines_left(
    ports: &Ports,
    order: &Order,
    delivery: &Delivery,
    seller: &Seller,
) -> Result<(Vec<InvoiceLine>, Vec<u32>), StepError> {
    let books = match Books::open(ports, order.clone()).await {
        Ok(books) => books,
        Err(BooksError::Store(error)) => return Err(error.into()),
        Err(BooksError::Lines(text)) => {
            return Err(StepError::parked(
                "lines_invalid",
                format!("the order cannot be invoiced as it is: {text}"),
            ));
        }
    };
    let sold = sum(&books.lines);
    if sold != order.totals {
        return Err(StepError::parked(
            "totals_differ",
            format!(
                "重新计算的合计与接单时不一致：现为 {0}，接单时为 {1} / computed {0} but the order was accepted with {1}",
                sold.total, order.totals.total
            ),
        ));
    }
    let differ = |error: RefundError| {
        StepError::parked(
            "books_differ",
            format!("the order and its invoices do not agree: {error}"),
        )
    };
    let untouched = books.refunds.is_empty() && books.invoices.is_empty();
    let (lines, sources) = match &delivery.part {
        Some(part) => {
            let deliveries = ports.store.deliveries_of(&order.id).await?;
            part_lines(&books, &deliveries, part).map_err(differ)?
        }
        None if untouched => (books.lines, Vec::new()),
        None => books.to_invoice().map_err(differ)?,
    };
    if lines.is_empty() {
        return Err(StepError::parked(
            "nothing_left",
            "订单没有可开票的余额：已全部退款，或其他发票已开具；请拒绝此次开票 / nothing of the order is left to be invoiced: it was refunded, or other invoices state it",
        ));
    }
    if delivery.part.is_none() && order.difference.is_none() {
        within_limits(&lines, seller)?;
    }
    let totals = sum(&lines);
    check_blue_sale(&lines, &totals, order.difference.as_ref()).map_err(|failed| {
        let text: Vec<String> = failed.into_iter().map(|it| it.message).collect();
        StepError::parked(
            "lines_invalid",
            format!(
                "what is left of the order cannot be invoiced: {}",
                text.join("; ")
            ),
        )
    })?;
    Ok((lines, sources))
}

/// The seller's limits may have changed since the page was made, or nobody could look at them then.
fn within_limits(lines: &[InvoiceLine], seller: &Seller) -> Result<(), StepError> {
    match split_parts(lines, &seller.rules.split_limits()) {
        Ok(parts) if parts.len() == 1 => Ok(()),
        Ok(parts) => Err(StepError::parked(
            "invoice_limits",
            format!(
                "超出开票主体的单张限额或行数，需开 {0} 张：请拒绝此次开票，再在订单页重新生成链接 / the seller's limits of one \
                 invoice ask for {0} invoices: refuse this request and make new links on the order's page",
                parts.len()
            ),
        )),
        Err(error) => Err(StepError::parked(
            "invoice_limits",
            format!("the order does not fit the seller's limits of one invoice: {error}"),
        )),
    }
}

/// The remark in the order of the layout rules.
fn remark_of(
    kind: InvoiceKind,
    order: &Order,
    seller: &Seller,
    title: &Title,
) -> Result<String, StepError> {
    let parts = RemarkOf {
        free: &order.remark,
        payment: order.payment.as_ref(),
        difference: order.difference.as_ref(),
        seller,
        title: Some(title),
    }
    .parts();
    compose(kind, &parts).map_err(|error| {
        let told = too_long_in_chinese(error);
        let reason = match error.unit {
            RemarkUnit::Characters => format!(
                "加上银行、收款人、复核人和支付信息，{told}：请在投递页把抬头里的开户行改短，或在开票主体的设置里关闭显示银行账号，也可以\
                 拒绝此次开票 / {error}, with banks, clerks and the payment in it: shorten the buyer's bank in the title on \
                 the delivery's page, or switch the banks off in the seller's settings, or refuse the request"
            ),
            // The older form says banks, clerks and payments elsewhere.
            RemarkUnit::DeviceBytes => format!(
                "{told}：请拒绝此次开票，以更短的备注重新录入订单 / {error}: refuse the request, and enter the order anew with \
                 a shorter remark"
            ),
        };
        StepError::parked("remark_too_long", reason)
    })
}

fn told(warnings: &[TitleNote]) -> Vec<String> {
    warnings
        .iter()
        .map(|it| format!("{}: {}", it.code, it.message))
        .collect()
}

/// The title, and what is odd about it.
fn checked_title(delivery: &Delivery) -> Result<(Title, Vec<String>), StepError> {
    let Some(raw) = &delivery.raw_title else {
        return Err(StepError::parked(
            "title_missing",
            "微信没有给出抬头，请在订单页填写 / WeChat gave no title; enter one on the order's page",
        ));
    };
    // A person answers for the number, and the reason is on the timeline.
    let checked = if raw.override_reason.trim().is_empty() {
        check_title(&raw_title(raw))
    } else {
        check_vouched_title(&raw_title(raw))
    };
    match checked {
        Ok(checked) => Ok((checked.title, told(&checked.warnings))),
        Err(errors) => {
            let text: Vec<String> = errors
                .iter()
                .map(|error| match &error.suggestion {
                    Some(suggestion) => format!(
                        "{} (perhaps {suggestion}: {})",
                        error.message,
                        slips(&raw.tax_number, suggestion)
                    ),
                    None => error.message.clone(),
                })
                .collect();
            Err(StepError::parked(
                "title_invalid",
                format!(
                    "{}. Correct the title on the order's page, or refuse the request.",
                    text.join("; ")
                ),
            ))
        }
    }
}

/// A page cannot be told to take no persons: who agreed as one is met here.
fn fits_special(title: &Title) -> Result<(), StepError> {
    check_special_title(title).map_err(|error| {
        StepError::parked(
            "title_special",
            format!(
                "{}. Enter the organisation's title on the order's page, or refuse the request and say why.",
                error.message
            ),
        )
    })
}

/// What is to be told about the lines of a special invoice.
fn special_lines(lines: &[InvoiceLine]) -> Result<Option<String>, StepError> {
    let unfit: Vec<String> = lines
        .iter()
        .filter_map(|it| Some(format!("line {}: {}", it.no, unfit_rate(it.rate)?)))
        .collect();
    if !unfit.is_empty() {
        return Err(StepError::parked("special_lines", unfit.join("; ")));
    }
    Ok(deduction_notice(lines).map(|it| format!("W_NOT_DEDUCTIBLE: {it}")))
}

/// The stored record as the title rules read it.
pub fn raw_title(raw: &RawTitleRecord) -> RawTitle {
    raw.as_typed()
}

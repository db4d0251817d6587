//! What the API answers: our records in the words of its documentation. Amounts and decimals are strings, times are
//! RFC 3339 in UTC, what isn't there yet is `null`.

use super::{
    stopped::{StoppedJobs, StoppedOut, waits_for},
    stores::Stores,
};
use crate::reasons::{for_callers, is_ours};
use chrono::{DateTime, SecondsFormat, Utc};
use fapiao_domain::{
    delivery::{Channel, DeliveryState},
    face::DifferenceTax,
    ids::Id,
    invoice::Identity,
    line::{InvoiceLine, LineKind, OrderLine},
    party::{SellerParty, Title, TitleKind},
    preference::Preference,
    totals::Totals,
};
use fapiao_usecases::{
    calendar,
    merchant::orders::OrderWithDelivery,
    ports::{AuthAnswer, InvoiceRow, OrderRow},
    records::{Card, Delivery, Document, Invoice, OrderPart, Payment, RawTitleRecord},
};
use rust_decimal::Decimal;
use serde::Serialize;

/// `2026-11-21T03:04:05Z`.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn decimal(number: Decimal) -> String {
    number.normalize().to_string()
}

/// A price in yuan: at least two decimals, more where they count.
pub(crate) fn price(number: Decimal) -> String {
    let mut number = number.normalize();
    if number.scale() < 2 {
        number.rescale(2);
    }
    number.to_string()
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A list with its way on.
#[derive(Debug, Serialize)]
pub(crate) struct ListOut<T> {
    pub(crate) data: Vec<T>,
    pub(crate) has_more: bool,
    pub(crate) next_cursor: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct TotalsOut {
    amount: String,
    tax: String,
    total: String,
}

impl From<Totals> for TotalsOut {
    fn from(totals: Totals) -> TotalsOut {
        TotalsOut {
            amount: totals.amount.to_string(),
            tax: totals.tax.to_string(),
            total: totals.total.to_string(),
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct OrderLineOut {
    name: String,
    tax_code: String,
    spec: String,
    unit: String,
    quantity: String,
    unit_price: String,
    tax_included: bool,
    rate: String,
    discount: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    preference: Option<&'static str>,
}

impl From<&OrderLine> for OrderLineOut {
    fn from(line: &OrderLine) -> OrderLineOut {
        OrderLineOut {
            name: line.name.clone(),
            tax_code: line.tax_code.clone(),
            spec: line.spec.clone(),
            unit: line.unit.clone(),
            quantity: decimal(line.quantity),
            unit_price: price(line.unit_price),
            tax_included: line.tax_included,
            rate: line.rate.to_string(),
            discount: line.discount.to_string(),
            preference: line.preference.map(Preference::code),
        }
    }
}

/// How an order was paid.
#[derive(Debug, Serialize)]
pub(crate) struct PaymentOut {
    channel: String,
    transaction_no: Option<String>,
    trade_no: Option<String>,
}

impl From<&Payment> for PaymentOut {
    fn from(payment: &Payment) -> PaymentOut {
        PaymentOut {
            channel: payment.channel.clone(),
            transaction_no: some(&payment.transaction_no),
            trade_no: some(&payment.trade_no),
        }
    }
}

/// A fresh page at WeChat, and how it is opened.
#[derive(Debug, Serialize)]
pub(crate) struct WechatPageOut {
    delivery: String,
    channel: &'static str,
    open_with: &'static str,
    auth_url: String,
    appid: Option<String>,
    wechat_order_id: String,
    expires_at: String,
}

impl WechatPageOut {
    pub(crate) fn new(delivery: &Delivery, page: AuthAnswer) -> WechatPageOut {
        WechatPageOut {
            delivery: delivery.id.to_string(),
            channel: delivery.channel.as_str(),
            open_with: match delivery.channel {
                Channel::Web | Channel::Wap => "redirect",
                Channel::App => "wechat_sdk",
                Channel::MiniProgram => "navigate_to_mini_program",
            },
            auth_url: page.url,
            appid: page.mini_program,
            wechat_order_id: delivery.order_id_at_wechat().to_owned(),
            expires_at: time(delivery.expires_at),
        }
    }
}

/// An order.
#[derive(Debug, Serialize)]
pub(crate) struct OrderOut {
    id: String,
    order_no: String,
    store: String,
    state: &'static str,
    currency: &'static str,
    totals: TotalsOut,
    /// What was given back of it, with tax.
    refunded: String,
    lines: Vec<OrderLineOut>,
    remark: String,
    payment: Option<PaymentOut>,
    difference_tax: Option<DifferenceOut>,
    invoice_kind: &'static str,
    sold_at: String,
    created_at: String,
    delivery: Option<DeliveryOut>,
    deliveries: Vec<DeliveryOut>,
}

/// Difference tax.
#[derive(Debug, Serialize)]
pub(crate) struct DifferenceOut {
    mode: &'static str,
    deduction: String,
}

impl From<DifferenceTax> for DifferenceOut {
    fn from(it: DifferenceTax) -> DifferenceOut {
        DifferenceOut {
            mode: it.kind.as_str(),
            deduction: it.deduction.to_string(),
        }
    }
}

impl OrderOut {
    /// `invoices` are those of the order's deliveries.
    pub(crate) fn new(
        it: &OrderWithDelivery,
        invoices: &[Invoice],
        stores: &Stores,
        stopped: &StoppedJobs,
        base: &str,
    ) -> OrderOut {
        let order = &it.order;
        let out = |it: &Delivery| DeliveryOut::new(it, invoice_of(it, invoices), stopped, base);
        OrderOut {
            id: order.id.to_string(),
            order_no: order.order_no.clone(),
            store: stores.code(&order.store),
            state: order.state.as_str(),
            currency: "CNY",
            totals: order.totals.into(),
            refunded: order.refunded.to_string(),
            lines: order.lines.iter().map(OrderLineOut::from).collect(),
            remark: order.remark.clone(),
            payment: order.payment.as_ref().map(PaymentOut::from),
            difference_tax: order.difference.map(DifferenceOut::from),
            invoice_kind: order.asked.as_str(),
            sold_at: time(order.sold_at),
            created_at: time(order.created_at),
            delivery: it.delivery().map(out),
            deliveries: it.deliveries.iter().map(out).collect(),
        }
    }
}

/// The invoice that a delivery brings.
fn invoice_of<'a>(delivery: &Delivery, invoices: &'a [Invoice]) -> Option<&'a Invoice> {
    let wanted = delivery.invoice.as_ref()?;
    invoices.iter().find(|it| it.id == *wanted)
}

/// A line of the order list.
#[derive(Debug, Serialize)]
pub(crate) struct OrderRowOut {
    id: String,
    order_no: String,
    store: String,
    state: &'static str,
    delivery_state: Option<&'static str>,
    totals: TotalsOut,
    refunded: String,
    invoice_number: Option<String>,
    sold_at: String,
    created_at: String,
}

impl OrderRowOut {
    pub(crate) fn new(row: &OrderRow, stores: &Stores) -> OrderRowOut {
        OrderRowOut {
            id: row.id.to_string(),
            order_no: row.order_no.clone(),
            store: stores.code(&row.store),
            state: row.state.as_str(),
            delivery_state: row.delivery_state.map(|state| state.as_str()),
            totals: row.totals.into(),
            refunded: row.refunded.to_string(),
            invoice_number: some(&row.invoice_number),
            sold_at: time(row.sold_at),
            created_at: time(row.created_at),
        }
    }

    /// The same line from a whole order and its newest delivery.
    pub(crate) fn of_order(
        it: &OrderWithDelivery,
        invoices: &[Invoice],
        stores: &Stores,
    ) -> OrderRowOut {
        let delivery = it.delivery();
        let invoice = delivery.and_then(|it| invoice_of(it, invoices));
        let number = invoice.and_then(|it| it.identity.as_ref());
        OrderRowOut {
            id: it.order.id.to_string(),
            order_no: it.order.order_no.clone(),
            store: stores.code(&it.order.store),
            state: it.order.state.as_str(),
            delivery_state: delivery.map(|it| it.state.as_str()),
            totals: it.order.totals.into(),
            refunded: it.order.refunded.to_string(),
            invoice_number: number.map(|it| it.number().to_owned()),
            sold_at: time(it.order.sold_at),
            created_at: time(it.order.created_at),
        }
    }
}

/// An invoice by name.
#[derive(Debug, Serialize)]
pub(crate) struct InvoiceRef {
    id: String,
    number: String,
}

impl InvoiceRef {
    /// An invoice exists once it is issued; before, there is nothing to name.
    fn of(invoice: &Invoice) -> Option<InvoiceRef> {
        let identity = invoice.identity.as_ref()?;
        invoice.state.is_issued().then(|| InvoiceRef {
            id: invoice.id.to_string(),
            number: identity.number().to_owned(),
        })
    }
}

/// A delivery.
#[derive(Debug, Serialize)]
pub(crate) struct DeliveryOut {
    id: String,
    order: String,
    state: &'static str,
    #[serde(rename = "final")]
    is_final: bool,
    waits_for: &'static str,
    stopped: Option<StoppedOut>,
    reason: Option<String>,
    refusal_url: Option<String>,
    channel: &'static str,
    page: &'static str,
    page_url: String,
    part: Option<PartOut>,
    title: Option<TypedTitleOut>,
    invoice: Option<InvoiceRef>,
    expires_at: String,
    authorised_at: Option<String>,
    due_at: Option<String>,
    overdue: bool,
    created_at: String,
}

/// Which of several invoices of an order a delivery brings.
#[derive(Debug, Serialize)]
pub(crate) struct PartOut {
    no: u32,
    of: u32,
    totals: TotalsOut,
}

impl From<&OrderPart> for PartOut {
    fn from(part: &OrderPart) -> PartOut {
        PartOut {
            no: part.no,
            of: part.of,
            totals: part.totals.into(),
        }
    }
}

impl DeliveryOut {
    pub(crate) fn new(
        it: &Delivery,
        invoice: Option<&Invoice>,
        stopped: &StoppedJobs,
        base: &str,
    ) -> DeliveryOut {
        let lang = stopped.lang();
        let stopped = stopped.about(it);
        DeliveryOut {
            waits_for: waits_for(it, invoice, stopped.is_some()),
            stopped,
            id: it.id.to_string(),
            order: it.order.to_string(),
            state: it.state.as_str(),
            is_final: it.state.is_final(),
            reason: match it.state {
                // The shop's own words stay as they were written.
                DeliveryState::Refused if !is_ours(&it.reason) => some(&it.reason),
                _ => some(&for_callers(lang, &it.reason)),
            },
            refusal_url: some(&it.refusal_url),
            channel: it.channel.as_str(),
            page: it.page.as_str(),
            page_url: format!("{base}/o/{}", it.short_code),
            part: it.part.as_ref().map(PartOut::from),
            title: it.raw_title.as_ref().map(TypedTitleOut::of),
            invoice: invoice.and_then(InvoiceRef::of),
            expires_at: time(it.expires_at),
            authorised_at: it.authorised_at.map(time),
            due_at: it.due_at.map(time),
            overdue: it.overdue_at.is_some(),
            created_at: time(it.created_at),
        }
    }
}

/// What the buyer filled in, before any check.
#[derive(Debug, Serialize)]
struct TypedTitleOut {
    organisation: bool,
    name: String,
    tax_number: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    bank: Option<String>,
    bank_account: Option<String>,
    email: Option<String>,
    document: Option<PersonDocumentOut>,
    custom_fields: Vec<CustomFieldOut>,
}

/// A natural person's document, its number masked.
#[derive(Debug, Serialize)]
struct PersonDocumentOut {
    r#type: &'static str,
    nationality: String,
    number: String,
}

/// One of the merchant's own fields.
#[derive(Debug, Serialize)]
struct CustomFieldOut {
    name: String,
    value: String,
}

impl TypedTitleOut {
    fn of(raw: &RawTitleRecord) -> TypedTitleOut {
        TypedTitleOut {
            organisation: raw.organisation,
            name: raw.name.clone(),
            tax_number: some(&raw.tax_number),
            address: some(&raw.address),
            phone: some(&raw.phone),
            bank: some(&raw.bank),
            bank_account: some(&raw.bank_account),
            email: some(&raw.email),
            document: raw.document.as_ref().map(|it| PersonDocumentOut {
                r#type: it.kind.code(),
                nationality: it.nationality.clone(),
                number: it.masked.clone(),
            }),
            custom_fields: raw
                .own
                .iter()
                .map(|(name, value)| CustomFieldOut {
                    name: name.clone(),
                    value: value.clone(),
                })
                .collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct InvoiceLineOut {
    no: u32,
    kind: &'static str,
    name: String,
    printed_name: String,
    tax_code: String,
    spec: String,
    unit: String,
    quantity: Option<String>,
    unit_price: Option<String>,
    amount: String,
    rate: String,
    tax: String,
    total: String,
    preference: Option<&'static str>,
}

impl From<&InvoiceLine> for InvoiceLineOut {
    fn from(line: &InvoiceLine) -> InvoiceLineOut {
        InvoiceLineOut {
            no: line.no,
            kind: match line.kind {
                LineKind::Normal => "normal",
                LineKind::Discount => "discount",
                LineKind::Discounted => "discounted",
            },
            name: line.name.clone(),
            printed_name: line.printed_name(),
            tax_code: line.tax_code.clone(),
            spec: line.spec.clone(),
            unit: line.unit.clone(),
            quantity: line.quantity.map(decimal),
            unit_price: line.unit_price.map(price),
            amount: line.amount.to_string(),
            rate: line.rate.to_string(),
            tax: line.tax.to_string(),
            total: line.gross.to_string(),
            preference: line.preference.map(Preference::code),
        }
    }
}

/// A side of an invoice, as printed.
#[derive(Debug, Serialize)]
struct PartyOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    name: String,
    tax_number: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    bank: Option<String>,
    bank_account: Option<String>,
}

impl From<&Title> for PartyOut {
    fn from(title: &Title) -> PartyOut {
        PartyOut {
            kind: Some(match title.kind {
                TitleKind::Person => "person",
                TitleKind::Organisation => "organisation",
                TitleKind::NoNumber => "organisation_without_number",
            }),
            name: title.printed_name(),
            tax_number: some(&title.tax_number),
            address: some(&title.address),
            phone: some(&title.phone),
            bank: some(&title.bank),
            bank_account: some(&title.bank_account),
        }
    }
}

impl From<&SellerParty> for PartyOut {
    fn from(party: &SellerParty) -> PartyOut {
        PartyOut {
            kind: None,
            name: party.name.clone(),
            tax_number: some(&party.tax_number),
            address: some(&party.address),
            phone: some(&party.phone),
            bank: some(&party.bank),
            bank_account: some(&party.bank_account),
        }
    }
}

#[derive(Debug, Serialize)]
struct DocumentOut {
    format: String,
    sha256: String,
    sm3: Option<String>,
    size: i64,
    origin: String,
    url: String,
}

#[derive(Debug, Serialize)]
struct CardOut {
    state: &'static str,
}

/// An invoice.
#[derive(Debug, Serialize)]
pub(crate) struct InvoiceOut {
    id: String,
    number: Option<String>,
    code: Option<String>,
    check_code: Option<String>,
    kind: &'static str,
    state: &'static str,
    reason: Option<String>,
    currency: &'static str,
    totals: TotalsOut,
    lines: Vec<InvoiceLineOut>,
    buyer: PartyOut,
    seller: PartyOut,
    difference_tax: Option<DifferenceOut>,
    remark: String,
    issued_at: Option<String>,
    issue_date: Option<String>,
    documents: Vec<DocumentOut>,
    order: String,
    delivery: String,
    card: Option<CardOut>,
    created_at: String,
}

impl InvoiceOut {
    pub(crate) fn new(
        it: &Invoice,
        documents: &[Document],
        card: Option<&Card>,
        base: &str,
    ) -> InvoiceOut {
        let document = |document: &Document| DocumentOut {
            format: document.format.clone(),
            sha256: document.sha256.clone(),
            sm3: some(&document.sm3),
            size: document.size,
            origin: document.origin.clone(),
            url: format!("{base}/api/v1/invoices/{}/file.{}", it.id, document.format),
        };
        let (code, check_code) = match &it.identity {
            Some(Identity::Classic {
                code, check_code, ..
            }) => (Some(code.clone()), Some(check_code.clone())),
            Some(Identity::Digital { .. }) | None => (None, None),
        };
        InvoiceOut {
            id: it.id.as_str().to_owned(),
            number: it.identity.as_ref().map(|it| it.number().to_owned()),
            code,
            check_code,
            kind: it.kind.as_str(),
            state: it.state.as_str(),
            reason: some(&it.reason),
            currency: "CNY",
            totals: it.totals.into(),
            lines: it.lines.iter().map(InvoiceLineOut::from).collect(),
            buyer: (&it.title).into(),
            seller: (&it.seller_party).into(),
            difference_tax: it.difference.map(DifferenceOut::from),
            remark: it.remark.clone(),
            issued_at: it.issued_at.map(time),
            issue_date: it.issued_at.map(calendar::day),
            documents: documents.iter().map(document).collect(),
            order: it.order.to_string(),
            delivery: it.delivery.to_string(),
            card: card.map(|card| CardOut {
                state: card.state.as_str(),
            }),
            created_at: time(it.created_at),
        }
    }
}

/// A line of the invoice list.
#[derive(Debug, Serialize)]
pub(crate) struct InvoiceRowOut {
    id: String,
    number: Option<String>,
    kind: &'static str,
    state: &'static str,
    order: String,
    order_no: String,
    buyer: String,
    totals: TotalsOut,
    issued_at: Option<String>,
    card_state: Option<&'static str>,
    created_at: String,
}

impl From<&InvoiceRow> for InvoiceRowOut {
    fn from(row: &InvoiceRow) -> InvoiceRowOut {
        InvoiceRowOut {
            id: row.id.to_string(),
            number: some(&row.number),
            kind: row.kind.as_str(),
            state: row.state.as_str(),
            order: row.order.to_string(),
            order_no: row.order_no.clone(),
            buyer: row.buyer.clone(),
            totals: row.totals.into(),
            issued_at: row.issued_at.map(time),
            card_state: row.card_state.map(|state| state.as_str()),
            created_at: time(row.created_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_have_two_decimals_or_as_many_as_they_need() {
        let of = |text: &str| price(text.parse().unwrap());
        assert_eq!(of("56.5"), "56.50");
        assert_eq!(of("100"), "100.00");
        assert_eq!(of("0.12345000"), "0.12345");
        assert_eq!(decimal("2.000".parse().unwrap()), "2");
        assert_eq!(decimal("100".parse().unwrap()), "100");
    }
}

//! Pieces that several pages show: people's roles, titles, lines, deliveries, invoices in short.

use super::frame::Frame;
use crate::{
    i18n::{Lang, Texts, documents, fill2, states},
    pages::{
        deliveries::{DeliveryCard, TitleFacts, qr_svg},
        lines::{InvoiceBrief, LineRow, LineTable},
        parts::{Choice, Link},
        shell::Shell,
    },
};
use fapiao_domain::{
    capital::capital,
    delivery::DeliveryState,
    difference::compute_sale,
    ids::{DeliveryId, Id, SellerId, StoreId},
    invoice::InvoiceKind,
    money::Fen,
    party::{Title, TitleKind},
    rate::Rate,
};
use fapiao_usecases::{
    calendar,
    errors::StoreError,
    records::{Account, Delivery, Invoice, JobRow, Order, RawTitleRecord, Role, Seller, Store},
};
use std::collections::HashMap;

/// Parked jobs that are looked through for a thing's own.
const PARKED_LOOKED_AT: u32 = 200;

/// A role, in words.
pub(super) const fn role(t: &'static Texts, role: Role) -> &'static str {
    match role {
        Role::Owner => t.staff.role_owner,
        Role::Admin => t.staff.role_admin,
        Role::Finance => t.staff.role_finance,
        Role::Clerk => t.staff.role_clerk,
        Role::Auditor => t.staff.role_auditor,
    }
}

/// The stores this person may see.
pub(super) async fn stores(frame: &Frame) -> Result<Vec<Store>, StoreError> {
    let scope = frame.scope();
    let all = frame.ports().store.stores().await?;
    Ok(all.into_iter().filter(|it| scope.covers(&it.id)).collect())
}

/// Sellers as choices, the first with an empty value when `none` has a word.
pub(super) fn seller_choices(sellers: &[Seller], none: Option<&str>) -> Vec<Choice> {
    let first = none.map(|word| Choice::new("", word));
    let all = sellers
        .iter()
        .map(|it| Choice::new(it.id.as_str(), it.party.name.as_str()));
    first.into_iter().chain(all).collect()
}

/// Accounts as choices, the first for none.
pub(super) fn account_choices(accounts: &[Account], none: &str) -> Vec<Choice> {
    let all = accounts
        .iter()
        .map(|it| Choice::new(it.id.as_str(), it.name.as_str()));
    std::iter::once(Choice::new("", none)).chain(all).collect()
}

/// A store's name, linked for who may change it.
pub(super) async fn store_link(frame: &Frame, id: &StoreId) -> Result<Link, StoreError> {
    let store = frame.ports().store.store(id).await?;
    let label = store.map_or_else(|| id.to_string(), |it| format!("{} {}", it.code, it.name));
    Ok(linked(frame, label, format!("/admin/stores/{id}")))
}

/// A seller's name, linked for who may change it.
pub(super) async fn seller_link(frame: &Frame, id: &SellerId) -> Result<Link, StoreError> {
    let seller = frame.ports().store.seller(id).await?;
    let label = seller.map_or_else(|| id.to_string(), |it| it.party.name);
    Ok(linked(frame, label, format!("/admin/sellers/{id}")))
}

fn linked(frame: &Frame, label: String, href: String) -> Link {
    let href = if frame.may_configure() {
        href
    } else {
        String::new()
    };
    Link::new(label, href)
}

/// What a title says, masked for who only looks.
pub(super) fn title_facts(frame: &Frame, title: &Title) -> TitleFacts {
    let t = frame.t();
    let joined = |one: &str, other: &str| [one, other].join(" ").trim().to_owned();
    TitleFacts {
        kind: states::title_kind(t, title.kind),
        name: title.printed_name(),
        tax_number: title.tax_number.clone(),
        contact: joined(&title.address, &title.phone),
        bank: joined(&title.bank, &title.bank_account),
        email: shown_email(frame, &title.email),
        document: String::new(),
        own: Vec::new(),
    }
}

pub(super) fn raw_title_facts(frame: &Frame, raw: &RawTitleRecord) -> TitleFacts {
    let kind = match (raw.organisation, raw.no_number) {
        (true, true) => TitleKind::NoNumber,
        (true, false) => TitleKind::Organisation,
        (false, _) => TitleKind::Person,
    };
    let title = Title {
        kind,
        name: raw.name.clone(),
        tax_number: raw.tax_number.clone(),
        address: raw.address.clone(),
        phone: raw.phone.clone(),
        bank: raw.bank.clone(),
        bank_account: raw.bank_account.clone(),
        email: raw.email.clone(),
    };
    let t = frame.t();
    let document = raw.document.as_ref().map(|it| {
        let word = documents::word(t, it.kind);
        let erased = if it.is_erased() {
            t.document.erased
        } else {
            ""
        };
        format!("{word} {} {}{erased}", it.nationality, it.masked)
    });
    TitleFacts {
        document: document.unwrap_or_default(),
        name: raw.name.clone(),
        own: raw
            .own
            .iter()
            .map(|(name, value)| {
                let value = if value.contains('@') {
                    shown_email(frame, value)
                } else {
                    value.clone()
                };
                (name.clone(), value)
            })
            .collect(),
        ..title_facts(frame, &title)
    }
}

fn shown_email(frame: &Frame, email: &str) -> String {
    if frame.may_work() {
        return email.to_owned();
    }
    match email.split_once('@') {
        Some((name, host)) => format!("{}…@{host}", name.chars().next().unwrap_or('…')),
        None => String::new(),
    }
}

/// A delivery as it stands on a page.
///
/// `sums` are those of the order's parts ([`fapiao_usecases::parts::part_sums`]).
pub(super) fn delivery_card(
    frame: &Frame,
    shell: &Shell,
    delivery: &Delivery,
    sums: &HashMap<DeliveryId, Fen>,
) -> DeliveryCard {
    let t = frame.t();
    let page_url = format!("{}/o/{}", frame.ports().public_base, delivery.short_code);
    let is_open = delivery.state.awaits_buyer() && delivery.expires_at > frame.now();
    let refusable = delivery.state.change(DeliveryState::Refused).is_ok();
    DeliveryCard {
        id: delivery.id.to_string(),
        href: format!("/admin/deliveries/{}", delivery.id),
        state: shell.delivery(delivery.state),
        channel: states::channel(t, delivery.channel),
        qr: if is_open { qr_svg(&page_url) } else { None },
        page_url,
        created: shell.when(delivery.created_at),
        expires: is_open.then(|| shell.when(delivery.expires_at)),
        // What was promised is kept or broken once the delivery is over.
        due: delivery
            .due_at
            .filter(|_| !delivery.state.is_final())
            .map(|at| shell.when(at)),
        is_overdue: delivery.overdue_at.is_some(),
        receipt: is_open.then(|| format!("/admin/orders/{}/receipt", delivery.order)),
        title: delivery
            .raw_title
            .as_ref()
            .map(|raw| raw_title_facts(frame, raw)),
        reason: super::job_words::in_language(frame.lang(), &delivery.reason),
        part: delivery.part.as_ref().map_or_else(String::new, |part| {
            let which = fill2(t.parts.part, part.no, part.of);
            let sum = sums.get(&delivery.id).unwrap_or(&part.totals.total);
            format!("{which} · {}", sum.display_yuan())
        }),
        can_refuse: refusable && frame.may_decide(),
    }
}

/// An invoice in short.
pub(super) fn invoice_brief(shell: &Shell, invoice: &Invoice) -> InvoiceBrief {
    InvoiceBrief {
        href: format!("/admin/invoices/{}", invoice.id),
        number: number_of(invoice).to_owned(),
        kind: kind(shell.t, shell.lang, invoice.kind),
        total: invoice.totals.total,
        state: shell.invoice(invoice.state),
        issued: invoice
            .issued_at
            .filter(|_| invoice.state.is_issued())
            .map(|at| shell.when(at)),
    }
}

/// The printed kind: on paper it is Chinese in every language.
pub(super) const fn kind(t: &Texts, lang: Lang, kind: InvoiceKind) -> &'static str {
    match lang {
        Lang::Zh => kind.printed(),
        Lang::En => kind_short(t, kind),
    }
}

/// The kind in a word or two, where there is no room for what is printed.
pub(super) const fn kind_short(t: &Texts, kind: InvoiceKind) -> &'static str {
    match kind {
        InvoiceKind::DigitalOrdinary => t.special.digital_ordinary,
        InvoiceKind::DigitalSpecial => t.special.digital_special,
        InvoiceKind::ClassicOrdinary => t.special.classic_ordinary,
    }
}

/// The number; empty until it has one.
pub(super) fn number_of(invoice: &Invoice) -> &str {
    invoice.identity.as_ref().map_or("", |it| it.number())
}

/// Lines of an invoice.
pub(super) fn invoice_lines(invoice: &Invoice) -> LineTable {
    LineTable {
        rows: invoice.lines.iter().map(LineRow::from).collect(),
        totals: invoice.totals,
        refunded: Fen::ZERO,
        capitals: capital(invoice.totals.total),
        remark: invoice.remark.clone(),
        explained: format!("/admin/invoices/{}/rounding", invoice.id),
    }
}

/// Lines of an order, computed as an invoice will state them.
pub(super) async fn order_lines(frame: &Frame, order: &Order) -> Result<LineTable, StoreError> {
    let codes = frame.ports().store.tax_codes().await?;
    let day = calendar::day(order.created_at);
    let short_name = |code: &str| codes.on(code, &day).map(|it| it.short_name.clone());
    // Codes may have changed since; the sums it was accepted with stand.
    let computed = compute_sale(&order.lines, order.difference.as_ref(), &short_name);
    Ok(LineTable {
        rows: computed.map_or_else(
            |_| Vec::new(),
            |it| it.lines.iter().map(LineRow::from).collect(),
        ),
        totals: order.totals,
        refunded: order.refunded,
        capitals: String::new(),
        remark: order.remark.clone(),
        explained: format!("/admin/orders/{}/rounding", order.id),
    })
}

/// A rate as people of this language call it; on paper it is always [`Rate::printed`].
pub(super) fn rate_words(t: &Texts, rate: Rate) -> String {
    match rate {
        Rate::Exempt => t.line.exempt.to_owned(),
        Rate::NotTaxed => t.line.not_taxed.to_owned(),
        Rate::Percent(_) | Rate::Zero => rate.printed(),
    }
}

/// Jobs that stopped about an order, the newest first.
pub(super) async fn stopped_jobs(frame: &Frame, order: &Order) -> Result<Vec<JobRow>, StoreError> {
    let page = frame
        .ports()
        .store
        .jobs(Some("parked"), None, PARKED_LOOKED_AT)
        .await?;
    let own = |it: &JobRow| it.order.as_ref() == Some(&order.id);
    Ok(page.rows.into_iter().filter(own).collect())
}

/// Numbers that are still to be had, and how many there were in all, for a two-digit year.
pub(super) fn number_stock(
    segments: &[fapiao_usecases::records::Segment],
    year: i32,
) -> (i64, i64) {
    let of_year = segments.iter().filter(|it| it.year == year);
    // Of a closed segment nothing is left but what was taken.
    let whole: i64 = of_year
        .clone()
        .map(|it| it.closed_at.map_or(it.size, |_| it.taken))
        .sum();
    let taken: i64 = of_year.map(|it| it.taken).sum();
    (whole - taken, whole)
}

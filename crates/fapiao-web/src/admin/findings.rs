//! The reconciliation's findings: counted, listed, compared anew, fed with statements.

use super::{
    Answer,
    desk::Directs,
    failure::Failure,
    forms::{Sent, Uploaded},
    frame::Frame,
    pieces::seller_choices,
    reports::{Asked, channel_words},
};
use crate::{
    i18n::{Lang, fill, fill1, fill2},
    pages::{
        findings::{FindingBody, FindingItem, FindingLine, FindingsPart, QuotaRow, StatementRow},
        lines::grouped,
        parts::{Badge, Choice, Pager, Tone},
        shell::{Shell, encode},
    },
};
use fapiao_archive::findings as said;
use fapiao_domain::{
    ids::{Id, SellerId},
    money::Fen,
};
use fapiao_usecases::{
    backoffice::{
        months,
        statements::{self, StatementError},
    },
    calendar,
    ports::{Area, Finding, FindingRow, OrderFilter, Scope},
    records::Seller,
};

const ROWS: u32 = 50;
/// Payment services that hand out statements.
const CHANNELS: [&str; 4] = ["wechat", "alipay", "unionpay", "card"];

const fn at(lang: Lang) -> usize {
    match lang {
        Lang::Zh => 0,
        Lang::En => 1,
    }
}

/// The overview, quota and statements of a month.
pub(super) async fn part(
    frame: &Frame,
    shell: &Shell,
    asked: &Asked,
    sellers: &[Seller],
) -> Result<FindingsPart, Failure> {
    let (store, scope, t, lang) = (&frame.ports().store, frame.view(), frame.t(), frame.lang());
    let counts = store.finding_counts(&scope, &asked.period).await?;
    let compared = Compared::load(frame, asked).await?;
    let list = format!("/admin/reports/reconciliation{}", asked.query());
    let mut before = None;
    let lines = counts
        .into_iter()
        .map(|it| {
            let area = it.finding.area();
            let said_above = before == Some(area);
            before = Some(area);
            let is_known = it.count > 0 || compared.knows(it.finding);
            let tone = match (it.count, it.finding.is_in_order()) {
                (0, _) if !is_known => Tone::Plain,
                (0, _) => Tone::Ok,
                (_, true) => Tone::Plain,
                (_, false) => Tone::Bad,
            };
            FindingLine {
                area: if said_above {
                    ""
                } else {
                    said::area_words(area)[at(lang)]
                },
                kind: Badge::new(tone, said::words(it.finding)[at(lang)]),
                href: format!("{list}&find={}", it.finding.as_str()),
                count: is_known.then_some(it.count),
                amount: Some(Fen::of_sum(it.amount))
                    .filter(|_| is_known && it.finding != Finding::NumberGap),
            }
        })
        .collect();
    let name = |id: &SellerId| {
        let found = sellers.iter().find(|it| it.id == *id);
        found.map_or_else(|| id.to_string(), |it| it.party.name.clone())
    };
    let of_company = scope == Scope::All;
    let (mut quota, mut statements) = (Vec::new(), Vec::new());
    if of_company {
        let month = calendar::month(asked.period.from);
        let known = store
            .quota_checks(asked.period.seller.as_ref(), &month)
            .await?;
        quota.extend(known.into_iter().map(|it| QuotaRow {
            seller: name(&it.seller),
            limit: it.limit_there,
            granted: (it.granted_here, it.granted_there),
            spent: (it.spent_here, it.spent_there),
            open: it.open_here,
            result: if it.agrees() {
                Badge::new(Tone::Ok, t.finding.quota_agrees)
            } else {
                Badge::new(Tone::Bad, t.finding.quota_differs)
            },
            asked: shell.when(it.asked_at),
        }));
        let known = store.statements(&asked.period).await?;
        statements.extend(known.into_iter().map(|it| StatementRow {
            seller: name(&it.seller),
            channel: channel_words(t, &it.channel),
            days: (
                calendar::day(it.from),
                calendar::day(it.until - chrono::TimeDelta::seconds(1)),
            ),
            name: it.name,
            payments: it.payments,
            refunds: it.refunds,
            taken: shell.when(it.taken_at),
        }));
    }
    let can_act = frame.may_decide() && frame.may_oversee();
    Ok(FindingsPart {
        lines,
        quota,
        shows_quota: of_company,
        statements,
        sellers: if can_act {
            seller_choices(sellers, None)
        } else {
            Vec::new()
        },
        channels: CHANNELS
            .into_iter()
            .map(|it| Choice::new(it, channel_words(t, it)))
            .collect(),
        can_act,
    })
}

/// Which comparisons there were for a period: where nothing was compared, nothing found is no good news.
struct Compared {
    statements: bool,
    months: bool,
    quota: bool,
    ledger: bool,
}

impl Compared {
    async fn load(frame: &Frame, asked: &Asked) -> Result<Compared, Failure> {
        let (store, period) = (&frame.ports().store, &asked.period);
        let month = calendar::month(period.from);
        let sellers = match &period.seller {
            Some(only) => vec![only.clone()],
            None => store.sellers().await?.into_iter().map(|it| it.id).collect(),
        };
        let mut months = false;
        for seller in &sellers {
            months = months || store.month(seller, &month).await?.is_some();
        }
        // Before the first order there is nothing to compare within the ledger either.
        let filter = OrderFilter {
            until: Some(period.until),
            limit: 1,
            ..OrderFilter::default()
        };
        let orders = store.orders(&Scope::All, &filter).await?;
        Ok(Compared {
            statements: !store.statements(period).await?.is_empty(),
            months,
            quota: !store
                .quota_checks(period.seller.as_ref(), &month)
                .await?
                .is_empty(),
            ledger: !orders.rows.is_empty(),
        })
    }

    fn knows(&self, finding: Finding) -> bool {
        match (finding, finding.area()) {
            // Told by the orders alone.
            (Finding::PaymentUnnamed | Finding::PaymentRepeated, _) => self.ledger,
            (_, Area::Payments) => self.statements,
            // Ours that the tax side has not confirmed is told by our own states.
            (Finding::OursOnly, _) => self.ledger,
            (_, Area::TaxSide | Area::Months) => self.months,
            (_, Area::Quota) => self.quota,
            (_, Area::Orders | Area::Cards | Area::Numbers) => self.ledger,
        }
    }
}

/// One kind's rows.
pub(super) async fn list(
    frame: &Frame,
    shell: &Shell,
    asked: &Asked,
    finding: Finding,
) -> Result<FindingBody, Failure> {
    let (store, scope, lang) = (&frame.ports().store, frame.view(), frame.lang());
    let (rows, next) = store
        .findings(&scope, &asked.period, finding, asked.after.as_ref(), ROWS)
        .await?;
    let back = format!("/admin/reports/reconciliation{}", asked.query());
    let first = format!("{back}&find={}", finding.as_str());
    let unlisted = match (finding.area(), &next) {
        (Area::TaxSide, None) => unlisted(frame, shell, asked).await?,
        _ => String::new(),
    };
    Ok(FindingBody {
        unlisted,
        area: said::area_words(finding.area())[at(lang)],
        kind: said::words(finding)[at(lang)],
        next_step: said::next_step(finding)[at(lang)],
        back,
        pager: Pager {
            next: next.map(|(at, key)| format!("{first}&after={at}.{}", encode(&key))),
            previous: asked.after.as_ref().map(|_| first),
            shown: rows.len(),
        },
        rows: rows
            .into_iter()
            .map(|it| FindingItem {
                href: href(finding, &it),
                at: shell.when(it.at),
                here: it.here,
                there: it.there,
                said: {
                    let [chinese, english] = said::said(finding, &it.said);
                    match lang {
                        Lang::Zh => chinese,
                        Lang::En => english,
                    }
                },
                number: if it.number.len() == 20 {
                    grouped(&it.number)
                } else {
                    it.number
                },
                order_no: it.order_no,
            })
            .collect(),
    })
}

/// Of a month that differs in very much only the first differences are kept, invoice by invoice: how many are not.
async fn unlisted(frame: &Frame, shell: &Shell, asked: &Asked) -> Result<String, Failure> {
    let store = &frame.ports().store;
    let month = calendar::month(asked.period.from);
    let sellers = match &asked.period.seller {
        Some(only) => vec![only.clone()],
        None => store.sellers().await?.into_iter().map(|it| it.id).collect(),
    };
    let mut more = 0;
    for seller in &sellers {
        more += store.month(seller, &month).await?.map_or(0, |it| it.more);
    }
    Ok(match more {
        1.. => fill1(frame.t().month.more, shell.number(more)),
        _ => String::new(),
    })
}

/// Where a row is settled.
fn href(finding: Finding, row: &FindingRow) -> String {
    if !row.invoice.is_empty() {
        return format!("/admin/invoices/{}", row.invoice);
    }
    if !row.order.is_empty() {
        return format!("/admin/orders/{}", row.order);
    }
    // The key ends with, or is, the seller.
    let seller = row.key.split_whitespace();
    match finding.area() {
        Area::Numbers => "/admin/stock".to_owned(),
        Area::Quota => match seller.into_iter().next() {
            Some(seller) => format!("/admin/stock?seller={seller}"),
            None => "/admin/stock".to_owned(),
        },
        Area::TaxSide | Area::Months => match seller.last() {
            Some(seller) => format!("/admin/months?seller={seller}"),
            None => "/admin/months".to_owned(),
        },
        Area::Orders | Area::Payments | Area::Cards => String::new(),
    }
}

/// `month` and `seller` of a form, as the query of the page it came from.
fn back(form: &super::forms::Form) -> String {
    let mut back = format!(
        "/admin/reports/reconciliation?month={}",
        encode(form.get("month"))
    );
    if !form.get("only_seller").is_empty() {
        back.push_str("&seller=");
        back.push_str(&encode(form.get("only_seller")));
    }
    back
}

/// `POST /admin/reports/reconciliation/comparison`: queues the comparison of a month with the tax side.
pub(super) async fn compare(sent: Sent<Directs>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let only = SellerId::parse(form.get("only_seller")).ok();
    let queued = months::compare_now(desk.ports(), only.as_ref(), form.get("month")).await?;
    let t = &desk.t().finding;
    Ok(if queued == 0 {
        desk.told(&back(&form), Tone::Warn, t.nothing_to_compare)
    } else {
        desk.done(&back(&form), t.comparing)
    })
}

/// `POST /admin/reports/reconciliation/statement`: takes a payment service's statement.
pub(super) async fn statement(sent: Uploaded<Directs>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let (t, to) = (&desk.t().finding, back(&form));
    let seller = SellerId::parse(form.get("seller"))?;
    let channel = form.get("channel");
    if !CHANNELS.contains(&channel) {
        return Err(Failure::unreadable(format!(
            "no payment service: {channel}"
        )));
    }
    let Some((name, bytes)) = sent.file.filter(|(_, bytes)| !bytes.is_empty()) else {
        return Ok(desk.told(&to, Tone::Bad, desk.t().told.file_missing));
    };
    let limit = desk.app.settings.upload_bytes;
    if bytes.len() > limit {
        let why = fill1(desk.t().told.file_too_large, limit >> 20);
        return Ok(desk.told(&to, Tone::Bad, &why));
    }
    let taken = statements::take(
        desk.ports(),
        &desk.actor(),
        &seller,
        channel,
        (&name, &bytes),
    )
    .await;
    let why = match taken {
        Ok(taken) if taken.is_new => {
            let words = fill2(t.statement_taken, taken.file.payments, taken.file.refunds);
            return Ok(desk.done(&to, &words));
        }
        Ok(_) => return Ok(desk.told(&to, Tone::Warn, t.statement_known)),
        Err(StatementError::Encoding) => t.statement_encoding.to_owned(),
        Err(StatementError::Heading(columns)) => fill1(t.statement_heading, columns),
        Err(StatementError::Cell { line, column, cell }) => {
            fill(t.statement_cell, &[&line, &column, &cell])
        }
        Err(StatementError::Empty) => t.statement_empty.to_owned(),
        Err(StatementError::TooLong) => t.statement_too_long.to_owned(),
        Err(StatementError::Store(error)) => return Err(error.into()),
    };
    Ok(desk.told(&to, Tone::Bad, &why))
}

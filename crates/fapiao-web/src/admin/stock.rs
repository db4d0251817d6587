//! Numbers and quota as ledgers.

use super::{
    Answer,
    desk::{Directs, Overseer},
    failure::Failure,
    forms::{Sent, setting_errors},
    frame::Frame,
    outlook::words,
    pieces::number_stock,
    timeline::page_of,
};
use crate::{
    i18n::{Texts, fill1},
    pages::{
        field::Errors,
        parts::{Badge, Choice, Link, Tone},
        shell::{Section, Shell},
        stock::{GiveBack, QuotaRow, SegmentRow, StockPage, ToldRow},
    },
};
use actix_web::HttpRequest;
use fapiao_domain::{
    ids::{Id, SellerId},
    money::Fen,
};
use fapiao_usecases::{
    backoffice::{
        outlook::outlook,
        quota_terms::{ask_quota_return, ends_early, returnable},
    },
    calendar,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::QuotaLine,
    records::{IssuingMode, Segment, Seller, TaxRoute},
};
use std::collections::HashMap;

/// Lines of the quota ledger.
const LINES: u32 = 100;

/// `GET /admin/stock`.
pub(super) async fn show(desk: Overseer, request: HttpRequest) -> Answer {
    let query = request.query_string();
    let wanted = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "seller")
        .and_then(|(_, value)| SellerId::parse(&value).ok());
    let sellers = with_stock(&desk).await?;
    let shell = desk.shell(Section::Stock).await?;
    let chosen = match wanted {
        Some(id) => Some(
            sellers
                .iter()
                .find(|it| it.id == id)
                .ok_or(Failure::NotFound)?,
        ),
        None => sellers.first(),
    };
    let choices = choices(&sellers);
    let page = match chosen {
        Some(seller) => {
            let typed = Typed::default();
            filled(&desk, shell, seller, choices, typed).await?
        }
        None => StockPage {
            shell,
            sellers: choices,
            seller: String::new(),
            seller_id: String::new(),
            numbers_left: 0,
            numbers_until: String::new(),
            quota_until: String::new(),
            numbers_whole: 0,
            refill_below: 0,
            quota_left: Fen::ZERO,
            quota_below: Fen::ZERO,
            quota_fetch: Fen::ZERO,
            month: calendar::month(desk.now()),
            segments: Vec::new(),
            entries: Vec::new(),
            can_refill: false,
            quota_ends: None,
            give_back: None,
            errors: Errors::default(),
            gateway: None,
        },
    };
    Ok(desk.page(&page))
}

/// Sellers with a stock of their own: numbers and quota are the platform's where another one issues.
async fn with_stock(frame: &Frame) -> Result<Vec<Seller>, StoreError> {
    let mut sellers = frame.ports().store.sellers().await?;
    sellers.retain(|it| it.mode == IssuingMode::SelfBuilt);
    Ok(sellers)
}

fn href(seller: &SellerId) -> String {
    format!("/admin/stock?seller={seller}")
}

fn choices(sellers: &[Seller]) -> Vec<Choice> {
    sellers
        .iter()
        .map(|it| Choice::new(href(&it.id), it.party.name.as_str()))
        .collect()
}

/// A return of quota as typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    amount: String,
    errors: Errors,
}

async fn filled(
    frame: &Frame,
    shell: Shell,
    seller: &Seller,
    sellers: Vec<Choice>,
    typed: Typed,
) -> Result<StockPage, StoreError> {
    let store = &frame.ports().store;
    let (year, month) = (calendar::year2(frame.now()), calendar::month(frame.now()));
    let segments = store.segments(&seller.id).await?;
    let (numbers_left, numbers_whole) = number_stock(&segments, year);
    let outlook = outlook(frame.ports(), seller).await?;
    let lines = store.quota_ledger(&seller.id, LINES).await?;
    let mut left = HashMap::new();
    for line in &lines {
        if !left.contains_key(&line.month) {
            let now = store.quota_left(&seller.id, &line.month).await?;
            left.insert(line.month.clone(), now);
        }
    }
    let entries = with_balances(&lines, left)
        .into_iter()
        .map(|(line, balance)| QuotaRow {
            at: shell.when(line.at),
            what: quota_words(shell.t, line),
            link: line
                .reference
                .split(':')
                .next()
                .filter(|_| line.kind != "end")
                .and_then(|thing| Some(Link::new(thing, page_of(thing)?))),
            change: line.amount,
            balance,
        })
        .collect();
    let gateway = at_gateway(&shell, frame, seller).await?;
    let quota_left = store.quota_left(&seller.id, &month).await?;
    let today = calendar::in_shanghai(frame.now()).date();
    let until = store.quota_until(&seller.id, &month).await?;
    let is_over = until < calendar::day(frame.now());
    let quota_ends = (gateway.is_none() && ends_early(&until, today)).then_some((until, is_over));
    let may_give_back = gateway.is_none() && frame.may_decide() && frame.may_oversee();
    let give_back = if may_give_back {
        Some(GiveBack {
            most: returnable(quota_left, seller),
            amount: typed.amount,
            under_way: store
                .open_quota_return(&seller.id)
                .await?
                .map(|it| it.amount),
        })
    } else {
        None
    };
    Ok(StockPage {
        gateway,
        quota_ends,
        give_back,
        errors: typed.errors,
        sellers,
        seller: href(&seller.id),
        seller_id: seller.id.to_string(),
        numbers_until: words(frame, outlook.numbers, |t| t.year),
        quota_until: words(frame, outlook.quota, |t| t.month),
        numbers_left,
        numbers_whole,
        refill_below: i64::from(seller.numbers_low),
        quota_left,
        quota_below: seller.quota_low,
        quota_fetch: seller.quota_fetch,
        month,
        segments: segments
            .iter()
            .map(|it| segment_row(&shell, it, year))
            .collect(),
        entries,
        can_refill: frame.may_decide(),
        shell,
    })
}

/// What the gateway told, for a seller behind one.
async fn at_gateway(
    shell: &Shell,
    frame: &Frame,
    seller: &Seller,
) -> Result<Option<Vec<ToldRow>>, StoreError> {
    let store = &frame.ports().store;
    let connection = store.tax_connection(&seller.id).await?;
    if connection.is_none_or(|it| it.route != TaxRoute::Gateway) {
        return Ok(None);
    }
    let t = &frame.t().tax_side;
    let rows = store.stock_told(&seller.id, LINES).await?;
    let rows = rows
        .into_iter()
        .map(|it| ToldRow {
            at: shell.when(it.at),
            numbers: it
                .numbers_left
                .filter(|_| !it.volumes.is_empty())
                .map_or_else(|| t.one_by_one.to_owned(), |left| left.to_string()),
            quota: it
                .quota_left
                .map_or_else(|| t.unlimited.to_owned(), |left| left.display_yuan()),
            volumes: it
                .volumes
                .iter()
                .map(|it| format!("{} {}–{}: {}", it.code, it.first, it.last, it.left))
                .collect(),
        })
        .collect();
    Ok(Some(rows))
}

/// What was left after each line, reckoned back from what is left now in its month. Newest first.
fn with_balances(lines: &[QuotaLine], mut left: HashMap<String, Fen>) -> Vec<(&QuotaLine, Fen)> {
    let mut out = Vec::with_capacity(lines.len());
    for line in lines {
        let balance = left.entry(line.month.clone()).or_insert(Fen::ZERO);
        out.push((line, *balance));
        *balance -= line.amount;
    }
    out
}

fn quota_words(t: &'static Texts, line: &QuotaLine) -> String {
    let word = match line.kind.as_str() {
        "download" => t.stock.granted,
        "spend" => t.stock.reserved,
        "give_back" | "return" => t.stock.given_back,
        "end" => t.stock.ended,
        "sent_back" => t.quota.sent_back,
        "kept" => t.quota.kept,
        "refused" => t.quota.refused,
        "spend_again" => t.quota.spend_again,
        other => return other.to_owned(),
    };
    format!("{word} {}", line.month)
}

fn segment_row(shell: &Shell, segment: &Segment, year: i32) -> SegmentRow {
    let s = &shell.t.state;
    let state = if segment.year != year {
        Badge::new(Tone::Plain, s.past_year)
    } else if segment.closed_at.is_some() {
        Badge::new(Tone::Plain, s.other_province)
    } else if segment.taken >= segment.size {
        Badge::new(Tone::Plain, s.used_up)
    } else if segment.taken > 0 {
        Badge::new(Tone::Ok, s.in_use)
    } else {
        Badge::new(Tone::Plain, s.in_store)
    };
    SegmentRow {
        year: 2000 + segment.year,
        first: segment.first.clone(),
        last: segment.last.clone(),
        used: segment.taken,
        whole: segment.size,
        state,
        received: shell.when(segment.fetched_at),
    }
}

/// `POST /admin/stock/refill`.
pub(super) async fn refill(sent: Sent<Directs>) -> Answer {
    let (desk, id) = (sent.desk, SellerId::parse(sent.form.get("seller"))?);
    let store = &desk.ports().store;
    let seller = store.seller(&id).await?.ok_or(Failure::NotFound)?;
    let jobs = [Job::RefillStock, Job::ExtendQuota]
        .map(|kind| QueuedJob::now(kind(seller.id.clone()), Some(seller.id.clone())));
    store.enqueue(jobs.to_vec()).await?;
    let here = format!("/admin/stock?seller={id}");
    Ok(desk.told(&here, Tone::Wait, desk.t().told.stock_asked))
}

/// `POST /admin/stock/return`.
pub(super) async fn give_back(sent: Sent<Directs>) -> Answer {
    let (desk, id) = (sent.desk, SellerId::parse(sent.form.get("seller"))?);
    let sellers = with_stock(&desk).await?;
    let seller = sellers
        .iter()
        .find(|it| it.id == id)
        .ok_or(Failure::NotFound)?;
    let amount = sent.form.get("amount").to_owned();
    let t = desk.t();
    let mut errors = Errors::default();
    if sent.form.get("sure") == "yes" {
        match ask_quota_return(desk.ports(), &desk.actor(), seller, &amount).await {
            Ok(amount) => {
                let told = fill1(t.quota.told, amount.display_yuan());
                return Ok(desk.told(&href(&id), Tone::Wait, &told));
            }
            Err(error) => errors = setting_errors(error, desk.lang(), "amount")?,
        }
    } else {
        errors.add("sure", t.quota.not_sure);
    }
    let choices = choices(&sellers);
    let shell = desk.shell(Section::Stock).await?;
    let typed = Typed { amount, errors };
    let page = filled(&desk, shell, seller, choices, typed).await?;
    Ok(desk.wrong(&page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balances_are_reckoned_back_month_by_month() {
        let line = |month: &str, amount: i64| QuotaLine {
            at: "2026-11-21T02:00:00Z".parse().unwrap(),
            month: month.to_owned(),
            kind: "spend".to_owned(),
            amount: Fen::new(amount).unwrap(),
            reference: "inv_1".to_owned(),
        };
        let lines = [
            line("2026-11", -100),
            line("2026-11", 1000),
            line("2026-10", -5),
        ];
        let left = HashMap::from([
            ("2026-11".to_owned(), Fen::new(900).unwrap()),
            ("2026-10".to_owned(), Fen::new(40).unwrap()),
        ]);
        let balances: Vec<i64> = with_balances(&lines, left)
            .into_iter()
            .map(|(_, balance)| balance.get())
            .collect();
        assert_eq!(balances, [900, 1000, 40]);
    }
}

//! Class codes and rates as the tax authority lists them, with their dates.

use super::{
    Answer,
    desk::{Directs, Overseer},
    forms::Sent,
};
use crate::pages::{
    parts::Tone,
    shell::Section,
    tax_codes::{CodeRow, RateRow, SellerRates, TaxCodesPage},
};
use actix_web::HttpRequest;
use fapiao_usecases::{
    backoffice::tax_codes::search,
    calendar,
    jobs::{Job, QueuedJob},
    records::TaxCode,
};

/// Rows of the page; the search finds the rest.
const ROWS: usize = 200;

/// `GET /admin/tax-codes`.
pub(super) async fn show(desk: Overseer, request: HttpRequest) -> Answer {
    let query = request.query_string();
    let asked = |wanted: &str| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    };
    let (q, today) = (asked("q"), calendar::day(desk.now()));
    let day = match asked("day") {
        day if is_day(&day) => day,
        _ => today.clone(),
    };
    let book = desk.ports().store.tax_codes().await?;
    let rows: Vec<CodeRow> = search(&book, &q, &day, ROWS)
        .into_iter()
        .map(|it| CodeRow {
            code: it.code.clone(),
            name: it.name.clone(),
            short_name: it.short_name.clone(),
            rate: printed(&it.usual_rate),
            permitted: permitted(it),
            from: it.from.clone(),
            until: it.until.clone(),
            others: book
                .versions(&it.code)
                .iter()
                .filter(|other| *other != it)
                .map(told)
                .collect(),
        })
        .collect();
    let mut sellers = Vec::new();
    for seller in desk.ports().store.sellers().await? {
        let mut rates = desk.ports().store.usable_rates(&seller.id).await?;
        rates.sort_by_key(|it| (std::cmp::Reverse(it.rate.fraction()), it.from.clone()));
        let shell = desk.ports().store.tax_data_at(&seller.id).await?;
        sellers.push(SellerRates {
            name: seller.party.name.clone(),
            id: seller.id.to_string(),
            synced: shell.map(|at| desk.when(at)),
            rates: rates
                .iter()
                .map(|it| RateRow {
                    rate: it.rate.printed(),
                    levy: it.levy,
                    from: it.from.clone(),
                    until: it.until.clone(),
                    runs: it.runs_on(&today),
                })
                .collect(),
        });
    }
    let page = TaxCodesPage {
        shell: desk.shell(Section::TaxCodes).await?,
        count: book.of_day(&day).count(),
        is_cut: rows.len() == ROWS,
        q,
        day,
        rows,
        sellers,
        can_sync: desk.may_decide(),
    };
    Ok(desk.page(&page))
}

/// `POST /admin/tax-codes/sync`: fetches them now for every seller.
pub(super) async fn sync(sent: Sent<Directs>) -> Answer {
    let desk = sent.desk;
    let store = &desk.ports().store;
    let sellers = store.sellers().await?;
    let jobs = sellers
        .into_iter()
        .map(|it| QueuedJob::now(Job::SyncTaxData(it.id.clone()), Some(it.id)))
        .collect();
    store.enqueue(jobs).await?;
    Ok(desk.told(
        "/admin/tax-codes",
        Tone::Wait,
        desk.t().tax_codes.sync_asked,
    ))
}

fn told(it: &TaxCode) -> String {
    format!("*{}* {} – {}", it.short_name, it.from, it.until)
}

/// All it permits, such as `13% 3% 5%`.
fn permitted(it: &TaxCode) -> String {
    let rates: Vec<String> = it
        .rates()
        .into_iter()
        .map(|it| fapiao_domain::rate::Rate::Percent(it).printed())
        .collect();
    rates.join(" ")
}

/// `0.13` as printed; a word or nothing stays.
pub(super) fn printed(rate: &str) -> String {
    fapiao_domain::rate::Rate::parse(rate)
        .map_or_else(|_| rate.to_owned(), fapiao_domain::rate::Rate::printed)
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok()
}

//! How long a seller's numbers and quota last at the recent pace.

use crate::{
    calendar,
    errors::StoreError,
    ports::Ports,
    records::{Seller, StockTold, TaxRoute},
};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use fapiao_domain::{
    money::Fen,
    outlook::{Lasts, lasts},
};

/// Days of history that make the pace.
const HISTORY_DAYS: i64 = 28;
/// An upload is possible for this long after the issue time.
pub const UPLOAD_HOURS: i64 = 48;
/// From then on a missing upload is shown to staff.
pub const UPLOAD_WARN_HOURS: i64 = 12;
/// From then on it stops for a person.
pub const UPLOAD_STOP_HOURS: i64 = 36;

/// Where a seller's stock stands, and until when it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Whether numbers are counted at all: a gateway may give them one by one.
    pub counted: bool,
    /// Numbers left this year; 0 where they are not counted.
    pub numbers_left: i64,
    /// How long they last; times are those of Shanghai.
    pub numbers: Lasts,
    /// Quota left this month, net.
    pub quota_left: Fen,
    /// How long it lasts.
    pub quota: Lasts,
}

/// Foretells from the last four weeks.
///
/// # Errors
/// [`StoreError`].
pub async fn outlook(ports: &Ports, seller: &Seller) -> Result<Outlook, StoreError> {
    let now = ports.clock.now();
    let store = &ports.store;
    let since = now - TimeDelta::days(HISTORY_DAYS);
    let pace = store.pace(&seller.id, since).await?;
    let month = calendar::month(now);
    // Behind a gateway the stock is what it told last; a figure it does not tell is not limited.
    let told = at_gateway(ports, seller).await?;
    let (numbers_left, quota_left) = match &told {
        Some(told) => (
            told.numbers_left.filter(|_| !told.volumes.is_empty()),
            told.quota_left.filter(|_| told.month == month),
        ),
        None => (
            Some(store.numbers_left(&seller.id, calendar::year2(now)).await?),
            Some(store.quota_left(&seller.id, &month).await?),
        ),
    };
    let local = calendar::in_shanghai(now);
    let numbers: Vec<(NaiveDateTime, i64)> = pace
        .iter()
        .map(|it| (calendar::in_shanghai(it.hour), it.numbers))
        .collect();
    let net: Vec<(NaiveDateTime, i64)> = pace
        .iter()
        .map(|it| (calendar::in_shanghai(it.hour), it.net.get()))
        .collect();
    Ok(Outlook {
        counted: numbers_left.is_some(),
        numbers_left: numbers_left.unwrap_or(0),
        numbers: numbers_left.map_or(Lasts::Beyond, |left| {
            lasts(&numbers, left, local, end_of_year(local))
        }),
        quota_left: quota_left.unwrap_or(Fen::ZERO),
        quota: quota_left.map_or(Lasts::Beyond, |left| {
            lasts(&net, left.get(), local, end_of_month(local))
        }),
    })
}

/// What the gateway told last; `None` where numbers come from segments of ours.
async fn at_gateway(ports: &Ports, seller: &Seller) -> Result<Option<StockTold>, StoreError> {
    let connection = ports.store.tax_connection(&seller.id).await?;
    if connection.is_none_or(|it| it.route != TaxRoute::Gateway) {
        return Ok(None);
    }
    let told = ports.store.stock_told(&seller.id, 1).await?.pop();
    Ok(Some(told.unwrap_or(StockTold {
        at: ports.clock.now(),
        numbers_left: None,
        quota_left: None,
        month: String::new(),
        volumes: Vec::new(),
    })))
}

fn end_of_year(now: NaiveDateTime) -> NaiveDateTime {
    first_of(now.year() + 1, 1).unwrap_or(now)
}

fn end_of_month(now: NaiveDateTime) -> NaiveDateTime {
    let next = match now.month() {
        12 => first_of(now.year() + 1, 1),
        month => first_of(now.year(), month + 1),
    };
    next.unwrap_or(now)
}

fn first_of(year: i32, month: u32) -> Option<NaiveDateTime> {
    NaiveDate::from_ymd_opt(year, month, 1).map(|day| day.and_time(chrono::NaiveTime::MIN))
}

/// Whether an invoice has waited so long for its upload that a person has to look, with the words to say.
pub fn upload_is_late(issued_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<String> {
    let age = now - issued_at;
    if age < TimeDelta::hours(UPLOAD_STOP_HOURS) {
        return None;
    }
    let left = UPLOAD_HOURS - age.num_hours();
    Some(if left > 0 {
        format!(
            "issued {} hours ago and still not at the tax authority: {left} hours are left of the {UPLOAD_HOURS}; \
             mend the connection and retry",
            age.num_hours()
        )
    } else {
        format!(
            "issued {} hours ago and never taken by the tax authority: the {UPLOAD_HOURS} hours are over; ask the tax \
             bureau how to go on with this number, then retry or give the job up",
            age.num_hours()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_upload_stops_for_a_person_while_there_is_time() {
        let now: DateTime<Utc> = "2026-11-21T12:00:00Z".parse().unwrap();
        let late = |hours: i64| upload_is_late(now - TimeDelta::hours(hours), now);
        assert_eq!((late(1), late(35)), (None, None));
        assert!(late(36).unwrap().contains("12 hours are left"));
        assert!(late(49).unwrap().contains("are over"));
    }

    #[test]
    fn periods_end_at_midnight_in_shanghai() {
        let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        assert_eq!(end_of_month(at("2026-12-31 23:59")), at("2027-01-01 00:00"));
        assert_eq!(end_of_month(at("2026-02-10 08:00")), at("2026-03-01 00:00"));
        assert_eq!(end_of_year(at("2026-02-10 08:00")), at("2027-01-01 00:00"));
    }
}

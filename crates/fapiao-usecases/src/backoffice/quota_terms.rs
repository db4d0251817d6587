//! Quota that nobody needs goes back; quota that ends before its month does is kept valid.

use super::SettingError;
use crate::{
    actor::Actor,
    calendar,
    errors::StoreError,
    fields::FieldError,
    jobs::{Job, QueuedJob},
    ports::{Ports, QuotaReturned, QuotaTerm},
    records::{IssuingMode, Seller, TaxRoute},
    step::StepError,
    typed::plain_number,
};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use fapiao_domain::{ids::SellerId, money::Fen};

/// Days before the last one on which the extension is asked for.
const EXTEND_DAYS: u64 = 3;
/// Seconds until the extension is asked for again.
const EXTEND_AGAIN_SECS: u32 = 6 * 3600;
/// Seconds until a return is told again whose job was given up.
const RETURN_AGAIN_SECS: u32 = 6 * 3600;

/// Whether the quota of the running month ends before the month does, and soon or already: then its extension is due.
pub fn extension_is_due(until: &str, today: NaiveDate) -> bool {
    let Ok(until) = until.parse::<NaiveDate>() else {
        return false;
    };
    let soon = today
        .checked_add_days(Days::new(EXTEND_DAYS))
        .unwrap_or(today);
    until < last_day(today) && until <= soon
}

/// Whether the quota of the running month ends before the month does.
pub fn ends_early(until: &str, today: NaiveDate) -> bool {
    until
        .parse::<NaiveDate>()
        .is_ok_and(|it| it < last_day(today))
}

/// The last day of a day's month.
fn last_day(day: NaiveDate) -> NaiveDate {
    let next = day
        .with_day(1)
        .and_then(|it| it.checked_add_months(Months::new(1)));
    next.and_then(|it| it.pred_opt()).unwrap_or(day)
}

/// Makes sure that a return under way is told again some time, also where its job was given up.
pub(crate) async fn see_to_return(ports: &Ports, id: &SellerId) -> Result<(), StoreError> {
    if ports.store.open_quota_return(id).await?.is_none() {
        return Ok(());
    }
    // A job that waits is not brought forward by one that would run later.
    let job = QueuedJob::after(
        Job::ReturnQuota(id.clone()),
        Some(id.clone()),
        RETURN_AGAIN_SECS,
    );
    ports.store.enqueue(vec![job]).await
}

/// Queues the extension where it is due: at once where invoices are held by it, else without hurry.
pub(crate) async fn see_to_extension(
    ports: &Ports,
    id: &SellerId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let until = ports.store.quota_until(id, &calendar::month(now)).await?;
    if !extension_is_due(&until, calendar::in_shanghai(now).date()) {
        return Ok(());
    }
    let is_over = until < calendar::day(now);
    let pause = if is_over { 0 } else { EXTEND_AGAIN_SECS };
    let job = QueuedJob::after(Job::ExtendQuota(id.clone()), Some(id.clone()), pause);
    ports.store.enqueue(vec![job]).await
}

/// What staff may send back at most: what is above the line below which quota is fetched again.
pub fn returnable(left: Fen, seller: &Seller) -> Fen {
    let most = left - seller.quota_low;
    if most.is_positive() { most } else { Fen::ZERO }
}

/// Decides to send unused quota of the running month back. The amount leaves the balance at once; a job tells the tax
/// authority.
///
/// # Errors
/// [`SettingError`]: `E_QUOTA_AMOUNT`, `E_QUOTA_UNDER_WAY`, `E_QUOTA_ELSEWHERE` at `amount`.
pub async fn ask_quota_return(
    ports: &Ports,
    actor: &Actor,
    seller: &Seller,
    amount: &str,
) -> Result<Fen, SettingError> {
    let wrong = |code: &str, message: String, chinese: String| {
        let error = FieldError::new("/amount", code, message).in_chinese(chinese);
        Err(SettingError::Invalid(vec![error]))
    };
    let gateway = ports
        .store
        .tax_connection(&seller.id)
        .await?
        .is_some_and(|it| it.route == TaxRoute::Gateway);
    if gateway || seller.mode != IssuingMode::SelfBuilt {
        return wrong(
            "E_QUOTA_ELSEWHERE",
            "the quota is kept by the gateway or platform that issues for this seller".to_owned(),
            "额度由为该主体开票的网关或平台管理，不在这里退回".to_owned(),
        );
    }
    if ports.store.open_quota_return(&seller.id).await?.is_some() {
        return under_way(seller);
    }
    let month = calendar::month(ports.clock.now());
    let left = ports.store.quota_left(&seller.id, &month).await?;
    let most = returnable(left, seller);
    let amount = match Fen::parse_yuan(&plain_number(amount)) {
        Ok(amount) if amount.is_positive() && amount <= most => amount,
        Ok(_) | Err(_) => {
            return wrong(
                "E_QUOTA_AMOUNT",
                format!(
                    "an amount above ¥0.00 and at most {}: below the refill line of {} quota is fetched again",
                    most.display_yuan(),
                    seller.quota_low.display_yuan()
                ),
                format!(
                    "金额须大于 ¥0.00，最多 {}：低于申领线 {} 时系统又会自动申领",
                    most.display_yuan(),
                    seller.quota_low.display_yuan()
                ),
            );
        }
    };
    match ports
        .store
        .begin_quota_return(&seller.id, &month, amount, actor)
        .await
    {
        Ok(()) => Ok(amount),
        Err(StoreError::Exists { .. }) => under_way(seller),
        Err(error) => Err(error.into()),
    }
}

fn under_way(seller: &Seller) -> Result<Fen, SettingError> {
    let error = FieldError::new(
        "/amount",
        "E_QUOTA_UNDER_WAY",
        format!(
            "a return of {}'s quota is under way: wait until the tax authority answered",
            seller.party.name
        ),
    );
    Err(SettingError::Invalid(vec![error]))
}

/// Tells the tax authority of the return that is under way. Without an answer it stays under way and is told again under
/// the same request number, which has no further effect.
///
/// # Errors
/// [`StepError`].
pub async fn return_quota(ports: &Ports, id: &SellerId) -> Result<(), StepError> {
    let Some(open) = ports.store.open_quota_return(id).await? else {
        return Ok(());
    };
    let Some(seller) = ports.store.seller(id).await? else {
        return Ok(());
    };
    // Quota never crosses a month: told now, it would be taken out of the new month's.
    let outcome = if open.month == calendar::month(ports.clock.now()) {
        let told = ports
            .tax
            .return_quota(&seller, &open.request, open.amount)
            .await?;
        if let QuotaReturned::Refused(why) = &told {
            tracing::warn!(seller = %id, "the tax authority did not take quota back: {why}");
        }
        told
    } else {
        let why = format!("{} ended before the tax authority answered", open.month);
        QuotaReturned::Refused(why)
    };
    ports
        .store
        .close_quota_return(&open.request, &outcome)
        .await?;
    Ok(())
}

/// Asks for the running month's quota to stay valid until the month ends.
///
/// # Errors
/// [`StepError`]; `NotYet` until last month's return is filed.
pub async fn extend_quota(ports: &Ports, id: &SellerId) -> Result<(), StepError> {
    let now = ports.clock.now();
    let (month, today) = (calendar::month(now), calendar::in_shanghai(now).date());
    let until = ports.store.quota_until(id, &month).await?;
    if !extension_is_due(&until, today) {
        return Ok(());
    }
    let Some(seller) = ports.store.seller(id).await? else {
        return Ok(());
    };
    match ports.tax.extend_quota(&seller, &month).await? {
        QuotaTerm::Until(until) => Ok(ports.store.extend_quota(id, &month, &until).await?),
        QuotaTerm::NotYet(why) => Err(StepError::not_yet(
            EXTEND_AGAIN_SECS,
            format!(
                "额度只能用到 {until}，税局暂不延长：请先完成上月增值税申报 / the quota of {month} may be used until \
                 {until} and is not extended yet: file last month's VAT return ({why})"
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_due_shortly_before_an_early_end() {
        let day = |it: &str| it.parse::<NaiveDate>().unwrap();
        let due = |until: &str, today: &str| extension_is_due(until, day(today));
        assert!(!due("2026-11-15", "2026-11-11"));
        assert!(due("2026-11-15", "2026-11-12") && due("2026-11-15", "2026-11-20"));
        // The end of the month is the end; what ended before the month began is due at once.
        assert!(!due("2026-11-30", "2026-11-29") && !due("2026-12-31", "2026-12-31"));
        assert!(due("2026-11-30", "2026-12-01") && due("2028-02-28", "2028-02-28"));
        assert!(!due("", "2026-11-15") && !due("soon", "2026-11-15"));
        assert!(ends_early("2026-11-15", day("2026-11-02")));
        assert!(!ends_early("2026-11-30", day("2026-11-02")) && !ends_early("", day("2026-11-02")));
    }
}

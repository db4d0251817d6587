//! Number stock and quota: filled up before they run out.

use crate::{
    backoffice::quota_terms::{see_to_extension, see_to_return},
    calendar,
    errors::{Advice, OutsideError},
    gateway::sync_registration,
    ports::Ports,
    records::{IssuingMode, TaxRoute},
    step::StepError,
};
use fapiao_domain::{ids::SellerId, money::Fen};

/// Most numbers of one fetch.
const FETCH_MAX: u32 = 5000;
/// Fetches in one run of the job: enough after a quiet night, and an end to a loop that would never fill.
const FETCHES_PER_RUN: u32 = 20;

/// Fills the seller's numbers and quota of the running year and month up. A fetch whose answer was lost is repeated
/// under the same request number.
///
/// # Errors
/// [`StepError`].
pub async fn refill_stock(ports: &Ports, id: &SellerId) -> Result<(), StepError> {
    let Some(seller) = ports.store.seller(id).await? else {
        return Ok(());
    };
    // Numbers and quota of the others are their platform's; but what was agreed to before the seller went there, and what
    // it takes back, is issued as before.
    if seller.mode != IssuingMode::SelfBuilt && ports.store.wait_for_numbers(id).await? == 0 {
        return Ok(());
    }
    // A gateway keeps the stock itself; what it tells of it is kept, so that staff see it coming to an end.
    let connection = ports.store.tax_connection(id).await?;
    if connection.is_some_and(|it| it.route == TaxRoute::Gateway) {
        let told = ports.tax.stock_left(&seller).await?;
        ports.store.note_stock(id, &told).await?;
        return Ok(());
    }
    let now = ports.clock.now();
    let year = calendar::year2(now);
    for _ in 0..FETCHES_PER_RUN {
        if ports.store.numbers_left(id, year).await? >= i64::from(seller.numbers_low.max(1)) {
            break;
        }
        let wanted = seller.numbers_fetch.clamp(1, FETCH_MAX);
        let (request, size) = ports
            .store
            .stock_request(id, "segment", &format!("{year:02}"), i64::from(wanted))
            .await?;
        let size = u32::try_from(size).unwrap_or(wanted);
        let (first, last, size) = ports.tax.fetch_segment(&seller, &request, size).await?;
        let year_of_number = first
            .get(..2)
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| {
                StepError::parked(
                    "segment_malformed",
                    format!(
                        "税局返回的号段无法识别：以 {first} 开头 / the segment begins with `{first}`, which is no number \
                         of an invoice"
                    ),
                )
            })?;
        ports
            .store
            .add_segment(&request, id, year_of_number, &first, &last, i64::from(size))
            .await?;
        if year_of_number != year {
            // Around midnight of New Year the two clocks may stand in different years.
            return Err(StepError::Outside(OutsideError::new(
                "tax",
                "segment_year",
                format!(
                    "numbers of 20{year:02} were asked for, numbers of 20{year_of_number:02} were given"
                ),
                Advice::Retry { after: None },
            )));
        }
    }
    let month = calendar::month(now);
    see_to_return(ports, id).await?;
    see_to_extension(ports, id, now).await?;
    // Above the line where more is fetched there may still be less than one large invoice needs.
    let waits = ports.store.quota_waited_for(id).await?;
    let wanted = seller.quota_low.max(waits);
    for _ in 0..FETCHES_PER_RUN {
        if ports.store.quota_left(id, &month).await? >= wanted {
            break;
        }
        let (request, amount) = ports
            .store
            .stock_request(id, "quota", &month, seller.quota_fetch.get())
            .await?;
        let amount = Fen::new(amount).unwrap_or(seller.quota_fetch);
        let grant = ports.tax.fetch_quota(&seller, &request, amount).await?;
        ports.store.add_quota(&request, id, &month, &grant).await?;
        if grant.amount <= Fen::ZERO {
            return Err(StepError::parked(
                "quota_used_up",
                format!(
                    "税局不再给予本月额度（{month}），请申请调整 / the tax authority grants no more quota for {month}; ask it to raise the \
                 monthly limit"
                ),
            ));
        }
    }
    // What was granted just now may end early, too.
    see_to_extension(ports, id, now).await?;
    Ok(())
}

/// Fetches rates and class codes.
///
/// # Errors
/// [`StepError`].
pub async fn sync_tax_data(ports: &Ports, id: &SellerId) -> Result<(), StepError> {
    let Some(seller) = ports.store.seller(id).await? else {
        return Ok(());
    };
    if seller.mode == IssuingMode::ExternalPlatform {
        return sync_registration(ports, &seller).await;
    }
    let rates = ports.tax.rates(&seller).await?;
    let codes = ports.tax.class_codes(&seller).await?;
    ports
        .store
        .save_tax_data(id, &codes, &rates, ports.clock.now())
        .await?;
    Ok(())
}

//! The quota ledger beside the tax side's word (`CXSXED`): what was downloaded and spent.

use crate::{
    ports::{Ports, QuotaCheck, QuotaTold},
    records::TaxRoute,
    step::StepError,
};
use chrono::{DateTime, Utc};
use fapiao_domain::{ids::SellerId, money::Fen};

/// Looks at a ledger that moves while the tax side is asked, before what moved is taken for open.
const TRIES: u32 = 3;

/// Asks for the running month and stores what both sides have. Where invoices go out all day the ledger never stands
/// still: then what moved meanwhile counts as open, and the next night looks again.
///
/// # Errors
/// [`StepError`].
pub async fn check(ports: &Ports, id: &SellerId) -> Result<(), StepError> {
    let Some(seller) = ports.store.seller(id).await? else {
        return Ok(());
    };
    let connection = ports.store.tax_connection(id).await?;
    let drawn = connection.is_none_or(|it| it.route != TaxRoute::Gateway);
    let mut left = TRIES;
    loop {
        left -= 1;
        if ports.store.open_quota_return(id).await?.is_some() {
            // Nobody knows yet on which side that amount is.
            return Err(StepError::not_yet(
                300,
                "有一笔额度退回正在办理，税局答复后再核对 / a return of quota is under way; the ledger is compared once the tax side answered",
            ));
        }
        let month = crate::calendar::month(ports.clock.now());
        let before = ports.store.quota_here(id, &month, drawn).await?;
        let told = ports.tax.quota(&seller).await?;
        let after = ports.store.quota_here(id, &month, drawn).await?;
        if left > 0 && before != after {
            continue;
        }
        if let Some(check) = compared(id, month, ports.clock.now(), [before, after], &told) {
            ports.store.save_quota_check(&check).await?;
        }
        return Ok(());
    }
}

/// What both sides have, when the ledger was read before and after the question. `None` where that cannot be compared:
/// another month was told, or quota was downloaded in between.
fn compared(
    seller: &SellerId,
    month: String,
    at: DateTime<Utc>,
    [before, after]: [[Fen; 3]; 2],
    told: &QuotaTold,
) -> Option<QuotaCheck> {
    if before[0] != after[0] || (!told.month.is_empty() && told.month != month) {
        return None;
    }
    // Spent there is at least what was confirmed at one of the moments, and at most that with all that was open.
    let [_, spent, _] = if before[1] < after[1] { before } else { after };
    let most = [before, after].map(|[_, spent, open]| spent.get() + open.get());
    let most = most[0].max(most[1]);
    Some(QuotaCheck {
        seller: seller.clone(),
        month,
        asked_at: at,
        limit_there: told.limit,
        granted_there: told.granted,
        spent_there: told.spent,
        granted_here: after[0],
        spent_here: spent,
        open_here: Fen::of_sum(most - spent.get()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::fresh;

    fn told(month: &str, spent: i64) -> QuotaTold {
        QuotaTold {
            month: month.to_owned(),
            limit: None,
            granted: Some(Fen::of_sum(1_000)),
            spent: Some(Fen::of_sum(spent)),
        }
    }

    #[test]
    fn what_moves_while_the_tax_side_is_asked_is_open_and_no_reason_to_ask_again() {
        let at = DateTime::UNIX_EPOCH;
        let seller: SellerId = fresh(at);
        let here = |granted, spent, open| [granted, spent, open].map(Fen::of_sum);
        let look = |both, told: &QuotaTold| compared(&seller, "2026-11".to_owned(), at, both, told);
        // Two invoices of 50 were confirmed meanwhile, and a third was begun.
        let moved = [here(1_000, 300, 100), here(1_000, 400, 50)];
        for spent in [300, 350, 400, 450] {
            let check = look(moved, &told("2026-11", spent)).unwrap();
            assert!(check.agrees(), "{spent}: {check:?}");
        }
        assert_eq!(
            look(moved, &told("2026-11", 470)).unwrap().spent_apart(),
            20
        );
        assert_eq!(
            look(moved, &told("2026-11", 290)).unwrap().spent_apart(),
            -10
        );
        // Quota that was downloaded meanwhile, or another month: nothing that could be held against each other.
        let drawn = [here(1_000, 300, 0), here(1_500, 300, 0)];
        assert_eq!(look(drawn, &told("2026-11", 300)), None);
        assert_eq!(look(moved, &told("2026-12", 0)), None);
    }
}

//! What the payer of a fiscal bill is told, decided from the bill and its delivery.

use crate::pages::{bill_payer::BillPayerState, parts::When};
use chrono::{DateTime, Utc};
use fapiao_domain::delivery::DeliveryState;
use fapiao_usecases::records::{Bill, BillDelivery, BillSource, FiscalRole};

/// Where it stands, for the payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Ready,
    OnItsWay,
    AtBureau,
    NoFile,
    InTheWallet,
    Ended,
    Expired,
    Void,
}

/// Decides. A void bill is void wherever its card is.
pub(super) fn of(
    bill: &Bill,
    delivery: &BillDelivery,
    role: FiscalRole,
    now: DateTime<Utc>,
) -> Standing {
    if bill.void.is_some() {
        return Standing::Void;
    }
    match delivery.state {
        // The unit elsewhere asked already: its word is being proved.
        DeliveryState::Created | DeliveryState::PageOpened
            if delivery.source == BillSource::Elsewhere =>
        {
            Standing::OnItsWay
        }
        DeliveryState::Created | DeliveryState::PageOpened if delivery.expires_at <= now => {
            Standing::Expired
        }
        DeliveryState::Created | DeliveryState::PageOpened => Standing::Ready,
        DeliveryState::Authorised | DeliveryState::Issuing if !role.inserts() => Standing::AtBureau,
        DeliveryState::Authorised | DeliveryState::Issuing if bill.file.is_none() => {
            Standing::NoFile
        }
        DeliveryState::Authorised | DeliveryState::Issuing => Standing::OnItsWay,
        DeliveryState::Carded => Standing::InTheWallet,
        DeliveryState::Refused | DeliveryState::Failed => Standing::Ended,
        DeliveryState::Expired => Standing::Expired,
    }
}

/// Why it ended, as far as the payer is told: what WeChat answered to our insert names nothing that a payer could mend.
pub(super) fn told_reason(delivery: &BillDelivery, role: FiscalRole) -> &str {
    if delivery.state == DeliveryState::Failed && role.inserts() {
        ""
    } else {
        &delivery.reason
    }
}

impl Standing {
    /// Whether something of ours is being done: what stops then is for staff.
    pub(super) const fn waits_for_us(self) -> bool {
        matches!(self, Standing::OnItsWay)
    }

    /// As the page shows it; `reason` in the reader's language.
    pub(super) fn shown(
        self,
        bill: &Bill,
        delivery: &BillDelivery,
        reason: String,
        next: Option<String>,
        when: impl Fn(DateTime<Utc>) -> When,
    ) -> BillPayerState {
        match self {
            Standing::Ready => BillPayerState::Ready {
                go: format!("/b/{}/wechat", delivery.short_code),
                expires: when(delivery.expires_at),
            },
            Standing::OnItsWay => BillPayerState::OnItsWay,
            Standing::AtBureau => BillPayerState::AtBureau,
            Standing::NoFile => BillPayerState::NoFile,
            Standing::InTheWallet => BillPayerState::Carded,
            Standing::Ended => BillPayerState::Ended { reason, next },
            Standing::Expired => BillPayerState::Expired { next },
            Standing::Void => BillPayerState::Void {
                reason: bill
                    .void
                    .as_ref()
                    .map_or_else(String::new, |void| void.reason.clone()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use fapiao_domain::{
        fiscal::BillIdentity,
        ids::{BillDeliveryId, BillId, FiscalUnitId, Id},
        money::Fen,
    };
    use fapiao_usecases::records::{BillFile, BillVoid};

    const ULID: &str = "01J8ZC3N6T9Q4W2E5R7Y8U1P0A";

    fn start() -> DateTime<Utc> {
        "2026-11-21T02:00:00Z".parse().unwrap()
    }

    fn bill(has_file: bool, is_void: bool) -> Bill {
        Bill {
            id: BillId::from_ulid(ULID),
            unit: FiscalUnitId::from_ulid(ULID),
            identity: BillIdentity::read("44060126", "0000000001", "").unwrap(),
            payer: "张三".to_owned(),
            amount: Fen::new(5_000).unwrap(),
            items: Vec::new(),
            remark: String::new(),
            issued_at: start(),
            file: has_file.then(|| BillFile {
                sha256: "ab".to_owned(),
                size: 2,
            }),
            void: is_void.then(|| BillVoid {
                at: start(),
                reason: "金额有误".to_owned(),
            }),
            created_at: start(),
            version: 1,
        }
    }

    fn delivery(state: DeliveryState, source: BillSource) -> BillDelivery {
        BillDelivery {
            id: BillDeliveryId::from_ulid(ULID),
            bill: BillId::from_ulid(ULID),
            source,
            wechat_order_id: "1".to_owned(),
            app_id: "wx1234567890abcdef".to_owned(),
            short_code: "ABCDEFGHJK".to_owned(),
            return_url: String::new(),
            state,
            reason: String::new(),
            authorised_at: None,
            expires_at: start() + TimeDelta::hours(72),
            card: None,
            created_at: start(),
            version: 1,
        }
    }

    #[test]
    fn every_state_of_a_bill_has_its_page() {
        use BillSource as B;
        use DeliveryState as D;
        use FiscalRole as R;
        for (state, source, role, has_file, after_hours, expected) in [
            (D::Created, B::Web, R::Both, false, 1, Standing::Ready),
            (D::PageOpened, B::App, R::Unit, true, 1, Standing::Ready),
            (D::PageOpened, B::Web, R::Both, true, 73, Standing::Expired),
            (
                D::Created,
                B::Elsewhere,
                R::Bureau,
                true,
                73,
                Standing::OnItsWay,
            ),
            (D::Authorised, B::Web, R::Both, true, 1, Standing::OnItsWay),
            (D::Authorised, B::Web, R::Both, false, 1, Standing::NoFile),
            (D::Authorised, B::Web, R::Unit, false, 1, Standing::AtBureau),
            (
                D::Issuing,
                B::Elsewhere,
                R::Bureau,
                true,
                1,
                Standing::OnItsWay,
            ),
            (D::Carded, B::Web, R::Both, true, 1, Standing::InTheWallet),
            (D::Refused, B::Web, R::Both, true, 1, Standing::Ended),
            (D::Failed, B::Web, R::Both, true, 1, Standing::Ended),
            (D::Expired, B::Web, R::Both, true, 1, Standing::Expired),
        ] {
            let now = start() + TimeDelta::hours(after_hours);
            let told = of(&bill(has_file, false), &delivery(state, source), role, now);
            assert_eq!(told, expected, "{state} {source:?} {role:?}");
            let void = of(&bill(has_file, true), &delivery(state, source), role, now);
            assert_eq!(void, Standing::Void, "{state}");
        }
    }

    #[test]
    fn wechats_own_words_are_for_staff() {
        let mut it = delivery(DeliveryState::Failed, BillSource::Web);
        it.reason = "72043: bad size".to_owned();
        assert_eq!(told_reason(&it, FiscalRole::Both), "");
        // Whoever tells the outcome of the bureau elsewhere writes for the payer.
        it.reason = "交款人已注销微信".to_owned();
        assert_eq!(told_reason(&it, FiscalRole::Unit), it.reason);
        it.state = DeliveryState::Refused;
        assert_eq!(told_reason(&it, FiscalRole::Both), it.reason);
    }

    #[test]
    fn the_way_to_wechat_goes_by_the_links_own_address() {
        let (bill, it) = (
            bill(true, false),
            delivery(DeliveryState::Created, BillSource::Web),
        );
        let when = |at| When {
            at,
            now: start(),
            lang: crate::i18n::Lang::Zh,
        };
        let shown = Standing::Ready.shown(&bill, &it, String::new(), None, when);
        let BillPayerState::Ready { go, .. } = shown else {
            panic!("not the page with the button");
        };
        assert_eq!(go, "/b/ABCDEFGHJK/wechat");
    }
}

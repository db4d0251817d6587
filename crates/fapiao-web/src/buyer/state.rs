//! What a buyer is told, decided from the delivery and its invoice.

use crate::pages::{buyer::BuyerState, parts::When};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{
    delivery::{Channel, DeliveryState},
    invoice::InvoiceState,
};
use fapiao_usecases::{
    merchant::confirm::DECLINED,
    records::{Delivery, Invoice},
};

/// Nobody is told of a delay sooner than this, in seconds.
const PATIENCE_SECS: i64 = 300;

/// Where it stands, for the buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Ready,
    InMiniProgram,
    InApp,
    Expired,
    AtTheTaxAuthority,
    OnTheWayToTheWallet,
    Delayed,
    InTheWallet,
    DownloadOnly,
    TakenBack,
    Refused,
    Declined,
    Failed,
}

/// Decides. `promise_secs` is what the account promises, counted from the agreement.
pub(super) fn of(
    delivery: &Delivery,
    invoice: Option<&Invoice>,
    promise_secs: i64,
    now: DateTime<Utc>,
) -> Standing {
    let is_issued = invoice.is_some_and(|it| it.state.is_issued());
    let patience = TimeDelta::seconds(promise_secs.max(PATIENCE_SECS));
    let is_late = delivery.authorised_at.is_some_and(|at| now - at > patience);
    if invoice.is_some_and(|it| it.state == InvoiceState::FullyRed) {
        return Standing::TakenBack;
    }
    match delivery.state {
        DeliveryState::Created | DeliveryState::PageOpened if delivery.expires_at <= now => {
            Standing::Expired
        }
        DeliveryState::Created | DeliveryState::PageOpened
            if delivery.channel == Channel::MiniProgram =>
        {
            Standing::InMiniProgram
        }
        DeliveryState::Created | DeliveryState::PageOpened if delivery.channel == Channel::App => {
            Standing::InApp
        }
        DeliveryState::Created | DeliveryState::PageOpened => Standing::Ready,
        DeliveryState::Authorised | DeliveryState::Issuing if is_issued && !is_late => {
            Standing::OnTheWayToTheWallet
        }
        DeliveryState::Authorised | DeliveryState::Issuing if is_issued => Standing::DownloadOnly,
        DeliveryState::Authorised | DeliveryState::Issuing => match invoice.map(|it| it.state) {
            Some(InvoiceState::Blocked | InvoiceState::Refused) => Standing::Delayed,
            Some(_) | None if is_late => Standing::Delayed,
            Some(_) | None => Standing::AtTheTaxAuthority,
        },
        DeliveryState::Carded => Standing::InTheWallet,
        DeliveryState::Failed if is_issued => Standing::DownloadOnly,
        DeliveryState::Failed => Standing::Failed,
        DeliveryState::Refused if delivery.reason == DECLINED => Standing::Declined,
        DeliveryState::Refused => Standing::Refused,
        DeliveryState::Expired if is_issued => Standing::DownloadOnly,
        DeliveryState::Expired => Standing::Expired,
    }
}

impl Standing {
    /// Whether the invoice is being made: what stops it then is for staff.
    pub(super) const fn waits_for_us(self) -> bool {
        matches!(self, Standing::AtTheTaxAuthority | Standing::Delayed)
    }

    /// As the page shows it.
    pub(super) fn shown(
        self,
        delivery: &Delivery,
        invoice: Option<&Invoice>,
        next: Option<(String, bool)>,
        when: impl Fn(DateTime<Utc>) -> When,
    ) -> BuyerState {
        let number = || {
            let identity = invoice.and_then(|it| it.identity.as_ref());
            identity.map_or_else(String::new, |it| it.number().to_owned())
        };
        let download = || format!("/o/{}/file.pdf", delivery.short_code);
        match self {
            Standing::Ready => BuyerState::Ready {
                go: format!("/o/{}/wechat", delivery.short_code),
                expires: Some(when(delivery.expires_at)),
            },
            Standing::InMiniProgram => BuyerState::InMiniProgram,
            Standing::InApp => BuyerState::InApp,
            Standing::Expired => BuyerState::Expired,
            Standing::AtTheTaxAuthority => BuyerState::Issuing { step: 1 },
            Standing::OnTheWayToTheWallet => BuyerState::Issuing { step: 2 },
            Standing::Delayed => BuyerState::Delayed,
            Standing::InTheWallet => BuyerState::Carded {
                number: number(),
                download: download(),
            },
            Standing::DownloadOnly => BuyerState::IssuedOnly {
                number: number(),
                download: download(),
            },
            Standing::TakenBack => BuyerState::TakenBack {
                number: number(),
                download: download(),
                next,
            },
            Standing::Declined => BuyerState::Declined,
            Standing::Refused => BuyerState::Refused {
                reason: delivery.reason.clone(),
                url: Some(delivery.refusal_url.clone()).filter(|url| !url.is_empty()),
            },
            Standing::Failed => BuyerState::Failed { reason: None, next },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fapiao_domain::{
        delivery::PageType,
        ids::{AccountId, DeliveryId, Id, InvoiceId, OrderId, SellerId},
        invoice::{Identity, InvoiceKind},
        party::{SellerParty, Title, TitleKind},
        totals::Totals,
    };

    const ULID: &str = "01J8ZC3N6T9Q4W2E5R7Y8U1P0A";

    fn start() -> DateTime<Utc> {
        "2026-11-21T02:00:00Z".parse().unwrap()
    }

    fn delivery(state: DeliveryState) -> Delivery {
        Delivery {
            id: DeliveryId::from_ulid(ULID),
            order: OrderId::from_ulid(ULID),
            seller: SellerId::from_ulid(ULID),
            account: AccountId::from_ulid(ULID),
            channel: Channel::Web,
            page: PageType::Title,
            short_code: "ABCDEFGHJK".to_owned(),
            state,
            reason: "抬头有误".to_owned(),
            return_url: String::new(),
            expires_at: start() + TimeDelta::hours(72),
            authorised_at: (!state.awaits_buyer()).then(start),
            due_at: None,
            overdue_at: None,
            refusal_url: String::new(),
            wechat_order_id: None,
            raw_title: None,
            part: None,
            invoice: Some(InvoiceId::from_ulid(ULID)),
            created_at: start(),
            version: 1,
        }
    }

    fn invoice(state: InvoiceState) -> Invoice {
        Invoice {
            id: InvoiceId::from_ulid(ULID),
            order: OrderId::from_ulid(ULID),
            delivery: DeliveryId::from_ulid(ULID),
            seller: SellerId::from_ulid(ULID),
            kind: InvoiceKind::DigitalOrdinary,
            identity: Some(Identity::Digital {
                number: "26999000000000000001".to_owned(),
            }),
            state,
            reason: String::new(),
            seller_party: SellerParty::default(),
            province: "33".to_owned(),
            clerks: Default::default(),
            title: Title {
                kind: TitleKind::Person,
                name: "王".to_owned(),
                tax_number: String::new(),
                address: String::new(),
                phone: String::new(),
                bank: String::new(),
                bank_account: String::new(),
                email: String::new(),
            },
            lines: Vec::new(),
            sources: Vec::new(),
            red: None,
            totals: Totals::default(),
            difference: None,
            payments: Vec::new(),
            remark: String::new(),
            issued_at: None,
            receipt: String::new(),
            uploaded_at: None,
            created_at: start(),
            version: 1,
        }
    }

    fn standing(
        state: DeliveryState,
        of_invoice: Option<InvoiceState>,
        after_secs: i64,
    ) -> Standing {
        let invoice = of_invoice.map(invoice);
        let now = start() + TimeDelta::seconds(after_secs);
        of(&delivery(state), invoice.as_ref(), 600, now)
    }

    #[test]
    fn every_state_of_a_delivery_has_its_page() {
        use DeliveryState as D;
        use InvoiceState as I;
        for (state, of_invoice, after_secs, expected) in [
            (D::Created, None, 60, Standing::Ready),
            (D::PageOpened, None, 60, Standing::Ready),
            (D::PageOpened, None, 300_000, Standing::Expired),
            (D::Expired, None, 60, Standing::Expired),
            (D::Authorised, None, 5, Standing::AtTheTaxAuthority),
            (D::Authorised, None, 700, Standing::Delayed),
            (
                D::Issuing,
                Some(I::Uploading),
                5,
                Standing::AtTheTaxAuthority,
            ),
            (D::Issuing, Some(I::Blocked), 5, Standing::Delayed),
            (
                D::Issuing,
                Some(I::Issued),
                5,
                Standing::OnTheWayToTheWallet,
            ),
            (D::Issuing, Some(I::Issued), 700, Standing::DownloadOnly),
            (D::Failed, Some(I::Issued), 5, Standing::DownloadOnly),
            (D::Failed, Some(I::Refused), 5, Standing::Failed),
            (D::Carded, Some(I::Issued), 5, Standing::InTheWallet),
            (D::Carded, Some(I::PartlyRed), 5, Standing::InTheWallet),
            (D::Carded, Some(I::FullyRed), 5, Standing::TakenBack),
            (D::Failed, Some(I::FullyRed), 5, Standing::TakenBack),
            (D::Refused, None, 5, Standing::Refused),
        ] {
            assert_eq!(
                standing(state, of_invoice, after_secs),
                expected,
                "{state} {of_invoice:?}"
            );
        }
    }

    #[test]
    fn what_is_asked_for_in_an_app_has_no_button_in_a_browser() {
        for (channel, expected) in [
            (Channel::App, Standing::InApp),
            (Channel::MiniProgram, Standing::InMiniProgram),
            (Channel::Wap, Standing::Ready),
        ] {
            let it = Delivery {
                channel,
                ..delivery(DeliveryState::Created)
            };
            assert_eq!(of(&it, None, 600, start()), expected);
        }
    }

    #[test]
    fn the_page_in_the_wallet_names_the_number_and_offers_the_file() {
        let it = delivery(DeliveryState::Carded);
        let issued = invoice(InvoiceState::Issued);
        let when = |at| When {
            at,
            now: start(),
            lang: crate::i18n::Lang::Zh,
        };
        let shown = Standing::InTheWallet.shown(&it, Some(&issued), None, when);
        let BuyerState::Carded { number, download } = shown else {
            panic!("not the page in the wallet");
        };
        assert_eq!(number, "26999000000000000001");
        assert_eq!(download, "/o/ABCDEFGHJK/file.pdf");
    }
}

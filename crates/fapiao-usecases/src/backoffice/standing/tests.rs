//! Every place an order may be in.

use super::*;
use crate::records::RedOf;
use chrono::TimeDelta;
use fapiao_domain::{
    delivery::{Channel, PageType},
    ids::{AccountId, Id, OrderId, RedFormId, SellerId},
    invoice::{Identity, InvoiceKind},
    party::{SellerParty, Title, TitleKind},
    red::RedReason,
    totals::Totals,
};

const ULID: &str = "01J8ZC3N6T9Q4W2E5R7Y8U1P0A";

fn start() -> DateTime<Utc> {
    "2026-11-21T02:00:00Z".parse().unwrap()
}

pub(crate) fn delivery(state: DeliveryState) -> Delivery {
    Delivery {
        id: DeliveryId::from_ulid(ULID),
        order: OrderId::from_ulid(ULID),
        seller: SellerId::from_ulid(ULID),
        account: AccountId::from_ulid(ULID),
        channel: Channel::Web,
        page: PageType::Title,
        short_code: "ABCDEFGHJK".to_owned(),
        state,
        reason: "why".to_owned(),
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
        reason: "E1".to_owned(),
        seller_party: SellerParty::default(),
        province: "33".to_owned(),
        clerks: Default::default(),
        title: Title {
            kind: TitleKind::Person,
            name: "张三".to_owned(),
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

fn job(code: &str) -> JobRow {
    JobRow {
        id: JobId::from_ulid(ULID),
        kind: "draft_invoice".to_owned(),
        subject: ULID.to_owned(),
        order: None,
        state: "parked".to_owned(),
        attempts: 1,
        run_at: start(),
        queued_at: start(),
        code: code.to_owned(),
        reason: "look".to_owned(),
    }
}

fn of(state: DeliveryState, invoice_state: Option<InvoiceState>) -> Standing {
    let invoice = invoice_state.map(invoice);
    let delivery = delivery(state);
    standing(
        OrderState::Delivering,
        Some(&delivery),
        invoice.as_ref(),
        None,
        start(),
    )
}

#[test]
fn an_order_without_a_link_wants_one() {
    let it = standing(OrderState::Open, None, None, None, start());
    assert_eq!((it.place, it.next), (Place::NoDelivery, Next::MakeDelivery));
    let it = standing(OrderState::Cancelled, None, None, None, start());
    assert_eq!((it.place, it.next), (Place::Cancelled, Next::Nothing));
}

#[test]
fn a_link_past_its_time_is_expired_before_the_schedule_says_so() {
    let delivery = delivery(DeliveryState::Created);
    let late = start() + TimeDelta::hours(73);
    let it = standing(OrderState::Delivering, Some(&delivery), None, None, late);
    assert!(matches!(it.place, Place::Expired { .. }));
    assert!(matches!(
        of(DeliveryState::PageOpened, None).place,
        Place::AwaitsBuyer { opened: true, .. }
    ));
}

#[test]
fn each_step_of_issuing_is_told_apart() {
    let at = |state| of(DeliveryState::Issuing, Some(state)).place;
    assert!(matches!(at(InvoiceState::Ready), Place::Drafting { .. }));
    assert!(matches!(at(InvoiceState::Blocked), Place::Blocked { .. }));
    assert!(matches!(
        at(InvoiceState::Uploading),
        Place::AtTaxAuthority { .. }
    ));
    assert!(matches!(
        at(InvoiceState::OutcomeUnknown),
        Place::OutcomeUnknown
    ));
    assert!(matches!(
        at(InvoiceState::Issued),
        Place::OnTheWayToWallet { .. }
    ));
    assert!(matches!(
        of(DeliveryState::Authorised, None).place,
        Place::Drafting { .. }
    ));
}

#[test]
fn an_issued_invoice_never_gets_a_second_link() {
    for state in [
        DeliveryState::Failed,
        DeliveryState::Refused,
        DeliveryState::Expired,
    ] {
        let it = of(state, Some(InvoiceState::Issued));
        assert!(matches!(it.next, Next::OpenInvoice(_)), "{state}");
    }
    let it = of(DeliveryState::Failed, Some(InvoiceState::Refused));
    assert_eq!(it.next, Next::MakeDelivery);
    assert!(matches!(it.place, Place::RefusedByTax { reason } if reason == "E1"));
}

#[test]
fn an_offset_invoice_is_not_told_to_be_in_the_wallet() {
    for state in [DeliveryState::Carded, DeliveryState::Failed] {
        let it = of(state, Some(InvoiceState::FullyRed));
        assert!(matches!(it.place, Place::TakenBack { .. }), "{state}");
    }
    let it = of(DeliveryState::Carded, Some(InvoiceState::PartlyRed));
    assert!(matches!(it.place, Place::InWallet { .. }));
    let carded = delivery(DeliveryState::Carded);
    let red = |state| {
        let mut red = invoice(state);
        red.red = Some(RedOf {
            blue: InvoiceId::from_ulid(ULID),
            blue_identity: Identity::Digital {
                number: "26999000000000000002".to_owned(),
            },
            form: RedFormId::from_ulid(ULID),
            form_number: String::new(),
            form_key: String::new(),
            reason: RedReason::Returned,
            blue_lines: vec![1],
        });
        standing(
            OrderState::Cancelled,
            Some(&carded),
            Some(&red),
            None,
            start(),
        )
        .place
    };
    assert!(matches!(red(InvoiceState::Issued), Place::RedLetter { .. }));
    assert!(matches!(red(InvoiceState::Ready), Place::Drafting { .. }));
}

#[test]
fn a_stopped_step_is_what_matters() {
    let delivery = delivery(DeliveryState::Authorised);
    let with = |code| {
        let job = job(code);
        standing(
            OrderState::Delivering,
            Some(&delivery),
            None,
            Some(&job),
            start(),
        )
    };
    assert!(matches!(with("title_invalid").next, Next::CorrectTitle(_)));
    assert!(matches!(with("title_special").next, Next::CorrectTitle(_)));
    assert!(matches!(with("wechat_72040").next, Next::RetryJob(_)));
}

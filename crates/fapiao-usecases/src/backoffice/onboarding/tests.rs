//! What counts as done.

use super::{checks::reached_step, *};
use crate::{
    errors::{Advice, OutsideError},
    records::IssuingMode,
};
use fapiao_domain::{
    ids::{AccountId, Id, SellerId},
    party::SellerParty,
};

const ULID: &str = "01J8ZC3N6T9Q4W2E5R7Y8U1P0A";

#[test]
fn what_an_invoice_needs_is_named() {
    let mut seller = Seller {
        id: SellerId::from_ulid(ULID),
        party: SellerParty {
            name: "上海示例商贸有限公司".to_owned(),
            tax_number: "91310000MA1FL0007C".to_owned(),
            ..SellerParty::default()
        },
        short_name: "示例".to_owned(),
        province: "31".to_owned(),
        drawer: " ".to_owned(),
        payee: String::new(),
        reviewer: String::new(),
        mode: IssuingMode::SelfBuilt,
        platform_account: None,
        channel_account: Some(AccountId::from_ulid(ULID)),
        app_account: None,
        mini_program_account: None,
        numbers_low: 1,
        numbers_fetch: 1,
        quota_low: Fen::ZERO,
        quota_fetch: Fen::ZERO,
        rules: Default::default(),
        version: 1,
    };
    assert_eq!(what_is_missing(&seller), ["drawer", "platform_account"]);
    seller.drawer = "王会计".to_owned();
    seller.platform_account = Some(AccountId::from_ulid(ULID));
    assert!(what_is_missing(&seller).is_empty());
}

#[test]
fn only_a_refusal_shows_that_the_push_address_leads_here() {
    let address = || "https://x/wechat/callback/wx1".to_owned();
    assert_eq!(reached_step(Ok(403), address()).outcome, Outcome::Done);
    let step = reached_step(Ok(404), address());
    assert_eq!(
        (step.outcome, step.found),
        (Outcome::Wrong, Found::Status(404))
    );
    let silent = OutsideError::new("reach", "", "no route", Advice::NeedsPerson);
    assert_eq!(
        reached_step(Err(silent), address()).found,
        Found::Said("no route".to_owned())
    );
}

#[test]
fn what_is_switched_off_holds_nothing_up() {
    let step = |outcome| Step {
        check: Check::Mail,
        outcome,
        found: Found::Nothing,
    };
    let group = Group {
        subject: Subject::Company,
        steps: vec![
            step(Outcome::Done),
            step(Outcome::Off),
            step(Outcome::Waiting),
            step(Outcome::Wrong),
        ],
    };
    assert_eq!(progress(&[group]), (2, 4));
}

//! What the page of a bill says in each state.

use super::*;
use fapiao_domain::{fiscal::BillIdentity, money::Fen};
use fapiao_usecases::{
    fiscal::card_in_the_way,
    ids::fresh,
    records::{BillFile, BillVoid, FiscalRole, UnitTemplate},
};

fn now() -> DateTime<Utc> {
    "2026-11-22T02:00:00Z".parse().unwrap()
}

struct Case {
    unit: FiscalUnit,
    bill: Bill,
    delivery: BillDelivery,
}

impl Case {
    fn new(role: FiscalRole, state: DeliveryState) -> Case {
        let unit = FiscalUnit {
            id: fresh(now()),
            code: "U001".to_owned(),
            name: "示例医院".to_owned(),
            role,
            web_account: None,
            app_account: None,
            bureau_account: None,
            bureau_platform_id: String::new(),
            logo: None,
            template: UnitTemplate {
                stand: TemplateStand::Ready,
                card_id: "p".to_owned(),
                reason: String::new(),
                payee: String::new(),
                at: None,
            },
            closed: false,
            version: 1,
        };
        let bill = Bill {
            id: fresh(now()),
            unit: unit.id.clone(),
            identity: BillIdentity::read("44060126", "0000000001", "").unwrap(),
            payer: "王小明".to_owned(),
            amount: Fen::new(5_000).unwrap(),
            items: Vec::new(),
            remark: String::new(),
            issued_at: now(),
            file: Some(BillFile {
                sha256: "ab".to_owned(),
                size: 2_048,
            }),
            void: None,
            created_at: now(),
            version: 1,
        };
        let delivery = BillDelivery {
            id: fresh(now()),
            bill: bill.id.clone(),
            source: BillSource::Web,
            wechat_order_id: "o".to_owned(),
            app_id: "wx".to_owned(),
            short_code: "S".to_owned(),
            return_url: String::new(),
            state,
            reason: String::new(),
            authorised_at: None,
            expires_at: now() + TimeDelta::hours(72),
            card: None,
            created_at: now(),
            version: 1,
        };
        Case {
            unit,
            bill,
            delivery,
        }
    }

    fn card(mut self, state: CardState) -> Case {
        self.delivery.card = Some(BillCard {
            template: "p".to_owned(),
            account: None,
            state,
            media: None,
            asked_at: Some(now()),
            code: "1".to_owned(),
            reported_at: None,
        });
        self
    }

    fn about(&self) -> About<'_> {
        About {
            unit: &self.unit,
            bill: &self.bill,
            delivery: &self.delivery,
            held: card_in_the_way(std::slice::from_ref(&self.delivery)),
            stopped: None,
        }
    }

    fn stand(&self) -> Stand {
        self.about().stand(Lang::Zh, now())
    }
}

#[test]
fn a_bill_without_its_file_says_so_once_the_payer_agreed() {
    let mut it = Case::new(FiscalRole::Both, DeliveryState::Created);
    it.bill.file = None;
    assert_eq!(it.stand().say, "等待交款人在微信同意，尚余 72 小时");
    it.delivery.state = DeliveryState::Authorised;
    assert_eq!(it.stand().step, Step::Upload);
    it.bill.file = Case::new(FiscalRole::Both, DeliveryState::Created)
        .bill
        .file;
    assert_eq!((it.stand().step, it.stand().refresh), (Step::None, Some(3)));
    it.unit.template.stand = TemplateStand::Unknown;
    assert_eq!(it.stand().step, Step::Unit);
}

#[test]
fn a_unit_hands_over_and_tells_the_outcome() {
    let it = Case::new(FiscalRole::Unit, DeliveryState::Authorised);
    assert_eq!(it.stand().step, Step::Outcome);
    assert!(it.about().may_tell_outcome());
    let carded = Case::new(FiscalRole::Unit, DeliveryState::Carded);
    assert!(carded.stand().say.contains("财政局已把票据放入"));
    assert!(!carded.about().may_tell_outcome());
}

#[test]
fn nobody_is_asked_again_where_a_card_may_be() {
    let ended = Case::new(FiscalRole::Both, DeliveryState::Failed);
    assert!(ended.about().may_ask_again());
    assert_eq!(ended.stand().step, Step::Again);
    let asked = ended.card(CardState::Inserting);
    assert!(!asked.about().may_ask_again());
    let mut elsewhere = Case::new(FiscalRole::Bureau, DeliveryState::Refused);
    assert!(!elsewhere.about().may_ask_again());
    elsewhere.delivery.source = BillSource::Elsewhere;
    elsewhere.delivery.state = DeliveryState::Created;
    assert!(!elsewhere.about().link_is_open(now()));
}

#[test]
fn what_stopped_on_its_way_can_be_refused_until_its_card_was_asked_for() {
    let it = Case::new(FiscalRole::Both, DeliveryState::Issuing);
    assert!(it.about().may_refuse());
    assert!(!it.card(CardState::Inserting).about().may_refuse());
}

#[test]
fn what_becomes_of_the_card_is_told_before_and_after() {
    let t = Texts::of(Lang::Zh);
    let mut seen = std::collections::BTreeSet::new();
    for card in CardState::ALL {
        let mut it = Case::new(FiscalRole::Both, DeliveryState::Carded).card(card);
        assert!(it.about().void_means(t).is_some(), "{card}");
        it.bill.void = Some(BillVoid {
            at: now(),
            reason: "重复缴费".to_owned(),
        });
        assert_eq!(it.about().void_means(t), None);
        assert!(!it.about().may_refuse());
        let stand = it.stand();
        assert!(stand.more.contains("重复缴费"), "{card}: {stand:?}");
        seen.insert(stand.say);
    }
    assert!(seen.len() >= 5, "{seen:?}");
}

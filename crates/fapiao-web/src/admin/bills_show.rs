//! The page of a fiscal bill, and what people do with one.

use super::{
    Answer,
    bills::{load, page_of},
    bills_new::file_trouble,
    bills_stand::{About, Step},
    desk::{BillReader, Directs, WorksOnBills},
    failure::Failure,
    forms::{Form, Sent, Uploaded, errors_of},
    frame::Frame,
    job_words::in_language,
    timeline::{Names, event},
};
use crate::{
    i18n::{Texts, fill1},
    pages::{
        bills::{
            BillActs, BillCardFacts, BillDeliveryFacts, BillFacts, BillItemRow, BillShowPage,
            BillTyped, delivery_badge,
        },
        deliveries::qr_svg,
        field::Errors,
        parts::{Action, Choice, Link, Standing, Tone},
        shell::{Section, Shell},
    },
    problem::Problem,
};
use actix_web::{HttpResponse, web};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{BillId, Id},
};
use fapiao_usecases::{
    errors::StoreError,
    fiscal::{self, BillError, attach_bill_file, bill_link, bill_row},
    jobs::Job,
    ports::BillRow,
    records::{BillItem, BillSource, FiscalUnit, JobRow},
};

/// What came back with a form.
#[derive(Default)]
struct Typed {
    reasons: BillTyped,
    errors: Errors,
}

async fn row(frame: &Frame, id: &BillId) -> Result<BillRow, Failure> {
    bill_row(frame.ports(), id).await?.ok_or(Failure::NotFound)
}

/// `GET /admin/bills/{id}`.
pub(super) async fn show(desk: BillReader, id: web::Path<String>) -> Answer {
    let id = BillId::parse(&id)?;
    let page = page(&desk, &id, Typed::default()).await?;
    Ok(desk.page(&page))
}

async fn page(frame: &Frame, id: &BillId, typed: Typed) -> Result<BillShowPage, Failure> {
    let store = &frame.ports().store;
    let BillRow { bill, delivery } = row(frame, id).await?;
    let unit = store.fiscal_unit(&bill.unit).await?;
    let unit = unit.ok_or(Failure::NotFound)?;
    let stopped = stopped(frame, &delivery.id.to_string(), &unit).await?;
    let about = About {
        unit: &unit,
        bill: &bill,
        delivery: &delivery,
        stopped: stopped.first(),
    };
    let shell = frame.shell(Section::Bills).await?;
    let names = Names::load(frame).await?;
    let timeline = store.bill_timeline(id).await?;
    let (standing, refresh) = standing(frame, &about);
    Ok(BillShowPage {
        standing,
        refresh,
        bill: facts(&shell, &about),
        items: bill.items.iter().map(item_row).collect(),
        delivery: delivery_facts(frame, &shell, &about),
        card: delivery.card.as_ref().map(|it| BillCardFacts {
            state: shell.card(it.state),
            card_id: it.template.clone(),
            code: it.code.clone(),
        }),
        no_card: if unit.role.inserts() {
            shell.t.fiscal.no_card
        } else {
            shell.t.fiscal.card_elsewhere
        },
        acts: acts(frame, &about),
        typed: typed.reasons,
        errors: typed.errors,
        // Stored in the order in which it happened.
        timeline: timeline
            .iter()
            .rev()
            .map(|entry| event(frame, &names, entry, false))
            .collect(),
        shell,
    })
}

/// What stopped about a delivery, or about the template it waits for.
async fn stopped(
    frame: &Frame,
    delivery: &str,
    unit: &FiscalUnit,
) -> Result<Vec<JobRow>, StoreError> {
    let subjects = [delivery, unit.id.as_str()];
    frame.ports().store.stopped_jobs(&subjects).await
}

fn facts(shell: &Shell, about: &About<'_>) -> BillFacts {
    let (bill, unit) = (about.bill, about.unit);
    let may_open = shell.sections.contains(&Section::FiscalUnits);
    let href = if may_open {
        unit_page(unit)
    } else {
        String::new()
    };
    BillFacts {
        href: page_of(&bill.id),
        id: bill.id.to_string(),
        code: bill.identity.code.clone(),
        number: bill.identity.number.clone(),
        check_code: bill.identity.check_code.clone(),
        payer: bill.payer.clone(),
        unit: Link::new(unit.name.as_str(), href),
        amount: bill.amount,
        remark: bill.remark.clone(),
        issued: shell.when(bill.issued_at),
        created: shell.when(bill.created_at),
        file: bill
            .file
            .as_ref()
            .map(|it| (size(it.size), it.sha256.clone())),
        void: bill
            .void
            .as_ref()
            .map(|it| (shell.when(it.at), it.reason.clone())),
    }
}

fn unit_page(unit: &FiscalUnit) -> String {
    format!("/admin/fiscal-units/{}", unit.id)
}

fn item_row(item: &BillItem) -> BillItemRow {
    BillItemRow {
        name: item.name.clone(),
        quantity: format!("{} {}", item.quantity, item.unit).trim().to_owned(),
        standard: item.standard.clone(),
        amount: item.amount,
    }
}

/// Bytes as people read them: one decimal of KB.
fn size(bytes: i64) -> String {
    let tenths = bytes.max(0) * 10 / 1024;
    format!("{}.{} KB", tenths / 10, tenths % 10)
}

const fn source(t: &'static Texts, source: BillSource) -> &'static str {
    match source {
        BillSource::Web => t.fiscal.source_web,
        BillSource::App => t.fiscal.source_app,
        BillSource::Elsewhere => t.fiscal.source_elsewhere,
    }
}

fn delivery_facts(frame: &Frame, shell: &Shell, about: &About<'_>) -> BillDeliveryFacts {
    let delivery = about.delivery;
    let is_open = about.link_is_open(frame.now());
    let link = is_open.then(|| bill_link(frame.ports(), delivery));
    // An app opens WeChat's page itself: there is nothing to scan.
    let scanned = link.as_ref().filter(|_| delivery.source == BillSource::Web);
    let agreed = matches!(
        delivery.state,
        DeliveryState::Authorised | DeliveryState::Carded
    );
    let hands_over = agreed && !about.unit.role.inserts() && about.bill.void.is_none();
    BillDeliveryFacts {
        state: delivery_badge(shell.t, delivery.state),
        source: source(shell.t, delivery.source),
        created: shell.when(delivery.created_at),
        authorised: delivery.authorised_at.map(|at| shell.when(at)),
        expires: is_open.then(|| shell.when(delivery.expires_at)),
        reason: in_language(frame.lang(), &delivery.reason),
        qr: scanned.and_then(|it| qr_svg(it)),
        page_url: link,
        hand_over: hands_over.then(|| {
            let order_id = delivery.wechat_order_id.clone();
            (order_id, delivery.app_id.clone())
        }),
    }
}

fn acts(frame: &Frame, about: &About<'_>) -> BillActs {
    let t = frame.t();
    let (works, decides) = (frame.may_work(), frame.may_decide());
    let mut again = Vec::new();
    if works && about.may_ask_again() {
        let ways = [
            (BillSource::Web, &about.unit.web_account),
            (BillSource::App, &about.unit.app_account),
        ];
        for (way, account) in ways {
            if account.is_some() {
                again.push(Choice::new(way.as_str(), source(t, way)));
            }
        }
    }
    BillActs {
        upload: works && about.bill.file.is_none() && about.bill.void.is_none(),
        refuse: works && about.may_refuse(),
        again,
        outcome: decides && about.may_tell_outcome(),
        void: about.void_means(t).filter(|_| decides),
    }
}

/// The sentence, with the one next step for whoever may take it; and seconds until the page looks again.
fn standing(frame: &Frame, about: &About<'_>) -> (Standing, Option<u32>) {
    let stand = about.stand(frame.lang(), frame.now());
    let f = &frame.t().fiscal_stand;
    let here = page_of(&about.bill.id);
    let oversees = frame.may_oversee();
    let open_unit = || Action::open(f.to_unit, unit_page(about.unit));
    let primary = match stand.step {
        Step::Upload if frame.may_work() => Some(Action::open(f.to_upload, "#file")),
        Step::Unit if oversees => Some(open_unit()),
        Step::Outcome if frame.may_decide() => Some(Action::open(f.to_outcome, "#outcome")),
        Step::Retry if about.waits_for_template() && oversees => Some(open_unit()),
        Step::Retry if frame.may_decide() && oversees => {
            Some(Action::send(frame.t().stand.retry, format!("{here}/retry")))
        }
        Step::Again if frame.may_work() => Some(Action::open(frame.t().fiscal.again, "#again")),
        _ => about
            .bill
            .file
            .as_ref()
            .map(|_| Action::open(f.to_file, format!("{here}/file.pdf"))),
    };
    let standing = Standing {
        tone: stand.tone,
        sentence: stand.say,
        detail: stand.more,
        primary,
        others: Vec::new(),
        checks: Vec::new(),
    };
    (standing, stand.refresh)
}

impl About<'_> {
    /// Whether what stopped is the unit's template, which is settled on the unit's page.
    fn waits_for_template(&self) -> bool {
        let kind = Job::EnsureBillTemplate(self.unit.id.clone()).kind();
        self.stopped.is_some_and(|it| it.kind == kind)
    }
}

/// What a form comes to: done, told on the bill's page, or back with what is wrong beside `field`.
async fn answer(
    frame: &Frame,
    id: &BillId,
    outcome: Result<String, BillError>,
    field: &'static str,
    reasons: BillTyped,
) -> Answer {
    let here = page_of(id);
    match outcome {
        Ok(text) => Ok(frame.done(&here, &text)),
        Err(BillError::Invalid(errors)) => {
            // The code's own words speak of refusals only.
            let told = errors.into_iter().map(|error| match error.code.as_str() {
                "E_REASON" => error.in_chinese("须为一行，1 至 60 个字"),
                _ => error,
            });
            let errors = errors_of(told.collect(), frame.lang(), |pointer| match pointer {
                "reason" => field.to_owned(),
                other => other.to_owned(),
            });
            wrong(frame, id, Typed { reasons, errors }).await
        }
        Err(BillError::NotNow { chinese, english }) => {
            let why = Problem::from(BillError::NotNow { chinese, english });
            Ok(frame.told(&here, Tone::Warn, why.detail().of(frame.lang())))
        }
        Err(BillError::Store(StoreError::Stale { .. })) => {
            Ok(frame.told(&here, Tone::Warn, frame.t().fiscal.moved_on))
        }
        Err(BillError::Unknown(_)) => Err(Failure::NotFound),
        Err(other) => Err(Problem::from(other).into()),
    }
}

async fn wrong(frame: &Frame, id: &BillId, typed: Typed) -> Result<HttpResponse, Failure> {
    let page = page(frame, id, typed).await?;
    Ok(frame.wrong(&page))
}

/// `POST /admin/bills/{id}/file`.
pub(super) async fn attach(sent: Uploaded<WorksOnBills>, id: web::Path<String>) -> Answer {
    let desk = sent.desk;
    let bill = load(&desk, &id).await?;
    let mut typed = Typed::default();
    let Some((_, bytes)) = sent.file.filter(|(_, bytes)| !bytes.is_empty()) else {
        typed.errors.add("upload", desk.t().fiscal.no_file);
        return wrong(&desk, &bill.id, typed).await;
    };
    match attach_bill_file(desk.ports(), &desk.actor(), &bill.id, bytes).await {
        Ok(_) => Ok(desk.done(&page_of(&bill.id), desk.t().fiscal.uploaded)),
        // Whoever finds a file there has no form any more to be told beside.
        Err(error @ BillError::NotNow { .. }) => {
            answer(&desk, &bill.id, Err(error), "upload", BillTyped::default()).await
        }
        Err(error) => {
            typed.errors.add("upload", file_trouble(&desk, error)?);
            wrong(&desk, &bill.id, typed).await
        }
    }
}

/// `POST /admin/bills/{id}/deliveries`.
pub(super) async fn ask_again(sent: Sent<WorksOnBills>, id: web::Path<String>) -> Answer {
    let (desk, form): (_, Form) = (sent.desk, sent.form);
    let id = load(&desk, &id).await?.id;
    let source = form.get("source");
    let asked = fiscal::ask_again(desk.ports(), &desk.actor(), &id, source, "").await;
    let outcome = asked.map(|_| desk.t().fiscal.again_made.to_owned());
    answer(&desk, &id, outcome, "source", BillTyped::default()).await
}

/// `POST /admin/bills/{id}/refusal`.
pub(super) async fn refuse(sent: Sent<WorksOnBills>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let id = load(&desk, &id).await?.id;
    let reason = form.get("refusal_reason");
    let refused = fiscal::refuse_bill(desk.ports(), &desk.actor(), &id, reason).await;
    let outcome = refused.map(|_| fill1(desk.t().fiscal.refused, reason.trim()));
    let typed = BillTyped {
        refusal: reason.to_owned(),
        ..BillTyped::default()
    };
    answer(&desk, &id, outcome, "refusal_reason", typed).await
}

/// `POST /admin/bills/{id}/outcome`.
pub(super) async fn outcome(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let id = load(&desk, &id).await?.id;
    let carded = match form.get("carded") {
        "yes" => true,
        "no" => false,
        other => return Err(Failure::unreadable(format!("carded: {other}"))),
    };
    let reason = form.get("outcome_reason");
    let actor = desk.actor();
    let told = fiscal::report_outcome(desk.ports(), &actor, &id, carded, reason).await;
    let outcome = told.map(|_| desk.t().fiscal.outcome_told.to_owned());
    let typed = BillTyped {
        outcome: reason.to_owned(),
        ..BillTyped::default()
    };
    answer(&desk, &id, outcome, "outcome_reason", typed).await
}

/// `POST /admin/bills/{id}/void`.
pub(super) async fn void(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let id = load(&desk, &id).await?.id;
    let reason = form.get("void_reason");
    let voided = fiscal::void_bill(desk.ports(), &desk.actor(), &id, reason).await;
    let outcome = voided.map(|_| desk.t().fiscal.voided.to_owned());
    let typed = BillTyped {
        void: reason.to_owned(),
        ..BillTyped::default()
    };
    answer(&desk, &id, outcome, "void_reason", typed).await
}

/// `POST /admin/bills/{id}/retry`: what stopped about this bill runs again.
pub(super) async fn retry(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let desk = sent.desk;
    let id = load(&desk, &id).await?.id;
    let delivery = row(&desk, &id).await?.delivery;
    let store = &desk.ports().store;
    let mut retried = false;
    for job in store.stopped_jobs(&[delivery.id.as_str()]).await? {
        retried |= store.retry_job(&job.id, &desk.actor()).await?;
    }
    let t = desk.t();
    Ok(if retried {
        desk.done(&page_of(&id), t.told.job_retried)
    } else {
        desk.told(&page_of(&id), Tone::Warn, t.told.job_gone)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{admin::bills_stand::Stand, i18n::Lang};
    use chrono::{DateTime, Utc};
    use fapiao_domain::{card::CardState, fiscal::BillIdentity, money::Fen};
    use fapiao_usecases::{
        ids::fresh,
        records::{
            Bill, BillCard, BillDelivery, BillFile, BillVoid, FiscalRole, TemplateStand,
            UnitTemplate,
        },
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
                expires_at: now() + chrono::TimeDelta::hours(72),
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
}

//! The page of a fiscal bill.

use super::{
    Answer,
    bills::page_of,
    bills_stand::{About, Step},
    checks,
    desk::BillReader,
    failure::Failure,
    frame::Frame,
    job_words::{self, in_language},
    timeline::{Names, event},
};
use crate::{
    i18n::Texts,
    pages::{
        bills::{
            BillActs, BillCardFacts, BillDeliveryFacts, BillFacts, BillItemRow, BillShowPage,
            BillTyped, BillWorkRow, EarlierRow, delivery_badge,
        },
        deliveries::qr_svg,
        field::Errors,
        parts::{Action, Choice, Link, Standing},
        shell::{Section, Shell},
    },
};
use actix_web::web;
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{BillId, Id},
};
use fapiao_usecases::{
    errors::StoreError,
    fiscal::{bill_link, bill_row, card_in_the_way},
    jobs::Job,
    platform::preflight::refused_to,
    ports::BillRow,
    records::{BillDelivery, BillItem, BillSource, FiscalUnit, JobRow},
};

/// The state of a job that a person has to see to.
const PARKED: &str = "parked";

/// What came back with a form.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) reasons: BillTyped,
    pub(super) errors: Errors,
}

pub(super) async fn row(frame: &Frame, id: &BillId) -> Result<BillRow, Failure> {
    bill_row(frame.ports(), id).await?.ok_or(Failure::NotFound)
}

/// `GET /admin/bills/{id}`.
pub(super) async fn show(desk: BillReader, id: web::Path<String>) -> Answer {
    let id = BillId::parse(&id)?;
    let page = page(&desk, &id, Typed::default()).await?;
    Ok(desk.page(&page))
}

pub(super) async fn page(
    frame: &Frame,
    id: &BillId,
    typed: Typed,
) -> Result<BillShowPage, Failure> {
    let store = &frame.ports().store;
    let BillRow { bill, delivery } = row(frame, id).await?;
    let unit = store.fiscal_unit(&bill.unit).await?;
    let unit = unit.ok_or(Failure::NotFound)?;
    let jobs = jobs(frame, delivery.id.as_str(), &unit).await?;
    let all = store.bill_deliveries(id).await?;
    let about = About {
        unit: &unit,
        bill: &bill,
        delivery: &delivery,
        held: card_in_the_way(&all),
        // The one that stopped last.
        stopped: jobs.iter().rfind(|it| it.state == PARKED),
    };
    let shell = frame.shell(Section::Bills).await?;
    let names = Names::load(frame).await?;
    let timeline = store.bill_timeline(id).await?;
    let (mut standing, refresh) = standing(frame, &about);
    if !delivery.state.is_final() || about.stopped.is_some() {
        let accounts = [&unit.web_account, &unit.app_account, &unit.bureau_account];
        let refused = refused_to(frame.ports(), accounts.into_iter().flatten()).await?;
        standing.checks = refused.iter().map(|it| checks::row(frame, it)).collect();
    }
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
        work: work(frame, &shell, &jobs),
        earlier: earlier(frame, &shell, &all, &delivery),
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

/// What is left to do about a delivery, or about the template it waits for.
async fn jobs(frame: &Frame, delivery: &str, unit: &FiscalUnit) -> Result<Vec<JobRow>, StoreError> {
    let subjects = [delivery, unit.id.as_str()];
    frame.ports().store.jobs_about(&subjects).await
}

/// Jobs that go on by themselves; what stopped is told in front.
fn work(frame: &Frame, shell: &Shell, jobs: &[JobRow]) -> Vec<BillWorkRow> {
    let going_on = jobs.iter().filter(|it| it.state != PARKED);
    going_on
        .map(|it| BillWorkRow {
            what: job_words::kind(frame.t(), &it.kind),
            next: (it.state == "waiting").then(|| shell.when(it.run_at)),
            reason: job_words::why_of(frame.lang(), it),
        })
        .collect()
}

/// Deliveries before the one that is shown.
fn earlier(
    frame: &Frame,
    shell: &Shell,
    all: &[BillDelivery],
    shown: &BillDelivery,
) -> Vec<EarlierRow> {
    let others = all.iter().filter(|it| it.id != shown.id);
    others
        .map(|it| EarlierRow {
            created: shell.when(it.created_at),
            source: source(shell.t, it.source),
            state: delivery_badge(shell.t, it.state),
            reason: in_language(frame.lang(), &it.reason),
        })
        .collect()
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
        absent: frame.owns() && about.is_undecided(frame.now()),
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

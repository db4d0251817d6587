//! The first half of onboarding: four questions, a mode, and what it needs, checked now.

use super::{
    Answer,
    desk::Configures,
    failure::Failure,
    forms::{Form, Sent},
    frame::Frame,
    job_words::in_language,
};
use crate::{
    i18n::{Access, Texts, fill1},
    pages::{
        onboarding::{AccessBlock, AccessForm, TaskRow},
        parts::{Choice, Link, Tone, local_minute},
    },
};
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::{
    backoffice::{
        access::{AccessMode, Answers, Checked, Task, Way, answers_of, check_tasks, save_answers},
        onboarding::{Found, Outcome},
    },
    errors::StoreError,
    records::{IssuingMode, Seller},
};

/// The wizard of one seller, or of the company before there is one.
pub(super) async fn block(
    frame: &Frame,
    sellers: &[Seller],
    seller: Option<&Seller>,
) -> Result<AccessBlock, StoreError> {
    let a = &frame.t().access;
    let known = answers_of(frame.ports(), seller).await?;
    let tasks = match &known {
        Some((answers, _)) => check_tasks(frame.ports(), seller, answers)
            .await?
            .iter()
            .enumerate()
            .map(|(place, it)| row(frame, place + 1, it, seller))
            .collect(),
        None => Vec::new(),
    };
    let mode = known.as_ref().map(|(answers, _)| match answers.mode() {
        AccessMode::TaxOfficeFirst => (a.mode_first, a.mode_first_means),
        AccessMode::SelfBuilt => (a.mode_self, a.mode_self_means),
        AccessMode::ExternalPlatform => (a.mode_external, a.mode_external_means),
    });
    let answers = known.map(|(answers, _)| answers);
    Ok(AccessBlock {
        sellers: sellers
            .iter()
            .map(|it| Choice::new(here(Some(it)), it.party.name.as_str()))
            .collect(),
        here: here(seller),
        seller: seller.map_or_else(String::new, |it| it.id.to_string()),
        form: form_of(&answers.unwrap_or_default()),
        ways: Way::ALL
            .into_iter()
            .map(|it| Choice::new(it.as_str(), way(a, it)))
            .collect(),
        mode,
        done: tasks
            .iter()
            .filter(|it: &&TaskRow| it.tone == Tone::Ok)
            .count(),
        tasks,
        can_edit: frame.may_configure(),
    })
}

fn here(seller: Option<&Seller>) -> String {
    seller.map_or_else(
        || "/admin/onboarding".to_owned(),
        |it| format!("/admin/onboarding?seller={}", it.id),
    )
}

const fn way(a: &Access, way: Way) -> &'static str {
    match way {
        Way::OfficialAccount => a.way_official,
        Way::Receipt => a.way_receipt,
        Way::App => a.way_app,
        Way::MiniProgram => a.way_mini,
        Way::AfterPayment => a.way_payment,
    }
}

fn form_of(answers: &Answers) -> AccessForm {
    let word = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    AccessForm {
        issues: word(answers.issues),
        own_platform: word(answers.own_platform),
        ways: answers
            .ways
            .iter()
            .map(|it| it.as_str().to_owned())
            .collect(),
        fiscal: answers.fiscal,
    }
}

/// `POST /admin/onboarding`: the answers.
pub(super) async fn save(sent: Sent<Configures>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let seller = match form.get("seller") {
        "" => None,
        id => {
            let id = SellerId::parse(id)?;
            Some(
                desk.ports()
                    .store
                    .seller(&id)
                    .await?
                    .ok_or(Failure::NotFound)?,
            )
        }
    };
    let answers = typed(&form)?;
    let to = here(seller.as_ref());
    let a = &desk.t().access;
    if answers.ways.is_empty() {
        return Ok(desk.told(&to, Tone::Bad, a.ways_missing));
    }
    save_answers(desk.ports(), &desk.actor(), seller.as_ref(), &answers).await?;
    Ok(desk.done(&to, a.saved))
}

fn typed(form: &Form) -> Result<Answers, Failure> {
    let yes = |name: &str| match form.get(name) {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => Err(Failure::unreadable(format!("{name}: {other}"))),
    };
    Ok(Answers {
        issues: yes("issues")?,
        own_platform: yes("own_platform")?,
        ways: form
            .pairs()
            .filter(|(name, _)| *name == "ways")
            .filter_map(|(_, value)| Way::parse(value))
            .collect(),
        fiscal: form.get("fiscal") == "yes",
    })
}

fn row(frame: &Frame, number: usize, it: &Checked, seller: Option<&Seller>) -> TaskRow {
    let t = frame.t();
    let (title, place, how) = words(&t.access, it.task);
    TaskRow {
        number,
        tone: match it.outcome {
            Outcome::Done => Tone::Ok,
            Outcome::Waiting => Tone::Wait,
            Outcome::Wrong => Tone::Bad,
            Outcome::Off => Tone::Plain,
        },
        title,
        place,
        how,
        found: found(frame, it),
        link: if frame.may_configure() {
            link(t, it, seller)
        } else {
            None
        },
    }
}

const fn words(a: &Access, task: Task) -> (&'static str, &'static str, &'static str) {
    match task {
        Task::TaxOffice => (a.t_tax_office, a.console_tax, a.h_tax_office),
        Task::Seller => (a.t_seller, a.console_here, a.h_seller),
        Task::ServiceAccount => (a.t_service, a.console_mp, a.h_service),
        Task::Credentials => (a.t_credentials, a.console_mp, a.h_credentials),
        Task::AddressList => (a.t_list, a.console_mp, a.h_list),
        Task::MerchantPermission => (a.t_merchant, a.console_mp, a.h_merchant),
        Task::PlatformPermission => (a.t_platform, a.console_mp, a.h_platform),
        Task::PushAddress => (a.t_push, a.console_mp, a.h_push),
        Task::PushSeen => (a.t_pushed, a.console_here, a.h_pushed),
        Task::Contact => (a.t_contact, a.console_here, a.h_contact),
        Task::Fields => (a.t_fields, a.console_here, a.h_fields),
        Task::OpenPlatformApp => (a.t_open_app, a.console_open, a.h_open_app),
        Task::AppSettings => (a.t_app_own, a.console_here, a.h_own),
        Task::MiniProgramSettings => (a.t_mini_own, a.console_here, a.h_own),
        Task::MiniProgram => (a.t_mini, a.console_mp, a.h_mini),
        Task::MiniProgramPush => (a.t_mini_push, a.console_mp, a.h_mini_push),
        Task::PayMerchant => (a.t_pay, a.console_pay, a.h_pay),
        Task::ForeignPlatform => (a.t_foreign, a.console_here, a.h_foreign),
        Task::TaxConnection => (a.t_tax, a.console_tax, a.h_tax),
        Task::Template => (a.t_template, a.console_here, a.h_template),
        Task::Fiscal => (a.t_fiscal, a.console_mp, a.h_fiscal),
    }
}

fn found(frame: &Frame, it: &Checked) -> String {
    let t = frame.t();
    match &it.found {
        _ if it.outcome == Outcome::Off => t.access.by_hand.to_owned(),
        Found::Nothing | Found::Left(..) => String::new(),
        Found::Missing(members) => members
            .iter()
            .map(|name| super::onboarding::member(&t.steps, name))
            .collect::<Vec<_>>()
            .join(" · "),
        Found::Said(text) => in_language(frame.lang(), text),
        Found::Text(text) => text.clone(),
        Found::Status(status) => fill1(t.steps.push_status, status),
        Found::At(at) => local_minute(*at),
        Found::Count(count) => fill1(t.access.fields_found, count),
    }
}

fn link(t: &'static Texts, it: &Checked, seller: Option<&Seller>) -> Option<Link> {
    let account = it.account.as_ref();
    let of_account = |rest: &str| {
        account.map_or_else(
            || "/admin/accounts/new".to_owned(),
            |account| format!("/admin/accounts/{}{rest}", account.id),
        )
    };
    let of_seller = || {
        seller.map_or_else(
            || "/admin/sellers/new".to_owned(),
            |seller| format!("/admin/sellers/{}", seller.id),
        )
    };
    let (label, href) = match it.task {
        Task::TaxOffice | Task::TaxConnection => return None,
        Task::Fiscal => (t.fiscal_unit.open_units, "/admin/fiscal-units".to_owned()),
        Task::ForeignPlatform
            if seller.is_some_and(|it| it.mode == IssuingMode::ExternalPlatform) =>
        {
            (t.gateway.open_platform, format!("{}/platform", of_seller()))
        }
        Task::Seller | Task::ForeignPlatform => (t.steps.open_seller, of_seller()),
        Task::Fields => (t.buyer_form.open, of_account("/fields")),
        Task::Template => (
            t.card_look.title,
            seller.map_or_else(
                || "/admin/cards".to_owned(),
                |seller| format!("/admin/cards?seller={}", seller.id),
            ),
        ),
        Task::Credentials | Task::AddressList => (t.credential.title, "/admin/tokens".to_owned()),
        Task::PayMerchant => (t.payment.title, "/admin/payments".to_owned()),
        Task::ServiceAccount
        | Task::MerchantPermission
        | Task::PlatformPermission
        | Task::PushAddress
        | Task::PushSeen
        | Task::Contact
        | Task::OpenPlatformApp
        | Task::AppSettings
        | Task::MiniProgramSettings
        | Task::MiniProgram
        | Task::MiniProgramPush => (t.steps.open_account, of_account("")),
    };
    Some(Link::new(label, href))
}

//! `/admin/accounts/{id}/fields`: what WeChat's page asks buyers for.

use super::{
    Answer, accounts,
    desk::{Configurer, Configures},
    failure::Failure,
    forms::{Form, Sent, setting_errors},
    frame::Frame,
};
use crate::{
    i18n::{Texts, fill1},
    pages::{
        buyer_form::{AskRow, BuyerFormPage, FormHalf, FormStandingLine, OwnRow},
        field::Errors,
        parts::{Choice, Tone, local_minute},
        shell::Section,
    },
};
use actix_web::web;
use fapiao_usecases::{
    backoffice::buyer_forms::{
        BuyerFormDraft, FormStanding, OWN_FIELDS, OwnFieldDraft, read, save_buyer_form,
    },
    errors::StoreError,
    records::{Account, Ask, BuyerForm, OwnField},
};

/// The inputs of each page by field name, in WeChat's order.
const PERSON: [&str; 2] = ["phone", "email"];
const ORGANISATION: [&str; 5] = ["tax_number", "address", "phone", "bank", "bank_account"];

/// `GET /admin/accounts/{id}/fields`.
pub(super) async fn show(desk: Configurer, id: web::Path<String>) -> Answer {
    let account = accounts::load(&desk, &id).await?;
    let standing = FormStanding::of(desk.ports(), &account).await?;
    let draft = draft_of(&standing);
    let page = page(&desk, &account, &standing, &draft, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/accounts/{id}/fields`; `do=preview` only shows.
pub(super) async fn save(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let account = accounts::load(&desk, &id).await?;
    let draft = typed(&form)?;
    let here = format!("/admin/accounts/{}/fields", account.id);
    let saved = if form.get("do") == "preview" {
        read(&draft).map(|_| false)
    } else {
        save_buyer_form(desk.ports(), &desk.actor(), &account, &draft)
            .await
            .map(|_| true)
    };
    let errors = match saved {
        Ok(true) => return Ok(desk.done(&here, desk.t().buyer_form.saved)),
        Ok(false) => Errors::default(),
        Err(error) => setting_errors(error, desk.lang(), "person_phone")?,
    };
    let standing = FormStanding::of(desk.ports(), &account).await?;
    let is_well = errors.is_empty();
    let page = page(&desk, &account, &standing, &draft, errors).await?;
    Ok(if is_well {
        desk.page(&page)
    } else {
        desk.wrong(&page)
    })
}

fn typed(form: &Form) -> Result<BuyerFormDraft, Failure> {
    let own = |page: &str| {
        (1..=OWN_FIELDS)
            .map(|place| {
                let part = |part: &str| form.get(&format!("{page}_own_{place}_{part}")).to_owned();
                OwnFieldDraft {
                    name: part("name"),
                    required: part("required") == "yes",
                    hint: part("hint"),
                }
            })
            .collect()
    };
    let version = form.get("version");
    Ok(BuyerFormDraft {
        person: PERSON.map(|it| form.get(&format!("person_{it}")).to_owned()),
        organisation: ORGANISATION.map(|it| form.get(&format!("organisation_{it}")).to_owned()),
        person_own: own("person"),
        organisation_own: own("organisation"),
        version: version
            .parse()
            .map_err(|_| Failure::unreadable(format!("no version: {version}")))?,
    })
}

fn draft_of(standing: &FormStanding) -> BuyerFormDraft {
    let BuyerForm {
        person,
        organisation: body,
    } = standing.form();
    let words = |it: Ask| it.as_str().to_owned();
    let own = |it: Vec<OwnField>| {
        it.into_iter()
            .map(|own| OwnFieldDraft {
                name: own.name,
                required: own.required,
                hint: own.hint,
            })
            .collect()
    };
    BuyerFormDraft {
        person: [person.phone, person.email].map(words),
        organisation: [
            body.tax_number,
            body.address,
            body.phone,
            body.bank,
            body.bank_account,
        ]
        .map(words),
        person_own: own(person.own),
        organisation_own: own(body.own),
        version: standing.drawn.as_ref().map_or(0, |it| it.version),
    }
}

async fn page(
    frame: &Frame,
    account: &Account,
    standing: &FormStanding,
    draft: &BuyerFormDraft,
    errors: Errors,
) -> Result<BuyerFormPage, StoreError> {
    let t = frame.t();
    let f = &t.buyer_form;
    let halves = vec![
        FormHalf {
            title: f.person,
            asks: rows(t, "person", &PERSON, &draft.person),
            own: own_rows("person", &draft.person_own),
        },
        FormHalf {
            title: f.organisation,
            asks: rows(t, "organisation", &ORGANISATION, &draft.organisation),
            own: own_rows("organisation", &draft.organisation_own),
        },
    ];
    let href = format!("/admin/accounts/{}", account.id);
    Ok(BuyerFormPage {
        shell: frame.shell(Section::Accounts).await?,
        account: account.name.clone(),
        action: format!("{href}/fields"),
        account_href: href,
        version: draft.version,
        standing: line(t, standing),
        halves,
        ways: Ask::ALL
            .into_iter()
            .map(|it| Choice::new(it.as_str(), way(t, it)))
            .collect(),
        errors,
    })
}

/// Whether WeChat shows what was drawn.
pub(super) fn line(t: &'static Texts, standing: &FormStanding) -> FormStandingLine {
    let f = &t.buyer_form;
    let read_at = standing
        .shown
        .as_ref()
        .map(|it| fill1(f.read_at, local_minute(it.saved_at)))
        .unwrap_or_default();
    let (tone, text, more) = match (&standing.drawn, &standing.shown) {
        (None, _) => (Tone::Warn, f.never, f.never_means.to_owned()),
        (Some(_), Some(_)) if standing.is_shown() => (Tone::Ok, f.shown, read_at),
        (Some(drawn), Some(shown)) if shown.value["of_version"] == drawn.version => {
            (Tone::Bad, f.differs, f.differs_means.to_owned())
        }
        (Some(_), _) => (Tone::Wait, f.pushing, f.pushing_means.to_owned()),
    };
    FormStandingLine {
        tone,
        text: text.to_owned(),
        more,
    }
}

const fn way(t: &'static Texts, ask: Ask) -> &'static str {
    match ask {
        Ask::Hidden => t.buyer_form.hidden,
        Ask::Optional => t.buyer_form.optional,
        Ask::Required => t.buyer_form.required,
    }
}

fn rows(t: &'static Texts, page: &str, names: &[&str], values: &[String]) -> Vec<AskRow> {
    let f = &t.buyer_form;
    names
        .iter()
        .zip(values)
        .map(|(name, value)| AskRow {
            field: format!("{page}_{name}"),
            label: match (page, *name) {
                ("person", "phone") => f.mobile,
                (_, "phone") => f.phone,
                (_, "email") => f.email,
                (_, "tax_number") => f.tax_number,
                (_, "address") => f.address,
                (_, "bank") => f.bank,
                _ => f.bank_account,
            },
            value: value.clone(),
        })
        .collect()
}

fn own_rows(page: &str, own: &[OwnFieldDraft]) -> Vec<OwnRow> {
    (0..OWN_FIELDS)
        .map(|place| {
            let it = own.get(place).cloned().unwrap_or_default();
            OwnRow {
                field: format!("{page}_own_{}", place + 1),
                name: it.name,
                required: it.required,
                hint: it.hint,
            }
        })
        .collect()
}

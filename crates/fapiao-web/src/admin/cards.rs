//! `/admin/cards`: looks of cards, and what became of each try to make a template.

use super::{
    Answer,
    desk::{Configures, Overseer},
    failure::Failure,
    forms::{Sent, Uploaded, errors_of, same_name, setting_errors},
    frame::Frame,
    job_words::in_language,
};
use crate::{
    i18n::{Texts, fill1},
    pages::{
        cards::{CardBlock, CardForm, CardsPage, TemplateRow, TryRow},
        field::Errors,
        parts::{Badge, Choice, Tone, local_minute},
        shell::{Section, Shell},
    },
};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use fapiao_domain::{
    ids::{Id, SellerId},
    invoice::InvoiceKind,
};
use fapiao_usecases::{
    backoffice::{
        SettingError,
        card_designs::{CardDraft, EntryDraft, Finding, picture, save_card_design, settle_try},
    },
    errors::StoreError,
    platform::template::{DEFAULT_LOGO, design_of, kinds_of},
    ports::{CardTemplate, TemplateTry, TryState},
    records::{CardDesign, Seller},
    step::StepError,
};
use std::collections::HashMap;

/// Kinds that a card may be drawn for.
const KINDS: [InvoiceKind; 3] = [
    InvoiceKind::DigitalOrdinary,
    InvoiceKind::DigitalSpecial,
    InvoiceKind::ClassicOrdinary,
];
/// Tries shown.
const TRIES: u32 = 8;

fn here(seller: &SellerId, kind: InvoiceKind) -> String {
    format!("/admin/cards?seller={seller}&kind={}", kind.as_str())
}

/// `GET /admin/cards`.
pub(super) async fn show(desk: Overseer, request: HttpRequest) -> Answer {
    let query: HashMap<_, _> =
        url::form_urlencoded::parse(request.query_string().as_bytes()).collect();
    let sellers = desk.ports().store.sellers().await?;
    let seller = match query.get("seller") {
        Some(id) => Some(find(&sellers, id)?),
        None => sellers.first(),
    };
    let kind = match query.get("kind").and_then(|it| InvoiceKind::parse(it)) {
        Some(kind) => kind,
        None => kinds(&desk, seller).await?[0],
    };
    let card = match seller {
        Some(seller) => {
            let (design, version) = design(&desk, seller, kind).await?;
            let form = form_of(&design, version);
            Some(block(&desk, seller, kind, &design, form).await?)
        }
        None => None,
    };
    let page = page(&desk, &sellers, seller, kind, card, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// The kinds a seller's cards are drawn for, the usual one first; never empty.
async fn kinds(frame: &Frame, seller: Option<&Seller>) -> Result<Vec<InvoiceKind>, StoreError> {
    let mut kinds = match seller {
        Some(seller) => kinds_of(frame.ports(), &seller.id).await?,
        None => vec![InvoiceKind::DigitalOrdinary],
    };
    let special = InvoiceKind::DigitalSpecial;
    if kinds[0] == InvoiceKind::DigitalOrdinary && !kinds.contains(&special) {
        kinds.push(special);
    }
    Ok(kinds)
}

fn find<'a>(sellers: &'a [Seller], id: &str) -> Result<&'a Seller, Failure> {
    let id = SellerId::parse(id)?;
    sellers
        .iter()
        .find(|it| it.id == id)
        .ok_or(Failure::NotFound)
}

async fn design(
    frame: &Frame,
    seller: &Seller,
    kind: InvoiceKind,
) -> Result<(CardDesign, i64), StoreError> {
    match design_of(frame.ports(), &seller.id, kind).await {
        Ok(found) => Ok(found),
        Err(StepError::Store(error)) => Err(error),
        Err(_) => Ok((CardDesign::default(), 0)),
    }
}

/// `POST /admin/cards` with a file; `do=preview` only shows.
pub(super) async fn save(sent: Uploaded<Configures>) -> Answer {
    let (desk, sent, file) = (sent.desk, sent.form, sent.file);
    let sellers = desk.ports().store.sellers().await?;
    let seller = find(&sellers, sent.get("seller"))?;
    let kind = InvoiceKind::parse(sent.get("kind")).ok_or(Failure::NotFound)?;
    let form: CardForm = sent.typed()?;
    let (before, _) = design(&desk, seller, kind).await?;
    let draft = draft_of(&form, file.map(|(_, bytes)| bytes))?;
    let t = desk.t();
    if sent.get("do") == "preview" {
        let mut errors = Errors::default();
        if let Some(Err((_, rule))) = draft.logo.as_deref().map(picture) {
            errors.add("logo", rule);
        }
        let card = block(&desk, seller, kind, &before, form).await?;
        let page = page(&desk, &sellers, Some(seller), kind, Some(card), errors).await?;
        return Ok(desk.page(&page));
    }
    let actor = desk.actor();
    let saving = save_card_design(desk.ports(), &actor, seller, kind, &before, &draft);
    let errors = match saving.await {
        Ok(()) => {
            let said = match seller.platform_account {
                Some(_) => t.card_look.saved,
                None => t.card_look.saved_only,
            };
            return Ok(desk.done(&here(&seller.id, kind), said));
        }
        Err(error) => setting_errors(error, desk.lang(), "title")?,
    };
    let card = block(&desk, seller, kind, &before, form).await?;
    let page = page(&desk, &sellers, Some(seller), kind, Some(card), errors).await?;
    Ok(desk.wrong(&page))
}

/// `POST /admin/cards/tries/{id}`: what a person found in WeChat's console.
pub(super) async fn settle(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let sellers = desk.ports().store.sellers().await?;
    let mut found = None;
    for seller in &sellers {
        let tries = desk.ports().store.tries_of(&seller.id, 200).await?;
        let open = tries
            .into_iter()
            .find(|it| it.id == *id && it.state == TryState::Unknown);
        found = found.or(open.map(|it| (seller, it)));
    }
    let (seller, open) = found.ok_or(Failure::NotFound)?;
    let finding = match form.get("finding") {
        "made" => Finding::Made(form.get("card_id").to_owned()),
        "not_made" => Finding::NotMade,
        other => return Err(Failure::unreadable(format!("no finding: {other}"))),
    };
    match settle_try(desk.ports(), &desk.actor(), &open, &finding).await {
        Ok(()) => {
            let to = here(&seller.id, open.kind);
            Ok(desk.told(&to, Tone::Wait, desk.t().card_look.settled))
        }
        Err(SettingError::Invalid(errors)) => {
            let errors = errors_of(errors, desk.lang(), same_name);
            let (drawn, version) = design(&desk, seller, open.kind).await?;
            let form = form_of(&drawn, version);
            let card = block(&desk, seller, open.kind, &drawn, form).await?;
            let card = Some(card);
            let page = page(&desk, &sellers, Some(seller), open.kind, card, errors).await?;
            Ok(desk.wrong(&page))
        }
        Err(SettingError::Store(error)) => Err(error.into()),
    }
}

/// `GET /admin/cards/logo/{sha256}`: a stored logo, or `plain`.
pub(super) async fn logo(desk: Overseer, sha256: web::Path<String>) -> Answer {
    let bytes = if *sha256 == "plain" {
        bytes::Bytes::from_static(DEFAULT_LOGO)
    } else {
        // Only what is drawn on a card is shown here: the file store holds invoices, too.
        let mut known = false;
        for seller in desk.ports().store.sellers().await? {
            for kind in KINDS {
                let (drawn, _) = design(&desk, &seller, kind).await?;
                known |= drawn.logo.is_some_and(|it| it.sha256 == *sha256);
            }
        }
        if !known {
            return Err(Failure::NotFound);
        }
        let stored = desk.ports().files.get(&sha256).await;
        stored.ok().flatten().ok_or(Failure::NotFound)?
    };
    let png = picture(&bytes).is_ok_and(|it| it.png);
    Ok(HttpResponse::Ok()
        .content_type(if png { "image/png" } else { "image/jpeg" })
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"))
        .body(bytes))
}

fn draft_of(form: &CardForm, logo: Option<bytes::Bytes>) -> Result<CardDraft, Failure> {
    let entry = |name: &str, url: &str, hint: &str| EntryDraft {
        name: name.to_owned(),
        url: url.to_owned(),
        hint: hint.to_owned(),
    };
    Ok(CardDraft {
        title: form.title.clone(),
        first: entry(&form.first_name, &form.first_url, &form.first_hint),
        second: entry(&form.second_name, &form.second_url, &form.second_hint),
        logo,
        without_logo: form.without_logo == "yes",
        version: form
            .version
            .parse()
            .map_err(|_| Failure::unreadable(format!("no version: {}", form.version)))?,
    })
}

fn form_of(design: &CardDesign, version: i64) -> CardForm {
    let first = design.first.clone().unwrap_or_default();
    let second = design.second.clone().unwrap_or_default();
    CardForm {
        title: design.title.clone(),
        first_name: first.name,
        first_url: first.url,
        first_hint: first.hint,
        second_name: second.name,
        second_url: second.url,
        second_hint: second.hint,
        without_logo: String::new(),
        version: version.to_string(),
    }
}

async fn block(
    frame: &Frame,
    seller: &Seller,
    kind: InvoiceKind,
    design: &CardDesign,
    form: CardForm,
) -> Result<CardBlock, StoreError> {
    let store = &frame.ports().store;
    let shell = frame.shell(Section::Cards).await?;
    let of_kind = |it: &TemplateTry| it.kind == kind;
    let tries = store.tries_of(&seller.id, TRIES).await?;
    let tries: Vec<_> = tries.into_iter().filter(of_kind).collect();
    let templates = store.templates_of(&seller.id).await?;
    let templates: Vec<_> = templates.into_iter().filter(|it| it.kind == kind).collect();
    let used = templates.iter().position(|it| {
        it.payee == seller.party.name && seller.platform_account.as_ref() == Some(&it.account)
    });
    let version = design_version(frame, seller, kind).await?;
    let open = tries.iter().find(|it| it.state == TryState::Unknown);
    let unknown = open.map(|it| it.id.clone());
    let used_template = used.and_then(|place| templates.get(place));
    Ok(CardBlock {
        seller: seller.id.to_string(),
        kind: kind.as_str().to_owned(),
        payee: seller.party.name.clone(),
        kind_printed: kind.printed(),
        usual_title: seller.short_name.clone(),
        form,
        logo: format!(
            "/admin/cards/logo/{}",
            design
                .logo
                .as_ref()
                .map_or("plain", |it| it.sha256.as_str())
        ),
        has_logo: design.logo.is_some(),
        standing: standing(frame.t(), seller, open, used_template, version),
        unknown,
        templates: templates
            .iter()
            .enumerate()
            .map(|(place, it)| template_row(&shell, it, used == Some(place)))
            .collect(),
        tries: tries.iter().map(|it| try_row(frame, &shell, it)).collect(),
    })
}

async fn design_version(
    frame: &Frame,
    seller: &Seller,
    kind: InvoiceKind,
) -> Result<i64, StoreError> {
    Ok(design(frame, seller, kind).await?.1)
}

fn standing(
    t: &'static Texts,
    seller: &Seller,
    open: Option<&TemplateTry>,
    used: Option<&CardTemplate>,
    design_version: i64,
) -> (Tone, &'static str, String) {
    let c = &t.card_look;
    if let Some(open) = open {
        let more = fill1(c.unknown_means, local_minute(open.asked_at));
        return (Tone::Bad, c.unknown, more);
    }
    match used {
        Some(it) if it.design_version >= design_version => {
            (Tone::Ok, c.ready, fill1(c.ready_means, &it.card_id))
        }
        Some(it) => (Tone::Wait, c.renewing, fill1(c.renewing_means, &it.card_id)),
        None if seller.platform_account.is_none() => {
            (Tone::Warn, c.no_account, c.no_account_means.to_owned())
        }
        None => (Tone::Wait, c.making, c.making_means.to_owned()),
    }
}

fn template_row(shell: &Shell, it: &CardTemplate, used: bool) -> TemplateRow {
    let c = &shell.t.card_look;
    TemplateRow {
        card_id: it.card_id.clone(),
        payee: it.payee.clone(),
        made: shell.when(it.created_at),
        state: if used {
            Badge::new(Tone::Ok, c.in_use)
        } else {
            Badge::new(Tone::Plain, c.older)
        },
    }
}

fn try_row(frame: &Frame, shell: &Shell, it: &TemplateTry) -> TryRow {
    let c = &shell.t.card_look;
    TryRow {
        at: shell.when(it.asked_at),
        payee: it.payee.clone(),
        state: match it.state {
            TryState::Asked => Badge::new(Tone::Wait, c.try_asked),
            TryState::Unknown => Badge::new(Tone::Bad, c.try_unknown),
            TryState::Made => Badge::new(Tone::Ok, c.try_made),
            TryState::Refused => Badge::new(Tone::Warn, c.try_refused),
            TryState::GivenUp => Badge::new(Tone::Plain, c.try_given_up),
        },
        reason: match it.state {
            TryState::Refused | TryState::Unknown => in_language(frame.lang(), &it.reason),
            _ => String::new(),
        },
    }
}

async fn page(
    frame: &Frame,
    sellers: &[Seller],
    seller: Option<&Seller>,
    kind: InvoiceKind,
    card: Option<CardBlock>,
    errors: Errors,
) -> Result<CardsPage, StoreError> {
    let mut shown = kinds(frame, seller).await?;
    if !shown.contains(&kind) {
        shown.push(kind);
    }
    let of_seller = |it: &Seller| format!("/admin/cards?seller={}", it.id);
    Ok(CardsPage {
        shell: frame.shell(Section::Cards).await?,
        sellers: sellers
            .iter()
            .map(|it| Choice::new(of_seller(it), it.party.name.as_str()))
            .collect(),
        here_seller: seller.map_or_else(String::new, of_seller),
        kinds: shown
            .into_iter()
            .filter_map(|it| Some(Choice::new(here(&seller?.id, it), it.printed())))
            .collect(),
        here: seller.map_or_else(String::new, |it| here(&it.id, kind)),
        card,
        can_edit: frame.may_configure(),
        errors,
    })
}

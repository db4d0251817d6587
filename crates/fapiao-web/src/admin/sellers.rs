//! Sellers: who issues.

use super::{
    Answer,
    desk::{Configurer, Configures, Overseer},
    failure::Failure,
    forms::{Sent, setting_errors},
    frame::Frame,
    pieces::{account_choices, number_stock},
};
use crate::{
    i18n::{Texts, fill1},
    pages::{
        field::Errors,
        parts::{Badge, Choice, Tone},
        sellers::{SellerEditPage, SellerForm, SellerListPage, SellerRow},
        shell::Section,
    },
};
use actix_web::web;
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::{
    backoffice::{
        onboarding::what_is_missing,
        sellers::{SellerDraft, save_seller},
    },
    calendar,
    errors::StoreError,
    records::{AccountKind, InvoiceRules, IssuingMode, Seller},
};

const MODES: [IssuingMode; 3] = [
    IssuingMode::SelfBuilt,
    IssuingMode::ExternalPlatform,
    IssuingMode::WechatUnified,
];

const fn mode(t: &'static Texts, mode: IssuingMode) -> &'static str {
    match mode {
        IssuingMode::SelfBuilt => t.seller.self_built,
        IssuingMode::ExternalPlatform => t.seller.external_platform,
        IssuingMode::WechatUnified => t.seller.wechat_unified,
    }
}

/// `GET /admin/sellers`.
pub(super) async fn index(desk: Overseer) -> Answer {
    let (t, store) = (desk.t(), &desk.ports().store);
    let stores = store.stores().await?;
    let (year, month) = (calendar::year2(desk.now()), calendar::month(desk.now()));
    let mut rows = Vec::new();
    for seller in store.sellers().await? {
        let segments = store.segments(&seller.id).await?;
        let (numbers_left, numbers_whole) = number_stock(&segments, year);
        let state = if what_is_missing(&seller).is_empty() {
            Badge::new(Tone::Ok, t.state.complete)
        } else {
            Badge::new(Tone::Warn, t.state.incomplete)
        };
        let href = if desk.may_configure() {
            format!("/admin/sellers/{}", seller.id)
        } else {
            format!("/admin/stock?seller={}", seller.id)
        };
        rows.push(SellerRow {
            href,
            mode: mode(t, seller.mode),
            stores: stores.iter().filter(|it| it.seller == seller.id).count() as u64,
            numbers_left,
            numbers_whole,
            quota_left: store.quota_left(&seller.id, &month).await?,
            state,
            name: seller.party.name,
            tax_number: seller.party.tax_number,
        });
    }
    let page = SellerListPage {
        shell: desk.shell(Section::Sellers).await?,
        rows,
        can_edit: desk.may_configure(),
    };
    Ok(desk.page(&page))
}

/// `GET /admin/sellers/new`.
pub(super) async fn blank(desk: Configurer) -> Answer {
    let form = SellerForm {
        mode: IssuingMode::SelfBuilt.as_str().to_owned(),
        numbers_low: "1000".to_owned(),
        numbers_fetch: "5000".to_owned(),
        quota_low: "1000000".to_owned(),
        quota_fetch: "5000000".to_owned(),
        invoice_lines: InvoiceRules::default().lines.to_string(),
        ..SellerForm::default()
    };
    let page = page(&desk, None, form, Errors::default()).await?;
    Ok(desk.page(&page))
}

async fn load(frame: &Frame, id: &str) -> Result<Seller, Failure> {
    let id = SellerId::parse(id)?;
    // Fresh from the list: a form must not be filled from a memory.
    let all = frame.ports().store.sellers().await?;
    all.into_iter()
        .find(|it| it.id == id)
        .ok_or(Failure::NotFound)
}

/// `GET /admin/sellers/{id}`.
pub(super) async fn edit(desk: Configurer, id: web::Path<String>) -> Answer {
    let seller = load(&desk, &id).await?;
    let form = form_of(&seller);
    let page = page(&desk, Some(&seller), form, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/sellers`.
pub(super) async fn create(sent: Sent<Configures>) -> Answer {
    save(sent, None).await
}

/// `POST /admin/sellers/{id}`.
pub(super) async fn update(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let before = load(&sent.desk, &id).await?;
    save(sent, Some(before)).await
}

async fn save(sent: Sent<Configures>, before: Option<Seller>) -> Answer {
    let (desk, sent) = (sent.desk, sent.form);
    let form: SellerForm = sent.typed()?;
    let draft = draft_of(&form);
    // Saved over what the form was filled from, or not at all: of two people the later one is told.
    let before = before.map(|it| Seller {
        version: form.version.parse().unwrap_or_default(),
        ..it
    });
    let t = desk.t();
    let errors = match save_seller(desk.ports(), &desk.actor(), before.as_ref(), &draft).await {
        Ok(seller) => {
            let text = fill1(t.told.seller_saved, &seller.party.name);
            return Ok(desk.done("/admin/sellers", &text));
        }
        Err(error) => setting_errors(error, desk.lang(), "name")?,
    };
    let page = page(&desk, before.as_ref(), form, errors).await?;
    Ok(desk.wrong(&page))
}

fn draft_of(form: &SellerForm) -> SellerDraft {
    let form = form.clone();
    SellerDraft {
        name: form.name,
        short_name: form.short_name,
        tax_number: form.tax_number,
        province: form.province,
        address: form.address,
        phone: form.phone,
        bank: form.bank,
        bank_account: form.bank_account,
        drawer: form.drawer,
        payee: form.payee,
        reviewer: form.reviewer,
        mode: form.mode,
        platform_account: form.platform_account,
        channel_account: form.channel_account,
        app_account: form.app_account,
        mini_program_account: form.mini_program_account,
        numbers_low: form.numbers_low,
        numbers_fetch: form.numbers_fetch,
        quota_low: form.quota_low,
        quota_fetch: form.quota_fetch,
        invoice_limit: form.invoice_limit,
        invoice_lines: form.invoice_lines,
        shows_banks: form.shows_banks == "yes",
    }
}

fn form_of(seller: &Seller) -> SellerForm {
    let party = seller.party.clone();
    let id = |it: &Option<fapiao_domain::ids::AccountId>| {
        it.as_ref().map_or_else(String::new, ToString::to_string)
    };
    SellerForm {
        version: seller.version.to_string(),
        name: party.name,
        short_name: seller.short_name.clone(),
        tax_number: party.tax_number,
        province: seller.province.clone(),
        address: party.address,
        phone: party.phone,
        bank: party.bank,
        bank_account: party.bank_account,
        drawer: seller.drawer.clone(),
        payee: seller.payee.clone(),
        reviewer: seller.reviewer.clone(),
        mode: seller.mode.as_str().to_owned(),
        platform_account: id(&seller.platform_account),
        channel_account: id(&seller.channel_account),
        app_account: id(&seller.app_account),
        mini_program_account: id(&seller.mini_program_account),
        numbers_low: seller.numbers_low.to_string(),
        numbers_fetch: seller.numbers_fetch.to_string(),
        quota_low: seller.quota_low.to_string(),
        quota_fetch: seller.quota_fetch.to_string(),
        invoice_limit: seller
            .rules
            .limit
            .map_or_else(String::new, |it| it.to_string()),
        invoice_lines: seller.rules.lines.to_string(),
        shows_banks: if seller.rules.shows_banks { "yes" } else { "" }.to_owned(),
    }
}

async fn page(
    frame: &Frame,
    before: Option<&Seller>,
    form: SellerForm,
    errors: Errors,
) -> Result<SellerEditPage, StoreError> {
    let t = frame.t();
    let accounts = frame.ports().store.accounts().await?;
    let of_kind = |kind: AccountKind| {
        let mut fitting = accounts.clone();
        fitting.retain(|it| it.kind == kind);
        account_choices(&fitting, t.seller.only_account)
    };
    Ok(SellerEditPage {
        shell: frame.shell(Section::Sellers).await?,
        action: before.map_or_else(
            || "/admin/sellers".to_owned(),
            |it| format!("/admin/sellers/{}", it.id),
        ),
        is_new: before.is_none(),
        form,
        errors,
        modes: MODES
            .into_iter()
            .map(|it| Choice::new(it.as_str(), mode(t, it)))
            .collect(),
        accounts: account_choices(&accounts, t.seller.no_account),
        apps: of_kind(AccountKind::OpenPlatformApp),
        mini_programs: of_kind(AccountKind::MiniProgram),
    })
}

//! A seller's books: how their bookkeeping program wants vouchers.

use super::{
    Answer,
    desk::{BookReader, Directs},
    failure::Failure,
    forms::{Form, Sent, Uploaded},
    frame::Frame,
};
use crate::{
    i18n::{Lang, fill, fill2},
    pages::{
        books::{AccountField, BooksPage, MappingForm},
        field::Errors,
        shell::Section,
    },
};
use actix_web::{HttpResponse, http::header, web};
use fapiao_archive::mapping::{
    Mapping, MappingError, Role, SALES_FIELDS, VOUCHER_FIELDS, columns_of, columns_text,
};
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::{ports::Scope, records::Seller};

/// A mapping's file is a page of text.
const LONGEST_FILE: usize = 64 * 1024;

/// The seller of an address.
pub(super) async fn load(frame: &Frame, id: &str) -> Result<Seller, Failure> {
    // What belongs to the company is not for who sees one store.
    if frame.scope() != Scope::All {
        return Err(Failure::Forbidden);
    }
    let id = SellerId::parse(id)?;
    let found = frame.ports().store.seller(&id).await?;
    found.ok_or(Failure::NotFound)
}

fn in_words(lang: Lang, error: &MappingError) -> &str {
    match lang {
        Lang::Zh => &error.said[0],
        Lang::En => &error.said[1],
    }
}

fn form_of(mapping: &Mapping, version: i64, lang: Lang) -> MappingForm {
    MappingForm {
        word: mapping.voucher_word.clone(),
        currency: mapping.currency.clone(),
        prepaid: mapping.prepaid_before_invoice,
        accounts: Role::ALL
            .into_iter()
            .map(|role| {
                let account = mapping.accounts.of(role);
                let [chinese, english] = role.words();
                AccountField {
                    label: match lang {
                        Lang::Zh => chinese,
                        Lang::En => english,
                    },
                    code_name: format!("accounts.{}.code", role.as_str()),
                    code: account.code.clone(),
                    name_name: format!("accounts.{}.name", role.as_str()),
                    name: account.name.clone(),
                }
            })
            .collect(),
        vouchers: columns_text(&mapping.vouchers),
        sales: columns_text(&mapping.sales),
        version,
    }
}

/// A mapping as it was typed.
fn typed(form: &Form) -> Mapping {
    let mut mapping = Mapping {
        voucher_word: form.get("voucher_word").trim().to_owned(),
        currency: form.get("currency").trim().to_owned(),
        prepaid_before_invoice: form.get("prepaid") == "yes",
        vouchers: columns_of(form.get("vouchers")),
        sales: columns_of(form.get("sales")),
        ..Mapping::default()
    };
    for role in Role::ALL {
        let member = |of: &str| {
            let name = format!("accounts.{}.{of}", role.as_str());
            form.get(&name).trim().to_owned()
        };
        let account = mapping.accounts.of_mut(role);
        (account.code, account.name) = (member("code"), member("name"));
    }
    mapping
}

fn version(form: &Form) -> i64 {
    form.get("version").parse().unwrap_or(0)
}

fn here(seller: &Seller) -> String {
    format!("/admin/sellers/{}/books", seller.id)
}

/// What stands on the page beside what holds.
#[derive(Default)]
struct Outcome {
    typed: Option<Mapping>,
    errors: Errors,
    wrong: Vec<String>,
}

async fn page(frame: &Frame, seller: &Seller, outcome: Outcome) -> Result<BooksPage, Failure> {
    let stored = frame.ports().store.book_mapping(&seller.id).await?;
    let mapping = match outcome.typed {
        Some(typed) => typed,
        None => fapiao_archive::vouchers::mapping_of(frame.ports(), &seller.id).await?,
    };
    let shell = frame.shell(Section::Reports).await?;
    let help = |fields: &[(&str, &str)]| {
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        crate::i18n::fill1(frame.t().books.columns_help, names.join(", "))
    };
    Ok(BooksPage {
        seller: seller.party.name.clone(),
        here: here(seller),
        vouchers_href: format!("/admin/reports/vouchers?seller={}", seller.id),
        changed: stored.as_ref().map(|it| shell.when(it.changed_at)),
        form: form_of(
            &mapping,
            stored.as_ref().map_or(0, |it| it.version),
            frame.lang(),
        ),
        errors: outcome.errors,
        wrong: outcome.wrong,
        vouchers_help: help(&VOUCHER_FIELDS),
        sales_help: help(&SALES_FIELDS),
        can_change: frame.may_decide() && frame.may_oversee(),
        shell,
    })
}

/// `GET /admin/sellers/{id}/books`.
pub(super) async fn show(desk: BookReader, id: web::Path<String>) -> Answer {
    let seller = load(&desk, &id).await?;
    let page = page(&desk, &seller, Outcome::default()).await?;
    Ok(desk.page(&page))
}

/// `GET /admin/sellers/{id}/books.toml`.
pub(super) async fn download(desk: BookReader, id: web::Path<String>) -> Answer {
    let seller = load(&desk, &id).await?;
    let mapping = fapiao_archive::vouchers::mapping_of(desk.ports(), &seller.id).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/toml; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"voucher-mapping.toml\"",
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(mapping.file()))
}

async fn store(
    desk: &Frame,
    seller: &Seller,
    content: Option<&str>,
    version: i64,
) -> Result<(), Failure> {
    let store = &desk.ports().store;
    store
        .save_book_mapping(&seller.id, content, version, &desk.actor())
        .await?;
    Ok(())
}

/// `POST /admin/sellers/{id}/books`.
pub(super) async fn save(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let seller = load(&desk, &id).await?;
    let mapping = typed(&form);
    let wrong = mapping.errors();
    if wrong.is_empty() {
        store(&desk, &seller, Some(&mapping.file()), version(&form)).await?;
        return Ok(desk.done(&here(&seller), desk.t().books.saved));
    }
    let mut errors = Errors::default();
    for error in &wrong {
        // A column's place stands with its list.
        let field = match error.field.split_once('.') {
            Some((list @ ("vouchers" | "sales"), place)) => {
                let words = in_words(desk.lang(), error);
                errors.add(list, fill2(desk.t().books.at_column, place, words));
                continue;
            }
            _ => error.field.clone(),
        };
        errors.add(field, in_words(desk.lang(), error));
    }
    let outcome = Outcome {
        typed: Some(mapping),
        errors,
        wrong: Vec::new(),
    };
    let page = page(&desk, &seller, outcome).await?;
    Ok(desk.wrong(&page))
}

/// `POST /admin/sellers/{id}/books/file`.
pub(super) async fn upload(sent: Uploaded<Directs>, id: web::Path<String>) -> Answer {
    let Uploaded { desk, form, file } = sent;
    let seller = load(&desk, &id).await?;
    let t = desk.t();
    let (_, bytes) = file.unwrap_or_default();
    let text = std::str::from_utf8(&bytes)
        .ok()
        .filter(|it| !it.trim().is_empty() && it.len() <= LONGEST_FILE);
    let wrong = match text {
        None => vec![t.books.not_text.to_owned()],
        Some(text) => match Mapping::read(text.trim_start_matches('\u{feff}')) {
            Ok(mapping) => {
                store(&desk, &seller, Some(&mapping.file()), version(&form)).await?;
                return Ok(desk.done(&here(&seller), t.books.saved));
            }
            Err(errors) => errors
                .iter()
                .map(|it| {
                    let words = in_words(desk.lang(), it);
                    fill(t.books.at_line, &[&it.line, &it.field, &words])
                })
                .collect(),
        },
    };
    let outcome = Outcome {
        wrong,
        ..Outcome::default()
    };
    let page = page(&desk, &seller, outcome).await?;
    Ok(desk.wrong(&page))
}

/// `POST /admin/sellers/{id}/books/reset`.
pub(super) async fn reset(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let seller = load(&desk, &id).await?;
    store(&desk, &seller, None, version(&form)).await?;
    Ok(desk.done(&here(&seller), desk.t().books.was_reset))
}

//! The catalogue.

use super::{
    Answer,
    desk::{Configurer, Configures, Overseer},
    failure::Failure,
    forms::{Sent, errors_of, same_name},
    frame::Frame,
    listing::Listing,
    pieces::rate_words,
    tax_codes::printed,
};
use crate::{
    i18n::{fill1, policies},
    pages::{
        field::Errors,
        lines::price,
        parts::{Choice, Pager},
        products::{CodeHit, ProductEditPage, ProductForm, ProductListPage, ProductRow},
        shell::Section,
    },
};
use actix_web::{HttpRequest, web};
use fapiao_domain::{
    ids::{Id, ProductId},
    rate::Rate,
};
use fapiao_usecases::{
    backoffice::{
        SettingError,
        products::{ProductDraft, save_product},
        tax_codes::search,
    },
    calendar,
    errors::StoreError,
    records::Product,
};

/// More entries than this are not put on one page; the search finds the rest.
const ROWS: usize = 500;
/// Class codes offered at once.
const HITS: usize = 12;

/// `GET /admin/products`.
pub(super) async fn index(desk: Overseer, request: HttpRequest) -> Answer {
    let q = Listing::of(&request, "/admin/products", "").filter.q;
    let wanted = q.to_lowercase();
    let codes = desk.ports().store.tax_codes().await?;
    let today = calendar::day(desk.now());
    let all = desk.ports().store.products().await?;
    let found: Vec<Product> = all
        .into_iter()
        .filter(|it| {
            wanted.is_empty()
                || it.name.to_lowercase().contains(&wanted)
                || it.sku.to_lowercase().starts_with(&wanted)
                || it.tax_code.starts_with(&wanted)
        })
        .collect();
    let count = found.len();
    let can_edit = desk.may_configure();
    let t = desk.t();
    let rows: Vec<ProductRow> = found
        .into_iter()
        .take(ROWS)
        .map(|it| ProductRow {
            href: if can_edit {
                format!("/admin/products/{}", it.id)
            } else {
                String::new()
            },
            short_name: codes
                .on(&it.tax_code, &today)
                .map_or_else(String::new, |it| it.short_name.clone()),
            price: price(it.unit_price),
            rate: rate_words(desk.t(), it.rate),
            policy: it.preference.map_or("", |it| policies::word(t, it)),
            code: it.sku,
            name: it.name,
            tax_code: it.tax_code,
            spec: it.spec,
            unit: it.unit,
        })
        .collect();
    let page = ProductListPage {
        shell: desk.shell(Section::Products).await?,
        q,
        pager: Pager {
            shown: rows.len(),
            ..Pager::default()
        },
        rows,
        count: count as u64,
        can_edit,
    };
    Ok(desk.page(&page))
}

/// `GET /admin/products/new`.
pub(super) async fn blank(desk: Configurer) -> Answer {
    let form = ProductForm {
        tax_included: "yes".to_owned(),
        ..ProductForm::default()
    };
    let page = page(&desk, None, form, Errors::default()).await?;
    Ok(desk.page(&page))
}

async fn load(frame: &Frame, id: &str) -> Result<Product, Failure> {
    let id = ProductId::parse(id)?;
    let all = frame.ports().store.products().await?;
    all.into_iter()
        .find(|it| it.id == id)
        .ok_or(Failure::NotFound)
}

/// `GET /admin/products/{id}`.
pub(super) async fn edit(desk: Configurer, id: web::Path<String>) -> Answer {
    let product = load(&desk, &id).await?;
    let form = ProductForm {
        sku: product.sku.clone(),
        name: product.name.clone(),
        tax_code: product.tax_code.clone(),
        spec: product.spec.clone(),
        unit: product.unit.clone(),
        unit_price: product.unit_price.normalize().to_string(),
        tax_included: if product.tax_included { "yes" } else { "" }.to_owned(),
        rate: product.rate.to_string(),
        preference: product
            .preference
            .map_or_else(String::new, |it| it.to_string()),
        find_code: String::new(),
    };
    let page = page(&desk, Some(&product), form, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/products`.
pub(super) async fn create(sent: Sent<Configures>) -> Answer {
    save(sent, None).await
}

/// `POST /admin/products/{id}`.
pub(super) async fn update(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let before = load(&sent.desk, &id).await?;
    save(sent, Some(before)).await
}

async fn save(sent: Sent<Configures>, before: Option<Product>) -> Answer {
    let (desk, sent) = (sent.desk, sent.form);
    let mut form: ProductForm = sent.typed()?;
    let asked = sent.get("do");
    if asked == "find_code" {
        let page = page(&desk, before.as_ref(), form, Errors::default()).await?;
        return Ok(desk.page(&page));
    }
    if let Some(code) = asked.strip_prefix("use:") {
        let book = desk.ports().store.tax_codes().await?;
        if let Some(found) = book.usable(code, &calendar::day(desk.now())) {
            form.tax_code.clone_from(&found.code);
            if !found.usual_rate.is_empty() {
                form.rate.clone_from(&found.usual_rate);
            }
            form.find_code.clear();
        }
        let page = page(&desk, before.as_ref(), form, Errors::default()).await?;
        return Ok(desk.page(&page));
    }
    let today = calendar::day(desk.now());
    let book = desk.ports().store.tax_codes().await?;
    let rate = match book.on(form.tax_code.trim(), &today) {
        Some(code) if form.rate.is_empty() => code.usual_rate.clone(),
        Some(_) | None => form.rate.clone(),
    };
    let draft = ProductDraft {
        sku: form.sku.clone(),
        name: form.name.clone(),
        tax_code: form.tax_code.clone(),
        spec: form.spec.clone(),
        unit: form.unit.clone(),
        unit_price: form.unit_price.clone(),
        tax_included: form.tax_included == "yes",
        rate,
        preference: form.preference.clone(),
    };
    match save_product(desk.ports(), &desk.actor(), before.as_ref(), &draft).await {
        Ok(product) => Ok(desk.done(
            "/admin/products",
            &fill1(desk.t().told.product_saved, &product.name),
        )),
        Err(SettingError::Invalid(errors)) => {
            let mut errors = errors_of(errors, desk.lang(), same_name);
            for error in &mut errors.0 {
                if error.field == "rate" && form.rate.is_empty() {
                    desk.t().form.not_chosen.clone_into(&mut error.message);
                }
            }
            let page = page(&desk, before.as_ref(), form, errors).await?;
            Ok(desk.wrong(&page))
        }
        Err(SettingError::Store(error)) => Err(error.into()),
    }
}

async fn page(
    frame: &Frame,
    before: Option<&Product>,
    form: ProductForm,
    errors: Errors,
) -> Result<ProductEditPage, StoreError> {
    let today = calendar::day(frame.now());
    let mut rates: Vec<Rate> = vec![Rate::Zero, Rate::Exempt, Rate::NotTaxed];
    for seller in frame.ports().store.sellers().await? {
        for it in frame.ports().store.usable_rates(&seller.id).await? {
            if it.runs_on(&today) && !rates.contains(&it.rate) {
                rates.push(it.rate);
            }
        }
    }
    if let Some(before) = before
        && !rates.contains(&before.rate)
    {
        rates.push(before.rate);
    }
    rates.sort_by_key(|it| std::cmp::Reverse(it.fraction()));
    let searched = !form.find_code.trim().is_empty();
    let book = frame.ports().store.tax_codes().await?;
    let hits = if searched {
        search(&book, &form.find_code, &today, HITS)
    } else {
        Vec::new()
    };
    let hits = hits
        .into_iter()
        .map(|it| CodeHit {
            code: it.code.clone(),
            name: it.name.clone(),
            short_name: it.short_name.clone(),
            rate: printed(&it.usual_rate),
        })
        .collect();
    // Nobody means the highest rate by not choosing one: until then the class code's usual rate stands.
    let usual = before
        .is_none()
        .then(|| Choice::new("", frame.t().order.usual_rate));
    Ok(ProductEditPage {
        searched,
        hits,
        shell: frame.shell(Section::Products).await?,
        action: before.map_or_else(
            || "/admin/products".to_owned(),
            |it| format!("/admin/products/{}", it.id),
        ),
        is_new: before.is_none(),
        form,
        errors,
        rates: usual
            .into_iter()
            .chain(
                rates
                    .into_iter()
                    .map(|it| Choice::new(it.to_string(), rate_words(frame.t(), it))),
            )
            .collect(),
        policies: policies::choices(frame.t()),
    })
}

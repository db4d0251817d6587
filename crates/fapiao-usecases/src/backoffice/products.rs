//! Catalogue entries as they are typed.

use super::{SettingError, texts::Reading};
use crate::{
    actor::Actor,
    calendar,
    fields::FieldError,
    ids::fresh,
    merchant::policies::{no_policy, not_permitted, unfit_rate},
    ports::Ports,
    rates::class_fault,
    records::Product,
    typed::plain_number,
};
use fapiao_domain::{money::parse_positive, preference::Preference, rate::Rate};
use rust_decimal::Decimal;

/// An entry as typed.
#[derive(Clone, Debug, Default)]
pub struct ProductDraft {
    /// The shop's own number.
    pub sku: String,
    /// Name.
    pub name: String,
    /// Class code.
    pub tax_code: String,
    /// Specification.
    pub spec: String,
    /// Unit.
    pub unit: String,
    /// Usual price in yuan.
    pub unit_price: String,
    /// Whether it includes tax.
    pub tax_included: bool,
    /// Usual rate, as in the API.
    pub rate: String,
    /// The preferential policy, `01` to `18`; empty for what follows from the rate.
    pub preference: String,
}

/// Saves an entry; `before` is `None` for a new one. The class code must be one that may stand on a line.
///
/// # Errors
/// [`SettingError`].
pub async fn save_product(
    ports: &Ports,
    actor: &Actor,
    before: Option<&Product>,
    draft: &ProductDraft,
) -> Result<Product, SettingError> {
    let mut reading = Reading::default();
    let sku = reading.required("sku", &draft.sku, 64);
    let name = reading.required("name", &draft.name, 100);
    let spec = reading.optional("spec", &draft.spec, 40);
    let unit = reading.optional("unit", &draft.unit, 22);
    let tax_code = draft.tax_code.trim().to_owned();
    let codes = ports.store.tax_codes().await?;
    let today = calendar::day(ports.clock.now());
    if tax_code.len() != 19 || !tax_code.bytes().all(|it| it.is_ascii_digit()) {
        reading.wrong("tax_code", "E_TAX_CODE", "a class code has 19 digits");
    } else {
        let known = codes.usable(&tax_code, &today).is_some();
        // Before the first sync nothing is known, and nothing can be held against it.
        if !known && !codes.is_empty() {
            reading.wrong(
                "tax_code",
                "E_TAX_CODE_UNKNOWN",
                "the tax authority's table has no such code for lines",
            );
        }
    }
    let unit_price = match parse_positive(&plain_number(&draft.unit_price)) {
        Ok(price) => price,
        Err(error) => {
            reading.wrong("unit_price", "E_UNIT_PRICE", error.to_string());
            Decimal::ZERO
        }
    };
    let rate = Rate::parse(draft.rate.trim());
    if let Err(error) = &rate {
        reading.wrong("rate", "E_RATE", error.to_string());
    }
    let preference = Preference::parse(&draft.preference).unwrap_or_else(|error| {
        reading.push(no_policy("/preference", &error));
        None
    });
    if let (Some(policy), Ok(rate)) = (preference, &rate) {
        if !policy.goes_with(*rate) {
            reading.push(unfit_rate("/preference", policy, *rate));
        } else if let Some(it) = codes.usable(&tax_code, &today)
            && !it.permits(policy)
        {
            reading.push(not_permitted("/preference", it, policy));
        }
    }
    if let (Ok(rate), Some(it)) = (&rate, codes.usable(&tax_code, &today))
        && !it.permits_rate(*rate)
    {
        let fault = class_fault(it, *rate);
        reading.add(FieldError::new("/rate", fault.code, fault.en).in_chinese(fault.zh));
    }
    let taken = ports
        .store
        .products()
        .await?
        .iter()
        .any(|it| it.sku == sku && before.is_none_or(|before| before.id != it.id));
    if taken && !sku.is_empty() {
        reading.wrong("sku", "E_SKU_TAKEN", "another product has this code");
    }
    let id = match before {
        Some(before) => before.id.clone(),
        None => fresh(ports.clock.now()),
    };
    let product = rate.ok().map(|rate| Product {
        id,
        sku,
        name,
        tax_code,
        spec,
        unit,
        unit_price,
        tax_included: draft.tax_included,
        rate,
        preference,
    });
    let product = reading.end(product)?;
    ports.store.save_product(&product, actor).await?;
    Ok(product)
}

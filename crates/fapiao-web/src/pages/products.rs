//! The catalogue.

use super::{
    field::Errors,
    parts::{Choice, Empty, Link, Pager},
    shell::Shell,
};
use askama::Template;
use serde::Deserialize;

/// `/admin/products`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/product_list.html")]
pub struct ProductListPage {
    /// The frame.
    pub shell: Shell,
    /// What was searched for.
    pub q: String,
    /// This page's rows.
    pub rows: Vec<ProductRow>,
    /// How many there are.
    pub count: u64,
    /// Pages.
    pub pager: Pager,
    /// Whether this person may change them.
    pub can_edit: bool,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct ProductRow {
    /// Its page.
    pub href: String,
    /// The shop's own code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Short name of the class, printed between stars.
    pub short_name: String,
    /// Class code.
    pub tax_code: String,
    /// Specification.
    pub spec: String,
    /// Unit.
    pub unit: String,
    /// Price as stored; may be empty.
    pub price: String,
    /// Usual rate as printed.
    pub rate: String,
    /// The preferential policy in words; empty for none.
    pub policy: &'static str,
}

impl ProductListPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.product;
        if self.q.is_empty() {
            let action = self
                .can_edit
                .then(|| Link::new(t.new, "/admin/products/new"));
            Empty::new(t.none, t.none_why, action)
        } else {
            let clear = Link::new(self.shell.t.common.clear_filters, "/admin/products");
            Empty::new(
                t.none_found,
                self.shell.t.common.none_found_why,
                Some(clear),
            )
        }
    }
}

/// `/admin/products/new` and `/admin/products/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/product_edit.html")]
pub struct ProductEditPage {
    /// The frame.
    pub shell: Shell,
    /// The address of the form.
    pub action: String,
    /// Whether it is a new one.
    pub is_new: bool,
    /// What was typed or stands.
    pub form: ProductForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Rates (value as in the API).
    pub rates: Vec<Choice>,
    /// Preferential policies (value as in the API), the first for none.
    pub policies: Vec<Choice>,
    /// Whether codes were searched for.
    pub searched: bool,
    /// What was found.
    pub hits: Vec<CodeHit>,
}

/// A class code that may be taken.
#[derive(Clone, Debug)]
pub struct CodeHit {
    /// 19 digits.
    pub code: String,
    /// Name.
    pub name: String,
    /// Short name.
    pub short_name: String,
    /// Usual rate as printed.
    pub rate: String,
}

/// An entry as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProductForm {
    /// The shop's own code.
    pub sku: String,
    /// Name.
    pub name: String,
    /// Class code.
    pub tax_code: String,
    /// Specification.
    pub spec: String,
    /// Unit.
    pub unit: String,
    /// Price.
    pub unit_price: String,
    /// `yes` when the price includes the tax.
    pub tax_included: String,
    /// Usual rate.
    pub rate: String,
    /// Preferential policy, as in the API; empty for none.
    pub preference: String,
    /// What to look for among the class codes.
    pub find_code: String,
}

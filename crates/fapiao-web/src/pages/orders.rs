//! Orders: the list, the form, the page of one.

use super::{
    deliveries::DeliveryCard,
    field::Errors,
    lines::{InvoiceBrief, LineTable},
    parts::{Badge, Chip, Choice, Empty, Event, Link, Pager, Standing, When},
    shell::{Section, Shell},
};
use crate::i18n::fill2;
use askama::Template;
use fapiao_domain::{money::Fen, special::AskedKind};

/// `/admin/orders`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/order_list.html")]
pub struct OrderListPage {
    /// The frame.
    pub shell: Shell,
    /// The filter as the address has it.
    pub filter: ListFilter,
    /// States to choose from, the first with an empty value for all.
    pub states: Vec<Choice>,
    /// Stores to choose from, the first with an empty value for all.
    pub stores: Vec<Choice>,
    /// The set filters.
    pub chips: Vec<Chip>,
    /// This page's rows.
    pub rows: Vec<OrderRow>,
    /// How many the filter finds, in words.
    pub count: String,
    /// Their gross amount; unknown when there are too many to add up.
    pub total: Option<Fen>,
    /// Pages.
    pub pager: Pager,
    /// Whether this person may make orders.
    pub can_create: bool,
}

/// A list's filter: what was typed, kept as typed.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    /// Free text.
    pub q: String,
    /// A state's stored name, or empty.
    pub state: String,
    /// A kind of invoice, or empty.
    pub kind: String,
    /// A store's or seller's id, or empty.
    pub store: String,
    /// First day, `2026-03-05`, or empty.
    pub from: String,
    /// Last day, or empty.
    pub to: String,
    /// `yes` for void fiscal bills only, `no` for none of them, or empty.
    pub void: String,
}

/// One order of the list.
#[derive(Clone, Debug)]
pub struct OrderRow {
    /// Its page.
    pub href: String,
    /// The shop's number.
    pub order_no: String,
    /// The store's name.
    pub store: String,
    /// The number of its newest invoice; empty until there is one.
    pub invoice_number: String,
    /// Who it was invoiced to; empty until known.
    pub buyer: String,
    /// The kind that is asked for, in words.
    pub kind: &'static str,
    /// Gross amount.
    pub total: Fen,
    /// What was given back of it, with tax.
    pub refunded: Fen,
    /// Its state.
    pub state: Badge,
    /// The state of its latest delivery.
    pub delivery: Option<Badge>,
    /// When it came in.
    pub created: When,
}

impl OrderListPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.order;
        if self.chips.is_empty() {
            let action = self
                .can_create
                .then(|| Link::new(t.new, "/admin/orders/new"));
            Empty::new(t.none, t.none_why, action)
        } else {
            let clear = Link::new(self.shell.t.common.clear_filters, "/admin/orders");
            Empty::new(
                t.none_found,
                self.shell.t.common.none_found_why,
                Some(clear),
            )
        }
    }
}

/// `/admin/orders/new`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/order_new.html")]
pub struct OrderNewPage {
    /// The frame.
    pub shell: Shell,
    /// What was typed.
    pub form: OrderForm,
    /// What is wrong with it; line fields are named `lines-0-name`.
    pub errors: Errors,
    /// Stores (value is the code).
    pub stores: Vec<Choice>,
    /// Rates (value as in the API), the first with an empty value for the usual one.
    pub rates: Vec<Choice>,
    /// Preferential policies of a line, the first with an empty value for that of the product.
    pub policies: Vec<Choice>,
    /// Channels (value as in the API).
    pub channels: Vec<Choice>,
    /// Pages of the buyer's link to choose from.
    pub pages: Vec<Choice>,
    /// Catalogue entries offered while typing a name.
    pub products: Vec<ProductOffer>,
}

/// A new order as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderForm {
    /// The shop's number.
    pub order_no: String,
    /// A store's code.
    pub store: String,
    /// `yes` when prices and discounts include the tax.
    pub tax_included: String,
    /// The lines, empty ones too.
    pub lines: Vec<LineForm>,
    /// Whether a delivery is made at once.
    pub deliver: bool,
    /// Its channel.
    pub channel: String,
    /// Its page: `title`, `confirm` or `collect`.
    pub page: String,
    /// Discount on the whole order.
    pub discount: String,
    /// `whole`, `reduced`, or empty for no difference tax.
    pub difference: String,
    /// Its deduction.
    pub deduction: String,
    /// `ordinary` or `special`.
    pub invoice_kind: String,
    /// Free remark for the invoice.
    pub remark: String,
}

/// A catalogue entry that fills a line in.
#[derive(Clone, Debug)]
pub struct ProductOffer {
    /// Name.
    pub name: String,
    /// The shop's own code.
    pub sku: String,
    /// Class code.
    pub tax_code: String,
    /// Specification.
    pub spec: String,
    /// Unit.
    pub unit: String,
    /// Usual price.
    pub price: String,
    /// Usual rate, as in the API.
    pub rate: String,
}

/// A line as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineForm {
    /// Name.
    pub name: String,
    /// Class code.
    pub tax_code: String,
    /// Specification.
    pub spec: String,
    /// Quantity.
    pub quantity: String,
    /// Unit.
    pub unit: String,
    /// Price of one unit.
    pub unit_price: String,
    /// Rate, as in the API.
    pub rate: String,
    /// A preferential policy by its code; empty for that of the product, [`WITHOUT`](crate::i18n::policies::WITHOUT) for none.
    pub preference: String,
    /// Discount of the line.
    pub discount: String,
}

impl LineForm {
    /// Whether nothing was typed into it; the rate alone does not count.
    pub fn is_blank(&self) -> bool {
        let typed = [
            &self.name,
            &self.tax_code,
            &self.spec,
            &self.quantity,
            &self.unit,
        ];
        let amounts = [&self.unit_price, &self.discount];
        typed
            .into_iter()
            .chain(amounts)
            .all(|it| it.trim().is_empty())
    }
}

impl OrderForm {
    /// How many lines a form may have.
    pub const LINES_MAX: usize = 100;

    /// An empty form with five lines and the usual choices.
    pub fn blank() -> OrderForm {
        OrderForm {
            order_no: String::new(),
            store: String::new(),
            tax_included: "yes".to_owned(),
            lines: vec![LineForm::default(); 5],
            deliver: true,
            channel: "web".to_owned(),
            page: "title".to_owned(),
            discount: String::new(),
            difference: String::new(),
            deduction: String::new(),
            invoice_kind: AskedKind::Ordinary.as_str().to_owned(),
            remark: String::new(),
        }
    }

    /// Reads the members of the sent form (`order_no`, `lines-0-name`, …); unknown ones are passed over,
    /// lines beyond [`Self::LINES_MAX`] too.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> OrderForm {
        let mut form = OrderForm {
            deliver: false,
            lines: Vec::new(),
            ..OrderForm::blank()
        };
        for (name, value) in pairs {
            let value = value.trim().to_owned();
            match name {
                "order_no" => form.order_no = value,
                "store" => form.store = value,
                "tax_included" => form.tax_included = value,
                "deliver" => form.deliver = value == "yes",
                "channel" => form.channel = value,
                "page" => form.page = value,
                "discount" => form.discount = value,
                "difference" => form.difference = value,
                "deduction" => form.deduction = value,
                "invoice_kind" => form.invoice_kind = value,
                "remark" => form.remark = value,
                _ => form.set_line(name, value),
            }
        }
        form
    }

    fn set_line(&mut self, name: &str, value: String) {
        let Some(rest) = name.strip_prefix("lines-") else {
            return;
        };
        let Some((index, member)) = rest.split_once('-') else {
            return;
        };
        let Ok(index) = index.parse::<usize>() else {
            return;
        };
        if index >= Self::LINES_MAX {
            return;
        }
        if self.lines.len() <= index {
            self.lines.resize_with(index + 1, LineForm::default);
        }
        let line = &mut self.lines[index];
        match member {
            "name" => line.name = value,
            "tax_code" => line.tax_code = value,
            "spec" => line.spec = value,
            "quantity" => line.quantity = value,
            "unit" => line.unit = value,
            "unit_price" => line.unit_price = value,
            "rate" => line.rate = value,
            "discount" => line.discount = value,
            "preference" => line.preference = value,
            _ => {}
        }
    }
}

impl OrderNewPage {
    /// An order needs a store; who may not make one sees why the form is not there.
    fn no_stores(&self) -> Empty {
        let (t, shell) = (&self.shell.t.store, &self.shell);
        let may = shell.sections.contains(&Section::Stores);
        Empty::new(
            t.none,
            t.none_why,
            may.then(|| Link::new(t.new, "/admin/stores/new")),
        )
    }

    fn bases(&self) -> [Choice; 2] {
        let t = &self.shell.t.line;
        [
            Choice::new("yes", t.with_tax),
            Choice::new("no", t.without_tax),
        ]
    }

    fn differences(&self) -> [Choice; 3] {
        let t = &self.shell.t.parts;
        [
            Choice::new("", t.difference_none),
            Choice::new("whole", t.difference_whole),
            Choice::new("reduced", t.difference_reduced),
        ]
    }

    fn kinds(&self) -> [Choice; 2] {
        let t = &self.shell.t.special;
        [
            Choice::new(AskedKind::Ordinary.as_str(), t.ordinary),
            Choice::new(AskedKind::Special.as_str(), t.special),
        ]
    }

    fn bad(&self, index: &usize, member: &str) -> Option<&str> {
        let (field, t) = (format!("lines-{index}-{member}"), self.shell.t);
        self.errors.named(&field, || {
            let column = match member {
                "tax_code" => t.line.tax_code,
                "spec" => t.line.spec,
                "quantity" => t.line.quantity,
                "unit" => t.line.unit,
                "unit_price" => t.line.price,
                "rate" => t.line.rate,
                "preference" => t.policies.name,
                "discount" => t.line.discount,
                _ => t.line.name,
            };
            fill2(t.form.line, index + 1, column)
        });
        self.errors.of(&field)
    }
}

/// `/admin/orders/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/order_show.html")]
pub struct OrderShowPage {
    /// The frame.
    pub shell: Shell,
    /// The order.
    pub order: OrderFacts,
    /// Where it stands and what to do.
    pub standing: Standing,
    /// Its lines as an invoice would carry them.
    pub lines: LineTable,
    /// Whether it becomes several invoices.
    pub is_divided: bool,
    /// Newest first.
    pub deliveries: Vec<DeliveryCard>,
    /// Newest first.
    pub invoices: Vec<InvoiceBrief>,
    /// Newest first.
    pub timeline: Vec<Event>,
    /// Seconds until the page looks again, while something is under way.
    pub refresh: Option<u32>,
}

/// What is known of an order.
#[derive(Clone, Debug)]
pub struct OrderFacts {
    /// Its id.
    pub id: String,
    /// The shop's number.
    pub order_no: String,
    /// Its state.
    pub state: Badge,
    /// The store.
    pub store: Link,
    /// The seller.
    pub seller: Link,
    /// Where it came from: the API, a person, an import.
    pub source: String,
    /// When it was sold.
    pub sold: When,
    /// When it came in.
    pub created: When,
    /// Gross amount.
    pub total: Fen,
    /// Difference tax, in words; empty for none.
    pub difference: String,
    /// Whether a special invoice is asked for.
    pub is_special: bool,
    /// Whether the buyer of some line cannot deduct the tax of a special invoice.
    pub is_not_deductible: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sent_form_keeps_every_line_in_its_place() {
        let form = OrderForm::from_pairs([
            ("order_no", " A-1 "),
            ("deliver", "yes"),
            ("lines-0-name", "茶"),
            ("lines-2-unit_price", "113.00"),
            ("lines-100-name", "too far"),
            ("lines-x-name", "nonsense"),
            ("csrf", "…"),
        ]);
        assert_eq!(
            (form.order_no.as_str(), form.deliver, form.lines.len()),
            ("A-1", true, 3)
        );
        assert_eq!(form.lines[0].name, "茶");
        assert!(form.lines[1].is_blank() && !form.lines[2].is_blank());
    }
}

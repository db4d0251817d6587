//! Fiscal bills: the list, the form, the page of one.

use super::{
    deliveries::QrSvg,
    field::Errors,
    orders::ListFilter,
    parts::{Badge, Chip, Choice, Empty, Event, Link, Pager, Standing, Tone, When},
    shell::{Section, Shell},
};
use crate::i18n::{Texts, fill2, states};
use askama::Template;
use fapiao_domain::{delivery::DeliveryState, money::Fen};

/// `/admin/bills`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/bills.html")]
pub struct BillListPage {
    /// The frame.
    pub shell: Shell,
    /// The filter as the address has it; `store` holds the unit.
    pub filter: ListFilter,
    /// Units to choose from, the first with an empty value for all.
    pub units: Vec<Choice>,
    /// States of the latest delivery, the first with an empty value for all.
    pub states: Vec<Choice>,
    /// Whether void ones are shown, the first with an empty value for both.
    pub voids: Vec<Choice>,
    /// The set filters.
    pub chips: Vec<Chip>,
    /// This page's rows.
    pub rows: Vec<BillListRow>,
    /// How many the filter finds, in words.
    pub count: String,
    /// Pages.
    pub pager: Pager,
    /// Whether this person may enter bills.
    pub can_create: bool,
}

/// One bill of the list.
#[derive(Clone, Debug)]
pub struct BillListRow {
    /// Its page.
    pub href: String,
    /// Its code.
    pub code: String,
    /// Its number.
    pub number: String,
    /// Who paid.
    pub payer: String,
    /// The unit's name.
    pub unit: String,
    /// What was paid.
    pub amount: Fen,
    /// The state of its latest delivery.
    pub state: Badge,
    /// The mark of a void one.
    pub void: Option<Badge>,
    /// When the bureau issued it.
    pub issued: When,
}

impl BillListPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.fiscal;
        if !self.chips.is_empty() {
            let clear = Link::new(self.shell.t.common.clear_filters, "/admin/bills");
            return Empty::new(
                t.none_found,
                self.shell.t.common.none_found_why,
                Some(clear),
            );
        }
        // The first of the choices stands for all of them.
        if self.units.len() < 2 {
            return no_units(&self.shell);
        }
        let action = self
            .can_create
            .then(|| Link::new(t.new, "/admin/bills/new"));
        Empty::new(t.none, t.none_why, action)
    }
}

/// A bill needs a unit; who may not set one up sees why there is nothing.
fn no_units(shell: &Shell) -> Empty {
    let t = &shell.t.fiscal;
    let may = shell.sections.contains(&Section::FiscalUnits);
    let link = Link::new(shell.t.fiscal_unit.open_units, "/admin/fiscal-units");
    Empty::new(t.no_units, t.no_units_why, may.then_some(link))
}

/// `/admin/bills/new`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/bill_new.html")]
pub struct BillNewPage {
    /// The frame.
    pub shell: Shell,
    /// What was typed.
    pub form: BillForm,
    /// What is wrong with it; fields of items are named `lines-0-name`.
    pub errors: Errors,
    /// The bill that has this code and number with other facts.
    pub taken: Option<Link>,
    /// Units that take bills (value is the code), the first with an empty value where there are several.
    pub units: Vec<Choice>,
    /// Whether one of them asks its payers through us.
    pub asks: bool,
    /// Whether payers of one of them agreed at the unit, elsewhere.
    pub hears: bool,
    /// Where payers are asked.
    pub sources: Vec<Choice>,
}

/// A bill as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillForm {
    /// The unit's code.
    pub unit: String,
    /// 票据代码.
    pub code: String,
    /// 票据号码.
    pub number: String,
    /// 校验码.
    pub check_code: String,
    /// Who paid.
    pub payer: String,
    /// What was paid.
    pub amount: String,
    /// The items, empty ones too.
    pub items: Vec<ItemForm>,
    /// As printed.
    pub remark: String,
    /// `2026-11-22 10:30`, Chinese time.
    pub issued_at: String,
    /// `web` or `app`.
    pub source: String,
    /// The order id the payer agreed to elsewhere.
    pub order_id: String,
    /// The app id the payer was asked with elsewhere.
    pub app_id: String,
}

/// An item as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemForm {
    /// 项目名称.
    pub name: String,
    /// 数量.
    pub quantity: String,
    /// 单位.
    pub unit: String,
    /// 标准.
    pub standard: String,
    /// 金额.
    pub amount: String,
}

impl ItemForm {
    /// Whether nothing was typed into it.
    pub fn is_blank(&self) -> bool {
        [
            &self.name,
            &self.quantity,
            &self.unit,
            &self.standard,
            &self.amount,
        ]
        .into_iter()
        .all(|it| it.trim().is_empty())
    }
}

impl BillForm {
    /// How many items a form may have.
    pub const ITEMS_MAX: usize = 50;

    /// An empty form with five items.
    pub fn blank() -> BillForm {
        BillForm {
            items: vec![ItemForm::default(); 5],
            source: "web".to_owned(),
            ..BillForm::default()
        }
    }

    /// Reads the members of the sent form (`code`, `lines-0-name`, …); unknown ones are passed over, items beyond
    /// [`Self::ITEMS_MAX`] too.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> BillForm {
        let mut form = BillForm::default();
        for (name, value) in pairs {
            let value = value.trim().to_owned();
            match name {
                "unit" => form.unit = value,
                "code" => form.code = value,
                "number" => form.number = value,
                "check_code" => form.check_code = value,
                "payer" => form.payer = value,
                "amount" => form.amount = value,
                "remark" => form.remark = value,
                "issued_at" => form.issued_at = value,
                "source" => form.source = value,
                "order_id" => form.order_id = value,
                "app_id" => form.app_id = value,
                _ => form.set_item(name, value),
            }
        }
        form
    }

    fn set_item(&mut self, name: &str, value: String) {
        let Some(rest) = name.strip_prefix("lines-") else {
            return;
        };
        let Some((index, member)) = rest.split_once('-') else {
            return;
        };
        let Ok(index) = index.parse::<usize>() else {
            return;
        };
        if index >= Self::ITEMS_MAX {
            return;
        }
        if self.items.len() <= index {
            self.items.resize_with(index + 1, ItemForm::default);
        }
        let item = &mut self.items[index];
        match member {
            "name" => item.name = value,
            "quantity" => item.quantity = value,
            "unit" => item.unit = value,
            "standard" => item.standard = value,
            "amount" => item.amount = value,
            _ => {}
        }
    }
}

impl BillNewPage {
    fn no_units(&self) -> Empty {
        no_units(&self.shell)
    }

    fn bad(&self, index: &usize, member: &str) -> Option<&str> {
        let (field, t) = (format!("lines-{index}-{member}"), self.shell.t);
        self.errors.named(&field, || {
            let column = match member {
                "quantity" => t.fiscal.quantity,
                "unit" => t.fiscal.item_unit,
                "standard" => t.fiscal.standard,
                "amount" => t.fiscal.item_amount,
                _ => t.fiscal.item,
            };
            fill2(t.form.line, index + 1, column)
        });
        self.errors.of(&field)
    }
}

/// `/admin/bills/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/bill.html")]
pub struct BillShowPage {
    /// The frame.
    pub shell: Shell,
    /// What is known of it.
    pub bill: BillFacts,
    /// Its items.
    pub items: Vec<BillItemRow>,
    /// Where it stands and what to do.
    pub standing: Standing,
    /// The latest delivery.
    pub delivery: BillDeliveryFacts,
    /// Its card, once there is one.
    pub card: Option<BillCardFacts>,
    /// Why no card is shown.
    pub no_card: &'static str,
    /// What is left to do about it by itself, the next first.
    pub work: Vec<BillWorkRow>,
    /// Deliveries before the latest, the newest first.
    pub earlier: Vec<EarlierRow>,
    /// What this person may do now.
    pub acts: BillActs,
    /// What was typed into the form that came back.
    pub typed: BillTyped,
    /// What is wrong with it.
    pub errors: Errors,
    /// Newest first.
    pub timeline: Vec<Event>,
    /// Seconds until the page looks again, while something is under way.
    pub refresh: Option<u32>,
}

impl BillShowPage {
    fn void_badge(&self) -> Badge {
        void_badge(self.shell.t)
    }
}

/// The mark of a void bill.
pub(crate) const fn void_badge(t: &'static Texts) -> Badge {
    Badge::new(Tone::Bad, t.fiscal.void_mark)
}

/// The state of a bill's delivery. A bill is issued elsewhere: what other deliveries call issuing is its way into the wallet.
pub(crate) const fn delivery_badge(t: &'static Texts, state: DeliveryState) -> Badge {
    match state {
        DeliveryState::Issuing => Badge::new(Tone::Wait, t.fiscal.state_inserting),
        other => states::delivery(t, other),
    }
}

/// What is known of a bill.
#[derive(Clone, Debug)]
pub struct BillFacts {
    /// Its page.
    pub href: String,
    /// Its id.
    pub id: String,
    /// Its code.
    pub code: String,
    /// Its number.
    pub number: String,
    /// Its check code; may be empty.
    pub check_code: String,
    /// Who paid.
    pub payer: String,
    /// Its unit.
    pub unit: Link,
    /// What was paid.
    pub amount: Fen,
    /// As printed; may be empty.
    pub remark: String,
    /// When the bureau issued it.
    pub issued: When,
    /// When it came in.
    pub created: When,
    /// Its PDF: size in words, hash.
    pub file: Option<(String, String)>,
    /// When and why it was declared void.
    pub void: Option<(When, String)>,
}

/// One item.
#[derive(Clone, Debug)]
pub struct BillItemRow {
    /// 项目名称.
    pub name: String,
    /// 数量 with its unit.
    pub quantity: String,
    /// 标准.
    pub standard: String,
    /// 金额.
    pub amount: Fen,
}

/// The latest attempt to bring it to its payer.
#[derive(Clone, Debug)]
pub struct BillDeliveryFacts {
    /// Its state.
    pub state: Badge,
    /// Where the payer is asked, in words.
    pub source: &'static str,
    /// When it was made.
    pub created: When,
    /// When the payer agreed.
    pub authorised: Option<When>,
    /// Until when the payer is waited for, while that is so.
    pub expires: Option<When>,
    /// Why it ended; may be empty.
    pub reason: String,
    /// The payer's link, while it leads somewhere.
    pub page_url: Option<String>,
    /// The same as a QR code.
    pub qr: Option<QrSvg>,
    /// Order id and app id for the bureau, once the payer agreed and while we are only the unit.
    pub hand_over: Option<(String, String)>,
}

/// A job that runs or waits.
#[derive(Clone, Debug)]
pub struct BillWorkRow {
    /// What it does.
    pub what: &'static str,
    /// When it is tried next; `None` while it runs.
    pub next: Option<When>,
    /// Why it waits; empty before its first try.
    pub reason: String,
}

/// An earlier attempt to bring a bill to its payer.
#[derive(Clone, Debug)]
pub struct EarlierRow {
    /// When it was made.
    pub created: When,
    /// Where the payer was asked, in words.
    pub source: &'static str,
    /// How it ended.
    pub state: Badge,
    /// Why; may be empty.
    pub reason: String,
}

/// The card of a bill.
#[derive(Clone, Debug)]
pub struct BillCardFacts {
    /// Its state.
    pub state: Badge,
    /// WeChat's `card_id`.
    pub card_id: String,
    /// Its code; empty when unknown.
    pub code: String,
}

/// What may be done now; each is a form on the page.
#[derive(Clone, Debug, Default)]
pub struct BillActs {
    /// Hand the PDF in.
    pub upload: bool,
    /// Refuse the payer.
    pub refuse: bool,
    /// Make a new link, by these ways.
    pub again: Vec<Choice>,
    /// Note what the bureau did.
    pub outcome: bool,
    /// Note that a card whose insert has no outcome is not there.
    pub absent: bool,
    /// Declare it void: what becomes of the card.
    pub void: Option<&'static str>,
}

/// What was typed as reasons.
#[derive(Clone, Debug, Default)]
pub struct BillTyped {
    /// Of a refusal.
    pub refusal: String,
    /// Of what did not work at the bureau.
    pub outcome: String,
    /// Of a card that is not there.
    pub absent: String,
    /// Of a void bill.
    pub void: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sent_bill_keeps_every_item_in_its_place() {
        let form = BillForm::from_pairs([
            ("code", " 44060126 "),
            ("lines-0-name", "住院费"),
            ("lines-2-amount", "1,130.00"),
            ("lines-50-name", "too far"),
            ("lines-x-name", "nonsense"),
            ("csrf", "…"),
        ]);
        assert_eq!((form.code.as_str(), form.items.len()), ("44060126", 3));
        assert_eq!(form.items[0].name, "住院费");
        assert!(form.items[1].is_blank() && !form.items[2].is_blank());
    }
}

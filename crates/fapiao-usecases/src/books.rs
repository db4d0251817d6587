//! An order's books: what was sold, what was given back, and which invoices state what is left.

use crate::{
    calendar,
    errors::StoreError,
    ports::{Ports, RefundBasis},
    records::{Invoice, Order, RedForm, Refund},
};
use fapiao_domain::{
    confirmation::FormState,
    difference::compute_sale,
    ids::RedFormId,
    invoice::InvoiceState,
    line::{InvoiceLine, LineKind},
    money::Fen,
    red::RedLine,
    refund::{Paper, RefundError, to_invoice},
};

/// What the next invoice of an order would state, gross: what was paid, less what was given back, less what live
/// invoices state. For pages that only show the sum: no line is computed.
///
/// # Errors
/// The database's.
pub async fn left_to_invoice(ports: &Ports, order: &Order) -> Result<Fen, StoreError> {
    let refunds = ports.store.refunds_of(&order.id).await?;
    let given: Fen = refunds
        .iter()
        .flat_map(Refund::standing_lines)
        .map(|it| it.line.gross)
        .sum();
    let invoices = ports.store.invoices_of(&order.id).await?;
    let stated: Fen = invoices
        .iter()
        .filter(|it| match it.red {
            None => it.state != InvoiceState::Refused,
            Some(_) => it.state == InvoiceState::Issued,
        })
        .map(|it| it.totals.total)
        .sum();
    Ok((order.totals.total + given - stated).max(Fen::ZERO))
}

/// An order with everything that was written about its money.
#[derive(Clone, Debug)]
pub struct Books {
    /// The order.
    pub order: Order,
    /// Its computed lines.
    pub lines: Vec<InvoiceLine>,
    /// Its refunds, oldest first.
    pub refunds: Vec<Refund>,
    /// Its invoices, blue and red, oldest first.
    pub invoices: Vec<Invoice>,
}

/// Why the books cannot be opened.
#[derive(Debug)]
pub enum BooksError {
    /// The database.
    Store(StoreError),
    /// The order's lines cannot be computed any more.
    Lines(String),
}

impl From<StoreError> for BooksError {
    fn from(error: StoreError) -> Self {
        BooksError::Store(error)
    }
}

impl Books {
    /// Reads them.
    ///
    /// # Errors
    /// [`BooksError`].
    pub async fn open(ports: &Ports, order: Order) -> Result<Books, BooksError> {
        let refunds = ports.store.refunds_of(&order.id).await?;
        let invoices = ports.store.invoices_of(&order.id).await?;
        let lines = lines_of(ports, &order, &invoices).await?;
        Ok(Books {
            order,
            lines,
            refunds,
            invoices,
        })
    }

    /// What was given back, line by line.
    pub fn taken(&self) -> Vec<RedLine> {
        self.refunds
            .iter()
            .flat_map(Refund::standing_lines)
            .cloned()
            .collect()
    }

    /// All confirmations of the order.
    pub fn forms(&self) -> impl Iterator<Item = &RedForm> {
        self.refunds.iter().flat_map(|it| &it.forms)
    }

    /// Blue invoices that were not refused.
    pub fn blues(&self) -> impl Iterator<Item = &Invoice> {
        let is_live = |it: &&Invoice| it.red.is_none() && it.state != InvoiceState::Refused;
        self.invoices.iter().filter(is_live)
    }

    /// A blue invoice that is on its way to the tax authority or without its answer.
    pub fn in_flight(&self) -> Option<&Invoice> {
        self.blues().find(|it| !it.state.is_issued())
    }

    /// A confirmation that failed, and that nobody decided about yet: it may be begun again, or given up.
    pub fn unsettled(&self) -> Option<&RedForm> {
        self.forms().find(|it| it.state.has_failed())
    }

    /// As they stand once these confirmations, which failed, are given up; nothing is written.
    pub(crate) fn give_up(&mut self, forms: &[RedFormId]) {
        let all = self.refunds.iter_mut().flat_map(|it| &mut it.forms);
        for form in all.filter(|it| it.state.has_failed() && forms.contains(&it.id)) {
            form.state = FormState::GivenUp;
        }
    }

    /// What red letters took from an invoice, or are about to take.
    pub fn earlier(&self, invoice: &Invoice) -> Vec<RedLine> {
        self.forms()
            .filter(|it| it.blue == invoice.id && it.state.holds())
            .flat_map(|it| it.lines.iter().cloned())
            .collect()
    }

    /// An invoice as the planner sees it.
    pub fn paper(&self, invoice: &Invoice) -> Paper {
        Paper {
            lines: invoice.lines.clone(),
            sources: invoice.sources.clone(),
            earlier: self.earlier(invoice),
        }
    }

    /// What is still to be invoiced, and the order's line behind each line.
    ///
    /// # Errors
    /// [`RefundError::Inconsistent`].
    pub fn to_invoice(&self) -> Result<(Vec<InvoiceLine>, Vec<u32>), RefundError> {
        let papers: Vec<Paper> = self.blues().map(|it| self.paper(it)).collect();
        to_invoice(&self.lines, &self.taken(), &papers)
    }

    /// What a plan made from these books stands on.
    pub fn basis(&self) -> RefundBasis {
        RefundBasis {
            refunds: self.refunds.len(),
            holding: self.forms().filter(|it| it.state.holds()).count(),
            invoices: self.blues().count(),
        }
    }

    /// The computed line behind an order line, both counted from 1.
    pub fn line_no(&self, place: u32) -> Option<u32> {
        let place = usize::try_from(place).ok()?.checked_sub(1)?;
        let own = |it: &&InvoiceLine| it.kind != LineKind::Discount;
        self.lines.iter().filter(own).nth(place).map(|it| it.no)
    }

    /// The order line behind a computed line, both counted from 1.
    pub fn place_of(&self, no: u32) -> u32 {
        let own = |it: &&InvoiceLine| it.kind != LineKind::Discount && it.no <= no;
        u32::try_from(self.lines.iter().filter(own).count()).unwrap_or(u32::MAX)
    }
}

/// The lines as the first invoice stated them, or as they are computed today.
async fn lines_of(
    ports: &Ports,
    order: &Order,
    invoices: &[Invoice],
) -> Result<Vec<InvoiceLine>, BooksError> {
    let first = invoices
        .iter()
        .find(|it| it.red.is_none() && it.sources.is_empty() && it.totals == order.totals);
    if let Some(first) = first {
        return Ok(first.lines.clone());
    }
    let codes = ports.store.tax_codes().await?;
    let today = calendar::day(ports.clock.now());
    // A code that ended since the sale keeps its last name here; invoices print that of their issue date.
    let sold = calendar::day(order.created_at);
    let short_name = |code: &str| {
        codes
            .usable(code, &today)
            .or_else(|| codes.usable(code, &sold))
            .map(|it| it.short_name.clone())
    };
    let computed =
        compute_sale(&order.lines, order.difference.as_ref(), &short_name).map_err(|errors| {
            let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
            BooksError::Lines(text.join("; "))
        })?;
    Ok(computed.lines)
}

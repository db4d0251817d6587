//! Orders that become several invoices (拆分开票): which parts there are, and what a part states when its turn comes.

use crate::{
    books::{Books, BooksError},
    errors::StoreError,
    fields::FieldError,
    ports::Ports,
    records::{Delivery, IssuingMode, Order, OrderPart, PartLine, Seller},
};
use fapiao_domain::{
    delivery::DeliveryState,
    face::DifferenceTax,
    ids::DeliveryId,
    line::{InvoiceLine, LineKind},
    money::Fen,
    refund::{Paper, RefundError, to_invoice},
    split::{Part, SplitError, split_parts},
    totals::Computed,
};
use std::collections::HashMap;

/// Most invoices of one order.
pub const MAX_PARTS: usize = 100;

/// Why what is left of an order cannot be divided into invoices.
#[derive(Debug)]
pub(crate) enum PartsError {
    /// The store.
    Store(StoreError),
    /// The order's books do not agree.
    Books(String),
    /// The seller's limits do not fit.
    Limits(String),
}

impl From<StoreError> for PartsError {
    fn from(error: StoreError) -> Self {
        PartsError::Store(error)
    }
}

/// The parts of a new order; none when it fits one invoice.
///
/// # Errors
/// What is in the way, at the line that cannot be divided.
pub(crate) fn parts_of(
    computed: &Computed,
    seller: &Seller,
    difference: Option<&DifferenceTax>,
) -> Result<Vec<OrderPart>, FieldError> {
    if difference.is_some() {
        if seller.mode != IssuingMode::SelfBuilt {
            return Err(FieldError::new(
                "/difference_tax",
                "E_DIFFERENCE",
                "the seller's invoices are issued by another platform, whose contract carries no difference tax",
            ));
        }
        let over = seller.rules.limit.filter(|it| *it < computed.totals.amount);
        return match over {
            None => Ok(Vec::new()),
            Some(limit) => Err(FieldError::new(
                "/lines/0/unit_price",
                "E_DIFFERENCE_LIMIT",
                format!(
                    "{} net is more than the {limit} one invoice of this seller may state, and difference tax cannot be divided",
                    computed.totals.amount
                ),
            )),
        };
    }
    let parts = split_parts(&computed.lines, &seller.rules.split_limits()).map_err(|error| {
        let no = match error {
            SplitError::Unpaired(no) | SplitError::Unsplittable(no) => no,
            SplitError::TooMany(most) => {
                return FieldError::new(
                    "/lines",
                    "E_TOO_MANY_INVOICES",
                    format!(
                        "the order would become more than {most} invoices by the seller's limits; no more are made"
                    ),
                );
            }
            _ => 0,
        };
        let own = |it: &&InvoiceLine| it.kind != LineKind::Discount && it.no <= no;
        let pointer = match computed.lines.iter().filter(own).count() {
            0 => "/lines".to_owned(),
            place => format!("/lines/{}/unit_price", place - 1),
        };
        FieldError::new(pointer, "E_SPLIT", error.to_string())
    })?;
    if parts.len() == 1 {
        return Ok(Vec::new());
    }
    let of = parts.len() as u32;
    Ok((1..)
        .zip(parts)
        .map(|(no, part)| numbered(no, of, part, &[]))
        .collect())
}

/// The parts of what is on no invoice and in no delivery under way; none when it goes on one invoice as a whole.
/// `superseded` deliveries still await their buyer but are about to end.
///
/// # Errors
/// [`PartsError`].
pub(crate) async fn parts_left(
    ports: &Ports,
    seller: &Seller,
    order: &Order,
    superseded: Superseded,
) -> Result<Vec<OrderPart>, PartsError> {
    if order.difference.is_some() {
        return Ok(Vec::new());
    }
    let books = open(ports, order).await?;
    let deliveries = ports.store.deliveries_of(&order.id).await?;
    let stays = |it: &&Delivery| superseded == Superseded::None || !it.state.awaits_buyer();
    let live: Vec<&Delivery> = undrafted(&deliveries).filter(stays).collect();
    if live.iter().any(|it| it.part.is_none()) {
        // The whole is under way: the store says so.
        return Ok(Vec::new());
    }
    let mut papers: Vec<Paper> = books.blues().map(|it| books.paper(it)).collect();
    papers.extend(
        live.iter()
            .filter_map(|it| Some(as_paper(it.part.as_ref()?, &books))),
    );
    let Ok((lines, sources)) = to_invoice(&books.lines, &books.taken(), &papers) else {
        // Refunds ate into what waits: nothing is free until that is settled.
        return Ok(Vec::new());
    };
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let parts = split_parts(&lines, &seller.rules.split_limits())
        .map_err(|error| PartsError::Limits(error.to_string()))?;
    let was_divided = deliveries.iter().any(|it| it.part.is_some());
    if parts.len() == 1 && !was_divided {
        return Ok(Vec::new());
    }
    let held = |it: &Delivery| {
        let invoiced = it.invoice.as_ref().is_some_and(|id| {
            let own = books.blues().find(|invoice| invoice.id == *id);
            own.is_some_and(|it| it.state != fapiao_domain::invoice::InvoiceState::FullyRed)
        });
        invoiced || live.iter().any(|live| live.id == it.id)
    };
    let taken: Vec<u32> = deliveries
        .iter()
        .filter(|it| held(it))
        .filter_map(|it| it.part.as_ref().map(|part| part.no))
        .collect();
    let of = (taken.len() + parts.len()) as u32;
    let free = (1..).filter(|no| !taken.contains(no));
    let of = of.max(taken.iter().copied().max().unwrap_or(0));
    Ok(free
        .zip(parts)
        .map(|(no, part)| numbered(no, of, part, &sources))
        .collect())
}

/// Whether deliveries that await their buyer count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Superseded {
    /// All count.
    None,
    /// Those that await their buyer are about to end.
    Waiting,
}

async fn open(ports: &Ports, order: &Order) -> Result<Books, PartsError> {
    match Books::open(ports, order.clone()).await {
        Ok(books) => Ok(books),
        Err(BooksError::Store(error)) => Err(error.into()),
        Err(BooksError::Lines(text)) => Err(PartsError::Books(text)),
    }
}

/// `sources` are those of the lines that were divided; empty when they are the order's own.
fn numbered(no: u32, of: u32, part: Part, sources: &[u32]) -> OrderPart {
    let source = |line: u32| {
        let place = usize::try_from(line).unwrap_or(usize::MAX).wrapping_sub(1);
        sources.get(place).copied().unwrap_or(line)
    };
    OrderPart {
        no,
        of,
        totals: part.computed.totals,
        lines: part
            .computed
            .lines
            .into_iter()
            .zip(part.sources)
            .map(|(line, from)| PartLine {
                source: source(from),
                kind: line.kind,
                quantity: line.quantity,
                unit_price: line.unit_price,
                amount: line.amount,
                tax: line.tax,
            })
            .collect(),
    }
}

/// Deliveries under way whose invoice is not drafted yet.
fn undrafted(deliveries: &[Delivery]) -> impl Iterator<Item = &Delivery> {
    deliveries.iter().filter(|it| {
        let under_way = it.state.awaits_buyer()
            || matches!(it.state, DeliveryState::Authorised | DeliveryState::Issuing);
        under_way && it.invoice.is_none()
    })
}

/// A part as if it were an invoice already.
fn as_paper(part: &OrderPart, books: &Books) -> Paper {
    Paper {
        lines: lines_of(part, &books.lines),
        sources: part.lines.iter().map(|it| it.source).collect(),
        earlier: Vec::new(),
    }
}

/// The invoice lines of a part, with the names of the order's computed lines.
pub(crate) fn lines_of(part: &OrderPart, computed: &[InvoiceLine]) -> Vec<InvoiceLine> {
    let mut lines = Vec::with_capacity(part.lines.len());
    for stated in &part.lines {
        let Some(own) = computed.iter().find(|it| it.no == stated.source) else {
            continue;
        };
        let is_discount = stated.kind == LineKind::Discount;
        let text = |text: &String| {
            if is_discount {
                String::new()
            } else {
                text.clone()
            }
        };
        lines.push(InvoiceLine {
            no: lines.len() as u32 + 1,
            kind: stated.kind,
            spec: text(&own.spec),
            unit: text(&own.unit),
            quantity: stated.quantity,
            unit_price: stated.unit_price,
            amount: stated.amount,
            tax: stated.tax,
            gross: stated.amount + stated.tax,
            ..own.clone()
        });
    }
    lines
}

/// The lines a delivery's part states now, and the order's line behind each: as fixed when it was made, less what was
/// given back since. What was given back leaves the last part first.
///
/// # Errors
/// [`RefundError::Inconsistent`] when the order's papers say more than the order.
pub(crate) fn part_lines(
    books: &Books,
    deliveries: &[Delivery],
    part: &OrderPart,
) -> Result<(Vec<InvoiceLine>, Vec<u32>), RefundError> {
    let papers: Vec<Paper> = books.blues().map(|it| books.paper(it)).collect();
    let (open, open_sources) = to_invoice(&books.lines, &books.taken(), &papers)?;
    let earlier: Vec<&OrderPart> = undrafted(deliveries)
        .filter_map(|it| it.part.as_ref())
        .filter(|it| it.no < part.no)
        .collect();
    let mut made: Vec<InvoiceLine> = Vec::new();
    let mut sources = Vec::new();
    let own = lines_of(part, &books.lines);
    for (place, line) in own.iter().enumerate() {
        let source = part.lines[place].source;
        if line.kind == LineKind::Discount {
            continue;
        }
        let pair = &own[place..(place + 2).min(own.len())];
        let pair = match pair {
            [_, next] if next.kind == LineKind::Discount => pair,
            _ => &pair[..1],
        };
        let wanted = Amounts::of(pair);
        let left = Amounts::of(
            open.iter()
                .zip(&open_sources)
                .filter(|(_, of)| **of == source)
                .map(|(it, _)| it),
        );
        let before = Amounts::of_stated(&earlier, source);
        let free = left.less(&before);
        if free.gross() >= wanted.gross() {
            made.extend(pair.iter().cloned());
            sources.resize(made.len(), source);
        } else if free.amount.is_positive() && !free.tax.is_negative() {
            let price = line.unit_price.filter(|_| free.quantity.is_some());
            let quantity = free
                .quantity
                .filter(|it| price.is_some() && it.is_sign_positive() && !it.is_zero());
            let fits = quantity.zip(price).is_some_and(|(quantity, price)| {
                fapiao_domain::exact::within_one_fen(quantity, price, free.amount)
            });
            made.push(InvoiceLine {
                kind: LineKind::Normal,
                quantity: quantity.filter(|_| fits),
                unit_price: price.filter(|_| fits),
                amount: free.amount,
                tax: free.tax,
                gross: free.gross(),
                ..line.clone()
            });
            sources.push(source);
        }
    }
    for (place, line) in made.iter_mut().enumerate() {
        line.no = place as u32 + 1;
    }
    Ok((made, sources))
}

/// What each delivery of a divided order states, gross: its invoice, or its part less what was given back since it was
/// made. Deliveries without a part are not among them.
///
/// # Errors
/// The database's; books that cannot be read leave the sums as they were made.
pub async fn part_sums(
    ports: &Ports,
    order: &Order,
    deliveries: &[Delivery],
) -> Result<HashMap<DeliveryId, Fen>, StoreError> {
    let made = |it: &Delivery| Some((it.id.clone(), it.part.as_ref()?.totals.total));
    let mut sums: HashMap<DeliveryId, Fen> = deliveries.iter().filter_map(made).collect();
    if sums.is_empty() || ports.store.refunds_of(&order.id).await?.is_empty() {
        return Ok(sums);
    }
    let books = match Books::open(ports, order.clone()).await {
        Ok(books) => books,
        Err(BooksError::Store(error)) => return Err(error),
        Err(BooksError::Lines(_)) => return Ok(sums),
    };
    let drafted = |it: &Delivery| {
        let id = it.invoice.as_ref()?;
        books.invoices.iter().find(|invoice| invoice.id == *id)
    };
    for it in deliveries {
        let Some(part) = &it.part else { continue };
        let stated = match drafted(it) {
            Some(invoice) => Some(invoice.totals.total),
            None if undrafted(deliveries).any(|waits| waits.id == it.id) => {
                part_lines(&books, deliveries, part)
                    .ok()
                    .map(|(lines, _)| lines.iter().map(|line| line.gross).sum())
            }
            None => None,
        };
        if let Some(stated) = stated {
            sums.insert(it.id.clone(), stated);
        }
    }
    Ok(sums)
}

/// How much of a line.
struct Amounts {
    amount: Fen,
    tax: Fen,
    quantity: Option<rust_decimal::Decimal>,
}

impl Amounts {
    fn of<'a>(lines: impl IntoIterator<Item = &'a InvoiceLine>) -> Amounts {
        let mut all = Amounts {
            amount: Fen::ZERO,
            tax: Fen::ZERO,
            quantity: None,
        };
        for it in lines {
            all.amount += it.amount;
            all.tax += it.tax;
            if let Some(quantity) = it.quantity {
                *all.quantity.get_or_insert_default() += quantity;
            }
        }
        all
    }

    fn of_stated(parts: &[&OrderPart], source: u32) -> Amounts {
        let mut all = Amounts::of([]);
        let lines = parts.iter().flat_map(|it| &it.lines);
        for it in lines.filter(|it| it.source == source) {
            all.amount += it.amount;
            all.tax += it.tax;
            if let Some(quantity) = it.quantity {
                *all.quantity.get_or_insert_default() += quantity;
            }
        }
        all
    }

    fn less(&self, other: &Amounts) -> Amounts {
        Amounts {
            amount: self.amount - other.amount,
            tax: self.tax - other.tax,
            quantity: self
                .quantity
                .map(|it| it - other.quantity.unwrap_or_default()),
        }
    }

    fn gross(&self) -> Fen {
        self.amount + self.tax
    }
}

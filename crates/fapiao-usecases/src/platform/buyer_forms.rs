//! Red confirmations that a buyer began (购方发起): found at the tax side, written down as refunds that wait for our
//! answer.

use crate::{
    actor::Actor,
    books::{Books, BooksError},
    errors::StoreError,
    ids::fresh,
    ports::{BuyerForm, FormRow, InvoiceFilter, NewRefund, Ports, Scope},
    records::{Invoice, IssuingMode, RedForm, Refund, RefundKind, Seller, TakenLine},
    step::StepError,
};
use fapiao_domain::{
    confirmation::FormState,
    ids::{RefundId, SellerId},
    line::InvoiceLine,
    money::Fen,
    red::{RedLine, RedReason, fold, remaining},
    totals::{Totals, sum},
};

/// Looks for confirmations that wait for the seller's answer and are not known yet.
///
/// # Errors
/// [`StepError`]; one that cannot be understood is left to the others' benefit and told in the log.
pub async fn find_red_forms(ports: &Ports, id: &SellerId) -> Result<(), StepError> {
    let Some(seller) = ports.store.seller(id).await? else {
        return Ok(());
    };
    // The others' platform is connected to the tax authority, not we.
    if seller.mode != IssuingMode::SelfBuilt {
        return Ok(());
    }
    for told in ports.tax.forms_of_buyers(&seller).await? {
        if told.status.ours || told.status.state != FormState::AwaitsSeller {
            continue;
        }
        if ports.store.knows_red_form(&told.status.key).await? {
            continue;
        }
        let rows = ports.tax.form_rows(&seller, &told.status.key).await?;
        match write_down(ports, &seller, &told, &rows).await? {
            Written::Done => {}
            Written::Not(why) => tracing::warn!(
                seller.id = %seller.id, form = told.status.number, blue = told.blue,
                "A buyer's red confirmation is not taken in: {why}"
            ),
        }
    }
    Ok(())
}

/// Whether it was written.
enum Written {
    Done,
    /// Why not.
    Not(&'static str),
}

async fn write_down(
    ports: &Ports,
    seller: &Seller,
    told: &BuyerForm,
    rows: &[FormRow],
) -> Result<Written, StepError> {
    let Some(reason) = told.status.reason else {
        return Ok(Written::Not("its reason is not known"));
    };
    let Some(blue) = blue_of(ports, seller, &told.blue).await? else {
        return Ok(Written::Not("its blue invoice was not issued here"));
    };
    let Some(lines) = lines_of(&blue.lines, rows) else {
        return Ok(Written::Not(
            "its rows name lines that the blue invoice does not have",
        ));
    };
    let plain: Vec<InvoiceLine> = lines.iter().map(|it| it.line.clone()).collect();
    let totals = sum(&plain);
    if (totals.amount, totals.tax) != (told.status.amount, told.status.tax) {
        return Ok(Written::Not("its rows do not sum up to its totals"));
    }
    let order = ports.store.order(&Scope::All, &blue.order).await?;
    let order = order.ok_or_else(|| StoreError::NotFound {
        what: format!("order {}", blue.order),
    })?;
    let books = match Books::open(ports, order).await {
        Ok(books) => books,
        Err(BooksError::Store(error)) => return Err(error.into()),
        Err(BooksError::Lines(_)) => {
            return Ok(Written::Not(
                "the order's lines cannot be computed any more",
            ));
        }
    };
    let mut against = books.earlier(&blue);
    against.extend(lines.iter().cloned());
    let Ok(rests) = remaining(&blue.lines, &against) else {
        return Ok(Written::Not(
            "it takes more than is left of the blue invoice",
        ));
    };
    let completes = rests.iter().all(|it| it.gross() == Fen::ZERO);
    let Some(taken) = taken_from(&books, &blue, reason, &lines) else {
        return Ok(Written::Not("it takes more than is left of the order"));
    };
    let refund = refund_of(
        ports,
        &books,
        told,
        (reason, completes, totals),
        &blue,
        lines,
        taken,
    );
    let new = NewRefund {
        refund,
        basis: books.basis(),
        ends_waiting: false,
    };
    match ports.store.book_refund(new, None, &Actor::Buyer).await {
        // Somebody else decided in between, or another node found it first: looked at again with the next search.
        Ok(_) | Err(StoreError::Stale { .. } | StoreError::Exists { .. }) => Ok(Written::Done),
        Err(error) => Err(error.into()),
    }
}

/// The invoice of a number, if it is issued and blue.
async fn blue_of(
    ports: &Ports,
    seller: &Seller,
    number: &str,
) -> Result<Option<Invoice>, StoreError> {
    let filter = InvoiceFilter {
        text: number.to_owned(),
        seller: Some(seller.id.clone()),
        limit: 5,
        ..InvoiceFilter::default()
    };
    let found = ports.store.invoices(&Scope::All, &filter).await?;
    let Some(row) = found.rows.into_iter().find(|it| it.number == number) else {
        return Ok(None);
    };
    let whole = ports.store.invoices_by_id(&[row.id]).await?.pop();
    Ok(whole.filter(|it| it.red.is_none() && it.state.is_issued()))
}

/// The rows as red lines: texts of the blue lines, amounts of the form.
fn lines_of(blue: &[InvoiceLine], rows: &[FormRow]) -> Option<Vec<RedLine>> {
    let folded = fold(blue).ok()?;
    let mut lines = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let own = folded.iter().find(|it| it.no == row.blue_no)?;
        lines.push(RedLine {
            blue_no: row.blue_no,
            line: InvoiceLine {
                no: u32::try_from(place).ok()? + 1,
                quantity: row.quantity.map(|(quantity, _)| quantity.normalize()),
                unit_price: row.quantity.map(|(_, price)| price),
                amount: row.amount,
                tax: row.tax,
                gross: row.amount + row.tax,
                ..own.clone()
            },
        });
    }
    (!lines.is_empty()).then_some(lines)
}

/// What it takes from the order's lines; nothing for a wrongly issued invoice, where no money moves.
fn taken_from(
    books: &Books,
    blue: &Invoice,
    reason: RedReason,
    lines: &[RedLine],
) -> Option<Vec<RedLine>> {
    if reason == RedReason::Mistake {
        return Some(Vec::new());
    }
    let paper = books.paper(blue);
    let taken: Vec<RedLine> = lines
        .iter()
        .map(|it| RedLine {
            blue_no: paper.source(it.blue_no),
            line: it.line.clone(),
        })
        .collect();
    let mut all = books.taken();
    all.extend(taken.iter().cloned());
    remaining(&books.lines, &all).ok().map(|_| taken)
}

fn refund_of(
    ports: &Ports,
    books: &Books,
    told: &BuyerForm,
    (reason, completes, totals): (RedReason, bool, Totals),
    blue: &Invoice,
    lines: Vec<RedLine>,
    taken: Vec<RedLine>,
) -> Refund {
    let now = ports.clock.now();
    let id: RefundId = fresh(now);
    let order = &books.order;
    let form = RedForm {
        id: fresh(now),
        refund: id.clone(),
        order: order.id.clone(),
        seller: order.seller.clone(),
        blue: blue.id.clone(),
        reason,
        lines,
        totals,
        completes,
        state: told.status.state,
        number: told.status.number.clone(),
        key: told.status.key.clone(),
        message: String::new(),
        red: None,
        asked_at: None,
        entered_at: Some(told.status.entered_at.unwrap_or(now)),
        carried_out_at: None,
        created_at: now,
        version: 1,
        by_buyer: true,
    };
    let correction = reason == RedReason::Mistake;
    let given_back = if correction {
        Totals::default()
    } else {
        Totals {
            amount: -totals.amount,
            tax: -totals.tax,
            total: -totals.total,
        }
    };
    Refund {
        order: order.id.clone(),
        seller: order.seller.clone(),
        store: order.store.clone(),
        kind: if correction {
            RefundKind::Correction
        } else {
            RefundKind::Refund
        },
        reason,
        refund_no: String::new(),
        note: String::new(),
        totals: given_back,
        taken: taken
            .into_iter()
            .map(|line| TakenLine {
                form: Some(form.id.clone()),
                line,
            })
            .collect(),
        // A wrongly issued invoice is issued anew.
        reissue: correction,
        delivery: None,
        decided_by: Actor::Buyer.to_string(),
        created_at: now,
        forms: vec![form],
        id,
    }
}

//! Refunds and confirmations as they are read.

use crate::{
    cursor,
    entity::{red_form, red_form_line, refund, refund_line},
    invoice::state as invoice_state,
    order::within,
    read,
    sql::{self, Cells, Sql, select},
};
use fapiao_domain::{
    confirmation::FormState,
    ids::{Id, InvoiceId},
    invoice::InvoiceState,
    line::{InvoiceLine, LineKind},
    red::{RedLine, RedReason},
};
use fapiao_usecases::{
    errors::StoreError,
    ports::{Page, RedFormFilter, RedFormRow, Scope},
    records::{RedForm, Refund, RefundKind, TakenLine},
};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// The state of a row.
pub(crate) fn form_state(text: &str) -> Result<FormState, StoreError> {
    read::word(FormState::parse, text, "state of a red confirmation")
}

/// The reason of a row.
pub(crate) fn reason(text: &str) -> Result<RedReason, StoreError> {
    read::word(RedReason::from_code, text, "reason of a red letter")
}

macro_rules! red_line {
    ($model:expr) => {{
        let model = $model;
        let decimal = |text: Option<String>| text.as_deref().map(read::decimal).transpose();
        RedLine {
            blue_no: read::count(model.blue_no),
            line: InvoiceLine {
                no: read::count(model.no),
                kind: LineKind::Normal,
                name: model.name,
                tax_code: model.tax_code,
                short_name: model.short_name,
                spec: model.spec,
                unit: model.unit,
                quantity: decimal(model.quantity)?,
                unit_price: decimal(model.unit_price)?,
                amount: read::fen(model.amount)?,
                rate: read::rate(&model.rate)?,
                tax: read::fen(model.tax)?,
                gross: read::fen(model.gross)?,
                preference: read::preference(&model.preference)?,
            },
        }
    }};
}

/// Confirmations by a condition on their rows, in the order they are carried out.
pub(crate) async fn forms(
    db: &impl ConnectionTrait,
    condition: Sql,
) -> Result<Vec<RedForm>, StoreError> {
    let sql = select::<red_form::Entity>("WHERE ")
        .join(condition)
        .add(" ORDER BY created_at, id");
    let models = sql::all::<red_form::Model>(db, sql).await?;
    with_lines(db, models).await
}

async fn with_lines(
    db: &impl ConnectionTrait,
    models: Vec<red_form::Model>,
) -> Result<Vec<RedForm>, StoreError> {
    if models.is_empty() {
        return Ok(Vec::new());
    }
    let ids = || models.iter().map(|it| it.id.as_str());
    let sql = select::<red_form_line::Entity>("WHERE form_id IN ")
        .list(ids())
        .add(" ORDER BY form_id, no");
    let mut lines: HashMap<String, Vec<RedLine>> = HashMap::new();
    for model in sql::all::<red_form_line::Model>(db, sql).await? {
        let of = model.form_id.clone();
        lines.entry(of).or_default().push(red_line!(model));
    }
    let sql =
        Sql::new("SELECT red_form_id, id, state FROM invoices WHERE red_form_id IN ").list(ids());
    let mut reds: HashMap<String, (InvoiceId, InvoiceState)> = HashMap::new();
    for row in sql::rows(db, sql).await? {
        let (form, id, state): (String, String, String) =
            (row.cell(0)?, row.cell(1)?, row.cell(2)?);
        reds.insert(form, (read::id(&id)?, invoice_state(&state)?));
    }
    models
        .into_iter()
        .map(|model| {
            let own = lines.remove(&model.id).unwrap_or_default();
            let red = reds.remove(&model.id);
            form(model, own, red)
        })
        .collect()
}

fn form(
    model: red_form::Model,
    lines: Vec<RedLine>,
    red: Option<(InvoiceId, InvoiceState)>,
) -> Result<RedForm, StoreError> {
    Ok(RedForm {
        id: read::id(&model.id)?,
        refund: read::id(&model.refund_id)?,
        order: read::id(&model.order_id)?,
        seller: read::id(&model.seller_id)?,
        blue: read::id(&model.blue_id)?,
        reason: reason(&model.reason)?,
        lines,
        totals: read::totals(model.amount, model.tax, model.total)?,
        completes: model.completes,
        state: form_state(&model.state)?,
        number: model.number,
        key: model.form_key,
        message: model.message,
        red,
        asked_at: read::time_opt(model.asked_at)?,
        entered_at: read::time_opt(model.entered_at)?,
        carried_out_at: read::time_opt(model.carried_out_at)?,
        created_at: read::time(model.created_at)?,
        version: model.version,
        by_buyer: model.by_buyer,
    })
}

/// Refunds by a condition on their rows, oldest first.
pub(crate) async fn refunds(
    db: &impl ConnectionTrait,
    condition: Sql,
) -> Result<Vec<Refund>, StoreError> {
    let sql = select::<refund::Entity>("WHERE ")
        .join(condition)
        .add(" ORDER BY created_at, id");
    let models = sql::all::<refund::Model>(db, sql).await?;
    if models.is_empty() {
        return Ok(Vec::new());
    }
    let ids = || models.iter().map(|it| it.id.as_str());
    let mut of: HashMap<String, Vec<RedForm>> = HashMap::new();
    for form in forms(db, Sql::new("refund_id IN ").list(ids())).await? {
        of.entry(form.refund.to_string()).or_default().push(form);
    }
    let sql = select::<refund_line::Entity>("WHERE refund_id IN ")
        .list(ids())
        .add(" ORDER BY refund_id, no");
    let mut taken: HashMap<String, Vec<TakenLine>> = HashMap::new();
    for model in sql::all::<refund_line::Model>(db, sql).await? {
        let form = read::id_opt(model.form_id.as_deref())?;
        let refund = model.refund_id.clone();
        taken.entry(refund).or_default().push(TakenLine {
            form,
            line: red_line!(model),
        });
    }
    models
        .into_iter()
        .map(|model| {
            Ok(Refund {
                taken: taken.remove(&model.id).unwrap_or_default(),
                forms: of.remove(&model.id).unwrap_or_default(),
                id: read::id(&model.id)?,
                order: read::id(&model.order_id)?,
                seller: read::id(&model.seller_id)?,
                store: read::id(&model.store_id)?,
                kind: read::word(RefundKind::parse, &model.kind, "kind of refund")?,
                reason: reason(&model.reason)?,
                refund_no: model.refund_no,
                note: model.note,
                totals: read::totals(model.amount, model.tax, model.total)?,
                reissue: model.reissue,
                delivery: read::id_opt(model.delivery_id.as_deref())?,
                decided_by: model.decided_by,
                created_at: read::time(model.created_at)?,
            })
        })
        .collect()
}

/// The condition of a filter.
fn wanted(scope: &Scope, filter: &RedFormFilter) -> Sql {
    let mut sql = Sql::new("1 = 1").join(within(scope, "store_id"));
    let refused = "state <> 'given_up' AND carried_out_at IS NULL AND EXISTS (SELECT 1 FROM invoices WHERE \
                   invoices.red_form_id = red_forms.id AND invoices.state = 'refused')";
    if !filter.states.is_empty() {
        sql = sql
            .add(" AND (state IN ")
            .list(filter.states.iter().map(|it| it.as_str()));
        if filter.red_refused == Some(true) {
            sql = sql.add(&format!(" OR ({refused})"));
        }
        sql = sql.add(")");
    }
    if filter.red_refused == Some(false) {
        sql = sql.add(&format!(" AND NOT ({refused})"));
    }
    if let Some(seller) = &filter.seller {
        sql = sql.add(" AND seller_id = ").bind(seller.as_str());
    }
    match filter.carried_out {
        Some(true) => sql = sql.add(" AND carried_out_at IS NOT NULL"),
        Some(false) => sql = sql.add(" AND carried_out_at IS NULL"),
        None => {}
    }
    let text = filter.text.trim();
    if !text.is_empty() {
        let (from, until) = (text.to_owned(), format!("{text}\u{10FFFF}"));
        sql = sql.add(" AND (");
        for (place, column) in ["number", "blue_number", "order_no", "buyer"]
            .iter()
            .enumerate()
        {
            if place > 0 {
                sql = sql.add(" OR ");
            }
            sql = sql
                .add(&format!("({column} >= "))
                .bind(from.as_str())
                .add(&format!(" AND {column} < "))
                .bind(until.as_str())
                .add(")");
        }
        sql = sql.add(")");
    }
    sql
}

/// A page of the list, newest first.
pub(crate) async fn page(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &RedFormFilter,
) -> Result<Page<RedFormRow>, StoreError> {
    let limit = cursor::limit(filter.limit);
    let mut sql = select::<red_form::Entity>("WHERE ").join(wanted(scope, filter));
    if let Some((at, id)) = cursor::read(filter.after.as_deref())? {
        sql = sql
            .add(" AND (created_at, id) < (")
            .bind(at)
            .add(", ")
            .bind(id)
            .add(")");
    }
    let sql = sql
        .add(" ORDER BY created_at DESC, id DESC LIMIT ")
        .bind(limit as i64 + 1);
    let models = sql::all::<red_form::Model>(db, sql).await?;
    let (models, next) = cursor::cut(models, limit, |it| (it.created_at, it.id.clone()));
    let facts: Vec<(String, String, String)> = models
        .iter()
        .map(|it| {
            (
                it.blue_number.clone(),
                it.order_no.clone(),
                it.buyer.clone(),
            )
        })
        .collect();
    let numbers = red_numbers(db, &models).await?;
    let forms = with_lines(db, models).await?;
    let rows = forms
        .into_iter()
        .zip(facts)
        .map(|(form, (blue_number, order_no, buyer))| RedFormRow {
            red_number: numbers.get(form.id.as_str()).cloned().unwrap_or_default(),
            form,
            blue_number,
            order_no,
            buyer,
        })
        .collect();
    let counted = Sql::new("SELECT count(*) FROM (SELECT 1 FROM red_forms WHERE ")
        .join(wanted(scope, filter))
        .add(" LIMIT ")
        .bind(cursor::COUNTED)
        .add(") AS found");
    Ok(Page {
        rows,
        next,
        count: read::count(sql::number(db, counted).await?),
        sum: None,
    })
}

async fn red_numbers(
    db: &impl ConnectionTrait,
    models: &[red_form::Model],
) -> Result<HashMap<String, String>, StoreError> {
    let sql = Sql::new(
        "SELECT red_form_id, number FROM invoices WHERE number IS NOT NULL AND red_form_id IN ",
    )
    .list(models.iter().map(|it| it.id.as_str()));
    let mut numbers = HashMap::new();
    for row in sql::rows(db, sql).await? {
        numbers.insert(row.cell(0)?, row.cell(1)?);
    }
    Ok(numbers)
}

/// Everything that counts against a blue invoice.
pub(crate) async fn holding(
    db: &impl ConnectionTrait,
    blue: &str,
) -> Result<Vec<RedLine>, StoreError> {
    let forms = forms(db, Sql::new("blue_id = ").bind(blue)).await?;
    Ok(forms
        .into_iter()
        .filter(|it| it.state.holds())
        .flat_map(|it| it.lines)
        .collect())
}

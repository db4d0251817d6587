//! The list of invoices: pages, searched and counted.

use crate::{
    cursor,
    entity::invoice,
    error::db,
    invoice::state,
    order::{any_of, within},
    read,
    sql::{self, Cells, Searched, Sql, begins_with, columns, without_index},
};
use fapiao_domain::{
    card::CardState,
    ids::Id,
    invoice::{InvoiceKind, InvoiceState},
};
use fapiao_usecases::{
    errors::StoreError,
    ports::{InvoiceFilter, InvoiceRow, Page, Scope},
};
use sea_orm::{ConnectionTrait, FromQueryResult};

/// A page of invoices.
pub(crate) async fn page(
    db_: &impl ConnectionTrait,
    scope: &Scope,
    filter: &InvoiceFilter,
) -> Result<Page<InvoiceRow>, StoreError> {
    let fixed = fixed(scope, filter);
    let terms = matching(filter.text.trim(), "");
    let (count, sum) = count(db_, &fixed, &terms, filter.state.is_none()).await?;
    let limit = cursor::limit(filter.limit);
    let sql = Sql::new(format!(
        "SELECT {}, c.state AS card_state FROM invoices i \
         LEFT JOIN cards c ON c.delivery_id = i.delivery_id AND c.invoice_id = i.id WHERE 1 = 1",
        columns::<invoice::Entity>("i.")
    ))
    .join(fixed);
    let mut sql = if terms.is_empty() {
        sql
    } else if count >= cursor::COUNTED {
        let plain = without_index(db_.get_database_backend());
        let terms = matching(filter.text.trim(), plain);
        sql.add(" AND (").join(any_of(terms, " OR ", "")).add(")")
    } else {
        let each = "SELECT i.id FROM invoices i WHERE ";
        sql.add(" AND i.id IN (")
            .join(any_of(terms, " UNION ", each))
            .add(")")
    };
    if let Some((at, id)) = cursor::read(filter.after.as_deref())? {
        sql = sql
            .add(" AND (i.created_at, i.id) < (")
            .bind(at)
            .add(", ")
            .bind(id)
            .add(")");
    }
    sql = sql
        .add(" ORDER BY i.created_at DESC, i.id DESC LIMIT ")
        .bind(limit as i64 + 1);
    let mut found = Vec::new();
    for row in sql::rows(db_, sql).await? {
        let model = invoice::Model::from_query_result(&row, "").map_err(db)?;
        let card: Option<String> = row.try_get("", "card_state").map_err(db)?;
        found.push((model, card));
    }
    let (found, next) = cursor::cut(found, limit, |(model, _)| {
        (model.created_at, model.id.clone())
    });
    Ok(Page {
        rows: found
            .into_iter()
            .map(|(model, card)| list_row(model, card))
            .collect::<Result<_, _>>()?,
        next,
        count: read::count(count),
        sum: sum.map(read::sum),
    })
}

/// How many, and what they come to. What the tax authority refused is no turnover: among all states it counts nothing.
async fn count(
    db_: &impl ConnectionTrait,
    fixed: &Sql,
    terms: &[Sql],
    of_all_states: bool,
) -> Result<(i64, Option<i64>), StoreError> {
    let most = cursor::COUNTED + 1;
    let total = if of_all_states {
        format!(
            "CASE WHEN i.state = '{}' THEN 0 ELSE i.total END AS total",
            InvoiceState::Refused.as_str()
        )
    } else {
        "i.total".to_owned()
    };
    let mut sql = Sql::new("SELECT count(*), CAST(sum(total) AS BIGINT) FROM (");
    if terms.is_empty() {
        sql = sql
            .add(&format!("SELECT {total} FROM invoices i WHERE 1 = 1"))
            .join(fixed.clone());
    }
    for (place, term) in terms.iter().enumerate() {
        sql = sql
            .add(if place == 0 { "" } else { " UNION " })
            .add(&format!(
                "SELECT id, total FROM (SELECT i.id, {total} FROM invoices i WHERE "
            ))
            .join(term.clone())
            .join(fixed.clone())
            .add(" LIMIT ")
            .bind(most)
            .add(&format!(") AS branch{place}"));
    }
    sql = sql.add(" LIMIT ").bind(most).add(") AS counted");
    let Some(row) = sql::row(db_, sql).await? else {
        return Ok((0, None));
    };
    let count: i64 = row.cell(0)?;
    if count >= most {
        return Ok((cursor::COUNTED, None));
    }
    Ok((count, Some(row.cell::<Option<i64>>(1)?.unwrap_or(0))))
}

fn fixed(scope: &Scope, filter: &InvoiceFilter) -> Sql {
    let mut sql = within(scope, "i.store_id");
    if let Some(state) = filter.state {
        sql = sql.add(" AND i.state = ").bind(state.as_str());
    }
    if let Some(kind) = filter.kind {
        sql = sql.add(" AND i.kind = ").bind(kind.as_str());
    }
    if let Some(seller) = &filter.seller {
        sql = sql.add(" AND i.seller_id = ").bind(seller.as_str());
    }
    if let Some(store) = &filter.store {
        sql = sql.add(" AND i.store_id = ").bind(store.as_str());
    }
    if let Some(from) = filter.from {
        sql = sql
            .add(" AND i.created_at >= ")
            .bind(from.timestamp_millis());
    }
    if let Some(until) = filter.until {
        sql = sql
            .add(" AND i.created_at < ")
            .bind(until.timestamp_millis());
    }
    sql
}

fn matching(text: &str, before: &str) -> Vec<Sql> {
    if text.is_empty() {
        return Vec::new();
    }
    let searched = Searched::of(text);
    let mut terms: Vec<_> = [
        ("i.number", &searched.number),
        ("i.order_no", &searched.text),
        ("i.buyer", &searched.text),
        ("i.buyer_tax_number", &searched.text),
    ]
    .iter()
    .map(|(column, text)| begins_with(&format!("{before}{column}"), text))
    .collect();
    match text.split_once('_').map(|(prefix, _)| prefix) {
        Some("inv") => terms.push(Sql::new("i.id = ").bind(text)),
        Some("dlv") => terms.push(Sql::new("i.delivery_id = ").bind(text)),
        _ => {}
    }
    if let Some(code) = &searched.short_code {
        let sql = Sql::new("i.delivery_id IN (SELECT id FROM deliveries WHERE short_code = ");
        terms.push(sql.bind(code.as_str()).add(")"));
    }
    if let Some(number) = &searched.whole_number {
        let sql = Sql::new("i.red_form_id IN (SELECT id FROM red_forms WHERE number = ");
        terms.push(sql.bind(number.as_str()).add(")"));
    }
    terms
}

fn list_row(model: invoice::Model, card: Option<String>) -> Result<InvoiceRow, StoreError> {
    Ok(InvoiceRow {
        id: read::id(&model.id)?,
        number: model.number.unwrap_or_default(),
        kind: read::word(InvoiceKind::parse, &model.kind, "kind of invoice")?,
        state: state(&model.state)?,
        order: read::id(&model.order_id)?,
        order_no: model.order_no,
        buyer: model.buyer,
        totals: read::totals(model.amount, model.tax, model.total)?,
        issued_at: read::time_opt(model.issued_at)?,
        created_at: read::time(model.created_at)?,
        card_state: card
            .map(|text| read::word(CardState::parse, &text, "state of a card"))
            .transpose()?,
    })
}

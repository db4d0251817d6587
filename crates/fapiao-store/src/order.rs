//! Orders as they are read: one by one, and in pages.

use crate::{
    cursor,
    entity::{order, order_line},
    error::db,
    read,
    sql::{self, Cells, Searched, Sql, begins_with, columns, select, without_index},
};
use fapiao_domain::ids::Id;
use fapiao_domain::{
    delivery::DeliveryState, line::OrderLine, money::Fen, order::OrderState, special::AskedKind,
};
use fapiao_usecases::{
    errors::StoreError,
    ports::{OrderFilter, OrderRow, Page, Scope},
    records::{Order, Payment},
};
use sea_orm::{ConnectionTrait, FromQueryResult};

/// ` AND store_id = …` for callers who see one store only.
pub(crate) fn within(scope: &Scope, column: &str) -> Sql {
    match scope {
        Scope::All => Sql::default(),
        Scope::Store(store) => Sql::new(format!(" AND {column} = ")).bind(store.as_str()),
    }
}

/// One order by a condition on its row.
pub(crate) async fn find(
    db_: &impl ConnectionTrait,
    condition: Sql,
) -> Result<Option<Order>, StoreError> {
    let sql = select::<order::Entity>("WHERE ").join(condition);
    let Some(model) = sql::one::<order::Model>(db_, sql).await? else {
        return Ok(None);
    };
    let lines = select::<order_line::Entity>("WHERE order_id = ")
        .bind(model.id.as_str())
        .add(" ORDER BY no");
    let lines = sql::all::<order_line::Model>(db_, lines).await?;
    record(model, lines).map(Some)
}

pub(crate) fn record(
    model: order::Model,
    lines: Vec<order_line::Model>,
) -> Result<Order, StoreError> {
    Ok(Order {
        id: read::id(&model.id)?,
        seller: read::id(&model.seller_id)?,
        store: read::id(&model.store_id)?,
        order_no: model.order_no,
        sold_at: read::time(model.sold_at)?,
        created_at: read::time(model.created_at)?,
        source: model.source,
        state: read::word(OrderState::parse, &model.state, "state of an order")?,
        lines: lines.into_iter().map(line).collect::<Result<_, _>>()?,
        totals: read::totals(model.amount, model.tax, model.total)?,
        refunded: read::fen(model.refunded)?,
        fingerprint: model.fingerprint,
        remark: model.remark,
        payment: (!model.pay_channel.is_empty()).then_some(Payment {
            channel: model.pay_channel,
            transaction_no: model.pay_transaction_no,
            trade_no: model.pay_trade_no,
        }),
        difference: read::difference(&model.difference, model.deduction)?,
        asked: read::word(
            AskedKind::parse,
            &model.invoice_kind,
            "kind that is asked for",
        )?,
    })
}

fn line(model: order_line::Model) -> Result<OrderLine, StoreError> {
    Ok(OrderLine {
        name: model.name,
        tax_code: model.tax_code,
        spec: model.spec,
        unit: model.unit,
        quantity: read::decimal(&model.quantity)?,
        unit_price: read::decimal(&model.unit_price)?,
        tax_included: model.tax_included,
        rate: read::rate(&model.rate)?,
        discount: read::fen(model.discount)?,
        preference: read::preference(&model.preference)?,
    })
}

/// A page of orders. A search that finds few is answered from the indexes of what it searches, one that finds many from
/// the list by date.
pub(crate) async fn page(
    db_: &impl ConnectionTrait,
    scope: &Scope,
    filter: &OrderFilter,
) -> Result<Page<OrderRow>, StoreError> {
    let fixed = fixed(scope, filter);
    let searched = matching(filter.text.trim(), "");
    let (count, sum) = count(db_, &fixed, searched.as_ref()).await?;
    let limit = cursor::limit(filter.limit);
    let mut sql = Sql::new(format!(
        "SELECT {}, s.name AS store_name FROM orders o LEFT JOIN stores s ON s.id = o.store_id WHERE 1 = 1",
        columns::<order::Entity>("o.")
    ))
    .join(fixed);
    if let Some(terms) = searched {
        sql = if count >= cursor::COUNTED {
            let plain = without_index(db_.get_database_backend());
            let terms = matching(filter.text.trim(), plain).unwrap_or_default();
            sql.add(" AND (").join(any_of(terms, " OR ", "")).add(")")
        } else {
            sql.add(" AND o.id IN (")
                .join(any_of(terms, " UNION ", "SELECT o.id FROM orders o WHERE "))
                .add(")")
        };
    }
    if let Some((at, id)) = cursor::read(filter.after.as_deref())? {
        sql = sql
            .add(" AND (o.created_at, o.id) < (")
            .bind(at)
            .add(", ")
            .bind(id)
            .add(")");
    }
    sql = sql
        .add(" ORDER BY o.created_at DESC, o.id DESC LIMIT ")
        .bind(limit as i64 + 1);
    let mut found = Vec::new();
    for row in sql::rows(db_, sql).await? {
        let model = order::Model::from_query_result(&row, "").map_err(db)?;
        let store_name: Option<String> = row.try_get("", "store_name").map_err(db)?;
        found.push((model, store_name.unwrap_or_default()));
    }
    let (found, next) = cursor::cut(found, limit, |(model, _)| {
        (model.created_at, model.id.clone())
    });
    Ok(Page {
        rows: found
            .into_iter()
            .map(|(model, store_name)| list_row(model, store_name))
            .collect::<Result<_, _>>()?,
        next,
        count: read::count(count),
        sum,
    })
}

/// How many rows the filter has, up to 10,000, and their sum unless there are more.
async fn count(
    db_: &impl ConnectionTrait,
    fixed: &Sql,
    searched: Option<&Vec<Sql>>,
) -> Result<(i64, Option<Fen>), StoreError> {
    let most = cursor::COUNTED + 1;
    let mut sql = Sql::new("SELECT count(*), CAST(sum(total) AS BIGINT) FROM (");
    match searched {
        None => {
            sql = sql
                .add("SELECT o.total FROM orders o WHERE 1 = 1")
                .join(fixed.clone());
        }
        // Each branch is cut off on its own: a search that finds everything is not counted to its end.
        Some(terms) => {
            for (place, term) in terms.iter().enumerate() {
                sql = sql
                    .add(if place == 0 { "" } else { " UNION " })
                    .add("SELECT id, total FROM (SELECT o.id, o.total FROM orders o WHERE ")
                    .join(term.clone())
                    .join(fixed.clone())
                    .add(" LIMIT ")
                    .bind(most)
                    .add(&format!(") AS branch{place}"));
            }
        }
    }
    sql = sql.add(" LIMIT ").bind(most).add(") AS counted");
    let Some(row) = sql::row(db_, sql).await? else {
        return Ok((0, None));
    };
    let count: i64 = row.cell(0)?;
    if count >= most {
        return Ok((cursor::COUNTED, None));
    }
    let sum = row.cell::<Option<i64>>(1)?.unwrap_or(0);
    Ok((count, Some(read::sum(sum))))
}

fn fixed(scope: &Scope, filter: &OrderFilter) -> Sql {
    let mut sql = within(scope, "o.store_id");
    if let Some(state) = filter.state {
        sql = sql.add(" AND o.state = ").bind(state.as_str());
    }
    if let Some(state) = filter.delivery_state {
        sql = sql.add(" AND o.delivery_state = ").bind(state.as_str());
    }
    if let Some(store) = &filter.store {
        sql = sql.add(" AND o.store_id = ").bind(store.as_str());
    }
    if let Some(from) = filter.from {
        sql = sql
            .add(" AND o.created_at >= ")
            .bind(from.timestamp_millis());
    }
    if let Some(until) = filter.until {
        sql = sql
            .add(" AND o.created_at < ")
            .bind(until.timestamp_millis());
    }
    sql
}

/// What a search text may mean, each with its own index unless `before` the column keeps it off.
fn matching(text: &str, before: &str) -> Option<Vec<Sql>> {
    if text.is_empty() {
        return None;
    }
    let searched = Searched::of(text);
    let mut terms: Vec<_> = [
        ("o.order_no", &searched.text),
        ("o.invoice_number", &searched.number),
        ("o.buyer", &searched.text),
        ("o.buyer_tax_number", &searched.text),
    ]
    .iter()
    .map(|(column, text)| begins_with(&format!("{before}{column}"), text))
    .collect();
    // What is printed or linked somewhere leads to its order, but only whole.
    let mut exactly = |sql: &str, value: &str| {
        terms.push(
            Sql::new(format!("{sql} = "))
                .bind(value)
                .add(if sql.contains('(') { ")" } else { "" }),
        );
    };
    match text.split_once('_').map(|(prefix, _)| prefix) {
        Some("ord") => exactly("o.id", text),
        Some("dlv") => exactly("o.id IN (SELECT order_id FROM deliveries WHERE id", text),
        Some("inv") => exactly("o.id IN (SELECT order_id FROM invoices WHERE id", text),
        Some("rdf") => exactly("o.id IN (SELECT order_id FROM red_forms WHERE id", text),
        _ => {}
    }
    if let Some(code) = &searched.short_code {
        exactly(
            "o.id IN (SELECT order_id FROM deliveries WHERE short_code",
            code,
        );
    }
    if let Some(number) = &searched.whole_number {
        // Of a red invoice, of a confirmation, of a card.
        exactly(
            "o.id IN (SELECT order_id FROM invoices WHERE number",
            number,
        );
        exactly(
            "o.id IN (SELECT order_id FROM red_forms WHERE number",
            number,
        );
        exactly(
            "o.id IN (SELECT d.order_id FROM cards c JOIN deliveries d ON d.id = c.delivery_id \
             WHERE c.template IN (SELECT card_id FROM templates) AND c.code",
            number,
        );
    }
    let amount = text.trim_start_matches(['¥', '￥']).replace(',', "");
    if let Ok(amount) = Fen::parse_yuan(&amount) {
        terms.push(Sql::new(format!("{before}o.total = ")).bind(amount.get()));
    }
    Some(terms)
}

/// Joins search terms.
pub(crate) fn any_of(terms: Vec<Sql>, between: &str, before: &str) -> Sql {
    let mut whole = Sql::default();
    for (place, term) in terms.into_iter().enumerate() {
        whole = whole
            .add(if place == 0 { "" } else { between })
            .add(before)
            .join(term);
    }
    whole
}

fn list_row(model: order::Model, store_name: String) -> Result<OrderRow, StoreError> {
    Ok(OrderRow {
        id: read::id(&model.id)?,
        order_no: model.order_no,
        store: read::id(&model.store_id)?,
        store_name,
        sold_at: read::time(model.sold_at)?,
        created_at: read::time(model.created_at)?,
        state: read::word(OrderState::parse, &model.state, "state of an order")?,
        delivery_state: model
            .delivery_state
            .map(|text| read::word(DeliveryState::parse, &text, "state of a delivery"))
            .transpose()?,
        totals: read::totals(model.amount, model.tax, model.total)?,
        refunded: read::fen(model.refunded)?,
        invoice_number: model.invoice_number,
        buyer: model.buyer,
        asked: read::word(
            AskedKind::parse,
            &model.invoice_kind,
            "kind that is asked for",
        )?,
    })
}

//! Statements that both dialects understand, and what differs between them.

use crate::error::db;
use fapiao_usecases::errors::StoreError;
use sea_orm::{
    ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IdenStatic, Iterable, ModelTrait,
    QueryResult, Statement, TryGetable, Value,
};
use std::fmt::Write as _;

/// SQLite takes 32,766 values a statement, PostgreSQL 65,535.
const MOST_VALUES: usize = 30_000;

/// A statement in the making. Every value is bound, in the order of the text. Not `Debug`: values may be secret.
///
/// Placeholders are `?` as SQLite wants them (it looks `$1` up by name, which takes a second for a large set), and become
/// `$1`, `$2`, … for PostgreSQL. No text of ours contains a question mark.
#[derive(Clone, Default)]
pub(crate) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Begins with a text without placeholders.
    pub(crate) fn new(text: impl Into<String>) -> Sql {
        Sql {
            text: text.into(),
            values: Vec::new(),
        }
    }

    /// Adds text.
    pub(crate) fn add(mut self, text: &str) -> Sql {
        self.text.push_str(text);
        self
    }

    /// Adds a placeholder and its value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Sql {
        self.values.push(value.into());
        self.text.push('?');
        self
    }

    /// Adds `(?, ?, …)`. An empty list matches nothing.
    pub(crate) fn list<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Sql {
        self.text.push('(');
        let mut empty = true;
        for value in values {
            if !empty {
                self.text.push_str(", ");
            }
            empty = false;
            self = self.bind(value);
        }
        if empty {
            self.text.push_str("NULL");
        }
        self.text.push(')');
        self
    }

    /// Adds `VALUES (…), (…)` with typed columns, for use as a table.
    pub(crate) fn rows(mut self, rows: impl IntoIterator<Item = Vec<Value>>) -> Sql {
        self.text.push_str("VALUES ");
        for (place, row) in rows.into_iter().enumerate() {
            self.text.push_str(if place == 0 { "(" } else { ", (" });
            for (column, value) in row.into_iter().enumerate() {
                if column > 0 {
                    self.text.push_str(", ");
                }
                let kind = match value {
                    Value::BigInt(_) => "BIGINT",
                    _ => "TEXT",
                };
                self.text.push_str("CAST(");
                self = self.bind(value);
                let _ = write!(self.text, " AS {kind})");
            }
            self.text.push(')');
        }
        self
    }

    /// Joins another piece.
    pub(crate) fn join(mut self, other: Sql) -> Sql {
        self.text.push_str(&other.text);
        self.values.extend(other.values);
        self
    }

    fn statement(self, backend: DbBackend) -> Statement {
        let text = match backend {
            DbBackend::Postgres => numbered(&self.text, self.values.len()),
            _ => self.text,
        };
        Statement::from_sql_and_values(backend, text, self.values)
    }
}

/// Turns `?` into `$1`, `$2`, ….
fn numbered(text: &str, values: usize) -> String {
    let mut whole = String::with_capacity(text.len() + values * 4);
    for (place, piece) in text.split('?').enumerate() {
        if place > 0 {
            let _ = write!(whole, "${place}");
        }
        whole.push_str(piece);
    }
    whole
}

/// Runs a statement; how many rows it changed.
pub(crate) async fn exec(db_: &impl ConnectionTrait, sql: Sql) -> Result<u64, StoreError> {
    let statement = sql.statement(db_.get_database_backend());
    Ok(db_
        .execute_raw(statement)
        .await
        .map_err(db)?
        .rows_affected())
}

/// All rows of a query.
pub(crate) async fn rows(
    db_: &impl ConnectionTrait,
    sql: Sql,
) -> Result<Vec<QueryResult>, StoreError> {
    let statement = sql.statement(db_.get_database_backend());
    db_.query_all_raw(statement).await.map_err(db)
}

/// The first row of a query.
pub(crate) async fn row(
    db_: &impl ConnectionTrait,
    sql: Sql,
) -> Result<Option<QueryResult>, StoreError> {
    Ok(rows(db_, sql).await?.into_iter().next())
}

/// All rows of a query as models.
pub(crate) async fn all<M: FromQueryResult>(
    db_: &impl ConnectionTrait,
    sql: Sql,
) -> Result<Vec<M>, StoreError> {
    rows(db_, sql)
        .await?
        .iter()
        .map(|row| M::from_query_result(row, "").map_err(db))
        .collect()
}

/// The first row of a query as a model.
pub(crate) async fn one<M: FromQueryResult>(
    db_: &impl ConnectionTrait,
    sql: Sql,
) -> Result<Option<M>, StoreError> {
    Ok(all(db_, sql).await?.into_iter().next())
}

/// The single number a query answers with.
pub(crate) async fn number(db_: &impl ConnectionTrait, sql: Sql) -> Result<i64, StoreError> {
    match row(db_, sql).await? {
        Some(row) => Ok(row.cell::<Option<i64>>(0)?.unwrap_or(0)),
        None => Ok(0),
    }
}

/// Reads a cell by place.
pub(crate) trait Cells {
    /// The value in a column, counted from 0.
    fn cell<T: TryGetable>(&self, column: usize) -> Result<T, StoreError>;
}

impl Cells for QueryResult {
    fn cell<T: TryGetable>(&self, column: usize) -> Result<T, StoreError> {
        self.try_get_by_index(column).map_err(db)
    }
}

/// Inserts whole rows, many at once; `tail` may say what happens on a conflict and what is returned.
pub(crate) async fn insert<E>(
    db_: &impl ConnectionTrait,
    models: &[E::Model],
    tail: &str,
) -> Result<Vec<QueryResult>, StoreError>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E> + Sync,
{
    let names: Vec<&str> = E::Column::iter().map(|column| column.as_str()).collect();
    let head = format!(
        "INSERT INTO {} ({}) VALUES ",
        E::default().table_name(),
        names.join(", ")
    );
    let mut returned = Vec::new();
    for chunk in models.chunks((MOST_VALUES / names.len()).max(1)) {
        let mut sql = Sql::new(&head);
        for (place, model) in chunk.iter().enumerate() {
            sql = sql
                .add(if place == 0 { "" } else { ", " })
                .list(E::Column::iter().map(|column| model.get(column)));
        }
        returned.extend(rows(db_, sql.add(" ").add(tail)).await?);
    }
    Ok(returned)
}

/// `SELECT` of all columns this version knows, by name: one that a newer version added is left alone.
pub(crate) fn select<E: EntityTrait>(tail: &str) -> Sql {
    Sql::new(format!(
        "SELECT {} FROM {} {tail}",
        columns::<E>(""),
        E::default().table_name()
    ))
}

/// The columns of a table, each preceded by `prefix` (such as `o.`).
pub(crate) fn columns<E: EntityTrait>(prefix: &str) -> String {
    let names: Vec<_> = E::Column::iter()
        .map(|column| format!("{prefix}{}", column.as_str()))
        .collect();
    names.join(", ")
}

/// Unix milliseconds by the database's clock, as an expression.
pub(crate) fn now_millis(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)",
        _ => "CAST(round(unixepoch('subsec') * 1000) AS INTEGER)",
    }
}

/// Put before a column that is to be compared row by row while another index gives the order: SQLite would rather collect
/// everything that matches and sort it. PostgreSQL weighs that by itself.
pub(crate) fn without_index(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "",
        _ => "+",
    }
}

/// Holds the selected rows until the commit. SQLite has one writer anyway.
pub(crate) fn for_update(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => " FOR UPDATE",
        _ => "",
    }
}

/// `column` begins with `text`, as a range that uses the index and knows no wildcards.
pub(crate) fn begins_with(column: &str, text: &str) -> Sql {
    Sql::new(format!("({column} >= "))
        .bind(text)
        .add(&format!(" AND {column} < "))
        .bind(format!("{text}\u{10FFFF}"))
        .add(&format!(" AND {column} <> '')"))
}

/// What somebody searches for, as it may be stored. Numbers are printed in groups and codes with dashes.
pub(crate) struct Searched {
    /// As typed, without blanks around it.
    pub(crate) text: String,
    /// An invoice's number or its beginning: without the gaps between its groups.
    pub(crate) number: String,
    /// A buyer's short code, when it may be one.
    pub(crate) short_code: Option<String>,
    /// A number long enough to be looked for where only whole numbers are.
    pub(crate) whole_number: Option<String>,
}

impl Searched {
    pub(crate) fn of(text: &str) -> Searched {
        let text = text.trim();
        let bare: String = text.chars().filter(|it| !it.is_whitespace()).collect();
        let is_number = !bare.is_empty() && bare.bytes().all(|it| it.is_ascii_digit());
        let code: String = bare.chars().filter(|it| *it != '-').collect();
        let is_code = code.len() == 10 && code.bytes().all(|it| it.is_ascii_alphanumeric());
        Searched {
            number: if is_number {
                bare.clone()
            } else {
                text.to_owned()
            },
            short_code: is_code.then(|| code.to_ascii_uppercase()),
            whole_number: (is_number && bare.len() >= 12).then_some(bare),
            text: text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_numbered_in_the_order_of_the_text() {
        let inner = Sql::new("b = ")
            .bind(2_i64)
            .add(" AND c IN ")
            .list([3_i64, 4]);
        let whole = Sql::new("a = ")
            .bind(1_i64)
            .add(" AND ")
            .join(inner)
            .add(";");
        assert_eq!(whole.text, "a = ? AND b = ? AND c IN (?, ?);");
        assert_eq!(
            numbered(&whole.text, whole.values.len()),
            "a = $1 AND b = $2 AND c IN ($3, $4);"
        );
        assert_eq!(
            Sql::new("x IN ").list(Vec::<i64>::new()).text,
            "x IN (NULL)"
        );
    }
}

//! Short words for tables, so that a migration reads like the table it makes.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend, DbErr},
};

/// A required text.
pub(crate) fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// A text that may be missing.
pub(crate) fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().take()
}

/// A required integer: fen, Unix milliseconds, counts.
pub(crate) fn big(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

/// An integer that may be missing.
pub(crate) fn big_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().take()
}

/// Yes or no.
pub(crate) fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}

/// A text that is the primary key.
pub(crate) fn key(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().primary_key().take()
}

/// A table with these columns.
pub(crate) fn table(
    name: &'static str,
    columns: impl IntoIterator<Item = ColumnDef>,
) -> TableCreateStatement {
    let mut statement = Table::create();
    statement.table(name);
    for column in columns {
        statement.col(column);
    }
    statement
}

/// A primary key of several columns; see [`create`] for what SQLite makes of it.
pub(crate) fn keyed_by(
    statement: &mut TableCreateStatement,
    columns: &[&'static str],
) -> TableCreateStatement {
    let mut index = Index::create();
    for column in columns {
        index.col(*column);
    }
    statement.primary_key(&mut index).take()
}

/// A column that names a row of another table.
pub(crate) fn belongs_to(
    mut statement: TableCreateStatement,
    column: &'static str,
    (table, key): (&'static str, &'static str),
) -> TableCreateStatement {
    let name = format!("fk_{}_{column}", table_name(&statement));
    statement
        .foreign_key(
            ForeignKey::create()
                .name(name)
                .from_col(column)
                .to(table, key),
        )
        .take()
}

fn table_name(statement: &TableCreateStatement) -> String {
    match statement.get_table_name() {
        Some(TableRef::Table(name, _)) => name.1.to_string(),
        _ => "table".to_owned(),
    }
}

/// Makes tables in this order. On SQLite a table keyed by several columns is stored in its key's order (without the hidden
/// row number and the second tree that would come with it).
pub(crate) async fn create(
    manager: &SchemaManager<'_>,
    tables: Vec<TableCreateStatement>,
) -> Result<(), DbErr> {
    let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
    for mut statement in tables {
        if sqlite && !statement.get_indexes().is_empty() {
            statement.extra("WITHOUT ROWID");
        }
        manager.create_table(statement).await?;
    }
    Ok(())
}

/// Makes texts compare byte by byte, so that a search from the start can use the index. SQLite does so anyway.
pub(crate) async fn byte_wise(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: &[&str],
) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let changes: Vec<_> = columns
        .iter()
        .map(|column| format!("ALTER COLUMN {column} TYPE text COLLATE \"C\""))
        .collect();
    let statement = format!("ALTER TABLE {table} {}", changes.join(", "));
    manager
        .get_connection()
        .execute_unprepared(&statement)
        .await?;
    Ok(())
}

/// Runs statements that both dialects understand.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager
            .get_connection()
            .execute_unprepared(statement)
            .await?;
    }
    Ok(())
}

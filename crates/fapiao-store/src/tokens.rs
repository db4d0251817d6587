//! The port of the token keeper: one row per credential, shared by all nodes.

use crate::{
    Store,
    sql::{self, Cells, Sql, now_millis},
    token_notes,
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use fapiao_usecases::{
    errors::StoreError,
    ports::{TokenRow, Tokens},
};

struct Lease {
    app_id: String,
    kind: String,
    holder: String,
    secs: u32,
}

fn lease<'t>(tx: &'t Tx, it: &'t Lease) -> Run<'t, bool> {
    Box::pin(async move {
        let now = now_millis(tx.backend);
        let sql = Sql::new(
            "INSERT INTO tokens (app_id, kind, value, expires_at, generation, holder, leased_until) VALUES (",
        )
        .bind(it.app_id.as_str())
        .add(", ")
        .bind(it.kind.as_str())
        .add(", '', 0, 0, ")
        .bind(it.holder.as_str())
        .add(&format!(", {now} + "))
        .bind(i64::from(it.secs) * 1000)
        .add(&format!(
            ") ON CONFLICT (app_id, kind) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until \
             WHERE tokens.leased_until <= {now} RETURNING kind"
        ));
        Ok(!tx.rows(sql).await?.is_empty())
    })
}

struct Swap {
    node: String,
    cause: String,
    app_id: String,
    kind: String,
    expected: i64,
    row: TokenRow,
}

impl Swap {
    fn renewal(&self) -> token_notes::Renewal {
        token_notes::Renewal {
            app_id: self.app_id.clone(),
            kind: self.kind.clone(),
            node: self.node.clone(),
            cause: self.cause.clone(),
            generation: self.expected + 1,
            expires_at: self.row.expires_at,
        }
    }
}

fn swap<'t>(tx: &'t Tx, it: &'t Swap) -> Run<'t, bool> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE tokens SET holder = '', leased_until = 0, generation = generation + 1, value = ")
            .bind(it.row.value.as_str())
            .add(", expires_at = ")
            .bind(it.row.expires_at)
            .add(" WHERE app_id = ")
            .bind(it.app_id.as_str())
            .add(" AND kind = ")
            .bind(it.kind.as_str())
            .add(" AND generation = ")
            .bind(it.expected);
        if tx.exec(sql).await? == 1 {
            token_notes::renewed(tx, &it.renewal()).await?;
            return Ok(true);
        }
        if it.expected != 0 {
            return Ok(false);
        }
        let sql = Sql::new(
            "INSERT INTO tokens (app_id, kind, value, expires_at, generation, holder, leased_until) VALUES (",
        )
        .bind(it.app_id.as_str())
        .add(", ")
        .bind(it.kind.as_str())
        .add(", ")
        .bind(it.row.value.as_str())
        .add(", ")
        .bind(it.row.expires_at)
        .add(", 1, '', 0) ON CONFLICT DO NOTHING RETURNING kind");
        let first = !tx.rows(sql).await?.is_empty();
        if first {
            token_notes::renewed(tx, &it.renewal()).await?;
        }
        Ok(first)
    })
}

fn release<'t>(tx: &'t Tx, it: &'t Lease) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE tokens SET holder = '', leased_until = 0 WHERE app_id = ")
            .bind(it.app_id.as_str())
            .add(" AND kind = ")
            .bind(it.kind.as_str())
            .add(" AND holder = ")
            .bind(it.holder.as_str());
        tx.exec(sql).await?;
        Ok(())
    })
}

#[async_trait]
impl Tokens for Store {
    async fn token(&self, app_id: &str, kind: &str) -> Result<Option<TokenRow>, StoreError> {
        let sql = Sql::new(
            "SELECT value, expires_at, generation FROM tokens WHERE generation > 0 AND app_id = ",
        )
        .bind(app_id)
        .add(" AND kind = ")
        .bind(kind);
        match sql::row(self.reader(), sql).await? {
            Some(row) => Ok(Some(TokenRow {
                value: row.cell(0)?,
                expires_at: row.cell(1)?,
                generation: row.cell(2)?,
            })),
            None => Ok(None),
        }
    }

    async fn lease_token(
        &self,
        app_id: &str,
        kind: &str,
        holder: &str,
        lease_secs: u32,
    ) -> Result<bool, StoreError> {
        let wish = Lease {
            app_id: app_id.to_owned(),
            kind: kind.to_owned(),
            holder: holder.to_owned(),
            secs: lease_secs,
        };
        self.write(wish, lease).await
    }

    async fn swap_token(
        &self,
        app_id: &str,
        kind: &str,
        expected_generation: i64,
        value: &str,
        expires_at: i64,
        (node, cause): (&str, &str),
    ) -> Result<bool, StoreError> {
        let swapped = Swap {
            node: node.to_owned(),
            cause: cause.to_owned(),
            app_id: app_id.to_owned(),
            kind: kind.to_owned(),
            expected: expected_generation,
            row: TokenRow {
                value: value.to_owned(),
                expires_at,
                generation: expected_generation + 1,
            },
        };
        self.write(swapped, swap).await
    }

    async fn release_token(
        &self,
        app_id: &str,
        kind: &str,
        holder: &str,
    ) -> Result<(), StoreError> {
        let held = Lease {
            app_id: app_id.to_owned(),
            kind: kind.to_owned(),
            holder: holder.to_owned(),
            secs: 0,
        };
        self.write(held, release).await
    }
}

//! Proof and archive: runs of the check, anchors of the audit chain, exchanges with the outside.

use crate::ddl::{big, big_null, create, flag, key, keyed_by, run, table, text};
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let runs = table(
            "proof_runs",
            [
                key("id"),
                // `night:2026-11-21` or the id itself: a night is asked for once, whichever node thinks of it.
                text("cause"),
                text("state"),
                text("worker"),
                big_null("leased_until"),
                big("asked_at"),
                big_null("ended_at"),
                big("took_millis"),
                flag("holds"),
                text("results"),
                big_null("told_at"),
            ],
        );
        let anchors = table(
            "audit_anchors",
            [
                big("seq").primary_key().take(),
                big("first_seq"),
                text("hash"),
                // SHA-256 over the fingerprints of the lines since the anchor before: can be checked without the key.
                text("digest"),
                text("key_id"),
                big("at"),
                text("seal"),
                big_null("file_at"),
                big_null("mail_at"),
                big_null("storage_at"),
            ],
        );
        let exchanges = table(
            "exchanges",
            [
                key("id"),
                big("at"),
                text("system"),
                text("operation"),
                text("request"),
                text("answer"),
                text("outcome"),
                big("took_millis"),
            ],
        );
        let mut about = table("exchange_subjects", [text("subject"), text("exchange_id")]);
        let about = keyed_by(&mut about, &["subject", "exchange_id"]);
        create(manager, vec![runs, anchors, exchanges, about]).await?;
        let mut change = Table::alter();
        manager
            .alter_table(
                change
                    .table("audit_head")
                    .add_column(ColumnDef::new("key_id").text().not_null().default("1"))
                    .to_owned(),
            )
            .await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX ux_proof_runs_cause ON proof_runs (cause)",
                "CREATE INDEX ix_proof_runs_asked ON proof_runs (asked_at)",
                "CREATE INDEX ix_exchanges_at ON exchanges (at)",
                // Reports go through a month by issue time.
                "CREATE INDEX ix_invoices_issued_id ON invoices (issued_at, id)",
                "DROP INDEX ix_invoices_issued",
                "CREATE INDEX ix_orders_sold ON orders (sold_at, id)",
                // `verify` looks for each invoice's own lines.
                "CREATE INDEX ix_audit_subject ON audit_entries (subject, action)",
            ],
        )
        .await?;
        // What was exchanged is kept as it was; old ones may be removed when their time is over.
        for statement in guards(manager.get_database_backend()) {
            manager
                .get_connection()
                .execute_unprepared(&statement)
                .await?;
        }
        Ok(())
    }
}

fn guards(backend: DbBackend) -> Vec<String> {
    let message = "recorded exchanges are never changed";
    match backend {
        DbBackend::Postgres => vec![format!(
            "CREATE TRIGGER exchanges_kept_update BEFORE UPDATE ON exchanges FOR EACH ROW \
             EXECUTE FUNCTION fapiao_refuse('{message}')"
        )],
        _ => vec![format!(
            "CREATE TRIGGER exchanges_kept_update BEFORE UPDATE ON exchanges \
             BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )],
    }
}

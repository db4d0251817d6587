//! The inbox of pushes and the queue of jobs.

use crate::ddl::{big, big_null, create, key, run, table, text, text_null};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let pushes = table(
            "pushes",
            [
                key("id"),
                text_null("account_id"),
                text_null("dedup_key"),
                text("event"),
                text("plain"),
                big("received_at"),
                text("verdict"),
                text("state"),
                text("outcome"),
                big("seen"),
            ],
        );
        let jobs = table(
            "jobs",
            [
                key("id"),
                text("kind"),
                text("subject"),
                // Empty when no seller is meant.
                text("seller_key"),
                text("payload"),
                text("unique_key"),
                // The unique key while the job waits, else nothing: at most one waiting job of a key.
                text_null("wait_key"),
                text("state"),
                big("run_at"),
                // When a worker may take it: `run_at` while waiting, the end of the lease while running, never while
                // parked.
                big_null("due_at"),
                big("queued_at"),
                big("changed_at"),
                big("attempts"),
                big("fence"),
                text("worker"),
                text("code"),
                text("reason"),
            ],
        );
        create(manager, vec![pushes, jobs]).await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX ux_pushes_dedup ON pushes (dedup_key)",
                "CREATE INDEX ix_pushes_received ON pushes (received_at, id)",
                "CREATE INDEX ix_pushes_state ON pushes (state)",
                "CREATE UNIQUE INDEX ux_jobs_wait ON jobs (wait_key)",
                "CREATE INDEX ix_jobs_due ON jobs (seller_key, due_at)",
                "CREATE INDEX ix_jobs_state ON jobs (state, changed_at, id)",
                "CREATE INDEX ix_jobs_subject ON jobs (subject)",
            ],
        )
        .await
    }
}

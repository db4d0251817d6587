//! Staff, sessions, keys of the API.

use crate::ddl::{big, big_null, create, flag, key, run, table, text, text_null};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let staff = table(
            "staff",
            [
                key("id"),
                text("login"),
                text("name"),
                text("password_hash"),
                text("role"),
                text_null("store_id"),
                text("language"),
                flag("disabled"),
                big_null("last_sign_in_at"),
            ],
        );
        let sessions = table(
            "sessions",
            [
                key("id_hash"),
                text("staff_id"),
                text("csrf"),
                big("created_at"),
                big("seen_at"),
            ],
        );
        let failures = table("sign_in_failures", [key("id"), text("subject"), big("at")]);
        let keys = table(
            "api_keys",
            [
                key("id"),
                text("name"),
                text("prefix"),
                text("hash"),
                text_null("store_id"),
                flag("may_write"),
                big("created_at"),
                big_null("last_used_at"),
                big_null("revoked_at"),
            ],
        );
        create(manager, vec![staff, sessions, failures, keys]).await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX ux_staff_login ON staff (login)",
                "CREATE INDEX ix_sessions_staff ON sessions (staff_id)",
                "CREATE INDEX ix_sessions_seen ON sessions (seen_at)",
                "CREATE INDEX ix_sign_in_failures ON sign_in_failures (subject, at)",
                "CREATE UNIQUE INDEX ux_api_keys_hash ON api_keys (hash)",
            ],
        )
        .await
    }
}
